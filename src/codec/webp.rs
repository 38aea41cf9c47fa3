//! WebP: both kinds in, both kinds out.
//!
//! Lossy pictures are VP8 key frames by [`slimpix_vp8`], packed here (WebP container
//! specification): alpha lies in a chunk of its own, by [`alph`](super::alph); a header
//! chunk says what else there is. A lossy picture without alpha and metadata is the frame alone.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};
use slimpix_vp8::Params;

use super::{alph, check_sides};
use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::metadata::Metadata;
use crate::options::Options;

/// Sides are stored in 14 bits (RFC 6386, 9.1; VP8L specification, 3).
const MOST_PIXELS_A_SIDE: u32 = 16383;

/// libwebp's own default of the same scale.
const DEFAULT_EFFORT: u32 = 4;

/// The effort without `optimize`.
const FAST_EFFORT: u32 = 1;

/// Alpha with every level kept.
const EXACT_ALPHA: u32 = 100;

/// Flags of the `VP8X` chunk.
const HAS_ICC: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

pub(super) fn decode(file: &[u8]) -> Result<Image> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(decode_error)?;
    let (width, height) = decoder.dimensions();
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut image = Image::zeroed(width, height, layout)?;
    decoder.read_image(image.data_mut()).map_err(decode_error)?;
    Ok(image)
}

fn decode_error(error: DecodingError) -> Error {
    match error {
        DecodingError::MemoryLimitExceeded => Error::limit("the WebP asks for too much memory"),
        other => Error::corrupt(other),
    }
}

pub(super) fn encode(image: &Image, metadata: Metadata, options: &Options) -> Result<Vec<u8>> {
    check_sides(image, "WebP", MOST_PIXELS_A_SIDE)?;
    if options.lossless {
        return encode_lossless(image, metadata);
    }
    let frame = frame(image, options)?;
    let alpha = if image.is_opaque() {
        None
    } else {
        Some(alph::chunk(image, options.alpha_quality.unwrap_or(EXACT_ALPHA))?)
    };
    Ok(pack(image, &frame, alpha.as_deref(), &metadata))
}

fn frame(image: &Image, options: &Options) -> Result<Vec<u8>> {
    let default = if options.optimize { DEFAULT_EFFORT } else { FAST_EFFORT };
    let effort = options.effort.unwrap_or(default) as u8;
    let mut params =
        Params::new(options.quality_or_default(), effort).map_err(Error::invalid_option)?;
    params.sharp_yuv &= options.optimize;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let frame = match image.layout() {
        Layout::Rgba => {
            let mut pixels = image.data().to_vec();
            slimpix_vp8::smooth_transparent(&mut pixels, width);
            slimpix_vp8::encode_rgba(&pixels, width, height, &params)
        }
        _ => slimpix_vp8::encode_rgb(image.data(), width, height, &params),
    };
    frame.map(|frame| frame.bytes).map_err(Error::encode_failed)
}

/// The chunks in the order that the specification fixes.
fn pack(image: &Image, frame: &[u8], alpha: Option<&[u8]>, metadata: &Metadata) -> Vec<u8> {
    let slots = [
        (HAS_ICC, metadata.icc.as_deref()),
        (HAS_ALPHA, alpha),
        (HAS_EXIF, metadata.exif.as_deref()),
        (HAS_XMP, metadata.xmp.as_deref()),
    ];
    let flags: u8 = slots.iter().filter_map(|(flag, body)| body.map(|_| flag)).sum();
    let [icc, alpha, exif, xmp] = slots.map(|(_, body)| body);
    let header = (flags != 0).then(|| header(image, flags));
    let chunks = [
        (b"VP8X", header.as_deref()),
        (b"ICCP", icc),
        (b"ALPH", alpha),
        (b"VP8 ", Some(frame)),
        (b"EXIF", exif),
        (b"XMP ", xmp),
    ];
    let body: Vec<u8> =
        chunks.iter().filter_map(|(name, body)| Some(chunk(name, (*body)?))).flatten().collect();
    [b"RIFF", &(body.len() as u32 + 4).to_le_bytes(), &b"WEBP"[..], &body].concat()
}

/// `VP8X`: flags, three reserved bytes, width and height less one in 24 bits each.
fn header(image: &Image, flags: u8) -> Vec<u8> {
    let side = |pixels: u32| (pixels - 1).to_le_bytes();
    let (width, height) = (side(image.width()), side(image.height()));
    [&[flags, 0, 0, 0], &width[..3], &height[..3]].concat()
}

/// A RIFF chunk, padded to an even length.
fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let padding = &[0][..body.len() % 2];
    [name, &(body.len() as u32).to_le_bytes()[..], body, padding].concat()
}

fn encode_lossless(image: &Image, metadata: Metadata) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = WebPEncoder::new(&mut out);
    if let Some(icc) = metadata.icc {
        encoder.set_icc_profile(icc);
    }
    if let Some(exif) = metadata.exif {
        encoder.set_exif_metadata(exif);
    }
    if let Some(xmp) = metadata.xmp {
        encoder.set_xmp_metadata(xmp);
    }
    let color = if image.layout() == Layout::Rgba { ColorType::Rgba8 } else { ColorType::Rgb8 };
    encoder
        .encode(image.data(), image.width(), image.height(), color)
        .map_err(Error::encode_failed)?;
    Ok(out)
}
