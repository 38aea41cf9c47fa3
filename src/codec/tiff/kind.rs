//! What a TIFF's directory says about its samples, and the words for what is not read.

use super::truncated;
use crate::container::tiff::Directory;
use crate::error::{Error, Result};
use crate::image::Layout;
use crate::sniff::tiff::{channels, extra_sample};

/// Tags (TIFF 6.0, appendix A).
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const PLANAR: u16 = 284;
const T4_OPTIONS: u16 = 292;
const PREDICTOR: u16 = 317;
const COLOR_MAP: u16 = 320;
const INK_SET: u16 = 332;
const SAMPLE_FORMAT: u16 = 339;
const JPEG_TABLES: u16 = 347;
const YCBCR_COEFFICIENTS: u16 = 529;
const YCBCR_SUBSAMPLING: u16 = 530;
const REFERENCE_BLACK_WHITE: u16 = 532;

/// More samples than this are measurements, not a picture.
const MAX_SAMPLES: u64 = 16;

/// How a chunk is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
    Jpeg,
    /// Rows without marks between them (CCITT modified Huffman).
    FaxRows,
    /// Group 3; with rows that refer to the one before, or not.
    Fax3 {
        two_dimensional: bool,
    },
    /// Group 4.
    Fax4,
}

/// What the colors are, before they are made `Gray`, `Rgb` or `Cmyk`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Color {
    Gray,
    /// White is zero.
    InvertedGray,
    Rgb,
    Palette(Vec<[u8; 3]>),
    Cmyk,
    YCbCr,
}

/// How rows were made smaller before they were compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    /// Each sample as the difference to the one on its left.
    Difference,
    /// The bytes of floating-point samples apart, and then as differences.
    FloatingPoint,
}

/// A directory's samples.
#[derive(Clone, Debug)]
pub(super) struct Kind<'a> {
    pub width: u32,
    pub height: u32,
    /// Samples of a pixel, those that are not shown too.
    pub samples: usize,
    pub bits: usize,
    pub floating: bool,
    pub little: bool,
    /// Each byte has its bits in reverse.
    pub reversed: bool,
    pub color: Color,
    /// There is a sample for alpha, after the colors.
    pub alpha: bool,
    /// The file itself says that it is alpha.
    pub tells_alpha: bool,
    /// Colors are multiplied by alpha.
    pub associated_alpha: bool,
    pub compression: Compression,
    pub predictor: Predictor,
    /// One plane for each sample, one after another.
    pub planar: bool,
    /// Luma samples across and down for one of each chroma.
    pub subsampling: (usize, usize),
    /// Red's, green's and blue's part of luma.
    pub luma: [f32; 3],
    /// What is black and what white, for luma and both chromas.
    pub reference: [f32; 6],
    pub jpeg_tables: &'a [u8],
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::unsupported_feature(format_args!("a TIFF {what} is not read"))
}

impl<'a> Kind<'a> {
    pub(super) fn read(picture: &Directory<'a>) -> Result<Self> {
        let (samples, colors) = channels(picture);
        if samples < colors || samples == 0 {
            return Err(Error::corrupt(format_args!("the tiff has {samples} samples a pixel")));
        }
        if samples > MAX_SAMPLES {
            return Err(unsupported(format_args!("of {samples} samples a pixel")));
        }
        let (bits, floating) = depth(picture, samples)?;
        let extra = extra_sample(picture);
        let planar = picture.number(PLANAR) == Some(2) && samples > 1;
        let compression = compression(picture)?;
        let kind = Self {
            width: side(picture, WIDTH)?,
            height: side(picture, HEIGHT)?,
            samples: samples as usize,
            bits,
            floating,
            little: picture.tiff.little,
            reversed: picture.number(FILL_ORDER) == Some(2),
            color: color(picture, bits, floating)?,
            alpha: extra.is_some(),
            tells_alpha: matches!(extra, Some(1 | 2)),
            associated_alpha: extra == Some(1),
            compression,
            predictor: predictor(picture, compression)?,
            planar,
            subsampling: subsampling(picture, compression)?,
            luma: fractions(picture, YCBCR_COEFFICIENTS, [0.299, 0.587, 0.114]),
            reference: fractions(
                picture,
                REFERENCE_BLACK_WHITE,
                [0.0, 255.0, 128.0, 255.0, 128.0, 255.0],
            ),
            jpeg_tables: picture.value(JPEG_TABLES).and_then(|v| v.bytes()).unwrap_or_default(),
        };
        kind.check()?;
        Ok(kind)
    }

    /// Refuses what each part allows, but not together.
    fn check(&self) -> Result<()> {
        let fax = !matches!(
            self.compression,
            Compression::None
                | Compression::PackBits
                | Compression::Lzw
                | Compression::Deflate
                | Compression::Jpeg
        );
        if fax && (self.bits, self.samples) != (1, 1) {
            return Err(Error::corrupt(
                "the tiff has fax compression on more than one bit a pixel",
            ));
        }
        if self.compression == Compression::Jpeg && self.bits != 8 {
            return Err(unsupported(format_args!("with a JPEG of {} bits a sample", self.bits)));
        }
        if self.reversed && matches!(self.compression, Compression::Lzw | Compression::Deflate) {
            return Err(unsupported("with the bits of compressed bytes in reverse"));
        }
        if self.alpha && self.color == Color::Cmyk && (self.planar || !self.tells_alpha) {
            return Err(unsupported(
                "with spot colors, or with inks and alpha in planes of their own,",
            ));
        }
        if self.is_subsampled()
            && (self.planar || self.bits != 8 || self.predictor != Predictor::None)
        {
            return Err(unsupported(
                "with smaller chroma in planes of its own or other than 8 bits",
            ));
        }
        match self.predictor {
            Predictor::Difference if !matches!(self.bits, 8 | 16 | 32) => {
                Err(unsupported(format_args!("with differences of {} bits", self.bits)))
            }
            Predictor::FloatingPoint if !self.floating => {
                Err(Error::corrupt("the tiff has a floating-point predictor on whole numbers"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn layout(&self) -> Layout {
        match (&self.color, self.alpha) {
            (Color::Gray | Color::InvertedGray, false) => Layout::Gray,
            (Color::Gray | Color::InvertedGray, true) => Layout::GrayAlpha,
            (Color::Cmyk, false) => Layout::Cmyk,
            (_, false) => Layout::Rgb,
            (_, true) => Layout::Rgba,
        }
    }

    /// Inks that have alpha, for which there is no layout: they are made red, green and blue here.
    pub(super) fn has_inks_and_alpha(&self) -> bool {
        self.color == Color::Cmyk && self.alpha
    }

    /// Samples of a pixel in one chunk.
    pub(super) fn samples_together(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Levels of a pixel that a row gives: its samples, with the palette's index as three.
    pub(super) fn levels(&self) -> usize {
        self.samples + if matches!(self.color, Color::Palette(_)) { 2 } else { 0 }
    }

    /// Bytes of a stored row of so many pixels.
    pub(super) fn row_length(&self, width: usize) -> Result<usize> {
        let bits = width as u64 * (self.bits * self.samples_together()) as u64;
        usize::try_from(bits.div_ceil(8)).map_err(|_| truncated())
    }

    /// Chroma has a lower resolution than luma, outside of a JPEG.
    pub(super) fn is_subsampled(&self) -> bool {
        self.color == Color::YCbCr
            && self.compression != Compression::Jpeg
            && self.subsampling != (1, 1)
    }

    /// The picture holds luma and chroma until it is converted; a JPEG's decoder has done so.
    pub(super) fn has_ycbcr_samples(&self) -> bool {
        self.color == Color::YCbCr && self.compression != Compression::Jpeg
    }
}

fn side(picture: &Directory<'_>, tag: u16) -> Result<u32> {
    let side = picture.number(tag).and_then(|side| u32::try_from(side).ok());
    side.filter(|&side| side > 0).ok_or_else(truncated)
}

/// Bits of every sample, and whether they are floating point.
fn depth(picture: &Directory<'_>, samples: u64) -> Result<(usize, bool)> {
    let all = |tag: u16, default: u64, what: &str| {
        let Some(value) = picture.value(tag) else { return Ok(default) };
        let first = value.number(0).ok_or_else(truncated)?;
        let same = value.numbers().take(samples as usize).all(|number| number == first);
        if same { Ok(first) } else { Err(unsupported(what)) }
    };
    let bits = all(BITS, 1, "with samples of different depths")?;
    match (all(SAMPLE_FORMAT, 1, "with samples of different kinds")?, bits) {
        (1 | 4, 1..=16 | 32) => Ok((bits as usize, false)),
        (3, 16 | 32 | 64) => Ok((bits as usize, true)),
        (2, _) => Err(unsupported("of signed numbers")),
        (3, _) => Err(unsupported(format_args!("of floating-point samples of {bits} bits"))),
        (5 | 6, _) => Err(unsupported("of complex numbers")),
        _ => Err(unsupported(format_args!("of {bits} bits a sample"))),
    }
}

fn compression(picture: &Directory<'_>) -> Result<Compression> {
    let what = match picture.number(COMPRESSION).unwrap_or(1) {
        1 => return Ok(Compression::None),
        2 => return Ok(Compression::FaxRows),
        3 => {
            let two_dimensional = picture.number(T4_OPTIONS).unwrap_or(0) & 1 == 1;
            return Ok(Compression::Fax3 { two_dimensional });
        }
        4 => return Ok(Compression::Fax4),
        5 => return Ok(Compression::Lzw),
        7 => return Ok(Compression::Jpeg),
        8 | 32946 => return Ok(Compression::Deflate),
        32773 => return Ok(Compression::PackBits),
        6 => "with a JPEG in the old way of 1992",
        9 | 10 | 34661 => "compressed by JBIG",
        33003 | 33005 | 34712 => "with a JPEG 2000",
        34887 => "compressed by LERC",
        34925 => "compressed by LZMA",
        50000 => "compressed by Zstandard",
        50001 => "with a WebP",
        50002 => "with a JPEG XL",
        other => return Err(unsupported(format_args!("with compression number {other}"))),
    };
    Err(unsupported(format_args!("{what}, which slimpix lacks; save it with LZW or Deflate: it")))
}

fn predictor(picture: &Directory<'_>, compression: Compression) -> Result<Predictor> {
    let used = matches!(compression, Compression::Lzw | Compression::Deflate);
    match picture.number(PREDICTOR).filter(|_| used).unwrap_or(1) {
        1 => Ok(Predictor::None),
        2 => Ok(Predictor::Difference),
        3 => Ok(Predictor::FloatingPoint),
        other => Err(Error::corrupt(format_args!("the tiff has predictor {other}"))),
    }
}

fn color(picture: &Directory<'_>, bits: usize, floating: bool) -> Result<Color> {
    let what = match picture.number(PHOTOMETRIC) {
        Some(0) => return Ok(Color::InvertedGray),
        Some(1 | 4) => return Ok(Color::Gray),
        // Left out by old scanners: fax has white as zero, all else black.
        None => return Ok(Color::Gray),
        Some(2) => return Ok(Color::Rgb),
        Some(3) if bits <= 8 && !floating => return palette(picture, bits),
        Some(3) => "with a palette of more than 8 bits",
        Some(5) if picture.number(INK_SET).unwrap_or(1) == 1 => return Ok(Color::Cmyk),
        Some(5) => "of inks other than cyan, magenta, yellow and black",
        Some(6) if bits == 8 => return Ok(Color::YCbCr),
        Some(6) => "of luma and chroma (YCbCr) other than 8 bits a sample",
        Some(8..=10) => "of CIE L*a*b* colors",
        Some(32844 | 32845) => "of logarithmic light (LogL, LogLuv)",
        Some(other) => {
            return Err(unsupported(format_args!(
                "with colors of kind {other} (photometric interpretation)"
            )));
        }
    };
    Err(unsupported(what))
}

/// The colors of a palette: all reds, all greens, all blues, 16 bits each. Some writers put 8-bit
/// numbers there, which is seen by none being above 255.
fn palette(picture: &Directory<'_>, bits: usize) -> Result<Color> {
    let map = picture.value(COLOR_MAP).ok_or_else(|| Error::corrupt("the tiff has no palette"))?;
    let colors = 1 << bits;
    let wide = map.numbers().take(3 * colors).any(|level| level > 255);
    let level = |index: usize| {
        let level =
            map.number(index).ok_or_else(|| Error::corrupt("the tiff's palette is too short"))?;
        Ok((if wide { (level * 255 + 32767) / 65535 } else { level }).min(255) as u8)
    };
    let color = |index| Ok([level(index)?, level(colors + index)?, level(2 * colors + index)?]);
    Ok(Color::Palette((0..colors).map(color).collect::<Result<_>>()?))
}

/// Twice as many luma samples as chroma both ways where nothing is said; a JPEG has its own word.
fn subsampling(picture: &Directory<'_>, compression: Compression) -> Result<(usize, usize)> {
    if picture.number(PHOTOMETRIC) != Some(6) || compression == Compression::Jpeg {
        return Ok((1, 1));
    }
    let value = picture.value(YCBCR_SUBSAMPLING);
    let part = |index| value.map_or(Some(2), |value| value.number(index));
    match (part(0), part(1)) {
        (Some(across @ (1 | 2 | 4)), Some(down @ (1 | 2 | 4))) => {
            Ok((across as usize, down as usize))
        }
        _ => Err(Error::corrupt("the tiff's chroma subsampling is none of 1, 2 and 4")),
    }
}

fn fractions<const N: usize>(picture: &Directory<'_>, tag: u16, default: [f32; N]) -> [f32; N] {
    let Some(value) = picture.value(tag) else { return default };
    let mut out = default;
    for (index, fraction) in out.iter_mut().enumerate() {
        let Some(stored) = value.fraction(index) else { return default };
        *fraction = stored;
    }
    out
}
