//! Trellis quantisation: the levels of a block that are best together, not each by itself.
//!
//! A level's cost depends on the one before it through three contexts (zero, one, more), so the best way through the
//! block is a shortest path over coefficients and contexts. Each coefficient may take its value rounded to the nearest
//! level, or one less. Scores count the error *saved* against a zero, so that ending the block early needs no sum over
//! the tail.

use crate::cost::BlockCosts;
use crate::dsp::{self, Block};
use crate::quant::{BlockQuant, ROUND_TO_NEAREST, SCORE_SCALE};
use crate::residual::Coded;
use crate::tables::ZIGZAG;

/// A score no path reaches.
const NEVER: i64 = i64::MAX / 2;

/// For each coefficient and the context after it, the step of the best path: the magnitude taken, times four, and the
/// context before. Four contexts where three would do, so that a row is one vector to clear.
type Paths = [[u32; 4]; 16];

/// The best levels of a block after `context`, from coefficient `first` on.
pub fn quantize(
    coeffs: &Block,
    quant: &BlockQuant,
    costs: &BlockCosts,
    first: usize,
    context: usize,
) -> Coded {
    let (rounded, _, last) = dsp::quantize_4x4(coeffs, &quant.steps, &ROUND_TO_NEAREST);
    if last == 0 {
        return Coded::EMPTY;
    }
    let lambda = quant.lambda;
    // best[c]: the lowest score of a path whose last level puts the next coefficient in context c.
    let mut best = [NEVER; 3];
    best[context] = i64::from(costs.start(first, context)) * lambda;
    let mut paths: Paths = [[0; 4]; 16];
    let (mut end, mut end_context) = (0, 0);
    let mut end_score = i64::from(costs.end(first, context)) * lambda;

    for n in first..last {
        let at = ZIGZAG[n];
        let coeff = i32::from(coeffs[at].unsigned_abs());
        let step = i32::from(quant.steps.step[at]);
        let weight = i64::from(quant.weights[at]) * SCORE_SCALE;
        let nearest = usize::from(rounded[n].unsigned_abs());
        let mut next = [NEVER; 3];
        for magnitude in nearest.saturating_sub(1)..=nearest {
            let level = magnitude as i32 * step;
            // (c - l)^2 - c^2, below 2^28.
            let saved = i64::from(level * (level - 2 * coeff)) * weight;
            let to = magnitude.min(2);
            let costs = costs.level(n, magnitude);
            for from in 0..3 {
                let score = best[from] + saved + i64::from(costs[from]) * lambda;
                if score < next[to] {
                    next[to] = score;
                    paths[n][to] = (magnitude << 2 | from) as u32;
                }
            }
        }
        best = next;
        for (context, &score) in best.iter().enumerate().skip(1) {
            let score = score + i64::from(costs.end(n + 1, context)) * lambda;
            if score < end_score {
                (end_score, end, end_context) = (score, n + 1, context);
            }
        }
    }
    walk_back(coeffs, quant, &paths, first, end, end_context)
}

/// The levels along the path that ends before coefficient `end`.
fn walk_back(
    coeffs: &Block,
    quant: &BlockQuant,
    paths: &Paths,
    first: usize,
    end: usize,
    mut context: usize,
) -> Coded {
    let mut coded = Coded { end, ..Coded::EMPTY };
    for n in (first..end).rev() {
        let step = paths[n][context];
        let at = ZIGZAG[n];
        let magnitude = (step >> 2) as i16;
        let level = if coeffs[at] < 0 { -magnitude } else { magnitude };
        coded.levels[n] = level;
        coded.seen[at] = level.wrapping_mul(quant.steps.step[at] as i16);
        context = (step & 3) as usize;
    }
    coded
}
