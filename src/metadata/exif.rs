//! EXIF: a TIFF structure, read and edited where it lies.
//!
//! Editing in place keeps every offset true, maker notes included, which a parse and rewrite
//! cannot promise. Only what must change changes: the orientation once it is applied, and the
//! GPS directory when it is to go. Structure: TIFF 6.0, section 2; tags: Exif 2.32, 4.6.

use std::ops::Range;

/// How the picture is to be turned.
pub(crate) const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;
const GPS_DIRECTORY: u16 = 0x8825;
/// TIFF's tag of an ICC profile.
pub(crate) const ICC_PROFILE: u16 = 0x8773;
/// TIFF's tag of an XMP packet.
pub(crate) const XMP_PACKET: u16 = 0x02BC;

/// ASCII tags of a TIFF's first directory that describe the picture, not its strips.
const DESCRIPTIVE: [u16; 8] =
    [0x010E, 0x010F, 0x0110, ORIENTATION, 0x0131, 0x0132, ARTIST, COPYRIGHT];

/// Type numbers of TIFF 6.0 that are written here.
const ASCII: u16 = 2;
const SHORT: u16 = 3;

/// Exif 2.32 defines 32 GPS tags; a directory with more is not walked to its end.
const MOST_GPS_ENTRIES: usize = 64;

/// A file has one; each more is blanked too, up to here.
const MOST_GPS_DIRECTORIES: usize = 4;

/// One 12-byte directory entry.
#[derive(Clone, Copy)]
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
        self.entries(self.first_directory()).find(|entry| entry.tag == tag)
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
            4 | 9 | 11 => 4,
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
            4 => self.u32(entry.at + 8),
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

/// EXIF ready to be carried over: `None` when it is no TIFF structure.
pub(super) fn tidy(mut exif: Vec<u8>, upright: bool, gps: bool) -> Option<Vec<u8>> {
    Tiff::new(&exif)?;
    if upright {
        reset_orientation(&mut exif);
    }
    if !gps && !drop_gps(&mut exif) {
        return None;
    }
    Some(exif)
}

fn reset_orientation(exif: &mut [u8]) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let one = if tiff.little { [1, 0, 0, 0] } else { [0, 1, 0, 0] };
    if let Some(entry) = tiff.find(ORIENTATION).filter(|entry| entry.kind == SHORT) {
        exif[entry.at + 8..entry.at + 12].copy_from_slice(&one);
    }
}

/// Blanks the GPS directory with all its values, then takes its entry out of the first directory;
/// false when a hostile file still names a GPS directory after that.
fn drop_gps(exif: &mut [u8]) -> bool {
    for _ in 0..MOST_GPS_DIRECTORIES {
        let Some((blank, entry, directory)) = gps_traces(exif) else { return true };
        for range in blank {
            exif[range].fill(0);
        }
        remove_entry(exif, entry, directory);
    }
    false
}

/// The bytes that tell the place, the entry that points to them, and the directory it is in.
fn gps_traces(exif: &[u8]) -> Option<(Vec<Range<usize>>, usize, usize)> {
    let tiff = Tiff::new(exif)?;
    let directory = tiff.first_directory();
    let entry = tiff.find(GPS_DIRECTORY)?;
    let gps = tiff.u32(entry.at + 8)? as usize;
    let inside = |range: &Range<usize>| {
        !range.is_empty() && (range.start >= directory + 2 || range.end <= directory)
    };
    let mut blank = Vec::new();
    for tag in tiff.entries(gps).take(MOST_GPS_ENTRIES) {
        let present = |range: Range<usize>| range.start..range.end.min(exif.len());
        blank.extend(tiff.extent(tag).map(present).filter(inside));
        blank.extend(Some(tag.at..tag.at + 12).filter(inside));
    }
    Some((blank, entry.at, directory))
}

/// Moves the later entries and the link to the next directory up by one entry.
fn remove_entry(exif: &mut [u8], entry: usize, directory: usize) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let (count, little) = (tiff.u16(directory).unwrap_or(0), tiff.little);
    let end = (directory + 2 + usize::from(count) * 12 + 4).min(exif.len());
    if entry + 12 <= end {
        exif.copy_within(entry + 12..end, entry);
    }
    let less = count.saturating_sub(1);
    let two = if little { less.to_le_bytes() } else { less.to_be_bytes() };
    exif[directory..directory + 2].copy_from_slice(&two);
}

/// A new EXIF with nothing but artist and copyright; `None` when it has neither.
pub(super) fn copyright_alone(exif: &[u8]) -> Option<Vec<u8>> {
    rebuild(exif, &[ARTIST, COPYRIGHT])
}

/// A new EXIF with those tags of a TIFF that describe the picture.
pub(super) fn description_of(tiff: &[u8]) -> Option<Vec<u8>> {
    rebuild(tiff, &DESCRIPTIVE)
}

/// A new EXIF with nothing but an orientation.
pub(super) fn orientation_alone(orientation: u8) -> Vec<u8> {
    write_directory(&[(ORIENTATION, SHORT, vec![orientation, 0])])
}

/// A little-endian EXIF of one directory with the text and SHORT tags of `tags`, which ascend.
fn rebuild(source: &[u8], tags: &[u16]) -> Option<Vec<u8>> {
    let tiff = Tiff::new(source)?;
    let found: Vec<(u16, u16, Vec<u8>)> =
        tags.iter().filter_map(|&tag| portable_value(&tiff, tag)).collect();
    (!found.is_empty()).then(|| write_directory(&found))
}

/// A tag's type and its value in little-endian bytes.
fn portable_value(tiff: &Tiff<'_>, tag: u16) -> Option<(u16, u16, Vec<u8>)> {
    let entry = tiff.find(tag)?;
    match entry.kind {
        ASCII => Some((tag, ASCII, tiff.bytes[tiff.values(entry)?].to_vec())),
        SHORT => Some((tag, SHORT, tiff.u16(entry.at + 8)?.to_le_bytes().to_vec())),
        _ => None,
    }
}

fn write_directory(values: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((values.len() as u16).to_le_bytes());
    let mut later = 8 + 2 + values.len() * 12 + 4;
    let mut tail: Vec<u8> = Vec::new();
    for (tag, kind, value) in values {
        let count = if *kind == SHORT { 1 } else { value.len() as u32 };
        out.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        out.extend(count.to_le_bytes());
        if value.len() <= 4 {
            out.extend(value.iter().copied().chain([0; 4]).take(4));
        } else {
            out.extend((later as u32).to_le_bytes());
            later += value.len();
            tail.extend(value);
        }
    }
    out.extend([0; 4]);
    out.extend(tail);
    out
}
