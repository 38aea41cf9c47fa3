//! Whatever the bytes are, the answer is a picture or a typed error: no panic, no endless work.

mod common;

use common::rare::{Bmp, Value, gif, icon, strip, tiff};
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

/// GIF, BMP, ICO and TIFF, small and of several kinds.
fn rare_seeds() -> Vec<Vec<u8>> {
    let pixels: Vec<u8> = (0..=255).cycle().take(24 * 8 * 4).collect();
    let bmp = Bmp { width: 24, height: 8, pixels: &pixels[..24 * 8 * 3], ..Bmp::default() };
    let masks = [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000];
    let runs = [24, 1, 0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 2, 1, 3, 9, 2, 0, 1];
    let indexed = Bmp { bits: 8, colors: 4, palette: &pixels[..16], ..bmp };
    let picture = |bits: &[u16], compression, photometric, length: usize| {
        let mut tags = strip((24, 8), bits, compression, photometric, length as u32);
        if photometric == 3 {
            tags.push((320, Value::Shorts((0..48).collect())));
        }
        tiff(photometric == 3, &[tags], &[], &pixels[..length])
    };
    let jpeg = file(scene(32, 16), OutputFormat::Jpeg);
    let tags = strip((32, 16), &[8; 3], 7, 6, jpeg.len() as u32);
    vec![
        gif((30, 20), (3, 2), (24, 8), Some(1)),
        bmp.file(),
        Bmp { header: 124, bits: 32, compression: 3, masks, pixels: &pixels, ..bmp }.file(),
        Bmp { compression: 1, pixels: &runs, ..indexed }.file(),
        icon(1, 24, &Bmp { height: 16, pixels: &pixels[..24 * 8 * 3 + 32], ..bmp }.bitmap()),
        icon(2, 0, &file(fading_scene(16, 16), OutputFormat::Png)),
        picture(&[8; 3], 1, 2, 24 * 8 * 3),
        picture(&[4], 1, 3, 12 * 8),
        tiff(false, &[tags], &[], &jpeg),
    ]
}

/// Compressed TIFFs of random bytes, with random tags: mostly damage, and never a panic.
#[test]
fn random_tiffs_never_panic() {
    let mut random = Random(0x71FF_0000_1234_5678);
    for _ in 0..6000 {
        let pixels: Vec<u8> = (0..random.below(300)).map(|_| random.below(256) as u8).collect();
        let bits = [1, 2, 4, 8, 8, 8, 12, 16, 32][random.below(9)];
        let samples = 1 + random.below(4);
        let compression = [1, 2, 3, 4, 5, 7, 8, 32773][random.below(8)];
        let size = (1 + random.below(40) as u16, 1 + random.below(20) as u16);
        let photometric = random.below(7) as u16;
        let mut tags =
            strip(size, &vec![bits; samples], compression, photometric, pixels.len() as u32);
        tags.retain(|_| random.below(40) > 0);
        for tag in [266, 284, 292, 317, 322, 323, 330, 338, 339, 530] {
            if random.below(4) == 0 {
                let value = [1, 1, 2, 3, 4, 16][random.below(6)];
                tags.push((tag, Value::Shorts(vec![value; 1 + random.below(2)])));
            }
        }
        tags.push((320, Value::Shorts((0..768).collect())));
        let _ = compress(&tiff(random.below(2) == 0, &[tags], &[], &pixels), &thumbnail());
    }
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
fn mutated_rare_files_never_panic() {
    let mut random = Random(0x5EED_4321_0BAD_0002);
    for seed in rare_seeds() {
        for _ in 0..1500 {
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
    for seed in seeds().into_iter().chain(rare_seeds()) {
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

#[test]
fn recovering_a_png_gives_the_rows_that_there_are_and_says_so() {
    let png = file(scene(90, 60), OutputFormat::Png);
    let mut recovering = options(OutputFormat::Png);
    recovering.recover = true;
    let pixels = |bytes: &[u8]| {
        let output = compress(bytes, &recovering).unwrap();
        (image::load_from_memory(&output.data).unwrap().into_rgb8().into_raw(), output.warnings)
    };
    let (whole, none) = pixels(&png);
    assert_eq!(none, Vec::<String>::new());
    let (half, warnings) = pixels(&png[..png.len() / 2]);
    let same = whole.chunks(90 * 3).zip(half.chunks(90 * 3)).take_while(|(a, b)| a == b).count();
    assert!((10..60).contains(&same), "{same} rows");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let headers = &png[..50];
    assert_eq!(compress(headers, &recovering).unwrap_err().code, ErrorCode::CorruptImage);
}
