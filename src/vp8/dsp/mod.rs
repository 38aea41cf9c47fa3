//! The kernels: all arithmetic over blocks of pixels or coefficients, and nothing that decides.
//!
//! Pixels of a macroblock lie tile by tile, sixteen bytes to a 4x4 block, so that a block is one 128-bit vector and a
//! 16x16 comparison needs no strides. `scalar` defines every kernel; `simd128` is its twin for wasm and gives the same
//! bits for all input (`tests`).
//!
//! | kernel | in | out |
//! |---|---|---|
//! | `fdct_4x4` | two tiles | their difference, transformed; ±2048, twice the orthonormal DCT |
//! | `idct_4x4` | tile, coefficients ±2^15 | the decoder's reconstruction (section 14.3) |
//! | `fwht_4x4` | 16 DCs, ±2048 | ±16384, twice the orthonormal Walsh-Hadamard |
//! | `iwht_4x4` | coefficients ±2^15 | 16 DCs (section 14.3) |
//! | `error_4x4` | coefficients, weights ≤ 16 | weighted squared differences, < 2^31 |
//! | `satd_4x4`, `satd_4x4_all` | two tiles, or one against ten | sum of absolute Hadamard coefficients of the difference, halved, < 2^13 |
//! | `quantize_4x4` | coefficients, steps, biases < 2^17 | levels 0..=2047 with sign, in coding order, and what they decode to |
//! | `predict_4x4` | sixteen edge pixels | tiles of all ten modes |

// With SIMD on, only the tests still ask the definition.
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), allow(dead_code))]
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(test)]
mod tests;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use scalar::*;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::*;

/// A 4x4 block of pixels, row by row.
pub type Tile = [u8; 16];

/// A 4x4 block of coefficients or levels.
pub type Block = [i16; 16];

/// Which mean each pixel takes in the modes VE, HE, LD, RD, VR, VL, HD, HU (RFC 6386 section 12.3): `k` below 16 is the
/// mean of three edge pixels around the k-th, `16 + k` that of the k-th and the next.
#[rustfmt::skip]
const DIAGONALS: [[u8; 16]; 8] = [
    [6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9],
    [4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1],
    [7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12, 10, 11, 12, 13],
    [5, 6, 7, 8, 4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5],
    [21, 22, 23, 24, 5, 6, 7, 8, 4, 21, 22, 23, 3, 5, 6, 7],
    [22, 23, 24, 25, 7, 8, 9, 10, 23, 24, 25, 11, 8, 9, 10, 12],
    [20, 5, 6, 7, 19, 4, 20, 5, 18, 3, 19, 4, 17, 2, 18, 3],
    [19, 3, 18, 2, 18, 2, 17, 1, 17, 1, 16, 16, 16, 16, 16, 16],
];
