//! WebP: both kinds in, lossless out.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};

use super::check_sides;
use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::metadata::Metadata;
use crate::options::Options;

/// Sides are stored in 14 bits, less one (VP8L specification, 3).
const MOST_PIXELS_A_SIDE: u32 = 16383;

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
    if !options.lossless {
        return Err(Error::unsupported_feature(
            "lossy WebP is not written yet; ask for lossless: true, or another format",
        ));
    }
    encode_lossless(image, metadata)
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
