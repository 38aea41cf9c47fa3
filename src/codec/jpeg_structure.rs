//! What the segments of a JPEG say about how to decode it, and the file as the decoder gets it.
//!
//! The decoder takes any marker for the end of a scan, reads zeros for the bits that are then
//! missing, and says nothing. So it gets, at the end of each scan, bits that are all ones: no
//! Huffman code is (ITU-T T.81, C), and a scan that is not complete fails on them. A complete one
//! never comes to them. What ends a scan is found first, be it a marker or the end of the file: a
//! file that lacks only its EOI, or has zeros in its place, is then a whole picture.
//!
//! Metadata are left out, since the decoder would copy them.

use slimpix_decode::Color;

use crate::container::jpeg_segments_at;
use crate::error::{Error, Result};

/// More scans than any encoder writes; each costs a pass over the picture.
const MAX_SCANS: usize = 200;

/// More tables and headers than any encoder writes.
const MAX_SEGMENTS: usize = 4096;

/// Room for the rows that the decoder works on, its tables and the file's segments.
const DECODER_ROWS: u64 = 1 << 20;

/// The longest code and the longest value after it have 16 bits each, and the decoder looks 8
/// bytes ahead. A zero follows each 0xFF that is no marker.
const ONES: &[u8] = &[0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0];

const START_OF_IMAGE: &[u8] = &[0xFF, 0xD8];
const END_OF_IMAGE: &[u8] = &[0xFF, 0xD9];

/// Every coefficient of a block.
const ALL_COEFFICIENTS: u64 = u64::MAX;

/// What the decoder finds where a scan ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Bits on which a scan that is not complete fails.
    Strict,
    /// The next marker: it makes up what is missing.
    Lenient,
}

/// What a JPEG's segments say, and where they lie.
#[derive(Debug)]
pub(super) struct Structure<'a> {
    /// There is every bit of every coefficient, as far as the scans' headers say.
    pub complete: bool,
    frame: Frame,
    /// Segments that the decoder needs; a scan's with its entropy-coded data.
    segments: Vec<(bool, &'a [u8])>,
    scans: usize,
    jfif: bool,
    /// The color transform of Adobe's marker.
    adobe: Option<u8>,
}

/// The frame header (ITU-T T.81, B.2.2).
#[derive(Debug, Default)]
struct Frame {
    /// Its marker, 0xC0 to 0xCF; 0 where there is none.
    marker: u8,
    precision: u8,
    components: Vec<Component>,
}

#[derive(Debug)]
struct Component {
    id: u8,
    /// Horizontal and vertical sampling factors.
    sampling: (u64, u64),
    /// The coefficients that some scan has brought to their last bit.
    finished: u64,
}

impl Frame {
    fn read(marker: u8, body: &[u8]) -> Self {
        let component = |part: &[u8]| Component {
            id: part[0],
            sampling: ((part[1] >> 4).into(), (part[1] & 15).into()),
            finished: 0,
        };
        Self {
            marker,
            precision: body.first().copied().unwrap_or(0),
            components: body.get(6..).unwrap_or_default().chunks_exact(3).map(component).collect(),
        }
    }

    /// Notes what a scan brings (B.2.3): its components, then the first and last coefficient and
    /// the bits that are still missing after it.
    fn note(&mut self, scan: &[u8]) -> Option<()> {
        let count = usize::from(*scan.first()?);
        let &[first, last, bits] = scan.get(1 + 2 * count..)?.first_chunk()?;
        // Sequential scans bring all, whatever they say.
        let all = self.marker != 0xC2;
        let range = if all { 0..64 } else { u32::from(first)..u32::from(last).min(63) + 1 };
        let mask = range.fold(0, |mask, bit| mask | 1 << bit.min(63));
        if all || bits & 15 == 0 {
            for id in scan[1..][..2 * count].iter().step_by(2) {
                let of_scan = self.components.iter_mut().filter(|component| component.id == *id);
                of_scan.for_each(|component| component.finished |= mask);
            }
        }
        Some(())
    }

    fn is_complete(&self) -> bool {
        self.components.iter().all(|component| component.finished == ALL_COEFFICIENTS)
    }
}

impl<'a> Structure<'a> {
    pub fn read(file: &'a [u8]) -> Result<Self> {
        let mut found = Self {
            complete: false,
            frame: Frame::default(),
            segments: Vec::new(),
            scans: 0,
            jfif: false,
            adobe: None,
        };
        let mut open_scan = None;
        for (start, marker, body) in jpeg_segments_at(file) {
            if let Some(scan) = open_scan.take() {
                found.segments.push((true, &file[scan..start]));
            }
            if marker == 0xDA {
                open_scan = Some(start);
            }
            found.note(marker, body, &file[start..]);
            if found.segments.len() > MAX_SEGMENTS || found.scans > MAX_SCANS {
                return Err(Error::limit(format_args!(
                    "the JPEG has more than {MAX_SCANS} scans or {MAX_SEGMENTS} tables"
                )));
            }
        }
        if let Some(scan) = open_scan {
            found.segments.push((true, without_padding(&file[scan..])));
        }
        found.complete = found.frame.is_complete();
        Ok(found)
    }

    fn note(&mut self, marker: u8, body: &[u8], from_here: &'a [u8]) {
        match marker {
            0xE0 if body.starts_with(b"JFIF\0") && body.len() >= 14 => {
                self.jfif |= self.scans == 0;
            }
            // Motion JPEG, which has no Huffman tables of its own: the decoder looks for it.
            0xE0 if body.starts_with(b"AVI1") => self.keep(body, from_here),
            0xEE if body.starts_with(b"Adobe") && body.len() >= 12 => {
                self.adobe = self.adobe.or(Some(body[11]).filter(|_| self.scans == 0));
            }
            0xE0..=0xEF | 0xFE | 0xD9 => {}
            0xDA => {
                self.scans += 1;
                // A header that is cut short is the decoder's to refuse.
                let _ = self.frame.note(body);
            }
            _ => {
                let is_frame =
                    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
                if is_frame && self.frame.marker == 0 {
                    self.frame = Frame::read(marker, body);
                }
                self.keep(body, from_here);
            }
        }
    }

    /// Marker, length and body.
    fn keep(&mut self, body: &[u8], from_here: &'a [u8]) {
        self.segments.push((false, &from_here[..4 + body.len()]));
    }

    /// The file as the decoder gets it.
    pub fn pieces(&self, ending: Ending) -> Vec<&'a [u8]> {
        let mut pieces = vec![START_OF_IMAGE];
        for &(is_scan, segment) in &self.segments {
            pieces.push(segment);
            if is_scan && ending == Ending::Strict {
                pieces.push(ONES);
            }
        }
        pieces.push(END_OF_IMAGE);
        pieces
    }

    /// What three or four components are, as libjpeg and so every browser decides it
    /// (libjpeg-turbo, `default_decompress_parms`): JFIF before Adobe before the components' ids.
    pub fn color(&self) -> Option<Color> {
        let ids: Vec<u8> = self.frame.components.iter().map(|component| component.id).collect();
        match (ids.as_slice(), self.adobe) {
            ([_, _, _], _) if self.jfif => Some(Color::YCbCr),
            ([_, _, _], Some(0)) | (b"RGB", None) => Some(Color::Rgb),
            ([_, _, _], _) => Some(Color::YCbCr),
            ([_, _, _, _], None | Some(0)) => Some(Color::Cmyk),
            ([_, _, _, _], _) => Some(Color::Ycck),
            _ => None,
        }
    }

    /// Samples of all components in whole blocks, for so many pixels.
    fn samples(&self, (width, height): (u16, u16)) -> u64 {
        let sampling = || self.frame.components.iter().map(|component| component.sampling);
        let across = sampling().map(|(h, _)| h).max().unwrap_or(1).max(1);
        let down = sampling().map(|(_, v)| v).max().unwrap_or(1).max(1);
        let units = u64::from(width).div_ceil(8 * across) * u64::from(height).div_ceil(8 * down);
        units * 64 * sampling().map(|(h, v)| h * v).sum::<u64>()
    }

    /// Bytes that the decoder takes at most: planes, pixels, and of a progressive file all
    /// coefficients, 16 bits each.
    pub fn memory(&self, whole: (u16, u16), scaled: (u16, u16), length: u64) -> u64 {
        let kept = if self.frame.marker == 0xC2 { 2 * self.samples(whole) } else { 0 };
        kept + self.samples(scaled) + length + DECODER_ROWS
    }

    pub fn check(&self) -> Result<()> {
        let unsupported =
            |what: &str| Err(Error::unsupported_feature(format_args!("JPEG with {what}")));
        match self.frame.marker {
            0xC0..=0xC2 => {}
            0xC3 | 0xC7 | 0xCB | 0xCF => return unsupported("lossless coding"),
            0xC5 | 0xC6 | 0xCD | 0xCE => return unsupported("hierarchical coding"),
            0xC9 | 0xCA => return unsupported("arithmetic coding"),
            _ => return Err(Error::corrupt("the JPEG has no frame header")),
        }
        if self.frame.precision != 8 {
            return unsupported(&format!("{} bits a sample", self.frame.precision));
        }
        let components = self.frame.components.len();
        if !matches!(components, 1 | 3 | 4) {
            return unsupported(&format!("{components} components"));
        }
        if self.scans == 0 {
            return Err(Error::corrupt("the JPEG is truncated: it has no picture data"));
        }
        Ok(())
    }
}

/// The last scan of a file that lacks its EOI, without what stands in its place: zeros, or the
/// first half of a marker.
fn without_padding(scan: &[u8]) -> &[u8] {
    let end = scan.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    match scan[..end].last() {
        Some(0xFF) if end == scan.len() => &scan[..end - 1],
        // A zero after 0xFF belongs to it.
        Some(0xFF) => &scan[..end + 1],
        _ => &scan[..end],
    }
}
