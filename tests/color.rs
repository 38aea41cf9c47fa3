//! Colours that a PNG names by numbers come out as Chromium shows them.
//!
//! The expected levels were read from Chromium (`createImageBitmap`, drawn on an sRGB canvas).

mod common;

use common::{case, decoded, options, png_of};
use slimpix::{ErrorCode, Options, OutputFormat, compress, probe};

/// Samples that are shown, grey first, then coloured.
const PIXELS: [[u8; 3]; 8] = [
    [16; 3],
    [64; 3],
    [128; 3],
    [208; 3],
    [255, 0, 0],
    [200, 100, 50],
    [50, 200, 100],
    [100, 50, 200],
];

/// Chunks before the pixels, by name and body.
type Chunks<'a> = &'a [(&'a [u8; 4], &'a [u8])];

const ADOBE: [u32; 8] = [31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000];
const SRGB: [u32; 8] = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];

fn numbers<const N: usize>(values: [u32; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn png() -> Options {
    options(OutputFormat::Png)
}

fn shown(chunks: Chunks<'_>) -> Vec<[u8; 3]> {
    let rows = [&[0][..], PIXELS.as_flattened()].concat();
    let file = png_of((8, 1), [2, 8], &rows, chunks);
    let out = decoded(&compress(&file, &png()).unwrap().data);
    out.pixels().map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

#[track_caller]
fn assert_near(have: &[[u8; 3]], want: &[[u8; 3]], what: &str) {
    let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 4;
    let pairs = || have.as_flattened().iter().zip(want.as_flattened());
    assert!(!pairs().any(far), "{what}: {have:?}, Chromium {want:?}");
}

#[test]
fn numbers_that_say_srgb_change_nothing() {
    let (gamma, srgb, adobe) = (numbers([45455]), numbers(SRGB), numbers(ADOBE));
    let absurd = numbers([0]);
    let linear = numbers([100_000]);
    let untouched: [Chunks<'_>; 8] = [
        &[(b"gAMA", &gamma)],
        &[(b"cHRM", &srgb)],
        &[(b"cHRM", &adobe)],
        &[(b"gAMA", &absurd)],
        &[(b"sRGB", &[0]), (b"gAMA", &linear)],
        &[(b"cICP", &[1, 13, 0, 1])],
        &[(b"cICP", &[12, 13, 0, 0])],
        &[(b"cICP", &[2, 2, 0, 1])],
    ];
    for chunks in untouched {
        assert_eq!(shown(chunks), PIXELS, "{chunks:?}");
    }
}

#[test]
fn gamma_and_chromaticities_are_applied() {
    let (linear, mac, video) = (numbers([100_000]), numbers([55_556]), numbers([45_455]));
    let adobe = numbers(ADOBE);
    let gray = |levels: [u8; 4]| levels.map(|v| [v; 3]);
    let linear = shown(&[(b"gAMA", &linear)]);
    assert_near(&linear[..4], &gray([71, 137, 188, 233]), "gamma 1");
    assert_near(&linear[5..6], &[[229, 168, 122]], "gamma 1");
    let mac = shown(&[(b"gAMA", &mac)]);
    assert_near(&mac[..4], &gray([20, 81, 146, 217]), "gamma 1.8");
    let adobe = shown(&[(b"gAMA", &video), (b"cHRM", &adobe)]);
    assert_near(&adobe[..4], &gray([7, 62, 129, 209]), "Adobe RGB");
    assert_near(&adobe[5..], &[[227, 100, 42], [0, 201, 92], [114, 46, 205]], "Adobe RGB");
}

#[test]
fn code_points_are_applied() {
    let cicp = |body: [u8; 4]| shown(&[(b"cICP", &body), (b"sRGB", &[0])]);
    let p3 = cicp([12, 13, 0, 1]);
    assert_near(&p3[..4], &PIXELS[..4], "Display P3");
    assert_near(&p3[5..], &[[215, 93, 31], [0, 204, 86], [108, 47, 208]], "Display P3");
    let wide = cicp([9, 13, 0, 1]);
    assert_near(&wide[5..], &[[241, 76, 29], [0, 211, 82], [108, 33, 209]], "BT.2020");
    let video = cicp([1, 1, 0, 1]);
    assert_near(&video[..4], &[[4; 3], [54; 3], [121; 3], [205; 3]], "BT.709");
    let pq = cicp([9, 16, 0, 1]);
    assert_near(&pq[..4], &[[1; 3], [30; 3], [132; 3], [255; 3]], "PQ");
    let hlg = cicp([9, 18, 0, 1]);
    assert_near(&hlg[..4], &[[3; 3], [43; 3], [99; 3], [212; 3]], "HLG");
    assert_near(&hlg[5..], &[[230, 48, 17], [0, 208, 60], [75, 20, 180]], "HLG");
    let old = cicp([1, 7, 0, 1]);
    assert_near(&old[..4], &[[34; 3], [81; 3], [141; 3], [213; 3]], "SMPTE 240M");
}

#[test]
fn gray_palette_and_deep_pictures_are_converted_too() {
    let linear = numbers([100_000]);
    let gray = png_of((2, 1), [0, 8], &[0, 16, 128], &[(b"gAMA", &linear)]);
    let deep = png_of((2, 1), [0, 16], &[0, 16, 16, 128, 128], &[(b"gAMA", &linear)]);
    let palette = [16, 16, 16, 128, 128, 128];
    let chunks: Chunks<'_> = &[(b"gAMA", &linear), (b"PLTE", &palette)];
    let indexed = png_of((2, 1), [3, 8], &[0, 0, 1], chunks);
    for file in [gray, deep, indexed] {
        let out = decoded(&compress(&file, &png()).unwrap().data);
        let levels: Vec<[u8; 3]> = out.pixels().map(|p| [p[0], p[1], p[2]]).collect();
        assert_near(&levels, &[[71; 3], [188; 3]], "linear");
    }
}

/// 600 profiles, each of which inflates to 16 MB: the first counts, once.
#[test]
fn many_profiles_cost_what_one_costs() {
    let stream = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 16 << 20], 6);
    let bomb = [b"x\0\0", &stream[..]].concat();
    let chunks: Vec<(&[u8; 4], &[u8])> = (0..600).map(|_| (b"iCCP", &bomb[..])).collect();
    let rows = [&[0][..], PIXELS.as_flattened()].concat();
    let file = png_of((8, 1), [2, 8], &rows, &chunks);
    assert!(probe(&file).unwrap().has_icc);
    let out = compress(&file, &png()).unwrap();
    assert_eq!(out.warnings.len(), 1, "{:?}", out.warnings);
}

#[test]
fn cgbi_is_a_picture() {
    let Some(file) = case("cgbi-png/crushed.png") else { return };
    let info = probe(&file).unwrap();
    let out = compress(&file, &png()).unwrap();
    assert_eq!((out.width, out.height), (info.width, info.height));
}

/// What Xcode makes of two pixels: no zlib header, blue first, colour premultiplied.
#[test]
fn cgbi_is_turned_back() {
    let plain = png_of((2, 1), [6, 8], &[0, 10, 20, 200, 255, 5, 10, 100, 128], &[]);
    let mut crushed = b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBI\x50\0\x20\x02\0\0\0\0".to_vec();
    let at = plain.windows(4).position(|four| four == b"IDAT").unwrap();
    crushed.extend(&plain[8..at - 4]);
    let length = u32::from_be_bytes(plain[at - 4..at].try_into().unwrap()) as usize;
    let raw = &plain[at + 4 + 2..at + 4 + length - 4];
    crushed.extend((raw.len() as u32).to_be_bytes());
    crushed.extend([b"IDAT", raw, &[0; 4], b"\0\0\0\0IEND\xAE\x42\x60\x82"].concat());
    let out = decoded(&compress(&crushed, &png()).unwrap().data);
    assert_eq!(out.into_raw(), [200, 20, 10, 255, 199, 20, 10, 128]);
    crushed.truncate(crushed.len() - 12 - 4 - 6);
    assert_eq!(compress(&crushed, &png()).unwrap_err().code, ErrorCode::CorruptImage);
}

#[test]
fn given_cases_are_shown_as_chromium_shows_them() {
    for name in ["gama-linear", "gama-1.8", "chrm-adobe", "cicp-p3", "cicp-linear"] {
        let Some(file) = case(&format!("png-colour-chunks-ignored/{name}.png")) else { return };
        let out = decoded(&compress(&file, &png()).unwrap().data);
        assert_ne!(out, decoded(&file), "{name}: pixels as stored");
    }
}

#[test]
fn a_png_without_its_end_is_whole() {
    let rows: Vec<u8> = (0..40).flat_map(|y| [&[0][..], &[y * 5; 60]].concat()).collect();
    let file = png_of((20, 40), [2, 8], &rows, &[]);
    let whole = compress(&file, &png()).unwrap().data;
    for cut in 1..=12 {
        assert_eq!(compress(&file[..file.len() - cut], &png()).unwrap().data, whole, "{cut}");
    }
    let half = &file[..file.len() - 12 - 24];
    assert_eq!(compress(half, &png()).unwrap_err().code, ErrorCode::CorruptImage);
    let Some(given) = case("png-without-iend/rgb.png") else { return };
    let out = compress(&given, &png()).unwrap();
    assert_eq!((out.width, out.height), (48, 32));
}
