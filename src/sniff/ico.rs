//! The entries of an icon or cursor, each of which is a PNG or a bitmap with a mask.
//!
//! The directory's sizes and depths lie often (a cursor has its hotspot in place of the depth), so
//! every entry is judged by its own header, which is what will be decoded.

use super::Header;
use super::dib::Dib;
use crate::container::{be32, le16, le32};
use crate::error::{Error, Result};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture of an icon.
#[derive(Clone, Debug)]
pub(crate) enum Entry<'a> {
    /// A whole PNG file.
    Png(&'a [u8]),
    /// A bitmap, and the bytes from its header on.
    Bitmap(&'a [u8], Box<Dib>),
}

struct Candidate<'a> {
    size: (u32, u32),
    bits: u32,
    entry: Entry<'a>,
}

/// The entry that is shown: of most pixels, then the deepest, then the first, as browsers choose.
pub(crate) fn largest(file: &[u8]) -> Result<Entry<'_>> {
    best(file).map(|candidate| candidate.entry)
}

pub(super) fn header(file: &[u8]) -> Result<Header> {
    let (width, height) = best(file)?.size;
    Ok(Header::still(width, height, true))
}

/// An entry whose header cannot be read is no candidate; where all are such, the last one's error
/// stands.
fn best(file: &[u8]) -> Result<Candidate<'_>> {
    let broken = || Error::corrupt("the icon's directory is truncated or damaged");
    let count = usize::from(le16(file, 4).ok_or_else(broken)?);
    let entries = file.get(6..).unwrap_or_default().chunks_exact(16).take(count);
    let mut found: Result<Candidate<'_>> = Err(broken());
    for entry in entries {
        match candidate(file, entry) {
            Ok(one) if found.as_ref().is_ok_and(|best| best.rank() >= one.rank()) => {}
            Ok(one) => found = Ok(one),
            Err(error) if found.is_err() => found = Err(error),
            Err(_) => {}
        }
    }
    found
}

impl Candidate<'_> {
    fn rank(&self) -> (u64, u32) {
        (u64::from(self.size.0) * u64::from(self.size.1), self.bits)
    }
}

/// The length in the directory is a hint: what lies there says itself how long it is.
fn candidate<'a>(file: &'a [u8], entry: &[u8]) -> Result<Candidate<'a>> {
    let beyond = || Error::corrupt("the icon is truncated: an entry lies beyond its end");
    let start = le32(entry, 12).ok_or_else(beyond)? as usize;
    let data = file.get(start..).filter(|data| !data.is_empty()).ok_or_else(beyond)?;
    if !data.starts_with(PNG) {
        let dib = Box::new(Dib::read(data, 0, None)?);
        let (size, bits) = ((dib.width, dib.height), dib.bits.into());
        return Ok(Candidate { size, bits, entry: Entry::Bitmap(data, dib) });
    }
    let damaged = || Error::corrupt("the icon holds a PNG with a damaged header");
    let side = |at| be32(data, at).filter(|&side| side > 0).ok_or_else(damaged);
    let channels = match data.get(25).ok_or_else(damaged)? {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    let bits = u32::from(data[24]) * channels;
    Ok(Candidate { size: (side(16)?, side(20)?), bits, entry: Entry::Png(data) })
}
