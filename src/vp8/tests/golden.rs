//! The same input gives the same bytes everywhere: natively, in wasm, and in wasm with SIMD.
//!
//! The hashes are of one run of the native build; the two wasm builds must give them too:
//! `CARGO_TARGET_WASM32_WASIP1_RUNNER="node ../../tests/wasi.mjs" cargo test -p slimpix-vp8 --test golden --target wasm32-wasip1`,
//! once without and once with `RUSTFLAGS=-Ctarget-feature=+simd128`. After a change that is meant to change bytes, take
//! the new hashes from the failure's message.

use slimpix_vp8::{Params, encode_rgb};

/// FNV-1a in 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Gradients, edges and noise.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut seed = 7u32;
    let mut channel = |i: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (x, y) = (i / 3 % width, i / 3 / width);
        let noise =
            if (x / 24 + y / 16) % 3 == 0 { (seed >> 25) as usize } else { (seed >> 30) as usize };
        (x * 2 + y * 3 + noise + i % 3 * 50 + if (x + 2 * y) % 61 < 9 { 90 } else { 0 }) as u8
    };
    (0..width * height * 3).map(&mut channel).collect()
}

#[test]
fn every_effort_gives_its_golden_bytes() {
    let (width, height) = (203, 150);
    let rgb = picture(width, height);
    let hashes: Vec<u64> = (0..=6)
        .flat_map(|effort| [20, 80].map(|quality| Params::new(quality, effort).unwrap()))
        .map(|params| hash(&encode_rgb(&rgb, width, height, &params).unwrap().bytes))
        .collect();
    assert_eq!(hashes, GOLDEN, "{hashes:#018x?}");
}

/// By effort, quality 20 and 80 of each.
const GOLDEN: [u64; 14] = [
    0x14fa_d352_a28d_ed0f,
    0x0c10_9807_29cc_c738,
    0x2d80_80b7_4aa7_7455,
    0x800d_b073_a31c_7e55,
    0x8c3f_2074_092c_2925,
    0x2d82_68f8_c34f_bd9e,
    0xe287_ff2e_2e38_3a58,
    0xa91f_eeb1_2844_e39b,
    0x93ed_f829_c8e7_37c1,
    0xfe47_2624_075f_f3be,
    0xb96b_5be8_5686_8458,
    0x6f90_5620_5c03_81e0,
    0x73b6_23b2_3d22_ecf4,
    0x5bfb_f7b3_86e5_52bf,
];
