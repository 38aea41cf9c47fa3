//! AVIF: one AV1 key frame, packed by [`heif`](super::heif). Alpha is a second, monochrome one.

use slimpix_av1::{self as av1, Chroma, Picture};

use super::heif::{self, Still};
use super::transparent;
use super::ycbcr::{self, MATRIX};
use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::metadata::Metadata;
use crate::options::{DEFAULT_COMPRESSION_CONFIG, Options};

/// The encoder takes up to 35 bytes of memory a pixel; more pixels than this pass 32-bit memory.
const MOST_PIXELS: u64 = 64_000_000;

/// The format holds 65535 a side; the decoder of Chromium (libavif's default) stops here.
const MAX_SIDE: u32 = 32768;

/// From this quality on, chroma at full resolution is worth its bytes and its time.
const FULL_CHROMA_FROM: u8 = 90;

pub(super) fn encode(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    let code = |picture: &Picture<'_>, quality, speed| {
        av1::encode(picture, quality, speed).map(|coded| (coded, ()))
    };
    write(image, metadata, options, code).map(|(file, ..)| file)
}

/// The file, and its pixels as a decoder will make them: the encoder's own reconstruction.
pub(super) fn encode_seen(
    image: &Image,
    metadata: &Metadata,
    options: &Options,
) -> Result<(Vec<u8>, Image)> {
    let (file, color, alpha) = write(image, metadata, options, av1::encode_seen)?;
    let alpha = alpha.and_then(|planes| planes.into_iter().next());
    let size = (image.width(), image.height());
    Ok((file, ycbcr::pixels(color, alpha.as_deref(), size, chroma(options))?))
}

/// The file, and what else `code` gives of its colour and of its alpha.
fn write<T>(
    image: &Image,
    metadata: &Metadata,
    options: &Options,
    code: impl Fn(&Picture<'_>, u8, u8) -> Result<(av1::Coded, T), av1::Error>,
) -> Result<(Vec<u8>, T, Option<T>)> {
    check(image)?;
    let smoothed = if options.exact { None } else { transparent::carry_on(image)? };
    let image = smoothed.as_ref().unwrap_or(image);
    let (width, height) = (image.width(), image.height());
    let speed = options.avif_speed.unwrap_or(DEFAULT_COMPRESSION_CONFIG.avif_speed);
    let code = |chroma, planes: &[Vec<u8>]| {
        let picture = Picture { width: width as usize, height: height as usize, chroma, planes };
        code(&picture, options.quality_or_default(), speed as u8).map_err(refusal)
    };
    let chroma = chroma(options);
    let planes = match image.layout() {
        Layout::Rgba => ycbcr::planes::<4>(image, chroma)?,
        _ => ycbcr::planes::<3>(image, chroma)?,
    };
    let alpha = if image.is_opaque() { None } else { Some([ycbcr::alpha_plane(image)?]) };
    let (alpha, of_alpha) = alpha.map(|plane| code(Chroma::None, &plane)).transpose()?.unzip();
    let (color, of_color) = code(chroma, &planes)?;
    let full_chroma = chroma == Chroma::Full;
    let still = Still { width, height, color, alpha, matrix: MATRIX, full_chroma, metadata };
    Ok((heif::write(&still)?, of_color, of_alpha))
}

fn refusal(error: av1::Error) -> Error {
    match error {
        av1::Error::Memory => Error::out_of_memory(error),
        av1::Error::Refused(_) => Error::encode_failed(error),
    }
}

fn chroma(options: &Options) -> Chroma {
    if options.quality_or_default() >= FULL_CHROMA_FROM { Chroma::Full } else { Chroma::Half }
}

fn check(image: &Image) -> Result<()> {
    let (width, height) = (image.width(), image.height());
    if width.max(height) > MAX_SIDE {
        return Err(Error::limit(format_args!(
            "AVIF is written up to {MAX_SIDE} pixels a side, since Chromium shows none that is \
             larger; the picture is {width}x{height}"
        )));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= MOST_PIXELS {
        return Ok(());
    }
    Err(Error::limit(format_args!(
        "AVIF is written up to {MOST_PIXELS} pixels; the picture has {pixels}"
    )))
}
