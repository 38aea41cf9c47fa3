//! Where a file's metadata lie: one walk over its pieces, without a copy.

use super::coded::{self, CodedColor};
use super::exif;
use super::inflate::{MAX_INFLATED, inflate};
use super::{Metadata, MetadataPolicy};
use crate::container::tiff::Tiff;
use crate::container::{jpeg_segments, le32, png_chunks, riff_chunks};
use crate::error::Result;
use crate::format::Format;
use crate::image::{self, copied};

/// The metadata of a file, as slices of it.
#[derive(Debug, Default)]
pub(crate) struct Located<'a> {
    icc: Option<Piece<'a>>,
    exif: Option<Exif<'a>>,
    xmp: Option<Piece<'a>>,
    coded: Option<CodedColor>,
}

/// A profile or packet as it lies in the file.
#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    Plain(&'a [u8]),
    /// A zlib stream.
    Deflated(&'a [u8]),
    /// The segments of a JPEG that hold parts of its profile.
    Segments(&'a [u8]),
}

#[derive(Clone, Copy, Debug)]
enum Exif<'a> {
    Whole(&'a [u8]),
    /// A TIFF file: its description alone is carried over.
    Tiff(&'a [u8]),
}

/// Finds all that a file has; damaged pieces are left out.
pub(crate) fn locate(file: &[u8], format: Format) -> Located<'_> {
    match format {
        Format::Jpeg => in_jpeg(file),
        Format::Png => in_png(file),
        Format::Webp => in_webp(file),
        Format::Tiff => in_tiff(file),
        Format::Bmp => in_bmp(file),
        _ => Located::default(),
    }
}

impl Located<'_> {
    /// The EXIF orientation, 1 to 8; 1 where there is none.
    pub fn orientation(&self) -> u8 {
        let found = match self.exif {
            Some(Exif::Whole(bytes)) => exif::orientation(bytes),
            Some(Exif::Tiff(file)) => tiff_orientation(file),
            None => None,
        };
        found.unwrap_or(1)
    }

    /// Whether there is an ICC profile.
    pub const fn has_icc(&self) -> bool {
        self.icc.is_some()
    }

    /// Bytes that the profile and the packets take at most, once they are copied or inflated.
    pub fn memory(&self) -> u64 {
        let exif = match self.exif {
            Some(Exif::Whole(bytes)) => bytes.len(),
            Some(Exif::Tiff(_)) | None => 0,
        };
        let pieces = self.icc.map_or(0, Piece::most) + self.xmp.map_or(0, Piece::most);
        (exif + pieces) as u64
    }

    /// The colours that numbers name, where no profile does.
    pub const fn coded(&self) -> Option<CodedColor> {
        self.coded
    }

    /// Copies the profile, which conversion needs, and of the rest what one of the policies keeps.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn read(&self, policies: impl Iterator<Item = MetadataPolicy> + Clone) -> Result<Metadata> {
        let exif = self.exif.filter(|_| policies.clone().any(|p| p.exif || p.copyright));
        let xmp = self.xmp.filter(|_| policies.clone().any(|p| p.xmp));
        Ok(Metadata {
            icc: self.icc.map_or(Ok(None), Piece::read)?,
            exif: match exif {
                Some(Exif::Whole(bytes)) => Some(copied(bytes)?),
                Some(Exif::Tiff(file)) => exif::description_of(file)
                    .or_else(|| tiff_orientation(file).map(exif::orientation_alone)),
                None => None,
            },
            xmp: xmp.map_or(Ok(None), Piece::read)?,
        })
    }
}

impl Piece<'_> {
    /// Bytes that it takes at most: deflate makes 1032 of one (RFC 1951: 258 for each two bits).
    fn most(self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Deflated(stream) => stream.len().saturating_mul(1032).min(MAX_INFLATED),
            Self::Segments(file) => profile_parts(file).map(|(_, part)| part.len()).sum(),
        }
    }

    fn read(self) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Plain(bytes) => copied(bytes).map(Some),
            Self::Deflated(stream) => inflate(stream),
            Self::Segments(file) => in_order(file),
        }
    }
}

/// EXIF and XMP share APP1, told apart by a zero-ended name (Exif 2.32, 4.7.2; XMP part 3, 1.1.3).
fn in_jpeg(file: &[u8]) -> Located<'_> {
    let mut found = Located::default();
    for (marker, body) in before_scan(file) {
        if marker == 0xE1 {
            if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
                found.exif.get_or_insert(Exif::Whole(exif));
            } else if let Some(xmp) = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                found.xmp.get_or_insert(Piece::Plain(xmp));
            }
        }
    }
    found.icc = profile_parts(file).next().map(|_| Piece::Segments(file));
    found
}

fn before_scan(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    jpeg_segments(file).take_while(|&(marker, _)| marker != 0xDA)
}

/// The numbers and bodies of the segments that hold a profile (ICC.1, B.4), empty ones left out.
fn profile_parts(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    before_scan(file).filter(|&(marker, _)| marker == 0xE2).filter_map(|(_, body)| {
        let [number, _count, part @ ..] = body.strip_prefix(b"ICC_PROFILE\0")? else { return None };
        (!part.is_empty()).then_some((*number, part))
    })
}

/// The parts in the order of their numbers, the first of each; nothing when they are too many.
fn in_order(file: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut parts: [&[u8]; 256] = [&[]; 256];
    for (number, part) in profile_parts(file) {
        let slot = &mut parts[usize::from(number)];
        if slot.is_empty() {
            *slot = part;
        }
    }
    if parts.iter().map(|part| part.len()).sum::<usize>() > MAX_INFLATED {
        return Ok(None);
    }
    image::joined(parts.into_iter()).map(Some)
}

/// `iCCP`, `eXIf` and the `iTXt` that XMP part 3, 1.1.5 names: the first of each. Colours that
/// numbers name count by PNG's order (third edition, 4.3): `cICP`, a profile, `sRGB`, `gAMA`.
fn in_png(file: &[u8]) -> Located<'_> {
    let mut found = Located::default();
    let mut numbers = coded::Chunks::default();
    let mut pixels = false;
    for chunk in png_chunks(file) {
        match &chunk.name {
            b"iCCP" if found.icc.is_none() => {
                let stream = after_zero(chunk.body).and_then(|rest| rest.get(1..));
                found.icc = Some(Piece::Deflated(stream.unwrap_or_default()));
            }
            b"eXIf" => {
                found.exif.get_or_insert(Exif::Whole(bare_exif(chunk.body)));
            }
            b"iTXt" if found.xmp.is_none() => {
                let text = chunk.body.strip_prefix(b"XML:com.adobe.xmp\0");
                found.xmp = text.and_then(international_text);
            }
            b"IDAT" => pixels = true,
            name if !pixels => numbers.add(name, chunk.body),
            _ => {}
        }
    }
    found.coded = numbers.color(found.icc.is_some());
    if numbers.wins_over_profile() {
        found.icc = None;
    }
    found
}

/// The text of an `iTXt` chunk after its keyword: two flags, a language and a translated keyword.
fn international_text(rest: &[u8]) -> Option<Piece<'_>> {
    let compressed = *rest.first()? == 1;
    let text = after_zero(after_zero(rest.get(2..)?)?)?;
    Some(if compressed { Piece::Deflated(text) } else { Piece::Plain(text) })
}

fn in_webp(file: &[u8]) -> Located<'_> {
    let chunk = |name: &[u8; 4]| riff_chunks(file).find(|c| c.name == *name).map(|c| c.body);
    Located {
        icc: chunk(b"ICCP").map(Piece::Plain),
        exif: chunk(b"EXIF").map(|body| Exif::Whole(bare_exif(body))),
        xmp: chunk(b"XMP ").map(Piece::Plain),
        coded: None,
    }
}

/// A TIFF is itself the structure that EXIF uses: profile and packet are tags of its first
/// directory. Its other tags describe strips of pixels that the output does not have, so only
/// those that describe the picture are carried over; of a BigTIFF, the orientation.
fn in_tiff(file: &[u8]) -> Located<'_> {
    let directory = Tiff::new(file).and_then(|tiff| tiff.first());
    let bytes = |tag| directory?.value(tag)?.bytes();
    Located {
        icc: bytes(exif::ICC_PROFILE).map(Piece::Plain),
        exif: Some(Exif::Tiff(file)),
        xmp: bytes(exif::XMP_PACKET).map(Piece::Plain),
        coded: None,
    }
}

/// EXIF's structure is the classic one alone; this reads a BigTIFF's too.
fn tiff_orientation(file: &[u8]) -> Option<u8> {
    let value = Tiff::new(file)?.first()?.number(exif::ORIENTATION)?;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

/// A version 5 header may say where a profile lies, counted from the header (BITMAPV5HEADER).
fn in_bmp(file: &[u8]) -> Located<'_> {
    const HEADER: usize = 14;
    let embedded =
        le32(file, HEADER) == Some(124) && file.get(HEADER + 56..HEADER + 60) == Some(b"DEBM");
    let profile = || {
        let start = HEADER.checked_add(le32(file, HEADER + 112)? as usize)?;
        file.get(start..)?.get(..le32(file, HEADER + 116)? as usize)
    };
    let icc = if embedded { profile().map(Piece::Plain) } else { None };
    Located { icc, ..Located::default() }
}

fn bare_exif(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"Exif\0\0").unwrap_or(body)
}

fn after_zero(bytes: &[u8]) -> Option<&[u8]> {
    let zero = bytes.iter().position(|&b| b == 0)?;
    bytes.get(zero + 1..)
}
