//! Where the encoder is: one macroblock's pixels and everything it takes from its neighbours.
//!
//! Neighbours are kept as one row above and one column to the left, so memory does not grow with the picture's height
//! and no other module knows of edges, strides or contexts beyond the macroblock.

use crate::dsp::Tile;
use crate::predict::Edges;
use crate::tables::b_mode::B_DC_PRED;
use crate::yuv::Planes;

/// Which blocks of a neighbour have levels: four luma, two U, two V, then Y2 (RFC 6386 section 13.3).
pub type NonZero = [u8; 9];

/// The pixels of a macroblock, tile by tile.
#[derive(Clone)]
pub struct Pixels {
    /// Sixteen tiles, row by row.
    pub luma: [Tile; 16],
    /// Four tiles of U, four of V.
    pub chroma: [Tile; 8],
}

/// A macroblock and its surroundings.
pub struct Cursor<'a> {
    planes: &'a Planes,
    /// Column of the macroblock.
    pub x: usize,
    /// Row of the macroblock.
    pub y: usize,
    /// Its pixels.
    pub source: Pixels,
    /// What stands round its luma.
    pub luma: Edges<16>,
    /// What stands round its U and V.
    pub chroma: [Edges<8>; 2],
    /// The four pixels above and to the right.
    pub above_right: [u8; 4],
    /// Contexts from above.
    pub non_zero_above: NonZero,
    /// Contexts from the left.
    pub non_zero_left: NonZero,
    /// 4x4 modes above.
    pub modes_above: [u8; 4],
    /// 4x4 modes to the left.
    pub modes_left: [u8; 4],
    row: Vec<Above>,
}

/// What a macroblock leaves for the one below.
#[derive(Clone)]
struct Above {
    luma: [u8; 16],
    chroma: [[u8; 8]; 2],
    non_zero: NonZero,
    modes: [u8; 4],
}

impl<'a> Cursor<'a> {
    /// Before the first macroblock.
    pub fn new(planes: &'a Planes) -> Self {
        let outside = Above {
            luma: [127; 16],
            chroma: [[127; 8]; 2],
            non_zero: [0; 9],
            modes: [B_DC_PRED; 4],
        };
        Self {
            planes,
            x: 0,
            y: 0,
            source: Pixels { luma: [[0; 16]; 16], chroma: [[0; 16]; 8] },
            luma: Edges::outside(),
            chroma: [Edges::outside(), Edges::outside()],
            above_right: [127; 4],
            non_zero_above: [0; 9],
            non_zero_left: [0; 9],
            modes_above: [B_DC_PRED; 4],
            modes_left: [B_DC_PRED; 4],
            row: vec![outside; planes.mb_width()],
        }
    }

    /// Goes to a macroblock; they must be visited in coding order, each saved before the next is loaded.
    pub fn load(&mut self, x: usize, y: usize) {
        (self.x, self.y) = (x, y);
        self.planes.load(x, y, &mut self.source);
        if x == 0 {
            self.begin_row();
        }
        let above = &self.row[x];
        self.luma.above = above.luma;
        self.luma.has_left = x > 0;
        for (edges, above) in self.chroma.iter_mut().zip(above.chroma) {
            edges.above = above;
            edges.has_left = x > 0;
        }
        self.non_zero_above = above.non_zero;
        self.modes_above = above.modes;
        // The last column repeats its own last pixel; above the picture all is 127 anyway.
        self.above_right = match self.row.get(x + 1) {
            Some(next) => [next.luma[0], next.luma[1], next.luma[2], next.luma[3]],
            None => [above.luma[15]; 4],
        };
    }

    /// The column left of the picture reads 129, with its corner, but for the top row's (section 12.2).
    fn begin_row(&mut self) {
        let corner = if self.y == 0 { 127 } else { 129 };
        let has_above = self.y > 0;
        self.luma = Edges { left: [129; 16], corner, has_above, ..Edges::outside() };
        for edges in &mut self.chroma {
            *edges = Edges { left: [129; 8], corner, has_above, ..Edges::outside() };
        }
        self.non_zero_left = [0; 9];
        self.modes_left = [B_DC_PRED; 4];
    }

    /// Leaves what was decided to the neighbours to come.
    pub fn save(&mut self, decoded: &Pixels, modes: &[u8; 16], above: NonZero, left: NonZero) {
        let row = &mut self.row[self.x];
        self.luma.corner = row.luma[15];
        self.luma.left = right_column(&decoded.luma);
        row.luma = bottom_row(&decoded.luma);
        for (plane, tiles) in decoded.chroma.chunks_exact(4).enumerate() {
            self.chroma[plane].corner = row.chroma[plane][7];
            self.chroma[plane].left = right_column(tiles);
            row.chroma[plane] = bottom_row(tiles);
        }
        row.non_zero = above;
        self.non_zero_left = left;
        row.modes = [modes[12], modes[13], modes[14], modes[15]];
        self.modes_left = [modes[3], modes[7], modes[11], modes[15]];
    }
}

/// The right column of a square of tiles `N` pixels wide.
fn right_column<const N: usize>(tiles: &[Tile]) -> [u8; N] {
    std::array::from_fn(|y| tiles[(y / 4) * (N / 4) + N / 4 - 1][(y % 4) * 4 + 3])
}

/// The bottom row of a square of tiles `N` pixels wide.
fn bottom_row<const N: usize>(tiles: &[Tile]) -> [u8; N] {
    std::array::from_fn(|x| tiles[(N / 4) * (N / 4 - 1) + x / 4][12 + x % 4])
}
