//! The definition of every kernel, in plain loops over fixed arrays that LLVM can vectorise.

use super::{Block, Tile};
use crate::quant::Steps;
use crate::tables::ZIGZAG;

/// sqrt(2) * cos(pi / 8) - 1 in 16 bits of fraction (RFC 6386 section 14.3).
const COS_LESS_ONE: i32 = 20091;
/// sqrt(2) * sin(pi / 8) in 16 bits of fraction (section 14.3).
const SIN: i32 = 35468;
/// sqrt(2) * sin(pi / 8) and sqrt(2) * cos(pi / 8) in 12 bits of fraction: the forward transform's precision.
const SIN_12: i32 = 2217;
/// See [`SIN_12`].
const COS_12: i32 = 5352;

/// Transforms `source - prediction`; twice the orthonormal DCT, so the decoder's transform undoes it.
///
/// The DC is rounded down, by 3/4 of its unit in the mean: predictions that average round up, block by block, and the
/// picture would become brighter by 1/12 of a level. Worth 0.8 % of bytes at a score of 85, 1.9 % at 88.
pub fn fdct_4x4(source: &Tile, prediction: &Tile) -> Block {
    let mut rows = [0i32; 16];
    for y in 0..4 {
        let d: [i32; 4] = std::array::from_fn(|x| {
            i32::from(source[4 * y + x]) - i32::from(prediction[4 * y + x])
        });
        let (a0, a1) = (d[0] + d[3], d[1] + d[2]);
        let (a2, a3) = (d[1] - d[2], d[0] - d[3]);
        // Eight times the pixels' scale: at most 8 * 1020 = 8160.
        rows[4 * y] = (a0 + a1) * 8;
        rows[4 * y + 1] = (a2 * SIN_12 + a3 * COS_12 + 256) >> 9;
        rows[4 * y + 2] = (a0 - a1) * 8;
        rows[4 * y + 3] = (a3 * SIN_12 - a2 * COS_12 + 256) >> 9;
    }
    let mut out = [0i16; 16];
    for (x, rounding) in [-1, 8, 8, 8].into_iter().enumerate() {
        let (a0, a1) = (rows[x] + rows[12 + x], rows[4 + x] + rows[8 + x]);
        let (a2, a3) = (rows[4 + x] - rows[8 + x], rows[x] - rows[12 + x]);
        out[x] = ((a0 + a1 + rounding) >> 4) as i16;
        out[4 + x] = ((a2 * SIN_12 + a3 * COS_12 + 32768) >> 16) as i16;
        out[8 + x] = ((a0 - a1 + 8) >> 4) as i16;
        out[12 + x] = ((a3 * SIN_12 - a2 * COS_12 + 32768) >> 16) as i16;
    }
    out
}

/// Adds the inverse transform of `coeffs` to `prediction`, exactly as a decoder does (section 14.3): columns first.
pub fn idct_4x4(prediction: &Tile, coeffs: &Block) -> Tile {
    let c = coeffs.map(i32::from);
    let mut rows = [0i32; 16];
    for x in 0..4 {
        let [r0, r1, r2, r3] = inverse_4([c[x], c[4 + x], c[8 + x], c[12 + x]]);
        (rows[x], rows[4 + x], rows[8 + x], rows[12 + x]) = (r0, r1, r2, r3);
    }
    let mut out = [0u8; 16];
    for y in 0..4 {
        let line = inverse_4([rows[4 * y] + 4, rows[4 * y + 1], rows[4 * y + 2], rows[4 * y + 3]]);
        for x in 0..4 {
            let pixel = i32::from(prediction[4 * y + x]) + (line[x] >> 3);
            out[4 * y + x] = pixel.clamp(0, 255) as u8;
        }
    }
    out
}

/// One dimension of the inverse transform.
#[inline(always)]
fn inverse_4([i0, i1, i2, i3]: [i32; 4]) -> [i32; 4] {
    let cos = |v: i32| v + ((v * COS_LESS_ONE) >> 16);
    let sin = |v: i32| (v * SIN) >> 16;
    let (a, b) = (i0 + i2, i0 - i2);
    let (c, d) = (sin(i1) - cos(i3), cos(i1) + sin(i3));
    [a + d, b + c, b - c, a - d]
}

/// Walsh-Hadamard transform of a macroblock's sixteen DCs; undone by [`iwht_4x4`].
pub fn fwht_4x4(dcs: &Block) -> Block {
    wht_4x4(dcs, 0).map(|sum| (sum >> 1) as i16)
}

/// The decoder's inverse Walsh-Hadamard transform (section 14.3).
pub fn iwht_4x4(coeffs: &Block) -> Block {
    wht_4x4(coeffs, 3).map(|sum| (sum >> 3) as i16)
}

/// Both directions are the same butterflies, since the matrix is symmetric. `bias` is added to every output.
#[inline(always)]
fn wht_4x4(input: &Block, bias: i32) -> [i32; 16] {
    let mut v = input.map(i32::from);
    for (step, start, bias) in [(4, 1, 0), (1, 4, bias)] {
        for i in 0..4 {
            let at = |k: usize| i * start + k * step;
            let (a, b) = (v[at(0)] + v[at(3)], v[at(1)] + v[at(2)]);
            let (c, d) = (v[at(1)] - v[at(2)], v[at(0)] - v[at(3)]);
            v[at(0)] = a + b + bias;
            v[at(1)] = c + d + bias;
            v[at(2)] = a - b + bias;
            v[at(3)] = d - c + bias;
        }
    }
    v
}

/// Sum of squared differences of coefficients, each times its weight: at most 2^31 in all.
pub fn error_4x4(a: &Block, b: &Block, weights: &[u16; 16]) -> u32 {
    let square = |i: usize| (i32::from(a[i]) - i32::from(b[i])).pow(2) as u32;
    (0..16).map(|i| square(i) * u32::from(weights[i])).sum()
}

/// Half the sum of the absolute Hadamard coefficients of the difference: a cheap guess at what it costs to code.
pub fn satd_4x4(a: &Tile, b: &Tile) -> u32 {
    let mut v: [i16; 16] = std::array::from_fn(|i| i16::from(a[i]) - i16::from(b[i]));
    for (step, start) in [(1, 4), (4, 1)] {
        for i in 0..4 {
            let at = |k: usize| i * start + k * step;
            let (a0, a1) = (v[at(0)] + v[at(2)], v[at(1)] + v[at(3)]);
            let (a2, a3) = (v[at(0)] - v[at(2)], v[at(1)] - v[at(3)]);
            (v[at(0)], v[at(1)], v[at(2)], v[at(3)]) = (a0 + a1, a2 + a3, a2 - a3, a0 - a1);
        }
    }
    v.iter().map(|c| u32::from(c.unsigned_abs())).sum::<u32>() >> 1
}

/// [`satd_4x4`] of the source and the tiles of all ten modes.
pub fn satd_4x4_all(source: &Tile, tiles: &[Tile; 10]) -> [u32; 10] {
    std::array::from_fn(|mode| satd_4x4(source, &tiles[mode]))
}

/// Quantises to levels in coding order; gives beside them what they decode to, and where they end.
pub fn quantize_4x4(coeffs: &Block, steps: &Steps, bias: &[u32; 16]) -> (Block, Block, usize) {
    let mut raster = [0i16; 16];
    let mut seen = [0i16; 16];
    for i in 0..16 {
        let magnitude = u32::from(coeffs[i].unsigned_abs());
        // 15 bits times 15 bits: reciprocals are at most 2^17 / 4.
        let level = ((magnitude * u32::from(steps.reciprocal[i]) + bias[i]) >> 17) as i16;
        let level = level.min(2047);
        raster[i] = if coeffs[i] < 0 { -level } else { level };
        seen[i] = raster[i].wrapping_mul(steps.step[i] as i16);
    }
    let levels: Block = std::array::from_fn(|n| raster[ZIGZAG[n]]);
    let end = levels.iter().rposition(|&level| level != 0).map_or(0, |last| last + 1);
    (levels, seen, end)
}

/// Tiles of all ten 4x4 modes, in the order of `b_mode` (RFC 6386 section 12.3).
///
/// `edge` runs from the lower left corner up and round to the upper right: the lowest left pixel twice, the three
/// others, the corner, eight above, the last of them again. So each pixel of each mode but two is the mean of two or
/// three neighbours along the edge.
pub fn predict_4x4(edge: &[u8; 16]) -> [Tile; 10] {
    let mut means = [0u8; 32];
    for i in 0..14 {
        let [a, b, c] = [edge[i], edge[i + 1], edge[i + 2]].map(u16::from);
        means[i + 1] = ((a + 2 * b + c + 2) >> 2) as u8;
        means[16 + i] = ((a + b + 1) >> 1) as u8;
    }
    let mut tiles = [[0u8; 16]; 10];
    let sum: u32 = edge[1..5].iter().chain(&edge[6..10]).map(|&p| u32::from(p)).sum();
    tiles[0] = [((sum + 4) >> 3) as u8; 16];
    for (i, pixel) in tiles[1].iter_mut().enumerate() {
        let (left, above) = (i16::from(edge[4 - i / 4]), i16::from(edge[6 + i % 4]));
        *pixel = (left + above - i16::from(edge[5])).clamp(0, 255) as u8;
    }
    for (tile, sources) in tiles[2..].iter_mut().zip(&super::DIAGONALS) {
        *tile = sources.map(|from| means[usize::from(from)]);
    }
    tiles
}
