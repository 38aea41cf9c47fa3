//! Prediction of whole macroblocks from the pixels around them (RFC 6386 sections 12.2 and 12.3).
//!
//! Outside the picture the row above reads 127, the column to the left 129 and the corner belongs to the row above at
//! the top and to the column elsewhere; [`crate::cursor`] fills them in, so that only DC must know of missing edges.

use crate::dsp::Tile;
use crate::tables::mb_mode::{DC_PRED, H_PRED, TM_PRED, V_PRED};

/// The pixels round a square of `N`.
#[derive(Clone)]
pub struct Edges<const N: usize> {
    /// The row above.
    pub above: [u8; N],
    /// The column to the left, from the top.
    pub left: [u8; N],
    /// Above and to the left of both.
    pub corner: u8,
    /// Whether the row above is in the picture.
    pub has_above: bool,
    /// Whether the column to the left is.
    pub has_left: bool,
}

impl<const N: usize> Edges<N> {
    /// What stands round the first macroblock.
    pub const fn outside() -> Self {
        Self { above: [127; N], left: [129; N], corner: 127, has_above: false, has_left: false }
    }

    /// Fills `tiles`, (N / 4)² of them row by row, with the prediction of one of the four modes of `mb_mode`.
    pub fn predict(&self, mode: u8, tiles: &mut [Tile]) {
        debug_assert_eq!(tiles.len(), N * N / 16);
        match mode {
            DC_PRED => tiles.fill([self.mean(); 16]),
            V_PRED => self.each_tile(tiles, |above, _| std::array::from_fn(|i| above[i % 4])),
            H_PRED => self.each_tile(tiles, |_, left| std::array::from_fn(|i| left[i / 4])),
            TM_PRED => self.each_tile(tiles, |above, left| gradient(above, left, self.corner)),
            _ => unreachable!("a macroblock has four modes"),
        }
    }

    #[inline(always)]
    fn each_tile(&self, tiles: &mut [Tile], tile: impl Fn([u8; 4], [u8; 4]) -> Tile) {
        let four = |side: &[u8; N], at: usize| [side[at], side[at + 1], side[at + 2], side[at + 3]];
        for (y, row) in tiles.chunks_exact_mut(N / 4).enumerate() {
            for (x, out) in row.iter_mut().enumerate() {
                *out = tile(four(&self.above, 4 * x), four(&self.left, 4 * y));
            }
        }
    }

    /// The mean of the edges in the picture, 128 where there are none.
    fn mean(&self) -> u8 {
        let sum = |side: &[u8; N]| side.iter().map(|&p| u32::from(p)).sum::<u32>();
        let n = N as u32;
        let mean = match (self.has_above, self.has_left) {
            (true, true) => (sum(&self.above) + sum(&self.left) + n) / (2 * n),
            (true, false) => (sum(&self.above) + n / 2) / n,
            (false, true) => (sum(&self.left) + n / 2) / n,
            (false, false) => 128,
        };
        mean as u8
    }
}

#[inline(always)]
fn gradient(above: [u8; 4], left: [u8; 4], corner: u8) -> Tile {
    std::array::from_fn(|i| {
        let pixel = i16::from(above[i % 4]) + i16::from(left[i / 4]) - i16::from(corner);
        pixel.clamp(0, 255) as u8
    })
}
