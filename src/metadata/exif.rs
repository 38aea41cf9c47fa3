//! EXIF: a TIFF structure, read where it lies.
//!
//! [`edit`] changes it in place, [`extract`] makes a new one of a few of its tags. Structure: TIFF
//! 6.0, section 2; tags: Exif 2.32, 4.6.

mod edit;
mod extract;

pub(super) use edit::tidy;
pub(super) use extract::{copyright_alone, description_of, orientation_alone};

use std::ops::Range;

/// How the picture is to be turned.
pub(crate) const ORIENTATION: u16 = 0x0112;
/// TIFF's tag of an ICC profile.
pub(crate) const ICC_PROFILE: u16 = 0x8773;
/// TIFF's tag of an XMP packet.
pub(crate) const XMP_PACKET: u16 = 0x02BC;

/// The directory of the camera's settings.
const EXIF_DIRECTORY: u16 = 0x8769;
const INTEROPERABILITY: u16 = 0xA005;
const SUB_DIRECTORIES: u16 = 0x014A;

/// Type numbers of TIFF 6.0.
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// More directories than EXIF has: the picture's, the camera's, the thumbnail's and few more.
const MAX_DIRECTORIES: usize = 16;

/// One 12-byte directory entry.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where the entry lies.
    at: usize,
    tag: u16,
    kind: u16,
    count: u32,
}

/// A TIFF structure and its byte order.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn first_directory(&self) -> usize {
        self.u32(4).map_or(usize::MAX, |at| at as usize)
    }

    /// The entries of the directory at `at`; ends where the bytes end.
    fn entries(&self, at: usize) -> impl Iterator<Item = Entry> {
        let count = if at < self.bytes.len() { self.u16(at).unwrap_or(0) } else { 0 };
        (0..usize::from(count)).map_while(move |i| self.entry(at + 2 + i * 12))
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let (tag, kind) = (self.u16(at)?, self.u16(at + 2)?);
        let count = self.u32(at + 4)?;
        self.bytes.get(at..at + 12).map(|_| Entry { at, tag, kind, count })
    }

    fn find(&self, tag: u16) -> Option<Entry> {
        self.find_in(self.first_directory(), tag)
    }

    fn find_in(&self, directory: usize, tag: u16) -> Option<Entry> {
        self.entries(directory).find(|entry| entry.tag == tag)
    }

    /// Where the link to the next directory lies.
    fn link(&self, directory: usize) -> Option<usize> {
        let count = if directory < self.bytes.len() { self.u16(directory)? } else { return None };
        Some(directory + 2 + usize::from(count) * 12)
    }

    /// The directory after this one, where there is one.
    fn next_directory(&self, directory: usize) -> Option<usize> {
        let next = self.u32(self.link(directory)?)? as usize;
        (next > 0).then_some(next)
    }

    /// Every directory that can be reached: those in the chain, and those that entries point to.
    fn directories(&self) -> Vec<usize> {
        let mut found = vec![self.first_directory()];
        let mut at = 0;
        while let Some(&directory) = found.get(at) {
            at += 1;
            let pointers = [EXIF_DIRECTORY, INTEROPERABILITY, SUB_DIRECTORIES];
            let below = self.entries(directory).filter(|entry| pointers.contains(&entry.tag));
            let below = below.flat_map(|entry| self.longs(entry).take(MAX_DIRECTORIES));
            let all = self.next_directory(directory).into_iter().chain(below);
            for next in all.take(MAX_DIRECTORIES) {
                if found.len() < MAX_DIRECTORIES && !found.contains(&next) {
                    found.push(next);
                }
            }
        }
        found
    }

    /// The values of an entry of type LONG, or of one IFD pointer.
    fn longs(&self, entry: Entry) -> impl Iterator<Item = usize> {
        let range = self.values(entry).filter(|range| range.len() >= 4).unwrap_or(0..0);
        range.step_by(4).filter_map(|at| self.u32(at)).map(|value| value as usize)
    }

    /// Where an entry's values lie, when they lie within the bytes.
    fn values(&self, entry: Entry) -> Option<Range<usize>> {
        self.extent(entry).filter(|range| range.end <= self.bytes.len())
    }

    /// Where an entry says its values lie: in the entry when they fit four bytes, else at its
    /// offset.
    fn extent(&self, entry: Entry) -> Option<Range<usize>> {
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = (entry.count as usize).checked_mul(size)?;
        let start = if length <= 4 { entry.at + 8 } else { self.u32(entry.at + 8)? as usize };
        Some(start..start.checked_add(length)?)
    }

    /// A SHORT or LONG value.
    fn number(&self, tag: u16) -> Option<u32> {
        let entry = self.find(tag)?;
        match entry.kind {
            SHORT => self.u16(entry.at + 8).map(u32::from),
            LONG => self.u32(entry.at + 8),
            _ => None,
        }
    }
}

/// The orientation, 1 to 8, where there is one.
pub(crate) fn orientation(exif: &[u8]) -> Option<u8> {
    let value = number_of(exif, ORIENTATION)?;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

/// The SHORT or LONG value of a tag of the first directory.
fn number_of(tiff: &[u8], tag: u16) -> Option<u32> {
    Tiff::new(tiff)?.number(tag)
}
