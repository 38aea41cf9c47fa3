//! Quantiser steps and the weight of a bit, by segment.
//!
//! A picture has one base index, four segments their own, and five of the six kinds of coefficient a delta of their own
//! (RFC 6386 section 9.6). The weight of a bit follows from the step: at the optimum another bit lowers the squared
//! error by a fixed share of the step squared.

use crate::tables::{AC_STEPS, DC_STEPS};
use crate::tune::tune;

/// Steps of one kind of block, raster order: entry 0 is the DC's.
#[derive(Clone, Debug)]
pub struct Steps {
    /// 4..=157 for luma, 8..=440 for Y2, 4..=132 DC for chroma.
    pub step: [u16; 16],
    /// `2^17 / step`, rounded: at most 2^15.
    pub reciprocal: [u16; 16],
    /// What is added before the fraction is cut off, in 1/2^17: below a half, since small levels cost bits.
    pub bias: [u32; 16],
}

impl Steps {
    /// Steps for a DC and fifteen AC coefficients; biases in 1/256.
    pub fn new(dc: u16, ac: u16, dc_bias: u32, ac_bias: u32) -> Self {
        let pick = |dc: u32, ac: u32| std::array::from_fn(|i| if i == 0 { dc } else { ac });
        let step = pick(u32::from(dc), u32::from(ac));
        Self {
            step: step.map(|s: u32| s as u16),
            reciprocal: step.map(|s| (((1 << 17) + s / 2) / s) as u16),
            bias: pick(dc_bias << 9, ac_bias << 9),
        }
    }
}

/// Deltas of the quantiser index, -15..=15, for the kinds of coefficient that have one (section 9.6).
#[derive(Clone, Copy, Debug, Default)]
pub struct Deltas {
    /// Luma DC.
    pub y1_dc: i32,
    /// Y2's DC.
    pub y2_dc: i32,
    /// Y2's other coefficients.
    pub y2_ac: i32,
    /// Chroma DC.
    pub uv_dc: i32,
    /// Chroma's other coefficients.
    pub uv_ac: i32,
}

/// Everything that follows from a segment's quantiser index.
#[derive(Clone, Debug)]
pub struct SegmentQuant {
    /// Luma.
    pub y1: Steps,
    /// The luma DCs of a 16x16 prediction.
    pub y2: Steps,
    /// Chroma.
    pub uv: Steps,
    /// What 1/256 bit weighs against a squared error of `1 / SCORE_SCALE` in the transform's domain, by decision.
    pub lambda: Lambdas,
}

/// See [`SegmentQuant::lambda`].
#[derive(Clone, Copy, Debug)]
pub struct Lambdas {
    /// Between the modes of a 16x16 prediction.
    pub i16: i64,
    /// Between the modes of a 4x4 block.
    pub i4: i64,
    /// Between one 16x16 prediction and sixteen of 4x4.
    pub luma: i64,
    /// Between chroma modes.
    pub uv: i64,
    /// Between levels: trellis on luma of a 16x16 prediction.
    pub trellis_i16: i64,
    /// Trellis on 4x4 luma.
    pub trellis_i4: i64,
    /// Trellis on chroma.
    pub trellis_uv: i64,
    /// Trellis on y2
    pub trellis_y2: i64,
}

/// Scores are `error * SCORE_SCALE + rate * lambda`; an error is below 2^26 a block, so a macroblock's is below 2^45.
pub const SCORE_SCALE: i64 = 4096 / 16;

impl SegmentQuant {
    /// Steps and weights at quantiser `index`, 0..=127.
    pub fn new(index: i32, deltas: &Deltas) -> Self {
        let at = |delta: i32| (index + delta).clamp(0, 127) as usize;
        let ac = AC_STEPS[at(0)];
        let uv_dc = DC_STEPS[at(deltas.uv_dc)].min(132);
        let y2_ac = (u32::from(AC_STEPS[at(deltas.y2_ac)]) * 155 / 100).max(8) as u16;
        let b = |n: &str, d: i32| tune(n, d) as u32;
        let q = i64::from(ac);
        let quv = i64::from(AC_STEPS[at(deltas.uv_ac)]);
        let l = |n: &str, d: i32, q: i64| ((i64::from(tune(n, d)) * q * q) >> 6).max(1);
        Self {
            y1: Steps::new(DC_STEPS[at(deltas.y1_dc)], ac, b("by1d", 96), b("by1a", 110)),
            y2: Steps::new(2 * DC_STEPS[at(deltas.y2_dc)], y2_ac, b("by2d", 96), b("by2a", 108)),
            uv: Steps::new(uv_dc, AC_STEPS[at(deltas.uv_ac)], b("buvd", 110), b("buva", 115)),
            lambda: Lambdas {
                i16: l("li16", 64, q),
                i4: l("li4", 64, q),
                luma: l("lmode", 48, q),
                uv: l("luv", 64, quv),
                trellis_i16: l("lt16", 64, q),
                trellis_i4: l("lt4", 64, q),
                trellis_uv: l("ltuv", 64, quv),
                trellis_y2: l("lty2", 64, q),
            },
        }
    }
}

/// The index whose AC step is nearest to that of `index`, shifted by `shift` 1/256 octaves.
pub fn shifted(index: i32, shift: i32) -> i32 {
    let log = |i: i32| crate::cost::log2_256(u32::from(AC_STEPS[i as usize])) as i32;
    let wish = log(index) + shift;
    (0..128).min_by_key(|&i| (log(i) - wish).abs()).unwrap_or(index)
}
