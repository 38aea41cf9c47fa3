//! A new EXIF of those tags of another that describe the picture.

use super::{ASCII, ORIENTATION, SHORT, Tiff};

const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;

/// Tags of a TIFF's first directory that describe the picture, not its strips.
const DESCRIPTIVE: [u16; 8] =
    [0x010E, 0x010F, 0x0110, ORIENTATION, 0x0131, 0x0132, ARTIST, COPYRIGHT];

/// Longer texts are not carried over: no field of EXIF needs them, and a file may say that each of
/// them is as long as itself.
const MAX_TEXT: usize = 1 << 16;

/// A new EXIF with nothing but artist and copyright; `None` when it has neither.
pub(in crate::metadata) fn copyright_alone(exif: &[u8]) -> Option<Vec<u8>> {
    rebuild(exif, &[ARTIST, COPYRIGHT])
}

/// A new EXIF with those tags of a TIFF that describe the picture.
pub(in crate::metadata) fn description_of(tiff: &[u8]) -> Option<Vec<u8>> {
    rebuild(tiff, &DESCRIPTIVE)
}

/// A new EXIF with nothing but an orientation.
pub(in crate::metadata) fn orientation_alone(orientation: u8) -> Vec<u8> {
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
        ASCII => {
            let text = tiff.values(entry).filter(|range| range.len() <= MAX_TEXT)?;
            Some((tag, ASCII, tiff.bytes[text].to_vec()))
        }
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
