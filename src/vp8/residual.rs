//! Codes one block of residual: the step that every decision is made of.
//!
//! Errors are measured in the transform's domain, where a candidate needs no inverse transform, and are weighted by
//! frequency: an error in a low frequency shows at every scale of the picture, one in a high frequency at the finest
//! only.

use crate::cost::Costs;
use crate::dsp::{self, Block};
use crate::quant::{SCORE_SCALE, SegmentQuant};
use crate::tokens::kind;
use crate::trellis;

/// A coded block: levels in coding order, and what they decode to.
#[derive(Clone, Copy)]
pub struct Coded {
    /// In coding order.
    pub levels: Block,
    /// The coefficients the decoder will see, raster order.
    pub seen: Block,
    /// Just past the last level that is not zero; 0 where there is none.
    pub end: usize,
}

impl Coded {
    /// No levels.
    pub const EMPTY: Self = Self { levels: [0; 16], seen: [0; 16], end: 0 };

    /// Whether there are levels, as a context counts it.
    pub fn non_zero(&self) -> u8 {
        u8::from(self.end > 0)
    }
}

/// Bits, in 1/256, and weighted squared error.
#[derive(Clone, Copy, Default)]
pub struct Price {
    /// Bits in 1/256; a macroblock's are below 2^22.
    pub rate: u32,
    /// Sixteen times four times the pixels' squared error, at most; a macroblock's is below 2^32.
    pub error: u64,
}

impl Price {
    /// One number to compare by; `lambda` is below 2^24, so it stays below 2^47.
    #[inline]
    pub fn score(self, lambda: i64) -> i64 {
        self.error as i64 * SCORE_SCALE + i64::from(self.rate) * lambda
    }
}

impl std::ops::AddAssign for Price {
    fn add_assign(&mut self, other: Self) {
        self.rate += other.rate;
        self.error += other.error;
    }
}

/// What coding a block depends on besides its coefficients.
pub struct Coder<'a> {
    /// Steps and weights of the macroblock's segment.
    pub quant: &'a SegmentQuant,
    /// What tokens cost now.
    pub costs: &'a Costs,
    /// How often a 4x4 mode's bits count: more than once where the first partition would not hold them.
    pub mode_price: u32,
}

impl Coder<'_> {
    /// Quantises a block of a type of `tokens::kind` after `context` neighbours that have levels.
    #[inline]
    pub fn code(&self, coeffs: &Block, kind: usize, context: u8, trellis: bool) -> (Coded, Price) {
        let of = self.quant.of(kind);
        let first = usize::from(kind == kind::LUMA_AC);
        let costs = &self.costs.blocks[kind];
        let context = usize::from(context);
        let coded = if trellis {
            trellis::quantize(coeffs, of, costs, first, context)
        } else {
            let (levels, seen, end) = dsp::quantize_4x4(coeffs, &of.steps, &of.bias);
            Coded { levels, seen, end }
        };
        let rate = costs.block(&coded.levels, first, coded.end, context);
        let error = dsp::error_4x4(coeffs, &coded.seen, &of.weights).into();
        (coded, Price { rate, error })
    }
}

/// Contexts that run through a plane of blocks `N` wide, from the neighbours' (RFC 6386 section 13.3).
pub struct Contexts<const N: usize> {
    above: [u8; N],
    left: [u8; N],
}

impl<const N: usize> Contexts<N> {
    /// From what stands above and to the left.
    pub fn new(above: &[u8], left: &[u8]) -> Self {
        Self { above: std::array::from_fn(|i| above[i]), left: std::array::from_fn(|i| left[i]) }
    }

    /// Neighbours of block `i` that have levels, 0..=2.
    #[inline]
    pub fn at(&self, i: usize) -> u8 {
        self.above[i % N] + self.left[i / N]
    }

    /// Leaves word of block `i`.
    #[inline]
    pub fn set(&mut self, i: usize, coded: &Coded) {
        self.above[i % N] = coded.non_zero();
        self.left[i / N] = coded.non_zero();
    }
}
