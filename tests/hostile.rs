//! Whatever the bytes are, the answer is a picture or a typed error: no panic, no endless work.

mod common;

use common::{Random, corpus, fading_scene, file, files_below, options, scene};
use slimpix::{Animated, ErrorCode, Options, OutputFormat, compress, probe};

/// Small outputs and a small pixel limit keep hostile sizes from costing test time.
fn thumbnail() -> Options {
    let mut options = options(OutputFormat::Png);
    options.optimize = false;
    options.max_dimension = Some(32);
    options.animated = Animated::First;
    options.limit_input_pixels = Some(1 << 22);
    options
}

fn seeds() -> Vec<Vec<u8>> {
    let mut lossless = options(OutputFormat::Webp);
    lossless.lossless = true;
    let webp = slimpix::compress_pixels(fading_scene(61, 43), &lossless).unwrap().data;
    let mut baseline = options(OutputFormat::Jpeg);
    baseline.optimize = false;
    let jpeg = slimpix::compress_pixels(scene(61, 43), &baseline).unwrap().data;
    vec![
        file(scene(61, 43), OutputFormat::Jpeg),
        jpeg,
        file(fading_scene(61, 43), OutputFormat::Png),
        file(scene(16, 16), OutputFormat::Avif),
        webp,
    ]
}

/// Files of the corpus that are small enough to be mutated often.
fn corpus_seeds() -> Vec<Vec<u8>> {
    let folders = ["formats", "pngsuite"].into_iter().filter_map(corpus);
    let files = folders.flat_map(|folder| files_below(&folder));
    files.map(|path| std::fs::read(path).unwrap()).filter(|bytes| bytes.len() < 40_000).collect()
}

fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.below(256) as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes.truncate(at.max(1)),
            3 => bytes[at] = [0, 0xFF, 0x7F, 0x80][random.below(4)],
            _ => {
                let part = bytes[at..(at + random.below(40)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

#[test]
fn mutated_files_never_panic() {
    let mut random = Random(0x5EED_1234_ABCD_0001);
    for seed in seeds() {
        for _ in 0..1500 {
            let _ = compress(&mutate(&seed, &mut random), &thumbnail());
        }
    }
    for seed in corpus_seeds() {
        for _ in 0..40 {
            let _ = compress(&mutate(&seed, &mut random), &thumbnail());
        }
    }
}

#[test]
fn random_bytes_are_refused_by_name() {
    let mut random = Random(77);
    for length in 1..400 {
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        let error = compress(&bytes, &thumbnail()).expect_err("random bytes are no picture");
        assert!(
            matches!(error.code, ErrorCode::UnsupportedFormat | ErrorCode::CorruptImage),
            "{error}"
        );
    }
    assert_eq!(compress(&[], &thumbnail()).unwrap_err().code, ErrorCode::InvalidInput);
}

/// Only an ending that holds no pixels may be missing: the picture is then the whole one.
#[test]
fn a_truncated_file_is_an_error_and_never_half_a_picture() {
    for seed in seeds() {
        let whole = compress(&seed, &thumbnail()).map(|output| output.data);
        for length in 1..seed.len() {
            if let Ok(half) = compress(&seed[..length], &thumbnail()) {
                assert_eq!(Ok(half.data), whole, "{length} of {} bytes", seed.len());
                // The end chunk of a PNG, two checksums before it and the end of its deflate stream.
                assert!(seed.len() - length <= 24, "{length} of {} bytes", seed.len());
            }
        }
    }
}

#[test]
fn a_huge_header_costs_nothing() {
    let mut png = file(scene(8, 8), OutputFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]); // 30000 x 30000
    let error = compress(&png, &options(OutputFormat::Jpeg)).unwrap_err();
    assert_eq!(error.code, ErrorCode::LimitExceeded);
    assert!(error.message.contains("30000x30000"), "{error}");
    assert_eq!(probe(&png).unwrap().width, 30000);
}
