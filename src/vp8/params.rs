//! What a caller may ask for, and what can be wrong with it.

use std::fmt;

/// Longest side a VP8 frame header can hold: 14 bits (RFC 6386 section 9.1).
pub const MAX_SIDE: usize = 16383;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// 1..=100; scores about what libwebp scores at the same number.
    pub quality: u8,
    /// 0..=6: from fastest to smallest, as libwebp's `-m`.
    pub effort: u8,
    /// Choose chroma so that edges in colour stay sharp after the decoder's interpolation: slower.
    pub sharp_yuv: bool,
    /// Overrides of what `effort` switches on.
    pub tools: Tools,
}

/// What the encoder tries; [`Tools::at_effort`] is the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// How many 16x16 modes are coded in full, 1..=4.
    pub i16: usize,
    /// How many 4x4 modes are coded in full for each block, 0..=10; none without 4x4 prediction.
    pub i4: usize,
    /// How many chroma modes are coded in full, 1..=4.
    pub uv: usize,
    /// Where levels are chosen together.
    pub trellis: Trellis,
    /// Passes
    pub passes: usize,
}

/// Where trellis quantisation is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trellis {
    /// Nowhere.
    Off,
    /// On the mode that won without it.
    Winner,
    /// On every mode that is tried.
    Every,
}

impl Tools {
    /// The tools of an effort level, 0..=6.
    pub fn at_effort(effort: u8) -> Self {
        let t = |n: &str, d: usize| crate::tune::tune(n, d as i32) as usize;
        let (i16, i4, uv, trellis, passes) = match effort {
            0..=4 => (2, 3, 2, 1, 1),
            _ => (4, 10, 4, 2, 2),
        };
        let trellis = match t("trellis", trellis) { 0 => Trellis::Off, 1 => Trellis::Winner, _ => Trellis::Every };
        Self { i16: t("i16", i16), i4: t("i4", i4), uv: t("uv", uv), trellis, passes: t("passes", passes) }
    }
}

impl Params {
    /// Default
    pub fn new(quality: u8, effort: u8) -> Self {
        Self { quality, effort, sharp_yuv: false, tools: Tools::at_effort(effort) }
    }
}

/// Why a picture was not encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A side is 0 or more than [`MAX_SIDE`].
    Size {
        /// Pixels a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The pixels are not as many bytes as the size asks for.
    PixelCount {
        /// Bytes asked for.
        expected: usize,
        /// Bytes given.
        given: usize,
    },
    /// A parameter is out of its range.
    Param {
        /// Its name.
        name: &'static str,
        /// What was given.
        given: u8,
        /// What may be.
        range: (u8, u8),
    },
    /// The modes of all macroblocks do not fit into the 512 KiB of the first partition (RFC 6386 section 9.1).
    TooComplex,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { width, height } => {
                write!(f, "{width}x{height} pixels: each side must be 1 to {MAX_SIDE}")
            }
            Self::PixelCount { expected, given } => {
                write!(f, "{given} bytes of pixels where the size asks for {expected}")
            }
            Self::Param { name, given, range: (low, high) } => {
                write!(f, "{name} is {given}, it must be {low} to {high}")
            }
            Self::TooComplex => write!(f, "the picture's modes do not fit into VP8's first partition"),
        }
    }
}

impl std::error::Error for Error {}
