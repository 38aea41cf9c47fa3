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
}

impl Steps {
    /// Steps for a DC and fifteen AC coefficients.
    pub fn new(dc: u16, ac: u16) -> Self {
        let step = dc_and_ac(dc, ac);
        Self { step, reciprocal: step.map(|s| (((1 << 17) + u32::from(s) / 2) / u32::from(s)) as u16) }
    }
}

fn dc_and_ac<T: Copy>(dc: T, ac: T) -> [T; 16] {
    std::array::from_fn(|i| if i == 0 { dc } else { ac })
}

/// Half a level in the quantiser's 1/2^17.
pub const ROUND_TO_NEAREST: [u32; 16] = [1 << 16; 16];

/// How blocks of one type are quantised.
#[derive(Clone, Debug)]
pub struct BlockQuant {
    /// Steps.
    pub steps: Steps,
    /// What is added before the fraction is cut off, in 1/2^17: below a half, since small levels cost bits.
    pub bias: [u32; 16],
    /// What an error in each coefficient counts, in 1/16.
    pub weights: [u16; 16],
    /// What 1/256 bit weighs in the trellis.
    pub lambda: i64,
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

impl Deltas {
    /// x
    pub fn chosen() -> Self {
        Self { y1_dc: tune("dy1d", 0), y2_dc: tune("dy2d", 0), y2_ac: tune("dy2a", -4), uv_dc: tune("duvd", -6), uv_ac: tune("duva", -2) }
    }
}

/// The quantiser index of a quality.
pub fn index_for(quality: u8) -> i32 {
    let c = f64::from(quality) / 100.0;
    let lin = if c < 0.75 { c * 2.0 / 3.0 } else { 2.0 * c - 1.0 };
    (127.0 * (1.0 - lin.cbrt())) as i32
}

/// Everything that follows from a segment's quantiser index.
#[derive(Clone, Debug)]
pub struct SegmentQuant {
    /// By `tokens::kind`.
    blocks: [BlockQuant; 4],
    /// What 1/256 bit weighs in each decision between modes.
    pub lambda: Lambdas,
    /// Luma's step, by which bits weigh against residuals not yet quantised.
    step: u64,
}

/// What 1/256 bit weighs against `1 / SCORE_SCALE` of error.
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
}

/// Scores are `error * SCORE_SCALE + rate * lambda`.
pub const SCORE_SCALE: i64 = 256;

impl SegmentQuant {
    /// Steps and weights at quantiser `index`, 0..=127.
    pub fn new(index: i32, deltas: &Deltas) -> Self {
        let at = |delta: i32| (index + delta).clamp(0, 127) as usize;
        let ac = AC_STEPS[at(0)];
        let uv_dc = DC_STEPS[at(deltas.uv_dc)].min(132);
        let uv_ac = AC_STEPS[at(deltas.uv_ac)];
        let y1_dc = DC_STEPS[at(deltas.y1_dc)];
        let y2_dc = 2 * DC_STEPS[at(deltas.y2_dc)];
        let y2_ac = (u32::from(AC_STEPS[at(deltas.y2_ac)]) * 155 / 100).max(8) as u16;
        let b = |n: &str, d: i32| tune(n, d) as u32;
        let l = |n: &str, d: i32, q: u16| ((i64::from(tune(n, d)) * i64::from(q) * i64::from(q)) >> 6).max(1);
        let weigh = |name: &str, lo: i32| -> [u16; 16] { std::array::from_fn(|k| {
            let x = 16.0;
            let y = tune(name, lo) as f32;
            let d = (k % 4 + k / 4) as f32 / 6.0;
            let d = d.powf(tune("wpow", 10) as f32 / 10.0);
            (x + (y - x) * d) as u16
        })};
        let block = |dc, ac, (db, ab): (u32, u32), weights, lambda| BlockQuant { steps: Steps::new(dc, ac), bias: dc_and_ac(db << 9, ab << 9), weights, lambda };
        let luma = weigh("w1", 5);
        Self {
            blocks: [
                block(y1_dc, ac, (b("by1d", 96), b("by1a", 110)), luma, l("lt16", 46, ac)),
                block(y2_dc, y2_ac, (b("by2d", 96), b("by2a", 108)), weigh("wy2", 19), l("lty2", 64, ac)),
                block(uv_dc, uv_ac, (b("buvd", 110), b("buva", 115)), weigh("wc", 16), l("ltuv", 46, uv_ac)),
                block(y1_dc, ac, (b("by1d", 96), b("by1a", 110)), luma, l("lt4", 69, ac)),
            ],
            lambda: Lambdas {
                i16: l("li16", 64, ac),
                i4: l("li4", 69, ac),
                luma: l("lmode", 34, ac),
                uv: l("luv", 46, uv_ac),
            },
            step: u64::from(ac) * tune("satdl", 8) as u64,
        }
    }

    /// How blocks of a type of `tokens::kind` are quantised.
    #[inline]
    pub fn of(&self, kind: usize) -> &BlockQuant {
        &self.blocks[kind]
    }

    /// Ranks modes before their residual is coded.
    #[inline]
    pub fn satd_score(&self, satd: u32, rate: u32) -> u64 {
        (u64::from(satd) << 12) + u64::from(rate) * self.step
    }
}

/// The index whose AC step is nearest to that of `index`, shifted by `shift` 1/256 octaves.
pub fn shifted(index: i32, shift: i32) -> i32 {
    let log = |i: i32| crate::cost::log2_256(u32::from(AC_STEPS[i as usize])) as i32;
    let wish = log(index) + shift;
    (0..128).min_by_key(|&i| (log(i) - wish).abs()).unwrap_or(index)
}
