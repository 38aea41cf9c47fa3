//! The kernels in WebAssembly's 128-bit SIMD: a tile is one vector, a block of coefficients two.
//!
//! All of it is safe code: vectors are made from whole arrays, which compiles to plain `v128.load`s.
//! Each kernel gives exactly what its namesake in `scalar` gives.

use super::{Block, Tile};
use crate::quant::Steps;
use core::arch::wasm32::*;

pub use super::scalar::{fwht_4x4, iwht_4x4};

/// sqrt(2) * cos(pi / 8) - 1 in 16 bits of fraction (RFC 6386 section 14.3).
const COS_LESS_ONE: i16 = 20091;
/// sqrt(2) * sin(pi / 8) - 1 in 16 bits of fraction: the factor itself, 35468, does not fit into 16 bits with a sign.
const SIN_LESS_ONE: i16 = (35468 - 65536) as i16;

#[inline(always)]
fn load(t: &[u8; 16]) -> v128 {
    u8x16(
        t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13],
        t[14], t[15],
    )
}

#[inline(always)]
fn store(v: v128) -> [u8; 16] {
    let mut out = [0; 16];
    out[..8].copy_from_slice(&u64x2_extract_lane::<0>(v).to_le_bytes());
    out[8..].copy_from_slice(&u64x2_extract_lane::<1>(v).to_le_bytes());
    out
}

/// The rows 0 and 1, and 2 and 3, of a block.
#[inline(always)]
fn load_block(b: &[i16; 16]) -> [v128; 2] {
    [
        i16x8(b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]),
        i16x8(b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]),
    ]
}

#[inline(always)]
fn store_block([low, high]: [v128; 2]) -> [i16; 16] {
    macro_rules! lanes {
        ($v:expr, $($lane:literal)*) => { [$(i16x8_extract_lane::<$lane>($v)),*] };
    }
    let mut out = [0; 16];
    out[..8].copy_from_slice(&lanes!(low, 0 1 2 3 4 5 6 7));
    out[8..].copy_from_slice(&lanes!(high, 0 1 2 3 4 5 6 7));
    out
}

/// The first halves of two vectors of eight.
#[inline(always)]
fn low_halves(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<0, 2>(a, b)
}

/// The second halves.
#[inline(always)]
fn high_halves(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<1, 3>(a, b)
}

#[inline(always)]
fn swap_halves(v: v128) -> v128 {
    i64x2_shuffle::<1, 0>(v, v)
}

/// The differences of two tiles in two vectors of eight.
#[inline(always)]
fn difference(a: &Tile, b: &Tile) -> [v128; 2] {
    let (a, b) = (load(a), load(b));
    [
        i16x8_sub(u16x8_extend_low_u8x16(a), u16x8_extend_low_u8x16(b)),
        i16x8_sub(u16x8_extend_high_u8x16(a), u16x8_extend_high_u8x16(b)),
    ]
}

/// See `scalar::fdct_4x4`.
pub fn fdct_4x4(source: &Tile, prediction: &Tile) -> Block {
    let [low, high] = difference(source, prediction);
    // Columns 0 and 1, and 3 and 2, with a row to a lane.
    let c01 = i16x8_shuffle::<0, 4, 8, 12, 1, 5, 9, 13>(low, high);
    let c32 = i16x8_shuffle::<3, 7, 11, 15, 2, 6, 10, 14>(low, high);
    let (even, odd) = forward_4(c01, c32);
    let even = i16x8_shl(even, 3);
    let narrow = |v: [v128; 2]| {
        let [a, b] = v.map(|v| i32x4_shr(i32x4_add(v, i32x4_splat(256)), 9));
        i16x8_narrow_i32x4(a, b)
    };
    let odd = narrow(odd);
    let r01 = i16x8_shuffle::<0, 8, 4, 12, 1, 9, 5, 13>(even, odd);
    let r32 = i16x8_shuffle::<3, 11, 7, 15, 2, 10, 6, 14>(even, odd);
    let (even, odd) = forward_4(r01, r32);
    let even = i16x8_shr(i16x8_add(even, i16x8(-1, 8, 8, 8, 8, 8, 8, 8)), 4);
    let [a, b] = odd.map(|v| i32x4_shr(i32x4_add(v, i32x4_splat(32768)), 16));
    let odd = i16x8_narrow_i32x4(a, b);
    store_block([low_halves(even, odd), high_halves(even, odd)])
}

/// One dimension of the forward transform on four lanes: inputs 0 and 1, 3 and 2; outputs 0 and 2, then 1 and 3 in
/// 12 bits of fraction.
#[inline(always)]
fn forward_4(i01: v128, i32: v128) -> (v128, [v128; 2]) {
    let a01 = i16x8_add(i01, i32);
    let a32 = i16x8_sub(i01, i32);
    let a10 = swap_halves(a01);
    let even = low_halves(i16x8_add(a01, a10), i16x8_sub(a01, a10));
    let pairs = i16x8_shuffle::<0, 4, 1, 5, 2, 6, 3, 7>(a32, a32);
    let first = i32x4_dot_i16x8(pairs, i16x8(5352, 2217, 5352, 2217, 5352, 2217, 5352, 2217));
    let third = i32x4_dot_i16x8(pairs, i16x8(2217, -5352, 2217, -5352, 2217, -5352, 2217, -5352));
    (even, [first, third])
}

/// See `scalar::idct_4x4`. Exact while no sum leaves 16 bits, which holds for what the forward transform gives.
pub fn idct_4x4(prediction: &Tile, coeffs: &Block) -> Tile {
    let [low, high] = load_block(coeffs);
    let [low, high] = inverse_4(low, high);
    let rounded = i16x8_add(low, i16x8(4, 4, 4, 4, 0, 0, 0, 0));
    let [low, high] = inverse_4(rounded, high).map(|v| i16x8_shr(v, 3));
    let prediction = load(prediction);
    store(u8x16_narrow_i16x8(
        i16x8_add(low, u16x8_extend_low_u8x16(prediction)),
        i16x8_add(high, u16x8_extend_high_u8x16(prediction)),
    ))
}

/// One dimension of the inverse transform, and a transposition.
#[inline(always)]
fn inverse_4(low: v128, high: v128) -> [v128; 2] {
    let even = low_halves(low, high);
    let odd = high_halves(low, high);
    let (cos, sin) = (scale(odd, COS_LESS_ONE), scale(odd, SIN_LESS_ONE));
    let swapped = swap_halves(even);
    let ab = low_halves(i16x8_add(even, swapped), i16x8_sub(even, swapped));
    let dc = low_halves(i16x8_add(cos, swap_halves(sin)), i16x8_sub(sin, swap_halves(cos)));
    let (o01, o32) = (i16x8_add(ab, dc), i16x8_sub(ab, dc));
    [
        i16x8_shuffle::<0, 4, 12, 8, 1, 5, 13, 9>(o01, o32),
        i16x8_shuffle::<2, 6, 14, 10, 3, 7, 15, 11>(o01, o32),
    ]
}

/// `v * (1 + factor / 2^16)`, rounded down.
#[inline(always)]
fn scale(v: v128, factor: i16) -> v128 {
    let factor = i16x8_splat(factor);
    let low = i32x4_shr(i32x4_extmul_low_i16x8(v, factor), 16);
    let high = i32x4_shr(i32x4_extmul_high_i16x8(v, factor), 16);
    i16x8_add(v, i16x8_narrow_i32x4(low, high))
}

#[inline(always)]
fn sum_i32x4(v: v128) -> i32 {
    let v = i32x4_add(v, swap_halves(v));
    i32x4_extract_lane::<0>(v) + i32x4_extract_lane::<1>(v)
}

/// See `scalar::error_4x4`.
pub fn error_4x4(a: &Block, b: &Block, weights: &[u16; 16]) -> u32 {
    let (a, b, weights) = (load_block(a), load_block(b), load_words(weights));
    let halves: [v128; 2] = std::array::from_fn(|i| {
        let d = i16x8_sub(a[i], b[i]);
        let low = i32x4_mul(i32x4_extmul_low_i16x8(d, d), u32x4_extend_low_u16x8(weights[i]));
        let high = i32x4_mul(i32x4_extmul_high_i16x8(d, d), u32x4_extend_high_u16x8(weights[i]));
        i32x4_add(low, high)
    });
    sum_i32x4(i32x4_add(halves[0], halves[1])) as u32
}

/// See `scalar::satd_4x4`. The last butterfly is `|a + b| + |a - b| = 2 max(|a|, |b|)`.
pub fn satd_4x4(a: &Tile, b: &Tile) -> u32 {
    satd(load(a), load(b))
}

#[inline(always)]
fn satd(a: v128, b: v128) -> u32 {
    let low = i16x8_sub(u16x8_extend_low_u8x16(a), u16x8_extend_low_u8x16(b));
    let high = i16x8_sub(u16x8_extend_high_u8x16(a), u16x8_extend_high_u8x16(b));
    let (sum, difference) = (i16x8_add(low, high), i16x8_sub(low, high));
    let (u, v) = (low_halves(sum, difference), high_halves(sum, difference));
    let (p, q) = (i16x8_add(u, v), i16x8_sub(u, v));
    let c01 = i16x8_shuffle::<0, 4, 8, 12, 1, 5, 9, 13>(p, q);
    let c23 = i16x8_shuffle::<2, 6, 10, 14, 3, 7, 11, 15>(p, q);
    let (p, q) = (i16x8_abs(i16x8_add(c01, c23)), i16x8_abs(i16x8_sub(c01, c23)));
    let most = i16x8_max(low_halves(p, q), high_halves(p, q));
    sum_i32x4(i32x4_extadd_pairwise_i16x8(most)) as u32
}

/// See `scalar::satd_4x4_all`.
pub fn satd_4x4_all(source: &Tile, tiles: &[Tile; 10]) -> [u32; 10] {
    let source = load(source);
    std::array::from_fn(|mode| satd(source, load(&tiles[mode])))
}

/// See `scalar::quantize_4x4`.
pub fn quantize_4x4(coeffs: &Block, steps: &Steps, bias: &[u32; 16]) -> (Block, Block, usize) {
    let coeffs = load_block(coeffs);
    let reciprocals = load_words(&steps.reciprocal);
    let step = load_words(&steps.step);
    let bias: [v128; 4] = std::array::from_fn(|i| {
        u32x4(bias[4 * i], bias[4 * i + 1], bias[4 * i + 2], bias[4 * i + 3])
    });
    let levels: [v128; 2] = std::array::from_fn(|i| {
        let magnitude = i16x8_abs(coeffs[i]);
        let low = u32x4_extmul_low_u16x8(magnitude, reciprocals[i]);
        let high = u32x4_extmul_high_u16x8(magnitude, reciprocals[i]);
        let low = u32x4_shr(i32x4_add(low, bias[2 * i]), 17);
        let high = u32x4_shr(i32x4_add(high, bias[2 * i + 1]), 17);
        let level = i16x8_min(i16x8_narrow_i32x4(low, high), i16x8_splat(2047));
        let sign = i16x8_shr(coeffs[i], 15);
        i16x8_sub(v128_xor(level, sign), sign)
    });
    let seen = [i16x8_mul(levels[0], step[0]), i16x8_mul(levels[1], step[1])];
    let coded = [
        i16x8_shuffle::<0, 1, 4, 8, 5, 2, 3, 6>(levels[0], levels[1]),
        i16x8_shuffle::<9, 12, 13, 10, 7, 11, 14, 15>(levels[0], levels[1]),
    ];
    let zero = i16x8_splat(0);
    let used = i8x16_narrow_i16x8(i16x8_ne(coded[0], zero), i16x8_ne(coded[1], zero));
    let end = 16 - i8x16_bitmask(used).leading_zeros() as usize;
    (store_block(coded), store_block(seen), end)
}

#[inline(always)]
fn load_words(w: &[u16; 16]) -> [v128; 2] {
    [
        u16x8(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]),
        u16x8(w[8], w[9], w[10], w[11], w[12], w[13], w[14], w[15]),
    ]
}

/// See `scalar::predict_4x4`.
pub fn predict_4x4(edge: &[u8; 16]) -> [Tile; 10] {
    let edge = load(edge);
    let before = u8x16_shuffle::<0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14>(edge, edge);
    let after = u8x16_shuffle::<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15>(edge, edge);
    // The mean of three, rounded as (a + 2b + c + 2) >> 2: the mean of the outer two must be rounded down.
    let odd = v128_and(v128_xor(before, after), u8x16_splat(1));
    let threes = u8x16_avgr(i8x16_sub(u8x16_avgr(before, after), odd), edge);
    let twos = u8x16_avgr(edge, after);
    macro_rules! diagonal {
        ($mode:literal, $($at:literal)*) => {
            store(u8x16_shuffle::<$({ super::DIAGONALS[$mode][$at] as usize }),*>(threes, twos))
        };
    }
    macro_rules! diagonals {
        ($($mode:literal)*) => { [
            dc(edge), gradient(edge),
            $(diagonal!($mode, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)),*
        ] };
    }
    diagonals!(0 1 2 3 4 5 6 7)
}

#[inline(always)]
fn dc(edge: v128) -> Tile {
    let used =
        v128_and(edge, u8x16(0, 255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0));
    let sum = sum_i32x4(u32x4_extadd_pairwise_u16x8(u16x8_extadd_pairwise_u8x16(used)));
    [((sum + 4) >> 3) as u8; 16]
}

#[inline(always)]
fn gradient(edge: v128) -> Tile {
    let left = u8x16_shuffle::<4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1>(edge, edge);
    let above = u8x16_shuffle::<6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9>(edge, edge);
    let corner = i16x8_splat(u8x16_extract_lane::<5>(edge).into());
    let low = i16x8_add(u16x8_extend_low_u8x16(left), u16x8_extend_low_u8x16(above));
    let high = i16x8_add(u16x8_extend_high_u8x16(left), u16x8_extend_high_u8x16(above));
    store(u8x16_narrow_i16x8(i16x8_sub(low, corner), i16x8_sub(high, corner)))
}
