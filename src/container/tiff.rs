//! The directories of a TIFF, classic or BigTIFF: lists of numbered tags with their values.
//!
//! Structure: TIFF 6.0, section 2, and the BigTIFF description of libtiff, which only widens counts
//! and offsets to 64 bits. Values are read where they lie; a count or an offset that does not fit
//! the file ends the reading, so that nothing takes longer than the file is long.

use std::ops::Range;

/// Type numbers whose values are read here (TIFF 6.0, section 2; Technical Note 1; BigTIFF).
const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const IFD: u16 = 13;
const LONG8: u16 = 16;
const IFD8: u16 = 18;

/// A classic TIFF's directory has no more entries; a BigTIFF's could, and tags have 16 bits.
const MAX_ENTRIES: usize = 65535;

/// A TIFF's bytes, its byte order and the width of its offsets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiff<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// Least significant byte first.
    pub little: bool,
    big: bool,
}

/// One directory: where its entries lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Directory<'a> {
    /// The file that it is in.
    pub tiff: Tiff<'a>,
    /// Where the first entry lies.
    start: usize,
    count: usize,
}

/// The value of one tag: `count` numbers of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    tiff: Tiff<'a>,
    kind: u16,
    /// How many numbers there are.
    pub count: usize,
    start: usize,
}

impl<'a> Tiff<'a> {
    /// `None` where the first bytes are not those of a TIFF.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (little, big) = match bytes.get(..4)? {
            b"II*\0" => (true, false),
            b"MM\0*" => (false, false),
            b"II+\0" => (true, true),
            b"MM\0+" => (false, true),
            _ => return None,
        };
        Some(Self { bytes, little, big })
    }

    /// The directory that the header points to.
    pub(crate) fn first(&self) -> Option<Directory<'a>> {
        self.directory(self.offset(if self.big { 8 } else { 4 })?)
    }

    /// The directory at an offset; its entries may be fewer than it says where the file ends early.
    pub(crate) fn directory(&self, at: usize) -> Option<Directory<'a>> {
        let (count, start) = if self.big {
            (usize::try_from(self.u64(at)?).ok()?, at.checked_add(8)?)
        } else {
            (usize::from(self.u16(at)?), at.checked_add(2)?)
        };
        let room = self.bytes.len().saturating_sub(start) / self.entry_size();
        Some(Directory { tiff: *self, start, count: count.min(room).min(MAX_ENTRIES) })
    }

    fn entry_size(&self) -> usize {
        if self.big { 20 } else { 12 }
    }

    fn offset(&self, at: usize) -> Option<usize> {
        if self.big { usize::try_from(self.u64(at)?).ok() } else { Some(self.u32(at)? as usize) }
    }

    /// The 16-bit number at `at`, in the file's byte order.
    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn u64(&self, at: usize) -> Option<u64> {
        let eight = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u64::from_le_bytes(eight) } else { u64::from_be_bytes(eight) })
    }
}

impl<'a> Directory<'a> {
    /// The directories that a tag points to, of which so many are looked at.
    pub(crate) fn children(
        &self,
        tag: u16,
        most: usize,
    ) -> impl Iterator<Item = Directory<'a>> + use<'a> {
        let (tiff, value) = (self.tiff, self.value(tag));
        (0..most)
            .map_while(move |index| value?.number(index))
            .filter_map(move |at| tiff.directory(usize::try_from(at).ok()?))
    }

    /// Where the directory lies: two with the same place are the same.
    pub(crate) fn place(&self) -> usize {
        self.start
    }

    /// The directory after this one; `None` at the end of the chain.
    pub(crate) fn next(&self) -> Option<Directory<'a>> {
        let end = self.start + self.count * self.tiff.entry_size();
        self.tiff.directory(self.tiff.offset(end).filter(|&at| at != 0)?)
    }

    /// The value of a tag. Tags ascend by the standard, but not in every file.
    pub(crate) fn value(&self, tag: u16) -> Option<Value<'a>> {
        (0..self.count).find_map(|index| self.entry(index, tag))
    }

    /// The value of a tag that stands among the first few entries.
    pub(crate) fn early_value(&self, tag: u16, entries: usize) -> Option<Value<'a>> {
        (0..self.count.min(entries)).find_map(|index| self.entry(index, tag))
    }

    fn entry(&self, index: usize, tag: u16) -> Option<Value<'a>> {
        let tiff = self.tiff;
        let at = self.start + index * tiff.entry_size();
        if tiff.u16(at)? != tag {
            return None;
        }
        let kind = tiff.u16(at + 2)?;
        let (count, field, width) = if tiff.big {
            (usize::try_from(tiff.u64(at + 4)?).ok()?, at + 12, 8)
        } else {
            (tiff.u32(at + 4)? as usize, at + 8, 4)
        };
        let length = count.checked_mul(size_of_kind(kind)?)?;
        let start = if length <= width { field } else { tiff.offset(field)? };
        Some(Value { tiff, kind, count, start })
    }

    /// The first number of a tag.
    pub(crate) fn number(&self, tag: u16) -> Option<u64> {
        self.value(tag)?.number(0)
    }
}

impl<'a> Value<'a> {
    /// The number at `index`: of an integer kind, within the file.
    pub(crate) fn number(&self, index: usize) -> Option<u64> {
        if index >= self.count {
            return None;
        }
        let at = self.start.checked_add(index.checked_mul(size_of_kind(self.kind)?)?)?;
        match self.kind {
            BYTE => self.tiff.bytes.get(at).map(|&byte| byte.into()),
            SHORT => self.tiff.u16(at).map(u64::from),
            LONG | IFD => self.tiff.u32(at).map(u64::from),
            LONG8 | IFD8 => self.tiff.u64(at),
            _ => None,
        }
    }

    /// The fraction at `index`.
    pub(crate) fn fraction(&self, index: usize) -> Option<f32> {
        if self.kind != RATIONAL || index >= self.count {
            return self.number(index).map(|number| number as f32);
        }
        let at = self.start.checked_add(index.checked_mul(8)?)?;
        let (above, below) = (self.tiff.u32(at)?, self.tiff.u32(at + 4)?);
        (below != 0).then(|| above as f32 / below as f32)
    }

    /// Every number that lies within the file.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        (0..self.count).map_while(|index| self.number(index))
    }

    /// The value's bytes, when they lie within the file.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        self.tiff.bytes.get(self.extent()?)
    }

    fn extent(&self) -> Option<Range<usize>> {
        let length = self.count.checked_mul(size_of_kind(self.kind)?)?;
        Some(self.start..self.start.checked_add(length)?)
    }
}

/// The bytes of one number of a kind.
fn size_of_kind(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | IFD => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
        _ => None,
    }
}
