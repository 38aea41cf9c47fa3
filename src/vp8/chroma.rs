//! Chroma: two 8x8 squares predicted by one mode.

use crate::cursor::Cursor;
use crate::dsp::{self, Tile};
use crate::header::uv_mode_cost;
use crate::params::Trellis;
use crate::residual::{Coded, Coder, Contexts, Price};
use crate::tokens::kind;

/// One way of coding both squares.
pub struct Chroma {
    /// A mode of `mb_mode`.
    pub mode: u8,
    /// Four blocks of U, four of V.
    pub blocks: [Coded; 8],
    /// What they cost, the mode told too.
    pub price: Price,
    prediction: [Tile; 8],
}

impl Chroma {
    /// The best mode of the `candidates` that leave the smallest residual.
    pub fn best(cursor: &Cursor, coder: &Coder, candidates: u8, trellis: Trellis) -> Self {
        let lambda = coder.quant.lambda.uv;
        let best = ranked(cursor, coder)
            .into_iter()
            .take(usize::from(candidates))
            .map(|(_, mode)| Self::new(cursor, coder, mode, trellis == Trellis::Every))
            .min_by_key(|way| way.price.score(lambda))
            .expect("there is at least one candidate");
        if trellis == Trellis::Winner { Self::new(cursor, coder, best.mode, true) } else { best }
    }

    fn new(cursor: &Cursor, coder: &Coder, mode: u8, trellis: bool) -> Self {
        let prediction = predict(cursor, mode);
        let mut price = Price { rate: uv_mode_cost(mode), error: 0 };
        let mut contexts = [4..6, 6..8].map(|at| {
            Contexts::<2>::new(&cursor.non_zero_above[at.clone()], &cursor.non_zero_left[at])
        });
        let blocks = std::array::from_fn(|i| {
            let contexts = &mut contexts[i / 4];
            let coeffs = dsp::fdct_4x4(&cursor.source.chroma[i], &prediction[i]);
            let (coded, block_price) =
                coder.code(&coeffs, kind::CHROMA, contexts.at(i % 4), trellis);
            contexts.set(i % 4, &coded);
            price += block_price;
            coded
        });
        Self { mode, blocks, price, prediction }
    }

    /// What the decoder shows.
    pub fn decoded(&self) -> [Tile; 8] {
        std::array::from_fn(|i| dsp::idct_4x4(&self.prediction[i], &self.blocks[i].seen))
    }
}

fn predict(cursor: &Cursor, mode: u8) -> [Tile; 8] {
    let mut prediction = [[0; 16]; 8];
    for (edges, tiles) in cursor.chroma.iter().zip(prediction.chunks_exact_mut(4)) {
        edges.predict(mode, tiles);
    }
    prediction
}

/// The four modes by how much residual they leave.
fn ranked(cursor: &Cursor, coder: &Coder) -> [(u64, u8); 4] {
    let mut modes = [0, 1, 2, 3].map(|mode| {
        let prediction = predict(cursor, mode);
        let satd: u32 =
            cursor.source.chroma.iter().zip(&prediction).map(|(s, p)| dsp::satd_4x4(s, p)).sum();
        (coder.quant.satd_score(satd, uv_mode_cost(mode)), mode)
    });
    modes.sort_unstable();
    modes
}
