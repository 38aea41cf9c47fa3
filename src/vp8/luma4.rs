//! Luma predicted as sixteen 4x4 blocks, each from its decoded neighbours.

use crate::cursor::Cursor;
use crate::dsp::{self, Tile};
use crate::header::{b_mode_costs, y_mode_cost};
use crate::params::Trellis;
use crate::residual::{Coded, Coder, Contexts, Price};
use crate::tables::b_mode;
use crate::tokens::kind;

/// One way of coding the sixteen blocks.
pub struct Luma4 {
    /// Their modes, of `b_mode`.
    pub modes: [u8; 16],
    /// Their levels.
    pub blocks: [Coded; 16],
    /// What the decoder shows.
    pub decoded: [Tile; 16],
    /// What they cost, modes told too.
    pub price: Price,
}

/// One mode tried on one block.
struct Trial {
    mode: usize,
    coded: Coded,
    price: Price,
}

impl Luma4 {
    /// The best modes of the `candidates` of each block that leave the smallest residual; nothing once the score, by
    /// `lambda.luma`, is `limit`.
    pub fn best(
        cursor: &Cursor,
        coder: &Coder,
        candidates: u8,
        trellis: Trellis,
        limit: i64,
    ) -> Option<Self> {
        let mut way = Self {
            modes: [0; 16],
            blocks: [Coded::EMPTY; 16],
            decoded: [[0; 16]; 16],
            price: Price { rate: y_mode_cost(None), error: 0 },
        };
        let mut contexts =
            Contexts::<4>::new(&cursor.non_zero_above[..4], &cursor.non_zero_left[..4]);
        for i in 0..16 {
            let tiles = dsp::predict_4x4(&way.edge(cursor, i));
            let costs = b_mode_costs(way.mode_above(cursor, i), way.mode_left(cursor, i));
            let source = &cursor.source.luma[i];
            let best = best_mode(coder, source, &tiles, costs, contexts.at(i), candidates, trellis);
            way.price += best.price;
            if way.price.score(coder.quant.lambda.luma) >= limit {
                return None;
            }
            contexts.set(i, &best.coded);
            way.decoded[i] = dsp::idct_4x4(&tiles[best.mode], &best.coded.seen);
            way.modes[i] = best.mode as u8;
            way.blocks[i] = best.coded;
        }
        Some(way)
    }

    fn mode_above(&self, cursor: &Cursor, i: usize) -> u8 {
        if i < 4 { cursor.modes_above[i] } else { self.modes[i - 4] }
    }

    fn mode_left(&self, cursor: &Cursor, i: usize) -> u8 {
        if i.is_multiple_of(4) { cursor.modes_left[i / 4] } else { self.modes[i - 1] }
    }

    /// The edge of block `i` as `dsp::predict_4x4` asks for it. To the right of the fourth column stands the macroblock
    /// above and to the right, for all four rows (RFC 6386 section 12.3).
    fn edge(&self, cursor: &Cursor, i: usize) -> [u8; 16] {
        let (x, y) = (i % 4, i / 4);
        let mut edge = [0; 16];
        for k in 0..4 {
            edge[4 - k] =
                if x > 0 { self.decoded[i - 1][4 * k + 3] } else { cursor.luma.left[4 * y + k] };
        }
        edge[5] = match (x, y) {
            (0, 0) => cursor.luma.corner,
            (_, 0) => cursor.luma.above[4 * x - 1],
            (0, _) => cursor.luma.left[4 * y - 1],
            _ => self.decoded[i - 5][15],
        };
        edge[6..10].copy_from_slice(self.row_above(cursor, i));
        edge[10..14].copy_from_slice(if x < 3 {
            self.row_above(cursor, i + 1)
        } else {
            &cursor.above_right
        });
        edge[0] = edge[1];
        [edge[14], edge[15]] = [edge[13]; 2];
        edge
    }

    fn row_above<'a>(&'a self, cursor: &'a Cursor, i: usize) -> &'a [u8] {
        if i < 4 { &cursor.luma.above[4 * i..4 * i + 4] } else { &self.decoded[i - 4][12..] }
    }
}

fn best_mode(
    coder: &Coder,
    source: &Tile,
    tiles: &[Tile; b_mode::COUNT],
    mode_costs: &[u16; b_mode::COUNT],
    context: u8,
    candidates: u8,
    trellis: Trellis,
) -> Trial {
    let try_mode = |mode: usize, trellis: bool| {
        let coeffs = dsp::fdct_4x4(source, &tiles[mode]);
        let (coded, mut price) = coder.code(&coeffs, kind::LUMA, context, trellis);
        price.rate += u32::from(mode_costs[mode]) * coder.mode_price;
        Trial { mode, coded, price }
    };
    let satds = dsp::satd_4x4_all(source, tiles);
    let mut scores: [u64; b_mode::COUNT] =
        std::array::from_fn(|mode| coder.quant.satd_score(satds[mode], mode_costs[mode].into()));
    let mut next = || {
        let least = scores.iter().enumerate().min_by_key(|(_, score)| **score);
        let (mode, _) = least.expect("there are ten modes");
        scores[mode] = u64::MAX;
        mode
    };
    let mut best = try_mode(next(), trellis == Trellis::Every);
    for _ in 1..candidates {
        let trial = try_mode(next(), trellis == Trellis::Every);
        if trial.price.score(coder.quant.lambda.i4) < best.price.score(coder.quant.lambda.i4) {
            best = trial;
        }
    }
    if trellis == Trellis::Winner && best.coded.end > 0 { try_mode(best.mode, true) } else { best }
}
