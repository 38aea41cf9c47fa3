//! GIF, BMP, TIFF and ICO: read through the common front of the `image` crate, never written.

use std::io::Cursor;

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, ico::IcoDecoder, tiff::TiffDecoder};
use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageResult, Limits};

use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate};
use crate::sniff::{Format, Info};

/// Memory that a decoder may take beside its output.
const MOST_SCRATCH: u64 = 512 << 20;

pub(super) fn decode(file: &[u8], info: &Info) -> Result<Image> {
    let reader = Cursor::new(file);
    match info.format {
        Format::Gif => read(GifDecoder::new(reader), info),
        Format::Bmp => read(BmpDecoder::new(reader), info),
        Format::Ico => read(IcoDecoder::new(reader), info),
        _ => read(TiffDecoder::new(reader), info),
    }
}

fn read(decoder: ImageResult<impl ImageDecoder>, info: &Info) -> Result<Image> {
    let mut decoder = decoder.map_err(decode_error)?;
    let (width, height) = decoder.dimensions();
    if width > info.width || height > info.height {
        return Err(Error::corrupt(format_args!(
            "the header says {}x{}, but the pixels are {width}x{height}",
            info.width, info.height
        )));
    }
    let length = usize::try_from(decoder.total_bytes())
        .map_err(|_| Error::limit(format_args!("{width}x{height} pixels do not fit memory")))?;
    drop(allocate(length)?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_SCRATCH + length as u64);
    decoder.set_limits(limits).map_err(decode_error)?;
    from_dynamic(DynamicImage::from_decoder(decoder).map_err(decode_error)?)
}

/// Any depth and any kind of sample to 8 bits.
fn from_dynamic(image: DynamicImage) -> Result<Image> {
    let (width, height) = (image.width(), image.height());
    let color = image.color();
    let (layout, data) = match (color.has_color(), color.has_alpha()) {
        (false, false) => (Layout::Gray, image.into_luma8().into_raw()),
        (false, true) => (Layout::GrayAlpha, image.into_luma_alpha8().into_raw()),
        (true, false) => (Layout::Rgb, image.into_rgb8().into_raw()),
        (true, true) => (Layout::Rgba, image.into_rgba8().into_raw()),
    };
    Image::new(width, height, layout, data)
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
