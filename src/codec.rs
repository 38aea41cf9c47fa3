//! The formats: [`decode`] and [`encode`] are the only matches over them.
//!
//! A format's file knows its bitstream and the slots of its container; no format's file knows
//! another's. Input sizes have been admitted before a decoder starts, and each decoder is held
//! to the size that was admitted.

mod alph;
#[cfg(feature = "avif")]
mod avif;
#[cfg(feature = "rare")]
mod bmp;
mod cgbi;
#[cfg(feature = "rare")]
mod dib;
#[cfg(feature = "rare")]
mod gif;
#[cfg(feature = "avif")]
mod heif;
#[cfg(feature = "rare")]
mod ico;
mod jpeg;
mod jpeg_structure;
mod palette;
mod png;
#[cfg(feature = "rare")]
mod tiff;
mod transparent;
mod webp;
#[cfg(feature = "avif")]
mod ycbcr;

use crate::error::{Error, Result};
use crate::image::Image;
use crate::metadata::Metadata;
use crate::options::{Options, OutputFormat};
#[cfg(feature = "rare")]
use crate::sniff::ico::{Entry, largest};
use crate::sniff::{Format, Info, sniff};

/// The picture's pixels as stored: not oriented, in its own colour space.
///
/// A JPEG may come back at a half, a quarter or an eighth of its size when that is still at least
/// `detail`; every other format comes back whole. With `recover`, a JPEG or PNG that ends early gives
/// what there is of it. A warning says so where the picture is not all that it was meant to be.
///
/// # Errors
/// `CORRUPT_IMAGE`, `UNSUPPORTED_FEATURE`, `LIMIT_EXCEEDED`, `OUT_OF_MEMORY`.
pub fn decode(
    file: &[u8],
    info: &Info,
    detail: (u32, u32),
    recover: bool,
) -> Result<(Image, Option<String>)> {
    let whole = |image| (image, None);
    let (image, warning) = match info.format {
        Format::Jpeg => jpeg::decode(file, (info.width, info.height), detail, recover),
        Format::Png => png::decode(file, recover),
        Format::Webp => webp::decode(file).map(whole),
        #[cfg(feature = "rare")]
        Format::Gif => gif::decode(file).map(whole),
        #[cfg(feature = "rare")]
        Format::Bmp => bmp::decode(file).map(whole),
        #[cfg(feature = "rare")]
        Format::Tiff => tiff::decode(file).map(whole),
        #[cfg(feature = "rare")]
        Format::Ico => match largest(file)? {
            Entry::Png(file) => png::decode(file, recover),
            Entry::Bitmap(data, dib) => ico::decode(data, &dib).map(whole),
        },
        #[cfg(not(feature = "rare"))]
        Format::Gif | Format::Bmp | Format::Tiff | Format::Ico => Err(Error::unsupported_feature(
            format_args!("this build reads no {}", info.format.name().to_ascii_uppercase()),
        )),
        Format::Avif | Format::Heic => Err(Error::unsupported_feature(format_args!(
            "{} is recognised but not decoded here: browsers decode it themselves, elsewhere give \
             a decoder for {}",
            info.format.name(),
            info.format.mime_type()
        ))),
    }?;
    check_promise(info, image.width(), image.height())?;
    Ok((image, warning))
}

/// The picture as a file, with this metadata. `image` is `Rgb` or `Rgba`, and opaque for JPEG.
///
/// # Errors
/// `UNSUPPORTED_FEATURE`, `LIMIT_EXCEEDED` where the format has no room, `ENCODE_FAILED`.
pub fn encode(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    match options.format {
        #[cfg(feature = "avif")]
        OutputFormat::Avif => avif::encode(image, metadata, options),
        #[cfg(not(feature = "avif"))]
        OutputFormat::Avif => Err(Error::unsupported_feature("this build writes no AVIF")),
        OutputFormat::Webp => webp::encode(image, metadata, options),
        OutputFormat::Jpeg => jpeg::encode(image, metadata, options),
        OutputFormat::Png => png::encode(image, metadata, options),
    }
}

/// The file, and the picture that a viewer will see in it.
///
/// # Errors
/// As [`encode`].
pub fn encode_seen(
    image: &Image,
    metadata: &Metadata,
    options: &Options,
) -> Result<(Vec<u8>, Image)> {
    #[cfg(feature = "avif")]
    if options.format == OutputFormat::Avif {
        return avif::encode_seen(image, metadata, options);
    }
    let file = encode(image, metadata, options)?;
    let (seen, _) = decode(&file, &sniff(&file)?, (image.width(), image.height()), false)?;
    Ok((file, seen))
}

/// Refuses pixels beyond what the header promised and the limits admitted.
fn check_promise(info: &Info, width: u32, height: u32) -> Result<()> {
    if width > info.width || height > info.height {
        return Err(Error::corrupt(format_args!(
            "the header says {}x{}, but the pixels are {width}x{height}",
            info.width, info.height
        )));
    }
    Ok(())
}

/// Refuses sides that a format cannot hold.
fn check_sides(image: &Image, format: &str, most: u32) -> Result<()> {
    let (width, height) = (image.width(), image.height());
    if width.max(height) > most {
        return Err(Error::limit(format_args!(
            "{format} holds at most {most} pixels a side; the picture is {width}x{height}"
        )));
    }
    Ok(())
}
