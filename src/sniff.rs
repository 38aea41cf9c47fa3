//! What a file is, from its first bytes and headers; no pixel is decoded and no memory asked for.
//!
//! The magic bytes decide, never a name or a media type: both lie often. What the headers say is
//! what the decoder will allocate; where a format lets its parts disagree, the larger counts.

// What only their decoders ask them is dead where those are left out.
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod bmp;
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod dib;
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod gif;
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod ico;
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod tiff;
mod unsupported;
pub(crate) mod webp;

use crate::container::{be16, be32, iso_boxes, jpeg_segments, png_chunks};
use crate::error::{Error, Result};
pub use crate::format::Format;
use crate::metadata::locate;

/// What a file's headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// The format.
    pub format: Format,
    /// Width in pixels as stored, before orientation.
    pub width: u32,
    /// Height in pixels as stored, before orientation.
    pub height: u32,
    /// EXIF orientation, 1 to 8; 1 where there is none.
    pub orientation: u8,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    /// Whether there is more than one frame.
    pub animated: bool,
    /// How many pages a TIFF has; 1 for every other format.
    pub pages: u32,
    /// Whether there is an ICC profile.
    pub has_icc: bool,
    /// Bytes that profile, EXIF and XMP take at most, once they are copied or inflated.
    pub metadata_bytes: u64,
}

impl Info {
    /// Width and height as the picture is shown, after orientation.
    #[must_use]
    pub const fn oriented_size(&self) -> (u32, u32) {
        if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// The parts of [`Info`] that each format's headers give.
struct Header {
    width: u32,
    height: u32,
    has_alpha: bool,
    animated: bool,
}

impl Header {
    const fn still(width: u32, height: u32, has_alpha: bool) -> Self {
        Self { width, height, has_alpha, animated: false }
    }
}

/// Reads a file's headers.
///
/// # Errors
/// `INVALID_INPUT` for no bytes, `UNSUPPORTED_FORMAT` for unknown ones, `CORRUPT_IMAGE` for a
/// known format without a whole header.
pub fn sniff(file: &[u8]) -> Result<Info> {
    let format = format_of(file)?;
    let header = match format {
        Format::Jpeg => jpeg(file),
        Format::Png => png(file),
        Format::Webp => webp(file),
        Format::Gif => Some(gif::header(file)?),
        Format::Bmp => Some(bmp::header(file)?),
        Format::Tiff => Some(tiff::header(file)?),
        Format::Ico => Some(ico::header(file)?),
        Format::Avif | Format::Heic => heif(file),
    };
    let header = header.ok_or_else(|| {
        Error::corrupt(format_args!("the {} header is truncated or damaged", format.name()))
    })?;
    let metadata = locate(file, format);
    Ok(Info {
        format,
        width: header.width,
        height: header.height,
        orientation: metadata.orientation(),
        has_alpha: header.has_alpha,
        animated: header.animated,
        pages: if format == Format::Tiff { tiff::pages(file) } else { 1 },
        has_icc: metadata.has_icc(),
        metadata_bytes: metadata.memory(),
    })
}

fn format_of(file: &[u8]) -> Result<Format> {
    if file.is_empty() {
        return Err(Error::invalid_input("the input is empty"));
    }
    match file {
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::Webp),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Format::Gif),
        [b'B', b'M', _, _, _, _, _, _, _, _, _, _, _, _, ..] => Ok(Format::Bmp),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Format::Tiff),
        [0, 0, 1 | 2, 0, ..] => Ok(Format::Ico),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => heif_brand(file),
        _ => Err(unknown(file)),
    }
}

fn unknown(file: &[u8]) -> Error {
    let what = unsupported::describe(file).unwrap_or_else(|| {
        format!(
            "this is no picture that slimpix knows (its first bytes are {:02x?}); it reads JPEG, \
             PNG, WebP, GIF, BMP, TIFF and ICO",
            &file[..file.len().min(8)]
        )
    });
    Error::unsupported_format(what)
}

/// AVIF and HEIC by any brand of `ftyp` (AV1-ISOBMFF, 6; ISO/IEC 23008-12, B.4).
fn heif_brand(file: &[u8]) -> Result<Format> {
    let brands = iso_boxes(file).next().map(|b| b.body).unwrap_or_default();
    let has = |names: &[&[u8; 4]]| {
        brands.chunks_exact(4).any(|brand| names.iter().any(|name| brand == name.as_slice()))
    };
    if has(&[b"avif", b"avis"]) {
        Ok(Format::Avif)
    } else if has(&[b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"]) {
        Ok(Format::Heic)
    } else {
        Err(unknown(file))
    }
}

/// The frame header (ITU-T T.81, B.2.2).
fn jpeg(file: &[u8]) -> Option<Header> {
    let is_frame =
        |marker: u8| matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
    let (_, body) = jpeg_segments(file).find(|&(marker, _)| is_frame(marker))?;
    Some(Header::still(be16(body, 3)?.into(), be16(body, 1)?.into(), false))
}

fn png(file: &[u8]) -> Option<Header> {
    // CgBI, the form in which iOS apps keep their PNGs, has a chunk of its own before the header.
    let mut chunks = png_chunks(file).skip_while(|c| &c.name == b"CgBI");
    let header = chunks.next().filter(|c| &c.name == b"IHDR")?.body;
    let before_pixels = || png_chunks(file).take_while(|c| &c.name != b"IDAT");
    let has_alpha = header.get(9)? & 4 != 0 || before_pixels().any(|c| &c.name == b"tRNS");
    let frames = before_pixels().find(|c| &c.name == b"acTL").and_then(|c| be32(c.body, 0));
    Some(Header {
        width: be32(header, 0)?,
        height: be32(header, 4)?,
        has_alpha,
        animated: frames.is_some_and(|frames| frames > 1),
    })
}

/// As much as the decoder takes: a frame that is larger than its canvas counts in full.
fn webp(file: &[u8]) -> Option<Header> {
    let shown = webp::first_picture(file)?;
    let (width, height) = shown.extent();
    Some(Header { width, height, has_alpha: shown.has_alpha, animated: shown.frames > 1 })
}

/// The largest `ispe`, turned when any `irot` turns by a quarter (ISO/IEC 23008-12, 6.5.3, 6.5.10).
fn heif(file: &[u8]) -> Option<Header> {
    let meta = iso_boxes(file).find(|b| &b.name == b"meta")?.body.get(4..)?;
    let iprp = iso_boxes(meta).find(|b| &b.name == b"iprp")?.body;
    let ipco = iso_boxes(iprp).find(|b| &b.name == b"ipco")?.body;
    let sizes = iso_boxes(ipco).filter(|b| &b.name == b"ispe");
    let (width, height) = sizes
        .filter_map(|b| Some((be32(b.body, 4)?, be32(b.body, 8)?)))
        .max_by_key(|&(width, height)| u64::from(width) * u64::from(height))?;
    let quarter =
        iso_boxes(ipco).any(|b| &b.name == b"irot" && b.body.first().is_some_and(|a| a & 1 == 1));
    let has_alpha = iso_boxes(ipco).any(|b| &b.name == b"auxC");
    let animated = iso_boxes(file).any(|b| &b.name == b"moov");
    let (width, height) = if quarter { (height, width) } else { (width, height) };
    Some(Header { width, height, has_alpha, animated })
}
