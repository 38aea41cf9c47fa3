//! The encoder's own reconstruction is what independent decoders show, byte for byte.
//!
//! The corpus is taken where it lies beside the repository: tests say what they skip.

mod judges;

use judges::{EFFORTS, QUALITIES, flat, judge};
use slimpix_vp8::{
    Error, Filter, Params, Planes, Tools, Trellis, encode_planes, encode_rgb, encode_rgba,
};
use std::path::{Path, PathBuf};

/// Parameters that keep the reconstruction.
fn params(quality: u8, effort: u8) -> Params {
    Params { keep_decoded: true, ..Params::new(quality, effort).unwrap() }
}

fn check(rgb: &[u8], width: usize, height: usize, params: &Params, name: &str) {
    let frame = encode_rgb(rgb, width, height, params).unwrap();
    judge(&frame).unwrap_or_else(|wrong| panic!("{name}: {wrong}, {params:?}"));
}

/// Numbers that are the same in every run.
fn random(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 8
}

/// Gradients, edges and patches of noise: every mode and token comes up.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut seed = (width * 31 + height) as u32;
    let mut channel = |i: usize| {
        let (x, y) = (i / 3 % width, i / 3 / width);
        let noise = if (x / 20 + y / 12) % 3 == 0 { random(&mut seed) as usize % 128 } else { 0 };
        (x * 3 + y * 2 + noise + i % 3 * 40) as u8
    };
    (0..width * height * 3).map(&mut channel).collect()
}

#[test]
fn every_small_size() {
    for (width, height) in (1..=65).map(|n| (n, 1 + n * 37 % 63)) {
        check(&picture(width, height), width, height, &params(75, 4), &format!("small-{width}"));
    }
}

#[test]
fn every_quality_and_effort() {
    let rgb = picture(97, 70);
    for quality in QUALITIES {
        for effort in EFFORTS {
            check(&rgb, 97, 70, &params(quality, effort), &format!("q{quality}-e{effort}"));
        }
    }
}

#[test]
fn the_longest_sides() {
    for (width, height) in [(16383, 5), (17, 16383)] {
        check(&picture(width, height), width, height, &params(60, 1), &format!("long-{width}"));
    }
}

#[test]
fn every_tool_on_and_off() {
    let rgb = picture(130, 90);
    let tools = Tools::at_effort(4);
    let variants = [
        Tools { i4: 0, ..tools.clone() },
        Tools { i4: 10, ..tools.clone() },
        Tools { trellis: Trellis::Off, ..tools.clone() },
        Tools { trellis: Trellis::Every, ..tools.clone() },
        Tools { segments: false, ..tools.clone() },
        Tools { adapt: false, ..tools.clone() },
        Tools { filter: Filter::Off, ..tools.clone() },
        Tools { filter: Filter::Simple, ..tools.clone() },
        Tools { partitions: 1, ..tools.clone() },
        Tools { partitions: 3, ..tools.clone() },
    ];
    for (i, tools) in variants.into_iter().enumerate() {
        for quality in [5, 80] {
            let params = Params { tools: tools.clone(), ..params(quality, 4) };
            check(&rgb, 130, 90, &params, &format!("tools-{i}-{quality}"));
        }
    }
}

#[test]
fn flat_and_extreme_pictures() {
    for (name, rgb) in [
        ("black", vec![0; 64 * 48 * 3]),
        ("white", vec![255; 64 * 48 * 3]),
        (
            "checks",
            (0..64 * 48 * 3).map(|i| if (i / 3 + i / 192) % 2 == 0 { 0 } else { 255 }).collect(),
        ),
    ] {
        for quality in [1, 75, 100] {
            check(&rgb, 64, 48, &params(quality, 6), &format!("{name}-{quality}"));
        }
    }
}

/// The corpus beside the repository.
fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !path.is_dir() {
        println!("skipped: no corpus at {}", path.display());
        return None;
    }
    Some(path)
}

/// The pictures of a class at full size, one of the 42 pairs of quality and effort each, from the `first` on. The classes
/// follow each other, so that every pair is met; the whole product is `npm run bench -- webp conformance`.
fn check_class(class: &str, first: usize) {
    let Some(corpus) = corpus() else { return };
    let entries = std::fs::read_dir(corpus.join(class)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|of| of == "png")).collect();
    paths.sort();
    for (path, i) in paths.iter().zip(first..) {
        let image = image::open(path).unwrap().to_rgb8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let params = params(QUALITIES[i % 6], EFFORTS[i % 7]);
        check(image.as_raw(), width, height, &params, &path.display().to_string());
    }
}

#[test]
fn kodak() {
    check_class("kodak", 0);
}

#[test]
fn graphics() {
    check_class("graphics", 24);
}

#[test]
fn photos() {
    check_class("photos", 40);
}

#[test]
fn planes_and_pixels_take_the_same_way() {
    let (width, height) = (37, 21);
    let rgb = picture(width, height);
    let rgba: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 7]).collect();
    let from_rgb = encode_rgb(&rgb, width, height, &params(80, 4)).unwrap();
    assert_eq!(from_rgb.bytes, encode_rgba(&rgba, width, height, &params(80, 4)).unwrap().bytes);
    let planes = Planes::from_rgb(&rgb, width, height, true).unwrap();
    let given = flat(&planes);
    let (y, chroma) = given.split_at(width * height);
    let (u, v) = chroma.split_at(chroma.len() / 2);
    assert_eq!(planes, Planes::from_yuv(y, u, v, width, height).unwrap());
    assert_eq!(from_rgb.bytes, encode_planes(&planes, &params(80, 4)).unwrap().bytes);
}

#[test]
fn wrong_arguments_are_named() {
    let params = Params::new(80, 4).unwrap();
    assert_eq!(encode_rgb(&[], 0, 3, &params).unwrap_err(), Error::Size { width: 0, height: 3 });
    assert_eq!(
        encode_rgb(&[], 16384, 1, &params).unwrap_err(),
        Error::Size { width: 16384, height: 1 }
    );
    assert_eq!(
        encode_rgb(&[0; 11], 2, 2, &params).unwrap_err(),
        Error::PixelCount { expected: 12, given: 11 }
    );
    assert_eq!(
        encode_rgba(&[0; 12], 2, 2, &params).unwrap_err(),
        Error::PixelCount { expected: 16, given: 12 }
    );
    assert_eq!(
        Params::new(0, 4).unwrap_err(),
        Error::Param { name: "quality", given: 0, range: (1, 100) }
    );
    assert_eq!(
        Params::new(80, 7).unwrap_err(),
        Error::Param { name: "effort", given: 7, range: (0, 6) }
    );
}

/// Options and sizes at random, in and out of range: an error or a sound frame, never a panic.
#[test]
fn mutated_options_never_panic() {
    let mut seed = 1;
    for _ in 0..300 {
        let mut pick = |n: u32| random(&mut seed) % n;
        let (width, height) = (pick(40) as usize, pick(40) as usize);
        let bytes = width * height * 3 + usize::from(pick(20) == 0);
        let pixels: Vec<u8> = (0..bytes).map(|_| pick(256) as u8).collect();
        let trellis = [Trellis::Off, Trellis::Winner, Trellis::Every][pick(3) as usize];
        let tools = Tools {
            i16: pick(6) as u8,
            i4: pick(12) as u8,
            uv: pick(6) as u8,
            trellis,
            segments: pick(2) == 0,
            adapt: pick(2) == 0,
            filter: [Filter::Off, Filter::Simple, Filter::Normal][pick(3) as usize],
            partitions: pick(5) as u8,
        };
        let params =
            Params { quality: pick(103) as u8, sharp_yuv: pick(2) == 0, tools, keep_decoded: true };
        if let Ok(frame) = encode_rgb(&pixels, width, height, &params) {
            judge(&frame).unwrap_or_else(|wrong| panic!("{wrong}: {width}x{height} {params:?}"));
        }
    }
}
