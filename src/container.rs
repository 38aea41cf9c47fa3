//! Walks the boxes that pictures are packed in: JPEG segments, PNG and RIFF chunks, ISO boxes.
//!
//! Only where things lie is known here, never what they mean. Each walker is an iterator over
//! slices of the file; it ends at the first length that does not fit, copies nothing and never
//! takes longer than the file is long.

// Only the decoder asks it for all; it is left out without `rare`.
#[cfg_attr(not(feature = "rare"), allow(dead_code))]
pub(crate) mod tiff;

/// A piece of a container: its name and what it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    /// A JPEG marker as `[0, 0, 0xFF, marker]`, or the four characters of a chunk or box.
    pub name: [u8; 4],
    /// What the piece holds, without length, name and checksum.
    pub body: &'a [u8],
}

/// The segments of a JPEG in the order of the file, those between scans too. Entropy-coded data
/// is passed over; the last item of a whole file is EOI (`0xD9`) with an empty body.
pub(crate) fn jpeg_segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    jpeg_segments_at(file).map(|(_, marker, body)| (marker, body))
}

/// The same, each with the place of its marker in the file.
pub(crate) fn jpeg_segments_at(file: &[u8]) -> impl Iterator<Item = (usize, u8, &[u8])> {
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let marker = next_jpeg_marker(&mut rest)?;
        let start = file.len() - rest.len() - 2;
        if marker == 0xD9 {
            rest = &[];
            return Some((start, marker, &[][..]));
        }
        let length = usize::from(be16(rest, 0)?);
        let body = rest.get(2..length)?;
        rest = &rest[length..];
        Some((start, marker, body))
    })
}

/// Advances past the next marker that is a segment's: not a stuffed zero, a fill byte, a restart
/// or TEM (ITU-T T.81, B.1.1.2–B.1.1.5).
fn next_jpeg_marker(rest: &mut &[u8]) -> Option<u8> {
    loop {
        let at = rest.iter().position(|&b| b == 0xFF)?;
        let marker = *rest.get(at + 1)?;
        let skip = if marker == 0xFF { at + 1 } else { at + 2 };
        *rest = &rest[skip..];
        if !matches!(marker, 0x00 | 0x01 | 0xFF | 0xD0..=0xD8) {
            return Some(marker);
        }
    }
}

/// The chunks of a PNG after its signature (PNG specification, 5.3).
pub(crate) fn png_chunks(file: &[u8]) -> impl Iterator<Item = Piece<'_>> + Clone {
    let mut rest = file.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let length = be32(rest, 0)? as usize;
        let name = four(rest, 4)?;
        let body = rest.get(8..)?.get(..length)?;
        rest = rest[8 + length..].get(4..).unwrap_or_default();
        Some(Piece { name, body })
    })
}

/// The chunks of a RIFF file after its `WEBP` name; bodies are padded to even lengths.
pub(crate) fn riff_chunks(file: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = file.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let name = four(rest, 0)?;
        let length = le32(rest, 4)? as usize;
        let body = rest.get(8..)?.get(..length)?;
        let padded = 8 + length + (length & 1);
        rest = rest.get(padded..).unwrap_or_default();
        Some(Piece { name, body })
    })
}

/// The boxes of an ISO base media file, or of a box's body (ISO/IEC 14496-12, 4.2).
pub(crate) fn iso_boxes(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let name = four(rest, 4)?;
        let (header, length) = match be32(rest, 0)? {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(be64(rest, 8)?).ok()?),
            n => (8, n as usize),
        };
        let body = rest.get(header..length)?;
        rest = &rest[length..];
        Some(Piece { name, body })
    })
}

/// The 16-bit big-endian number at `at`.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The 32-bit big-endian number at `at`.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The 16-bit little-endian number at `at`.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The 32-bit little-endian number at `at`.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..)?.first_chunk().copied()
}
