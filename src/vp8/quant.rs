//! Quantiser steps and the weight of a bit, by segment.
//!
//! A picture has one base index, four segments their own, and five of the six kinds of coefficient a delta of their own
//! (RFC 6386 section 9.6). The weight of a bit follows from the step: at the optimum another bit lowers the squared
//! error by a fixed share of the step squared.
//!
//! All constants here were found by coordinate descent on bytes at equal SSIMULACRA2 (60, 70, 80, 85) over photos and
//! graphics in equal shares. What the metric taught: errors in low frequencies weigh most, since they show at every
//! scale; chroma deserves finer steps than luma; squared error alone, without a term for texture, is enough once it is
//! weighted so.
//!
//! Tried and rejected: weights falling off in chroma (+0.1 %), coarser chroma (+2 %), even finer chroma (+0.7 %), other
//! weights of bits for Y2 (within noise).

use crate::cost::log2_256;
use crate::tables::{AC_STEPS, DC_STEPS};

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
        Self {
            step,
            reciprocal: step.map(|s| (((1 << 17) + u32::from(s) / 2) / u32::from(s)) as u16),
        }
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
#[derive(Clone, Copy, Debug)]
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

/// The same for every picture: 2 to 4 % of bytes against none.
pub const DELTAS: Deltas = Deltas { y1_dc: 0, y2_dc: 2, y2_ac: -4, uv_dc: -6, uv_ac: -2 };

/// Quantiser index by quality, linear in between: where the mean score over the corpus is libwebp's at that quality.
const INDEX_BY_QUALITY: [(i32, i32); 9] =
    [(1, 96), (15, 66), (30, 52), (45, 40), (60, 32), (75, 25), (85, 14), (92, 7), (100, 0)];

/// The quantiser index, 0..=96, of a quality 1..=100.
pub fn index_for(quality: u8) -> i32 {
    let quality = i32::from(quality);
    let upper = INDEX_BY_QUALITY.iter().position(|&(q, _)| q >= quality.max(2)).unwrap_or(8);
    let ((q0, i0), (q1, i1)) = (INDEX_BY_QUALITY[upper - 1], INDEX_BY_QUALITY[upper]);
    (i0 * (q1 - quality) + i1 * (quality - q0) + (q1 - q0) / 2) / (q1 - q0)
}

/// What an error in a coefficient counts, in 1/16, by the sum of its two frequencies.
const LUMA_WEIGHTS: [u16; 7] = [16, 13, 11, 9, 7, 5, 3];
/// See [`LUMA_WEIGHTS`]: Y2 holds low frequencies only.
const Y2_WEIGHTS: [u16; 7] = [16, 16, 17, 17, 18, 18, 19];
/// See [`LUMA_WEIGHTS`]: chroma has half the resolution already.
const CHROMA_WEIGHTS: [u16; 7] = [16; 7];

fn by_frequency(weights: &[u16; 7]) -> [u16; 16] {
    std::array::from_fn(|i| weights[i % 4 + i / 4])
}

/// Everything that follows from a segment's quantiser index.
#[derive(Clone, Debug)]
pub struct SegmentQuant {
    /// By `tokens::kind`.
    blocks: [BlockQuant; 4],
    /// What 1/256 bit weighs in each decision between modes.
    pub lambda: Lambdas,
    /// What it weighs against residuals that are not yet quantised.
    satd_lambda: u64,
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

/// `share / 64` of the step squared, at least 1: below 2^24 for the steps there are.
fn lambda(share: i64, step: u16) -> i64 {
    (share * i64::from(step) * i64::from(step) / 64).max(1)
}

impl SegmentQuant {
    /// Steps and weights at quantiser `index`, 0..=127.
    pub fn new(index: i32, deltas: &Deltas) -> Self {
        let at = |delta: i32| (index + delta).clamp(0, 127) as usize;
        let ac = AC_STEPS[at(0)];
        let uv_ac = AC_STEPS[at(deltas.uv_ac)];
        // Scaling and bounds of Y2's and chroma's steps: section 14.1.
        let y1 = Steps::new(DC_STEPS[at(deltas.y1_dc)], ac);
        let y2_ac = (u32::from(AC_STEPS[at(deltas.y2_ac)]) * 155 / 100).max(8) as u16;
        let y2 = Steps::new(2 * DC_STEPS[at(deltas.y2_dc)], y2_ac);
        let uv = Steps::new(DC_STEPS[at(deltas.uv_dc)].min(132), uv_ac);
        let block = |steps: &Steps, bias: (u32, u32), weights: &[u16; 7], lambda: i64| BlockQuant {
            steps: steps.clone(),
            bias: dc_and_ac(bias.0 << 9, bias.1 << 9),
            weights: by_frequency(weights),
            lambda,
        };
        Self {
            blocks: [
                block(&y1, (96, 110), &LUMA_WEIGHTS, lambda(46, ac)),
                block(&y2, (96, 108), &Y2_WEIGHTS, lambda(64, ac)),
                block(&uv, (110, 115), &CHROMA_WEIGHTS, lambda(46, uv_ac)),
                block(&y1, (96, 110), &LUMA_WEIGHTS, lambda(69, ac)),
            ],
            lambda: Lambdas {
                i16: lambda(64, ac),
                i4: lambda(69, ac),
                luma: lambda(34, ac),
                uv: lambda(37, uv_ac),
            },
            satd_lambda: 11 * u64::from(ac),
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
        (u64::from(satd) << 12) + u64::from(rate) * self.satd_lambda
    }
}

/// The index whose AC step is nearest to that of `index`, shifted by `shift` 1/256 octaves.
pub fn shifted(index: i32, shift: i32) -> i32 {
    let log = |i: i32| log2_256(u32::from(AC_STEPS[i as usize])) as i32;
    let wish = log(index) + shift;
    (0..128).min_by_key(|&i| (log(i) - wish).abs()).unwrap_or(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_falls_as_quality_rises() {
        let indices: Vec<i32> = (1..=100).map(index_for).collect();
        assert_eq!((indices[0], indices[99]), (96, 0));
        assert!(indices.is_sorted_by(|a, b| a >= b), "{indices:?}");
    }

    #[test]
    fn an_octave_doubles_the_step() {
        for index in 10..90 {
            let (step, twice) = (AC_STEPS[index as usize], AC_STEPS[shifted(index, 256) as usize]);
            assert!((2 * step).abs_diff(twice) <= 2 + step / 16, "{index}: {step} {twice}");
        }
    }
}
