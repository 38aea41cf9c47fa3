//! EXIF edited in place.
//!
//! That keeps every offset true, maker notes included, which a parse and rewrite cannot promise.
//! Only what must change changes: the orientation once it is applied; the place when it is to go;
//! and, where the picture was turned, cut or resized, its sizes and its thumbnail.

use std::ops::Range;

use super::{EXIF_DIRECTORY, LONG, ORIENTATION, SHORT, Tiff};
use crate::metadata::Change;

const GPS_DIRECTORY: u16 = 0x8825;

/// Width and height in the picture's directory, and in the camera's.
const PICTURE_SIZE: [u16; 2] = [0x0100, 0x0101];
const CAMERA_SIZE: [u16; 2] = [0xA002, 0xA003];

/// Where and how long the thumbnail is: as a JPEG, and as strips of pixels.
const THUMBNAILS: [[u16; 2]; 2] = [[0x0201, 0x0202], [0x0111, 0x0117]];

/// Tags beside the GPS directory that tell a place: packets of XMP, of IPTC and of Photoshop, which
/// repeat it, and those of GeoTIFF. With the place they go whole.
const PLACES: [u16; 9] = [0x02BC, 0x83BB, 0x8649, 0x830E, 0x8482, 0x85D8, 0x87AF, 0x87B0, 0x87B1];

/// Exif 2.32 defines 32 GPS tags; a directory with more is not walked to its end.
const MAX_GPS_ENTRIES: usize = 64;

/// Entries of a directory that are looked at when a thumbnail goes.
const MAX_ENTRIES: usize = 512;

/// Strips that a thumbnail may have.
const MAX_STRIPS: usize = 64;

/// A file has one GPS pointer and few of the other places; with more, nothing is vouched for.
const MAX_PLACES: usize = 16;

/// EXIF ready to be carried over: nothing when it is no TIFF structure, or when the place cannot be
/// taken out.
pub(in crate::metadata) fn tidy(mut exif: Vec<u8>, change: Change, gps: bool) -> Option<Vec<u8>> {
    Tiff::new(&exif)?;
    if change.upright {
        reset_orientation(&mut exif);
    }
    if !gps && !drop_places(&mut exif) {
        return None;
    }
    if let Some(size) = change.size {
        drop_thumbnail(&mut exif);
        write_size(&mut exif, size);
    }
    Some(exif)
}

fn reset_orientation(exif: &mut [u8]) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let one = if tiff.little { [1, 0, 0, 0] } else { [0, 1, 0, 0] };
    // The thumbnail is drawn as it lies, and its tag is of no effect; yet some viewers read it.
    let directories = [Some(tiff.first_directory()), tiff.next_directory(tiff.first_directory())];
    let entries = directories.into_iter().flatten().filter_map(|at| tiff.find_in(at, ORIENTATION));
    let places: Vec<usize> =
        entries.filter(|entry| entry.kind == SHORT).map(|entry| entry.at + 8).collect();
    for at in places {
        exif[at..at + 4].copy_from_slice(&one);
    }
}

/// Blanks every GPS directory with all its values and whatever else tells the place, and takes the
/// entries out; false when a hostile file has more of them.
fn drop_places(exif: &mut [u8]) -> bool {
    for _ in 0..MAX_PLACES {
        let Some(trace) = place(exif) else { return true };
        for range in trace.blank {
            exif[range].fill(0);
        }
        remove_entry(exif, trace.entry, trace.directory);
    }
    place(exif).is_none()
}

/// Something that tells the place.
struct Trace {
    blank: Vec<Range<usize>>,
    /// The entry that holds it or points to it, and the directory of the entry.
    entry: usize,
    directory: usize,
}

/// The first trace in any directory. What lies within a directory that is walked is not blanked:
/// a hostile file would break the structure by it.
fn place(exif: &[u8]) -> Option<Trace> {
    let tiff = Tiff::new(exif)?;
    let directories = tiff.directories();
    let tells = |tag: u16| tag == GPS_DIRECTORY || PLACES.contains(&tag);
    let (directory, entry) = directories
        .iter()
        .find_map(|&at| Some((at, tiff.entries(at).find(|entry| tells(entry.tag))?)))?;
    let kept: Vec<Range<usize>> = directories.iter().map(|&at| extent_of(&tiff, at)).collect();
    let apart = |range: &Range<usize>| !range.is_empty() && !kept.iter().any(|k| meets(k, range));
    let present = |range: Range<usize>| range.start..range.end.min(exif.len());
    let mut blank = Vec::new();
    if entry.tag == GPS_DIRECTORY {
        let gps = tiff.u32(entry.at + 8)? as usize;
        for tag in tiff.entries(gps).take(MAX_GPS_ENTRIES) {
            blank.extend(tiff.extent(tag).map(present).filter(apart));
            blank.extend(Some(tag.at..tag.at + 12).filter(apart));
        }
    } else {
        blank.extend(tiff.extent(entry).map(present).filter(apart));
    }
    Some(Trace { blank, entry: entry.at, directory })
}

/// The bytes of a directory itself.
fn extent_of(tiff: &Tiff<'_>, directory: usize) -> Range<usize> {
    let end = tiff.link(directory).map_or(directory, |link| link + 4);
    directory..end.min(tiff.bytes.len()).max(directory)
}

fn meets(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
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

/// Cuts the link to the thumbnail's directory and takes out all that only it uses; at the end of
/// the structure, where it mostly lies, without leaving zeros.
fn drop_thumbnail(exif: &mut Vec<u8>) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let first = tiff.first_directory();
    let (Some(link), Some(thumbnail)) = (tiff.link(first), tiff.next_directory(first)) else {
        return;
    };
    let mut goes = vec![extent_of(&tiff, thumbnail)];
    goes.extend(tiff.entries(thumbnail).take(MAX_STRIPS).filter_map(|entry| tiff.values(entry)));
    goes.extend(pictures(&tiff, thumbnail));
    exif[link..link + 4].fill(0);
    let Some(tiff) = Tiff::new(exif) else { return };
    let kept = used(&tiff);
    let goes = goes.into_iter().map(|range| range.start..range.end.min(exif.len()));
    let goes: Vec<Range<usize>> = goes
        .filter(|range| !range.is_empty() && !kept.iter().any(|kept| meets(kept, range)))
        .collect();
    let last = kept.iter().map(|range| range.end).max().unwrap_or(0);
    let tail = goes.iter().filter(|range| range.start >= last).map(|range| range.start).min();
    let all = goes.iter().any(|range| range.end + 1 >= exif.len());
    for range in goes {
        exif[range].fill(0);
    }
    if let Some(tail) = tail.filter(|_| all) {
        exif.truncate(tail);
    }
}

/// Where the pictures of a directory lie.
fn pictures(tiff: &Tiff<'_>, directory: usize) -> Vec<Range<usize>> {
    let numbers = |tag: u16| {
        let entry = tiff.find_in(directory, tag)?;
        let range = tiff.values(entry)?;
        let read = |at: usize| match entry.kind {
            SHORT => tiff.u16(at).map(usize::from),
            LONG => tiff.u32(at).map(|value| value as usize),
            _ => None,
        };
        let step = if entry.kind == SHORT { 2 } else { 4 };
        Some(range.step_by(step).take(MAX_STRIPS).map_while(read).collect::<Vec<usize>>())
    };
    let of = |[starts, lengths]: [u16; 2]| {
        let (starts, lengths) = (numbers(starts).unwrap_or_default(), numbers(lengths));
        starts.into_iter().zip(lengths.unwrap_or_default())
    };
    THUMBNAILS
        .into_iter()
        .flat_map(of)
        .map(|(start, length)| start..start.saturating_add(length))
        .collect()
}

/// What directories take with all their values.
fn used(tiff: &Tiff<'_>) -> Vec<Range<usize>> {
    let mut directories = tiff.directories();
    let gps = directories.iter().filter_map(|&at| tiff.find_in(at, GPS_DIRECTORY));
    let gps: Vec<usize> = gps.flat_map(|entry| tiff.longs(entry)).collect();
    directories.extend(gps);
    let mut used = Vec::from([Range { start: 0, end: 8 }]);
    for directory in directories {
        used.push(extent_of(tiff, directory));
        let entries = tiff.entries(directory).take(MAX_ENTRIES);
        used.extend(entries.filter_map(|entry| tiff.values(entry)));
    }
    used
}

fn write_size(exif: &mut [u8], (width, height): (u32, u32)) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let little = tiff.little;
    let first = tiff.first_directory();
    let camera = tiff.find(EXIF_DIRECTORY).and_then(|entry| tiff.longs(entry).next());
    let tags = [(Some(first), PICTURE_SIZE), (camera, CAMERA_SIZE)];
    let mut writes = Vec::new();
    for (directory, tags) in tags {
        for (tag, side) in tags.into_iter().zip([width, height]) {
            let entry = directory.and_then(|at| tiff.find_in(at, tag));
            writes.extend(entry.filter(|e| e.count == 1).map(|e| (e.at + 8, e.kind, side)));
        }
    }
    for (at, kind, side) in writes {
        let four = match (kind, little) {
            (SHORT, true) => [&(side as u16).to_le_bytes()[..], &[0; 2]].concat(),
            (SHORT, false) => [&(side as u16).to_be_bytes()[..], &[0; 2]].concat(),
            (LONG, true) => side.to_le_bytes().to_vec(),
            (LONG, false) => side.to_be_bytes().to_vec(),
            _ => continue,
        };
        exif[at..at + 4].copy_from_slice(&four);
    }
}
