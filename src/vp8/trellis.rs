//! Trellis quantisation: the levels of a block that are best together, not each by itself.
//!
//! A level's cost depends on the one before it through three contexts (zero, one, more), so the best way through the
//! block is a shortest path over coefficients and contexts. Each coefficient may take the level below its value, the
//! one above, or zero. Scores count the error *saved* against a zero, so that ending the block early needs no sum over
//! the tail.

use crate::cost::BlockCosts;
use crate::dsp::Block;
use crate::quant::{SCORE_SCALE, Steps};
use crate::tables::{MAX_LEVEL, ZIGZAG};

/// A score no path reaches.
const NEVER: i64 = i64::MAX / 2;

/// The best levels in coding order, what they decode to, and where they end; see [`crate::decide`] for `weights`.
pub fn quantize(
    coeffs: &Block,
    steps: &Steps,
    costs: &BlockCosts,
    first: usize,
    context: usize,
    lambda: i64,
    weights: &[u16; 16],
) -> (Block, Block, usize) {
    let last = last_worth_trying(coeffs, steps, first);
    let mut levels = [0i16; 16];
    let mut seen = [0i16; 16];
    let Some(last) = last else { return (levels, seen, 0) };

    // best[c]: the lowest score of a path whose last level puts the next coefficient in context c.
    let mut best = [NEVER; 3];
    best[context] = i64::from(costs.start(first, context)) * lambda;
    // came[n][c]: the context before, and the magnitude taken, on that path.
    let mut came = [[(0u8, 0u16); 3]; 16];
    let mut end = (i64::from(costs.end(first, context)) * lambda, 0, 0);

    for n in first..=last {
        let at = ZIGZAG[n];
        let magnitude = i32::from(coeffs[at].unsigned_abs());
        let step = i32::from(steps.step[at]);
        let below = ((magnitude as u32 * u32::from(steps.reciprocal[at])) >> 17) as i32;
        let mut next = [NEVER; 3];
        let mut try_level = |level: i32| {
            let level = level.min(MAX_LEVEL);
            let error = magnitude - level * step;
            let saved = i64::from(error * error - magnitude * magnitude) * i64::from(weights[at]);
            let saved = saved * SCORE_SCALE;
            let to = level.min(2) as usize;
            for (from, &score) in best.iter().enumerate() {
                if score < NEVER {
                    let score = score + saved + i64::from(costs.level(n, from, level as usize)) * lambda;
                    if score < next[to] {
                        next[to] = score;
                        came[n][to] = (from as u8, level as u16);
                    }
                }
            }
        };
        try_level(below);
        if below * step + step * 3 / 8 < magnitude {
            try_level(below + 1);
        }
        if below == 1 || below == 2 {
            try_level(0);
        }
        best = next;
        for context in 1..3 {
            if best[context] < NEVER {
                let score = best[context] + i64::from(costs.end(n + 1, context)) * lambda;
                if score < end.0 {
                    end = (score, n + 1, context);
                }
            }
        }
    }

    let (_, end, mut context) = end;
    for n in (first..end).rev() {
        let (from, magnitude) = came[n][context];
        let at = ZIGZAG[n];
        let level = if coeffs[at] < 0 { -(magnitude as i16) } else { magnitude as i16 };
        levels[n] = level;
        seen[at] = level.wrapping_mul(steps.step[at] as i16);
        context = usize::from(from);
    }
    (levels, seen, end)
}

/// The last coefficient, in coding order, that could be worth a level of one.
fn last_worth_trying(coeffs: &Block, steps: &Steps, first: usize) -> Option<usize> {
    (first..16).rev().find(|&n| {
        let at = ZIGZAG[n];
        u32::from(coeffs[at].unsigned_abs()) * 8 > u32::from(steps.step[at]) * 4
    })
}
