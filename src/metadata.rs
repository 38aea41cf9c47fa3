//! ICC profile, EXIF and XMP: found in any container, and cut down to what the caller keeps.
//!
//! Reading is here for all formats, since what is read is the same everywhere; writing is each
//! codec's own, since every container has its own slots. EXIF is held as the bare TIFF structure,
//! without the `Exif\0\0` that some containers put before it.

pub(crate) mod exif;
mod xmp;

use crate::container::tiff::Tiff;
use crate::container::{jpeg_segments, le32, png_chunks, riff_chunks};
use crate::format::Format;
use crate::options::MetadataPolicy;

/// Largest inflated ICC profile or XMP packet that a PNG may hold: larger ones are bombs.
const MOST_INFLATED: usize = 16 << 20;

/// What a file says about its pixels beside the pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// EXIF: a TIFF structure, starting with its byte order.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
}

impl Metadata {
    /// All that is found in a file; damaged pieces are left out.
    #[must_use]
    pub fn read(file: &[u8], format: Format) -> Self {
        match format {
            Format::Jpeg => from_jpeg(file),
            Format::Png => from_png(file),
            Format::Webp => from_webp(file),
            Format::Tiff => from_tiff(file),
            Format::Bmp => from_bmp(file),
            _ => Self::default(),
        }
    }

    /// The EXIF orientation, 1 to 8; 1 where there is none.
    #[must_use]
    pub fn orientation(&self) -> u8 {
        self.exif.as_deref().and_then(exif::orientation).unwrap_or(1)
    }

    /// What the policy keeps. `upright` says that the orientation has been applied to the pixels,
    /// so that the tag must not be applied again.
    #[must_use]
    pub fn keep(self, policy: &MetadataPolicy, upright: bool) -> Self {
        let exif = match (self.exif, policy.exif) {
            (Some(exif), true) => exif::tidy(exif, upright, policy.gps),
            (Some(exif), false) if policy.copyright => exif::copyright_alone(&exif),
            _ => None,
        };
        let xmp = self
            .xmp
            .filter(|_| policy.xmp)
            .and_then(|packet| xmp::tidy(packet, upright, policy.gps));
        Self { icc: self.icc.filter(|_| policy.icc), exif, xmp }
    }
}

/// EXIF and XMP share APP1, told apart by a zero-ended name (Exif 2.32, 4.7.2; XMP part 3, 1.1.3).
fn from_jpeg(file: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    let mut icc: Vec<Vec<&[u8]>> = vec![Vec::new(); 256];
    for (marker, body) in jpeg_segments(file).take_while(|&(marker, _)| marker != 0xDA) {
        if marker == 0xE1 {
            if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
                found.exif.get_or_insert_with(|| exif.to_vec());
            } else if let Some(xmp) = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                found.xmp.get_or_insert_with(|| xmp.to_vec());
            }
        } else if marker == 0xE2
            && let Some([number, _count, part @ ..]) = body.strip_prefix(b"ICC_PROFILE\0")
        {
            icc[usize::from(*number)].push(part);
        }
    }
    let profile = icc.concat().concat();
    found.icc = (!profile.is_empty()).then_some(profile);
    found
}

/// `iCCP`, `eXIf` and the `iTXt` that XMP part 3, 1.1.5 names.
fn from_png(file: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    for chunk in png_chunks(file) {
        match &chunk.name {
            b"iCCP" => found.icc = after_zero(chunk.body).and_then(|b| inflate(b.get(1..)?)),
            b"eXIf" => found.exif = Some(bare_exif(chunk.body).to_vec()),
            b"iTXt" => {
                if let Some(text) = chunk.body.strip_prefix(b"XML:com.adobe.xmp\0") {
                    found.xmp = international_text(text);
                }
            }
            _ => {}
        }
    }
    found
}

/// The text of an `iTXt` chunk after its keyword: two flags, a language and a translated keyword.
fn international_text(rest: &[u8]) -> Option<Vec<u8>> {
    let compressed = *rest.first()? == 1;
    let text = after_zero(after_zero(rest.get(2..)?)?)?;
    if compressed { inflate(text) } else { Some(text.to_vec()) }
}

fn from_webp(file: &[u8]) -> Metadata {
    let chunk = |name: &[u8; 4]| riff_chunks(file).find(|c| c.name == *name).map(|c| c.body);
    Metadata {
        icc: chunk(b"ICCP").map(<[u8]>::to_vec),
        exif: chunk(b"EXIF").map(|body| bare_exif(body).to_vec()),
        xmp: chunk(b"XMP ").map(<[u8]>::to_vec),
    }
}

/// A TIFF is itself the structure that EXIF uses: profile and packet are tags of its first
/// directory. Its other tags describe strips of pixels that the output does not have, so only
/// those that describe the picture are carried over; of a BigTIFF, the orientation.
fn from_tiff(file: &[u8]) -> Metadata {
    let directory = Tiff::new(file).and_then(|tiff| tiff.first());
    let bytes = |tag| directory?.value(tag)?.bytes().map(<[u8]>::to_vec);
    let orientation = || {
        let value = directory?.number(exif::ORIENTATION)?;
        Some(exif::orientation_alone(u8::try_from(value).ok()?))
    };
    Metadata {
        icc: bytes(exif::ICC_PROFILE),
        exif: exif::description_of(file).or_else(orientation),
        xmp: bytes(exif::XMP_PACKET),
    }
}

/// A version 5 header may say where a profile lies, counted from the header (BITMAPV5HEADER).
fn from_bmp(file: &[u8]) -> Metadata {
    const HEADER: usize = 14;
    let embedded =
        le32(file, HEADER) == Some(124) && file.get(HEADER + 56..HEADER + 60) == Some(b"DEBM");
    let profile = || {
        let start = HEADER.checked_add(le32(file, HEADER + 112)? as usize)?;
        file.get(start..)?.get(..le32(file, HEADER + 116)? as usize)
    };
    let icc = if embedded { profile().map(<[u8]>::to_vec) } else { None };
    Metadata { icc, ..Metadata::default() }
}

fn bare_exif(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"Exif\0\0").unwrap_or(body)
}

fn after_zero(bytes: &[u8]) -> Option<&[u8]> {
    let zero = bytes.iter().position(|&b| b == 0)?;
    bytes.get(zero + 1..)
}

fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(bytes, MOST_INFLATED).ok()
}
