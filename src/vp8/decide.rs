//! Chooses how a macroblock is predicted and quantised: by what it costs and how far it is off.
//!
//! Errors are measured in the transform's domain, where they are four times the pixels': a candidate then needs no
//! inverse transform, and only the winner is reconstructed.

use crate::cost::{Costs, bit_cost};
use crate::cursor::{Cursor, NonZero, Pixels};
use crate::dsp::{self, Block, Tile};
use crate::header::{b_mode_cost, uv_mode_cost, y_mode_cost};
use crate::params::Tools;
use crate::quant::{SCORE_SCALE, SegmentQuant, Steps};
use crate::tables::b_mode;
use crate::tokens::{Tokens, kind};
use crate::trellis;

/// How a macroblock is predicted: everything the first partition says of it, and what the filter asks.
#[derive(Clone, Debug)]
pub struct Macroblock {
    /// Which segment's quantiser it uses.
    pub segment: u8,
    /// Whether all its levels are zero.
    pub skip: bool,
    /// A mode of `mb_mode`, or none for sixteen 4x4 predictions.
    pub luma: Option<u8>,
    /// A mode of `mb_mode`.
    pub chroma: u8,
    /// The 4x4 modes, or those that a 16x16 mode stands for (RFC 6386 section 11.3).
    pub modes: [u8; 16],
}

/// What a decision rests on besides the macroblock.
pub struct Context<'a> {
    /// The segment's steps and weights.
    pub quant: &'a SegmentQuant,
    /// What tokens cost now.
    pub costs: &'a Costs,
    /// What to try.
    pub tools: &'a Tools,
    /// What an error in each luma coefficient counts, in 1/16.
    pub luma_weights: &'a [u16; 16],
    /// y2
    pub y2_weights: &'a [u16; 16],
    /// What an error in each chroma coefficient counts.
    pub chroma_weights: &'a [u16; 16],
}

/// A coded block: levels in coding order, what they decode to, where they end.
#[derive(Clone, Copy)]
struct Coded {
    levels: Block,
    seen: Block,
    end: usize,
    rate: u32,
    error: i64,
}

const EMPTY: Coded = Coded { levels: [0; 16], seen: [0; 16], end: 0, rate: 0, error: 0 };

/// A whole macroblock's levels and pixels.
pub struct Decision {
    /// What the header says.
    pub block: Macroblock,
    /// What the decoder shows before filtering.
    pub decoded: Pixels,
    luma: [Coded; 16],
    y2: Coded,
    chroma: [Coded; 8],
}

#[derive(Clone, Copy)]
struct Lambda {
    choose: i64,
    levels: i64,
}

impl Context<'_> {
    #[allow(clippy::too_many_arguments)]
    fn code(&self, coeffs: &Block, steps: &Steps, kind: usize, context: usize, lambda: i64, trellis: bool) -> Coded {
        let first = usize::from(kind == kind::LUMA_AC);
        let costs = &self.costs.blocks[kind];
        let weights = match kind { kind::CHROMA => self.chroma_weights, kind::Y2 => self.y2_weights, _ => self.luma_weights };
        let (levels, seen, end) = if trellis {
            trellis::quantize(coeffs, steps, costs, first, context, lambda, weights)
        } else {
            dsp::quantize_4x4(coeffs, steps)
        };
        let rate = costs.block(&levels, first, end, context);
        Coded { levels, seen, end, rate, error: error(coeffs, &seen, weights) }
    }
}

fn error(coeffs: &Block, seen: &Block, weights: &[u16; 16]) -> i64 {
    dsp::error_4x4(coeffs, seen, weights).into()
}

struct Luma16 {
    mode: u8,
    score: i64,
    choose_score: i64,
    prediction: [Tile; 16],
    blocks: [Coded; 16],
    y2: Coded,
    dcs: Block,
}

/// Decides everything about the macroblock under the cursor.
pub fn decide(cursor: &Cursor, context: &Context, segment: u8) -> Decision {
    let mut best16 = best_16x16(cursor, context);
    let mut four = None;
    if context.tools.i4 > 0 {
        four = best_4x4(cursor, context, best16.choose_score);
    }
    let (chroma_mode, chroma, chroma_pixels) = best_chroma(cursor, context);
    let mut decoded = Pixels { luma: [[0; 16]; 16], chroma: chroma_pixels };
    match four {
        Some((modes, blocks, pixels)) => {
            decoded.luma = pixels;
            let skip = blocks.iter().chain(&chroma).all(|b| b.end == 0);
            Decision {
                block: Macroblock { segment, skip, luma: None, chroma: chroma_mode, modes },
                decoded,
                luma: blocks,
                y2: EMPTY,
                chroma,
            }
        }
        None => {
            for i in 0..16 {
                best16.blocks[i].seen[0] = best16.dcs[i];
                decoded.luma[i] = dsp::idct_4x4(&best16.prediction[i], &best16.blocks[i].seen);
            }
            let skip = best16.y2.end == 0 && best16.blocks.iter().chain(&chroma).all(|b| b.end <= 0);
            Decision {
                block: Macroblock {
                    segment,
                    skip,
                    luma: Some(best16.mode),
                    chroma: chroma_mode,
                    modes: [crate::header::implied_b_mode(best16.mode); 16],
                },
                decoded,
                luma: best16.blocks,
                y2: best16.y2,
                chroma,
            }
        }
    }
}

fn best_16x16(cursor: &Cursor, context: &Context) -> Luma16 {
    let mut best: Option<Luma16> = None;
    for mode in 0..4 {
        let trial = try_16x16(cursor, context, mode);
        if best.as_ref().is_none_or(|b| trial.score < b.score) {
            best = Some(trial);
        }
    }
    best.unwrap()
}

fn try_16x16(cursor: &Cursor, context: &Context, mode: u8) -> Luma16 {
    let quant = context.quant;
    let trellis = context.tools.trellis;
    let mut prediction = [[0; 16]; 16];
    cursor.luma.predict(mode, &mut prediction);
    let mut coeffs: [Block; 16] =
        std::array::from_fn(|i| dsp::fdct_4x4(&cursor.source.luma[i], &prediction[i]));
    let dcs: Block = std::array::from_fn(|i| coeffs[i][0]);
    let y2_context = usize::from(cursor.non_zero_above[8] + cursor.non_zero_left[8]);
    let y2 = context.code(&dsp::fwht_4x4(&dcs), &quant.y2, kind::Y2, y2_context, quant.lambda.trellis_y2, trellis);
    let seen_dcs = dsp::iwht_4x4(&y2.seen);
    let mut rate = y2.rate;
    let mut distortion = error(&dcs, &seen_dcs, context.y2_weights);
    let mut above = [0, 1, 2, 3].map(|i| cursor.non_zero_above[i]);
    let mut left = [0, 1, 2, 3].map(|i| cursor.non_zero_left[i]);
    let mut blocks = [EMPTY; 16];
    for i in 0..16 {
        coeffs[i][0] = 0;
        let ctx = usize::from(above[i % 4] + left[i / 4]);
        let coded = context.code(&coeffs[i], &quant.y1, kind::LUMA_AC, ctx, quant.lambda.trellis_i16, trellis);
        rate += coded.rate;
        distortion += coded.error;
        let nz = u8::from(coded.end > 0);
        above[i % 4] = nz;
        left[i / 4] = nz;
        blocks[i] = coded;
    }
    rate += y_mode_cost(Some(mode));
    let score = distortion * SCORE_SCALE + i64::from(rate) * quant.lambda.i16;
    let choose_score = distortion * SCORE_SCALE + i64::from(rate) * quant.lambda.luma;
    Luma16 { mode, score, choose_score, prediction, blocks, y2, dcs: seen_dcs }
}

type Luma4 = ([u8; 16], [Coded; 16], [Tile; 16]);

fn best_4x4(cursor: &Cursor, context: &Context, limit: i64) -> Option<Luma4> {
    let quant = context.quant;
    let mut modes = [0u8; 16];
    let mut blocks = [EMPTY; 16];
    let mut pixels = [[0u8; 16]; 16];
    let mut above = [0, 1, 2, 3].map(|i| cursor.non_zero_above[i]);
    let mut left = [0, 1, 2, 3].map(|i| cursor.non_zero_left[i]);
    let mut rate = y_mode_cost(None);
    let mut distortion = 0i64;
    for i in 0..16 {
        let edge = edge_4x4(cursor, &pixels, i);
        let tiles = dsp::predict_4x4(&edge);
        let source = &cursor.source.luma[i];
        let mode_above = if i < 4 { cursor.modes_above[i] } else { modes[i - 4] };
        let mode_left = if i % 4 == 0 { cursor.modes_left[i / 4] } else { modes[i - 1] };
        let satds = dsp::satd_4x4_all(source, &tiles);
        let mut order: [(i64, u8); b_mode::COUNT] = std::array::from_fn(|m| {
            let satd = i64::from(satds[m]);
            let bits = i64::from(b_mode_cost(mode_above, mode_left, m as u8));
            (satd * 1024 + bits * i64::from(context.quant.y1.step[1]) * i64::from(crate::tune::tune("satdl", 1)), m as u8)
        });
        order.sort_unstable();
        let ctx = usize::from(above[i % 4] + left[i / 4]);
        let mut best = (i64::MAX, 0u8, EMPTY, 0u32);
        for &(_, m) in &order[..context.tools.i4] {
            let coeffs = dsp::fdct_4x4(source, &tiles[usize::from(m)]);
            let coded = context.code(&coeffs, &quant.y1, kind::LUMA, ctx, quant.lambda.trellis_i4, context.tools.trellis);
            let bits = coded.rate + b_mode_cost(mode_above, mode_left, m);
            let score = coded.error * SCORE_SCALE + i64::from(bits) * quant.lambda.i4;
            if score < best.0 {
                best = (score, m, coded, bits);
            }
        }
        let (_, m, coded, bits) = best;
        modes[i] = m;
        rate += bits;
        distortion += coded.error;
        if distortion * SCORE_SCALE + i64::from(rate) * quant.lambda.luma >= limit {
            return None;
        }
        pixels[i] = dsp::idct_4x4(&tiles[usize::from(m)], &coded.seen);
        above[i % 4] = u8::from(coded.end > 0);
        left[i / 4] = u8::from(coded.end > 0);
        blocks[i] = coded;
    }
    Some((modes, blocks, pixels))
}

/// The sixteen edge pixels of 4x4 block `i`, in the order `dsp::predict_4x4` asks for.
fn edge_4x4(cursor: &Cursor, pixels: &[Tile; 16], i: usize) -> [u8; 16] {
    let (x, y) = (i % 4, i / 4);
    let mut edge = [0; 16];
    for k in 0..4 {
        edge[4 - k] = if x > 0 { pixels[i - 1][4 * k + 3] } else { cursor.luma.left[4 * y + k] };
    }
    edge[0] = edge[1];
    edge[5] = match (x, y) {
        (0, 0) => cursor.luma.corner,
        (_, 0) => cursor.luma.above[4 * x - 1],
        (0, _) => cursor.luma.left[4 * y - 1],
        _ => pixels[i - 5][15],
    };
    let above = |k: usize| if y > 0 { pixels[4 * (y - 1) + k / 4][12 + k % 4] } else { cursor.luma.above[k] };
    for k in 0..8 {
        edge[6 + k] = if 4 * x + k < 16 { above(4 * x + k) } else { cursor.above_right[4 * x + k - 16] };
    }
    edge[14] = edge[13];
    edge[15] = edge[13];
    edge
}

fn best_chroma(cursor: &Cursor, context: &Context) -> (u8, [Coded; 8], [Tile; 8]) {
    let quant = context.quant;
    let mut best: Option<(i64, u8, [Coded; 8], [Tile; 8])> = None;
    for mode in 0..4 {
        let mut prediction = [[0; 16]; 8];
        let (u, v) = prediction.split_at_mut(4);
        cursor.chroma[0].predict(mode, u);
        cursor.chroma[1].predict(mode, v);
        let mut above = [4, 5, 6, 7].map(|i| cursor.non_zero_above[i]);
        let mut left = [4, 5, 6, 7].map(|i| cursor.non_zero_left[i]);
        let mut rate = uv_mode_cost(mode);
        let mut distortion = 0;
        let mut blocks = [EMPTY; 8];
        for i in 0..8 {
            let coeffs = dsp::fdct_4x4(&cursor.source.chroma[i], &prediction[i]);
            let (a, l) = (i / 4 * 2 + i % 2, i / 2);
            let ctx = usize::from(above[a] + left[l]);
            let coded = context.code(&coeffs, &quant.uv, kind::CHROMA, ctx, quant.lambda.trellis_uv, context.tools.trellis);
            rate += coded.rate;
            distortion += coded.error;
            above[a] = u8::from(coded.end > 0);
            left[l] = u8::from(coded.end > 0);
            blocks[i] = coded;
        }
        let score = distortion * SCORE_SCALE + i64::from(rate) * quant.lambda.uv;
        if best.as_ref().is_none_or(|b| score < b.0) {
            best = Some((score, mode, blocks, prediction));
        }
    }
    let (_, mode, blocks, prediction) = best.unwrap();
    (mode, blocks, std::array::from_fn(|i| dsp::idct_4x4(&prediction[i], &blocks[i].seen)))
}

impl Decision {
    /// Records the tokens; gives what the neighbours below and to the right must know of them.
    pub fn record(&self, cursor: &Cursor, tokens: &mut Tokens) -> (NonZero, NonZero) {
        let (mut above, mut left) = (cursor.non_zero_above, cursor.non_zero_left);
        let has_y2 = self.block.luma.is_some();
        if self.block.skip {
            // Y2's context outlives macroblocks that have none.
            let keep = |side: NonZero| [0, 0, 0, 0, 0, 0, 0, 0, if has_y2 { 0 } else { side[8] }];
            return (keep(above), keep(left));
        }
        let mut block = |kind: usize, coded: &Coded, a: usize, l: usize| {
            let context = usize::from(above[a] + left[l]);
            let non_zero = u8::from(tokens.record(kind, context, &coded.levels));
            (above[a], left[l]) = (non_zero, non_zero);
        };
        if has_y2 {
            block(kind::Y2, &self.y2, 8, 8);
        }
        let luma = if has_y2 { kind::LUMA_AC } else { kind::LUMA };
        for (i, coded) in self.luma.iter().enumerate() {
            block(luma, coded, i % 4, i / 4);
        }
        for (i, coded) in self.chroma.iter().enumerate() {
            block(kind::CHROMA, coded, 4 + i / 4 * 2 + i % 2, 4 + i / 2);
        }
        (above, left)
    }
}
