//! What a caller may ask for, and what can be wrong with it.

use std::fmt;

/// Longest side a VP8 frame header can hold: 14 bits (RFC 6386 section 9.1).
pub const MAX_SIDE: usize = 16383;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// 1..=100; scores about what libwebp scores at the same number.
    pub quality: u8,
    /// Whether luma and chroma are fitted to what a decoder shows, so that light and colour stay right at edges between
    /// colours; on from effort 4 up.
    pub sharp_yuv: bool,
    /// What to try.
    pub tools: Tools,
    /// Whether [`crate::Frame::decoded`] is wanted.
    pub keep_decoded: bool,
}

/// What the encoder tries; [`Tools::at_effort`] is the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// How many 16x16 modes are coded in full, 1..=4.
    pub i16: u8,
    /// How many 4x4 modes are coded in full for each block, 0..=10; none without 4x4 prediction.
    pub i4: u8,
    /// How many chroma modes are coded in full, 1..=4.
    pub uv: u8,
    /// Where levels are chosen together.
    pub trellis: Trellis,
    /// Four quantisers by activity in place of one.
    pub segments: bool,
    /// Token probabilities of the picture's own.
    pub adapt: bool,
    /// Which loop filter smooths the edges of blocks.
    pub filter: Filter,
    /// Binary logarithm of the number of token partitions, 0..=3. More than one only costs bytes, unless a decoder
    /// works on them at the same time.
    pub partitions: u8,
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

/// The loop filters of RFC 6386 section 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// None.
    Off,
    /// Luma only and two pixels to each side: for decoders in haste.
    Simple,
    /// All planes, up to three pixels to each side.
    Normal,
}

impl Tools {
    /// The tools of an effort level, 0..=6, as libwebp's `-m`: from fastest to smallest.
    ///
    /// | effort | 16x16 modes | 4x4 modes | chroma modes | trellis |
    /// |---|---|---|---|---|
    /// | 0 | 1 | none | 1 | off |
    /// | 1 | 1 | 1 | 1 | off |
    /// | 2 | 1 | 1 | 1 | winner |
    /// | 3 | 1 | 2 | 2 | winner |
    /// | 4 | 2 | 3 | 2 | winner |
    /// | 5 | 2 | 3 | 4 | every |
    /// | 6 | 4 | 5 | 4 | every |
    ///
    /// Segments, filter and adapted probabilities cost next to nothing and are on at every level.
    pub fn at_effort(effort: u8) -> Self {
        use Trellis::{Every, Off, Winner};
        let (i16, i4, uv, trellis) = match effort {
            0 => (1, 0, 1, Off),
            1 => (1, 1, 1, Off),
            2 => (1, 1, 1, Winner),
            3 => (1, 2, 2, Winner),
            4 => (2, 3, 2, Winner),
            5 => (2, 3, 4, Every),
            _ => (4, 5, 4, Every),
        };
        Self {
            i16,
            i4,
            uv,
            trellis,
            segments: true,
            adapt: true,
            filter: Filter::Normal,
            partitions: 0,
        }
    }

    fn check(&self) -> Result<(), Error> {
        in_range("tools.i16", self.i16, (1, 4))?;
        in_range("tools.i4", self.i4, (0, 10))?;
        in_range("tools.uv", self.uv, (1, 4))?;
        in_range("tools.partitions", self.partitions, (0, 3))
    }
}

impl Params {
    /// `quality` 1..=100, `effort` 0..=6.
    pub fn new(quality: u8, effort: u8) -> Result<Self, Error> {
        in_range("quality", quality, (1, 100))?;
        in_range("effort", effort, (0, 6))?;
        Ok(Self {
            quality,
            sharp_yuv: effort >= 4,
            tools: Tools::at_effort(effort),
            keep_decoded: false,
        })
    }

    /// The fields are public: whatever was put into them is checked again before encoding.
    pub(crate) fn check(&self) -> Result<(), Error> {
        in_range("quality", self.quality, (1, 100))?;
        self.tools.check()
    }
}

fn in_range(name: &'static str, given: u8, range: (u8, u8)) -> Result<(), Error> {
    if (range.0..=range.1).contains(&given) {
        Ok(())
    } else {
        Err(Error::Param { name, given, range })
    }
}

/// So many of a value, or [`Error::Memory`].
pub(crate) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    all.try_reserve_exact(count).map_err(|_| Error::Memory)?;
    all.resize(count, value);
    Ok(all)
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
    /// There is no memory for the planes.
    Memory,
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
            Self::TooComplex => {
                write!(f, "the picture's modes do not fit into VP8's first partition")
            }
            Self::Memory => f.write_str("no memory for the picture's planes"),
        }
    }
}

impl std::error::Error for Error {}
