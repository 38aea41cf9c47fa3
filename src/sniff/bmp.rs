//! The file header of a BMP, which says where the pixels start, and the bitmap's own behind it.

use super::Header;
use super::dib::Dib;
use crate::container::le32;
use crate::error::{Error, Result};

/// `BM`, the file's length, four bytes that nobody reads, and where the pixels start.
const FILE_HEADER: usize = 14;

/// The bitmap of a BMP file.
pub(crate) fn bitmap(file: &[u8]) -> Result<Dib> {
    let pixels = le32(file, 10)
        .ok_or_else(|| Error::corrupt("the bmp header is truncated or damaged"))?
        as usize;
    // Some writers leave the place empty; pixels then follow the palette.
    let mut dib =
        Dib::read(file, FILE_HEADER, Some(if pixels == 0 { usize::MAX } else { pixels }))?;
    if pixels == 0 {
        dib.pixels = dib.palette.end;
    }
    Ok(dib)
}

pub(super) fn header(file: &[u8]) -> Result<Header> {
    let dib = bitmap(file)?;
    Ok(Header::still(dib.width, dib.height, dib.has_alpha()))
}
