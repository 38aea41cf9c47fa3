//! SSIMULACRA2 (version 2.1) of two pictures, in safe Rust without dependencies and in little memory.
//!
//! The metric compares a picture with its original at six sizes: what is blurred of both (SSIM), which edges came up
//! and which were lost. Published by Jon Sneyers (Cloudinary) with libjxl, `tools/ssimulacra2.cc`, which is the authority
//! here; the constants are its, as far as they are not derived. It is what slimpix' encoders are tuned by.
//!
//! ```
//! use slimpix_score::{Picture, score};
//!
//! let original: Vec<u8> = (0..64 * 48 * 3).map(|i| (i % 251) as u8).collect();
//! let coarse: Vec<u8> = original.iter().map(|byte| byte & 0xf0).collect();
//! let [original, coarse] = [&original, &coarse].map(|rgb| Picture::new(64, 48, rgb).unwrap());
//! assert_eq!(score(&original, &original)?, 100.0);
//! assert!(score(&original, &coarse)? < 90.0);
//! # Ok::<(), slimpix_score::Error>(())
//! ```
//!
//! # The way through
//!
//! ```text
//! for each scale:
//!   linear      bytes, or the scale above  -> linear red, green and blue
//!   compare     strips of 64 columns, row by row:
//!     xyb         linear                   -> X, Y, B of both pictures
//!     blur        across                   -> a window of nine rows
//!     blur        down the window          -> means and squares of one row
//!     compare     those                    -> three errors a pixel, summed
//!   linear.half   a scale                  -> the next
//! weights     sums                         -> score
//! ```
//!
//! # Why so
//!
//! The metric as written down blurs whole planes, five for each of three channels, and holds a hundred bytes a pixel.
//! Here no blurred plane exists: the blur reaches four rows up and down, so a window of nine rows is all that a row's
//! errors need. Strips keep that window in the nearest cache, and let every row be an array whose length the compiler
//! knows, from which it makes SIMD of plain loops. What remains is the scale below the one at work: 6 bytes a pixel,
//! 7.5 while its own half is made.
//!
//! Per pixel there are only sums, products, quotients and comparisons, in an order that the source fixes: native, wasm
//! and wasm with SIMD differ at most in the last digits of the one `powf` at the end. `tests/judged.rs` holds the score to
//! 0.005 points of what exact arithmetic gives.

mod blur;
mod compare;
mod linear;
mod weights;
mod xyb;

use linear::{Linear, half};
use std::fmt;
use weights::SCALES;

/// An 8-bit sRGB picture without alpha.
///
/// Where a side is shorter than 8 pixels, which the metric has no answer for, the last column or row counts as repeated
/// until there are 8.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: usize,
    height: usize,
    pixels: &'a [[u8; 3]],
}

impl<'a> Picture<'a> {
    /// Interleaved red, green and blue, rows top down: `width * height * 3` bytes, and neither side 0.
    pub fn new(width: usize, height: usize, rgb: &'a [u8]) -> Result<Self, Error> {
        let (pixels, rest) = rgb.as_chunks();
        let whole = width.checked_mul(height) == Some(pixels.len()) && rest.is_empty();
        if !whole || pixels.is_empty() {
            return Err(Error::Pixels { width, height, bytes: rgb.len() });
        }
        Ok(Self { width, height, pixels })
    }
}

/// Why there is no score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A side is 0, or the bytes are not three for each pixel.
    Pixels {
        /// Pixels a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes given.
        bytes: usize,
    },
    /// The pictures are not of one size.
    Sizes {
        /// Width and height of the reference.
        reference: (usize, usize),
        /// Width and height of the other.
        distorted: (usize, usize),
    },
    /// There is no memory for the smaller scales: 7.5 bytes for each pixel of a picture.
    Memory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels { width, height, bytes } => {
                write!(f, "{bytes} bytes are no RGB picture of {width}x{height} pixels")
            }
            Self::Sizes { reference, distorted } => {
                let ((w0, h0), (w1, h1)) = (reference, distorted);
                write!(f, "pictures of {w0}x{h0} and {w1}x{h1} pixels cannot be compared")
            }
            Self::Memory => f.write_str("no memory for the picture's smaller scales"),
        }
    }
}

impl std::error::Error for Error {}

/// SSIMULACRA2 of `distorted` against `reference`: 100 is the same, 90 cannot be told apart, 70 is good, 50 is
/// middling; what has little in common goes far below 0. Not symmetric: an edge that is lost weighs otherwise than one
/// that came up.
pub fn score(reference: &Picture<'_>, distorted: &Picture<'_>) -> Result<f64, Error> {
    let sizes = [reference, distorted].map(|picture| (picture.width, picture.height));
    if sizes[0] != sizes[1] {
        return Err(Error::Sizes { reference: sizes[0], distorted: sizes[1] });
    }
    let scales = scales(reference.size());
    let mut norms = [Default::default(); SCALES];
    norms[0] = compare::norms([reference, distorted]);
    let mut pair = [half(reference)?, half(distorted)?];
    for norms in &mut norms[1..scales] {
        let [reference, distorted] = &pair;
        *norms = compare::norms([reference, distorted]);
        // In vain for the last, which is small.
        pair = [half(reference)?, half(distorted)?];
    }
    Ok(weights::score(&norms[..scales]))
}

/// How many scales count: none below one that is less than 8 pixels wide or high. That one counts still, as it does in
/// libjxl, which asks before it halves.
fn scales((mut width, mut height): (usize, usize)) -> usize {
    let mut scales = 1;
    while scales < SCALES && width.min(height) >= 8 {
        (width, height) = (width.div_ceil(2), height.div_ceil(2));
        scales += 1;
    }
    scales
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_scale_is_below_eight_pixels() {
        let sizes = [(8, 8), (8, 900), (15, 15), (64, 70), (128, 128), (9000, 9000)];
        assert_eq!(sizes.map(scales), [2, 2, 3, 5, 6, 6]);
    }
}
