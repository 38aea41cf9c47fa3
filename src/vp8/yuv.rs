//! Pictures as VP8 sees them: planar YUV 4:2:0 in whole macroblocks.

use crate::cursor::Pixels;
use crate::dsp::Tile;

/// Three planes padded to whole macroblocks by repeating the last column and row.
#[derive(Clone, PartialEq, Eq)]
pub struct Planes {
    width: usize,
    height: usize,
    /// Luma, `mb_width * 16` bytes a row.
    pub y: Vec<u8>,
    /// U and V, `mb_width * 8` bytes a row.
    pub uv: [Vec<u8>; 2],
}

impl Planes {
    /// Black-green planes of this size; sides are at least 1.
    pub fn new(width: usize, height: usize) -> Self {
        let blocks = width.div_ceil(16) * height.div_ceil(16);
        Self { width, height, y: vec![0; blocks * 256], uv: [vec![0; blocks * 64], vec![0; blocks * 64]] }
    }

    /// Pixels a row, without padding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows, without padding.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Macroblocks a row.
    pub fn mb_width(&self) -> usize {
        self.width.div_ceil(16)
    }

    /// Rows of macroblocks.
    pub fn mb_height(&self) -> usize {
        self.height.div_ceil(16)
    }

    /// Reads a macroblock.
    pub fn load(&self, x: usize, y: usize, pixels: &mut Pixels) {
        let stride = self.mb_width() * 16;
        load_tiles(&self.y[(y * stride + x) * 16..], stride, 4, &mut pixels.luma);
        let (u, v) = pixels.chroma.split_at_mut(4);
        for (plane, tiles) in self.uv.iter().zip([u, v]) {
            load_tiles(&plane[(y * stride / 2 + x) * 8..], stride / 2, 2, tiles);
        }
    }

    /// Writes a macroblock.
    pub fn store(&mut self, x: usize, y: usize, pixels: &Pixels) {
        let stride = self.mb_width() * 16;
        store_tiles(&mut self.y[(y * stride + x) * 16..], stride, 4, &pixels.luma);
        for (plane, tiles) in self.uv.iter_mut().zip(pixels.chroma.chunks_exact(4)) {
            store_tiles(&mut plane[(y * stride / 2 + x) * 8..], stride / 2, 2, tiles);
        }
    }
}

fn load_tiles(plane: &[u8], stride: usize, across: usize, tiles: &mut [Tile]) {
    for (band, row) in tiles.chunks_exact_mut(across).enumerate() {
        for line in 0..4 {
            let pixels = &plane[(4 * band + line) * stride..][..4 * across];
            for (tile, four) in row.iter_mut().zip(pixels.chunks_exact(4)) {
                tile[4 * line..4 * line + 4].copy_from_slice(four);
            }
        }
    }
}

fn store_tiles(plane: &mut [u8], stride: usize, across: usize, tiles: &[Tile]) {
    for (band, row) in tiles.chunks_exact(across).enumerate() {
        for line in 0..4 {
            let pixels = &mut plane[(4 * band + line) * stride..][..4 * across];
            for (tile, four) in row.iter().zip(pixels.chunks_exact_mut(4)) {
                four.copy_from_slice(&tile[4 * line..4 * line + 4]);
            }
        }
    }
}

/// BT.601, limited range, 16 bits of fraction: Y = 16 + 0.257 R + 0.504 G + 0.098 B.
#[inline(always)]
fn luma(r: i32, g: i32, b: i32) -> u8 {
    ((16839 * r + 33059 * g + 6420 * b + (16 << 16) + (1 << 15)) >> 16) as u8
}

/// U and V of the sum of four pixels: 18 bits of fraction.
#[inline(always)]
fn chroma(r: i32, g: i32, b: i32) -> [u8; 2] {
    let u = -9719 * r - 19081 * g + 28800 * b;
    let v = 28800 * r - 24116 * g - 4684 * b;
    [u, v].map(|c| ((c + (128 << 18) + (1 << 17)) >> 18).clamp(0, 255) as u8)
}

/// Converts interleaved pixels of `BYTES` bytes each; a fourth byte is ignored.
pub fn from_rgb<const BYTES: usize>(pixels: &[u8], width: usize, height: usize) -> Planes {
    let mut planes = Planes::new(width, height);
    let stride = planes.mb_width() * 16;
    let row = |y: usize| &pixels[y.min(height - 1) * width * BYTES..][..width * BYTES];
    for y in 0..planes.mb_height() * 8 {
        let (upper, lower) = (row(2 * y), row(2 * y + 1));
        for (line, rgb) in [(2 * y, upper), (2 * y + 1, lower)] {
            let out = &mut planes.y[line * stride..][..stride];
            for (out, p) in out.iter_mut().zip(rgb.chunks_exact(BYTES)) {
                *out = luma(i32::from(p[0]), i32::from(p[1]), i32::from(p[2]));
            }
            let last = out[width - 1];
            out[width..].fill(last);
        }
        for x in 0..width.div_ceil(2) {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            let sum = |c: usize| {
                let at = |line: &[u8], x: usize| i32::from(line[x * BYTES + c]);
                at(upper, left) + at(upper, right) + at(lower, left) + at(lower, right)
            };
            let [u, v] = chroma(sum(0), sum(1), sum(2));
            planes.uv[0][y * stride / 2 + x] = u;
            planes.uv[1][y * stride / 2 + x] = v;
        }
        for plane in &mut planes.uv {
            let out = &mut plane[y * stride / 2..][..stride / 2];
            let last = out[width.div_ceil(2) - 1];
            out[width.div_ceil(2)..].fill(last);
        }
    }
    planes
}
