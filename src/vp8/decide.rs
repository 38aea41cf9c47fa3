//! Chooses how a macroblock is predicted: one 16x16 square or sixteen 4x4 blocks, whichever scores lower, and chroma by
//! itself.

use crate::chroma::Chroma;
use crate::cursor::{Cursor, NonZero, Pixels};
use crate::header::implied_b_mode;
use crate::luma4::Luma4;
use crate::luma16::Luma16;
use crate::params::{Tools, Trellis};
use crate::residual::{Coded, Coder, Price};
use crate::tokens::{Tokens, kind};

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

/// A whole macroblock's levels and pixels.
pub struct Decision {
    /// What the first partition says.
    pub block: Macroblock,
    /// What the decoder shows before filtering.
    pub decoded: Pixels,
    /// Levels; Y2 only with 16x16 prediction.
    y2: Option<Coded>,
    luma: [Coded; 16],
    chroma: [Coded; 8],
}

/// Decides everything about the macroblock under the cursor.
pub fn decide(cursor: &Cursor, coder: &Coder, tools: &Tools, segment: u8) -> Decision {
    let chroma = Chroma::best(cursor, coder, tools.uv, tools.trellis);
    let mut decision = match best_luma(cursor, coder, tools) {
        Luma::Square(way) => Decision::from_16x16(&way, &chroma),
        Luma::Blocks(way) => Decision::from_4x4(way, &chroma),
    };
    decision.block.segment = segment;
    decision
}

/// The two ways of predicting luma.
enum Luma {
    Square(Luma16),
    Blocks(Luma4),
}

/// The way that scores lower. Where the trellis is for winners, the square's is refined only when it may win.
fn best_luma(cursor: &Cursor, coder: &Coder, tools: &Tools) -> Luma {
    let score = |price: Price| price.score(coder.quant.lambda.luma);
    let mut square = Luma16::best(cursor, coder, tools.i16, tools.trellis);
    let limit = score(square.price);
    let blocks = (tools.i4 > 0)
        .then(|| Luma4::best(cursor, coder, tools.i4, tools.trellis, limit))
        .flatten();
    // A trellis seldom lowers a score by more than an eighth.
    let clear = blocks.as_ref().is_some_and(|way| score(way.price) < limit - limit / 8);
    if tools.trellis == Trellis::Winner && !clear {
        square = square.refined(cursor, coder);
    }
    match blocks {
        Some(way) if clear || score(way.price) < score(square.price) => Luma::Blocks(way),
        _ => Luma::Square(square),
    }
}

impl Decision {
    fn from_16x16(way: &Luma16, chroma: &Chroma) -> Self {
        let modes = [implied_b_mode(way.mode); 16];
        Self::new(Some(way.mode), modes, Some(way.y2), way.blocks, way.decoded(), chroma)
    }

    fn from_4x4(way: Luma4, chroma: &Chroma) -> Self {
        Self::new(None, way.modes, None, way.blocks, way.decoded, chroma)
    }

    fn new(
        mode: Option<u8>,
        modes: [u8; 16],
        y2: Option<Coded>,
        luma: [Coded; 16],
        pixels: [crate::dsp::Tile; 16],
        chroma: &Chroma,
    ) -> Self {
        let skip = y2.iter().chain(&luma).chain(&chroma.blocks).all(|coded| coded.end == 0);
        Self {
            block: Macroblock { segment: 0, skip, luma: mode, chroma: chroma.mode, modes },
            decoded: Pixels { luma: pixels, chroma: chroma.decoded() },
            y2,
            luma,
            chroma: chroma.blocks,
        }
    }

    /// Records the tokens; gives what the neighbours below and to the right must know of them.
    pub fn record(&self, cursor: &Cursor, tokens: &mut Tokens) -> (NonZero, NonZero) {
        let (mut above, mut left) = (cursor.non_zero_above, cursor.non_zero_left);
        if self.block.skip {
            // Y2's context outlives macroblocks that have none (section 13.3).
            let keep = |side: NonZero| {
                [0, 0, 0, 0, 0, 0, 0, 0, if self.y2.is_some() { 0 } else { side[8] }]
            };
            return (keep(above), keep(left));
        }
        let mut record = |kind: usize, coded: &Coded, a: usize, l: usize| {
            tokens.record(kind, above[a] + left[l], &coded.levels, coded.end);
            (above[a], left[l]) = (coded.non_zero(), coded.non_zero());
        };
        if let Some(y2) = &self.y2 {
            record(kind::Y2, y2, 8, 8);
        }
        let luma = if self.y2.is_some() { kind::LUMA_AC } else { kind::LUMA };
        for (i, coded) in self.luma.iter().enumerate() {
            record(luma, coded, i % 4, i / 4);
        }
        for (i, coded) in self.chroma.iter().enumerate() {
            record(kind::CHROMA, coded, 4 + i / 4 * 2 + i % 2, 4 + i / 2);
        }
        (above, left)
    }
}
