//! Luma predicted as one 16x16 square, its sixteen DCs coded apart in Y2.

use crate::cursor::Cursor;
use crate::dsp::{self, Block, Tile};
use crate::header::y_mode_cost;
use crate::params::Trellis;
use crate::residual::{Coded, Coder, Contexts, Price};
use crate::tokens::kind;

/// One way of coding the square.
pub struct Luma16 {
    /// A mode of `mb_mode`.
    pub mode: u8,
    /// The sixteen blocks, their `seen` with the DCs that Y2 gives.
    pub blocks: [Coded; 16],
    /// The sixteen DCs.
    pub y2: Coded,
    /// What it costs, the mode told too.
    pub price: Price,
    prediction: [Tile; 16],
}

impl Luma16 {
    /// The best mode of the `candidates` that leave the smallest residual, not yet [`Luma16::refined`].
    pub fn best(cursor: &Cursor, coder: &Coder, candidates: u8, trellis: Trellis) -> Self {
        let lambda = coder.quant.lambda.i16;
        ranked(cursor, coder)
            .into_iter()
            .take(usize::from(candidates))
            .map(|(_, mode)| Self::new(cursor, coder, mode, trellis == Trellis::Every))
            .min_by_key(|way| way.price.score(lambda))
            .expect("there is at least one candidate")
    }

    /// The same mode with its levels chosen together.
    pub fn refined(&self, cursor: &Cursor, coder: &Coder) -> Self {
        Self::new(cursor, coder, self.mode, true)
    }

    fn new(cursor: &Cursor, coder: &Coder, mode: u8, trellis: bool) -> Self {
        let mut prediction = [[0; 16]; 16];
        cursor.luma.predict(mode, &mut prediction);
        let mut coeffs: [Block; 16] =
            std::array::from_fn(|i| dsp::fdct_4x4(&cursor.source.luma[i], &prediction[i]));
        let dcs: Block = std::array::from_fn(|i| coeffs[i][0]);
        let context = cursor.non_zero_above[8] + cursor.non_zero_left[8];
        let (y2, mut price) = coder.code(&dsp::fwht_4x4(&dcs), kind::Y2, context, trellis);
        price.rate += y_mode_cost(Some(mode));
        // Y2's error is measured where it counts: in the DCs that come out of it.
        let seen_dcs = dsp::iwht_4x4(&y2.seen);
        price.error = dsp::error_4x4(&dcs, &seen_dcs, &[16; 16]).into();
        let mut contexts =
            Contexts::<4>::new(&cursor.non_zero_above[..4], &cursor.non_zero_left[..4]);
        let blocks = std::array::from_fn(|i| {
            coeffs[i][0] = 0;
            let (mut coded, block_price) =
                coder.code(&coeffs[i], kind::LUMA_AC, contexts.at(i), trellis);
            contexts.set(i, &coded);
            coded.seen[0] = seen_dcs[i];
            price += block_price;
            coded
        });
        Self { mode, blocks, y2, price, prediction }
    }

    /// What the decoder shows.
    pub fn decoded(&self) -> [Tile; 16] {
        std::array::from_fn(|i| dsp::idct_4x4(&self.prediction[i], &self.blocks[i].seen))
    }
}

/// The four modes by how much residual they leave.
fn ranked(cursor: &Cursor, coder: &Coder) -> [(u64, u8); 4] {
    let mut modes = [0, 1, 2, 3].map(|mode| {
        let mut prediction = [[0; 16]; 16];
        cursor.luma.predict(mode, &mut prediction);
        let satd: u32 =
            cursor.source.luma.iter().zip(&prediction).map(|(s, p)| dsp::satd_4x4(s, p)).sum();
        (coder.quant.satd_score(satd, y_mode_cost(Some(mode))), mode)
    });
    modes.sort_unstable();
    modes
}
