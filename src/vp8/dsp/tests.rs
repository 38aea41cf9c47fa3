//! Kernels against what they must be: laws for the definition, and the definition for its twin.
//!
//! The twins exist in wasm only. They are run by
//! `CARGO_TARGET_WASM32_WASIP1_RUNNER="node ../../tests/wasi.mjs" RUSTFLAGS=-Ctarget-feature=+simd128
//! cargo test -p slimpix-vp8 --lib --target wasm32-wasip1`.

use super::{Block, Tile, scalar};
use crate::quant::{ROUND_TO_NEAREST, Steps};

/// Numbers that are the same in every run.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 8
    }

    /// Noise, black and white, or a flat tile: kernels break at their extremes.
    fn tile(&mut self) -> Tile {
        match self.next() % 4 {
            0 => [(self.next() >> 8) as u8; 16],
            1 => std::array::from_fn(|_| if self.next() & 256 == 0 { 0 } else { 255 }),
            _ => std::array::from_fn(|_| (self.next() >> 8) as u8),
        }
    }

    /// Coefficients as the forward transform gives them.
    fn block(&mut self) -> Block {
        scalar::fdct_4x4(&self.tile(), &self.tile())
    }

    fn steps(&mut self) -> Steps {
        let mut step = || (4 + self.next() % 437) as u16;
        Steps::new(step(), step())
    }
}

#[test]
fn the_inverse_transform_undoes_the_forward() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let (source, prediction) = (random.tile(), random.tile());
        let back = scalar::idct_4x4(&prediction, &scalar::fdct_4x4(&source, &prediction));
        assert!(source.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 1), "{source:?} {back:?}");
    }
}

#[test]
fn the_inverse_hadamard_undoes_the_forward() {
    let mut random = Random(2);
    for _ in 0..2000 {
        let dcs: Block = std::array::from_fn(|_| random.block()[0]);
        let back = scalar::iwht_4x4(&scalar::fwht_4x4(&dcs));
        assert!(dcs.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 1), "{dcs:?} {back:?}");
    }
}

#[test]
fn errors_of_coefficients_are_four_times_those_of_pixels() {
    let mut random = Random(3);
    for _ in 0..2000 {
        let (a, b) = (random.tile(), random.tile());
        let squares = a.iter().zip(&b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
        let pixels = f64::from(squares.sum::<u32>()) * 4.0;
        let coeffs = f64::from(scalar::error_4x4(&scalar::fdct_4x4(&a, &b), &[0; 16], &[1; 16]));
        // The DC is rounded down, by one at most.
        let allowed = 0.004 * pixels + 2.0 * pixels.sqrt() + 200.0;
        assert!((pixels - coeffs).abs() <= allowed, "{pixels} {coeffs}");
    }
}

#[test]
fn quantised_levels_decode_to_within_a_step() {
    let mut random = Random(4);
    for _ in 0..2000 {
        let (coeffs, steps) = (random.block(), random.steps());
        let (levels, seen, end) = scalar::quantize_4x4(&coeffs, &steps, &ROUND_TO_NEAREST);
        assert!(levels[end..].iter().all(|&level| level == 0));
        for i in 0..16 {
            assert!(coeffs[i].abs_diff(seen[i]) <= steps.step[i], "{coeffs:?} {seen:?}");
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod twins {
    use super::super::simd128;
    use super::*;

    /// One line gives a kernel its twin test on random and extreme input.
    macro_rules! twin {
        ($kernel:ident, $seed:literal, |$random:ident| $($argument:expr),*) => {
            #[test]
            fn $kernel() {
                let $random = &mut Random($seed);
                for _ in 0..5000 {
                    let arguments = ($($argument,)*);
                    twin!(@compare $kernel, arguments, $($argument),*);
                }
            }
        };
        (@compare $kernel:ident, $arguments:ident, $a:expr) => {
            assert_eq!(simd128::$kernel(&$arguments.0), scalar::$kernel(&$arguments.0));
        };
        (@compare $kernel:ident, $arguments:ident, $a:expr, $b:expr) => {
            assert_eq!(
                simd128::$kernel(&$arguments.0, &$arguments.1),
                scalar::$kernel(&$arguments.0, &$arguments.1),
                "{:?}", $arguments
            );
        };
    }

    twin!(fdct_4x4, 11, |random| random.tile(), random.tile());
    twin!(idct_4x4, 12, |random| random.tile(), random.block());
    #[test]
    fn error_4x4() {
        let mut random = Random(14);
        for _ in 0..5000 {
            let (a, b) = (random.block(), random.block());
            let weights = std::array::from_fn(|_| (random.next() % 17) as u16);
            assert_eq!(simd128::error_4x4(&a, &b, &weights), scalar::error_4x4(&a, &b, &weights));
        }
    }

    twin!(satd_4x4, 15, |random| random.tile(), random.tile());
    #[test]
    fn quantize_4x4() {
        let mut random = Random(16);
        for _ in 0..5000 {
            let (coeffs, steps) = (random.block(), random.steps());
            let bias = std::array::from_fn(|_| random.next() % (1 << 16));
            assert_eq!(
                simd128::quantize_4x4(&coeffs, &steps, &bias),
                scalar::quantize_4x4(&coeffs, &steps, &bias)
            );
        }
    }

    twin!(predict_4x4, 17, |random| random.tile());
    twin!(satd_4x4_all, 18, |random| random.tile(), std::array::from_fn(|_| random.tile()));
}
