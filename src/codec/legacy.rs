//! GIF, BMP, TIFF and ICO: read through the common front of the `image` crate, never written.
//!
//! Samples are narrowed here and not by `image`'s `DynamicImage`, whose conversions bring a whole
//! colour engine for every depth into the wasm.

use std::io::Cursor;

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, ico::IcoDecoder, tiff::TiffDecoder};
use image::error::{ImageError, LimitErrorKind};
use image::{ImageDecoder, ImageResult, Limits};

use super::check_promise;
use crate::container::{le16, le32};
use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate};
use crate::metadata::exif;
use crate::sniff::{Format, Info};

/// Memory that a decoder may take beside its output.
const MOST_SCRATCH: u64 = 512 << 20;

pub(super) fn decode(file: &[u8], info: &Info) -> Result<Image> {
    let reader = Cursor::new(file);
    match info.format {
        Format::Gif => read(boxed(GifDecoder::new(reader)), info),
        Format::Bmp => read(boxed(BmpDecoder::new(reader)), info),
        Format::Ico => {
            let icon = largest_icon(file)?;
            read(boxed(IcoDecoder::new(Cursor::new(icon.as_slice()))), info)
        }
        _ => {
            let mut image = read(boxed(TiffDecoder::new(reader)), info)?;
            if exif::number_of(file, EXTRA_SAMPLES) == Some(ASSOCIATED_ALPHA) {
                unpremultiply(&mut image);
            }
            Ok(image)
        }
    }
}

/// TIFF 6.0, section 18: what a sample beyond the colours is.
const EXTRA_SAMPLES: u16 = 338;
const ASSOCIATED_ALPHA: u32 = 1;

/// Colour divided by its alpha: TIFF may store it multiplied.
fn unpremultiply(image: &mut Image) {
    if !image.layout().has_alpha() {
        return;
    }
    let channels = image.layout().channels();
    for pixel in image.data_mut().chunks_exact_mut(channels) {
        let alpha = u32::from(pixel[channels - 1]);
        for sample in &mut pixel[..channels - 1] {
            let straight = (u32::from(*sample) * 255 + alpha / 2).checked_div(alpha);
            *sample = straight.unwrap_or(0).min(255) as u8;
        }
    }
}

/// An icon file of one entry alone: the largest, then the deepest, then the first, as browsers
/// choose; the decoder would put depth before size and take the last of equals.
fn largest_icon(file: &[u8]) -> Result<Vec<u8>> {
    let broken = || Error::corrupt("the icon's directory is truncated or damaged");
    let count = usize::from(le16(file, 4).ok_or_else(broken)?);
    let side = |byte: u8| u32::from(byte.wrapping_sub(1)) + 1;
    let rank = |entry: &&[u8]| (side(entry[0]) * side(entry[1]), le16(entry, 6));
    let entries = file.get(6..).unwrap_or_default().chunks_exact(16).take(count);
    // `max_by_key` takes the last of equals; from the back that is the first.
    let entry = entries.rev().max_by_key(rank).ok_or_else(broken)?;
    let (length, start) = (le32(entry, 8).ok_or_else(broken)?, le32(entry, 12).ok_or_else(broken)?);
    let data = file.get(start as usize..).and_then(|rest| rest.get(..length as usize));
    let header = [&file[..4], &[1, 0], &entry[..12], &22_u32.to_le_bytes()].concat();
    Ok([&header, data.ok_or_else(broken)?].concat())
}

/// One type for all of them, so that [`read`] is compiled once.
fn boxed<'a>(
    decoder: ImageResult<impl ImageDecoder + 'a>,
) -> ImageResult<Box<dyn ImageDecoder + 'a>> {
    Ok(Box::new(decoder?))
}

fn read(decoder: ImageResult<Box<dyn ImageDecoder + '_>>, info: &Info) -> Result<Image> {
    let mut decoder = decoder.map_err(decode_error)?;
    let (width, height) = decoder.dimensions();
    check_promise(info, width, height)?;
    let length = usize::try_from(decoder.total_bytes())
        .map_err(|_| Error::limit(format_args!("{width}x{height} pixels do not fit memory")))?;
    drop(allocate(length)?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_SCRATCH + length as u64);
    decoder.set_limits(limits).map_err(decode_error)?;
    let color = decoder.color_type();
    let mut data = allocate(length)?;
    decoder.read_image(&mut data).map_err(decode_error)?;
    let layout = match (color.has_color(), color.has_alpha()) {
        (false, false) => Layout::Gray,
        (false, true) => Layout::GrayAlpha,
        (true, false) => Layout::Rgb,
        (true, true) => Layout::Rgba,
    };
    match color.bytes_per_pixel() as usize / layout.channels() {
        1 => {}
        2 => {
            data = narrow(&data, |sample: [u8; 2]| {
                nearest(f32::from(u16::from_ne_bytes(sample)) / 65535.0)
            })?
        }
        _ => data = narrow(&data, |sample: [u8; 4]| nearest(f32::from_ne_bytes(sample)))?,
    }
    Image::new(width, height, layout, data)
}

/// Samples of `N` bytes to 8 bits.
fn narrow<const N: usize>(data: &[u8], sample: impl Fn([u8; N]) -> u8) -> Result<Vec<u8>> {
    let samples = data.as_chunks::<N>().0;
    let mut out = allocate(samples.len())?;
    for (target, &source) in out.iter_mut().zip(samples) {
        *target = sample(source);
    }
    Ok(out)
}

/// The 8-bit level nearest to a sample of 0 to 1.
fn nearest(sample: f32) -> u8 {
    (sample.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn decode_error(error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(what) => Error::unsupported_feature(what),
        ImageError::Limits(what) if what.kind() == LimitErrorKind::InsufficientMemory => {
            Error::limit("the picture asks for too much memory")
        }
        ImageError::Limits(what) => Error::limit(what),
        other => Error::corrupt(other),
    }
}
