//! The same input gives the same bytes everywhere: natively, in wasm, and in wasm with SIMD.
//!
//! The hashes are of one run of the native build; the two wasm builds must give them too:
//! `CARGO_TARGET_WASM32_WASIP1_RUNNER="node tests/wasi.mjs" cargo test -p slimpix-vp8 --test golden --target wasm32-wasip1`,
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
    0xf5c1_b96b_5356_6fce,
    0x9959_8390_1712_f030,
    0x59e0_8d85_10a1_b811,
    0x2400_8667_3996_afc1,
    0x2025_a5c0_4128_6157,
    0xe7e5_3407_1027_10ea,
    0x2d07_c660_608d_e262,
    0xf651_0646_aa8c_b84b,
    0xd4af_26af_265f_0df8,
    0x208f_5910_a52b_b522,
    0x6861_9945_1a0f_6d68,
    0x7b91_935f_9110_2e30,
    0x921a_63c3_46f2_662d,
    0xed82_8ccf_561d_4614,
];
