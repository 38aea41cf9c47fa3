//! The encoder's own reconstruction is what independent decoders show, byte for byte.
//!
//! `image-webp` always judges; libwebp does where Debian's `dwebp` and `webpinfo` are installed, and the corpus where
//! it lies beside the repository: tests say what they skip.

use slimpix_vp8::{
    Error, Filter, Params, Planes, Tools, Trellis, encode_planes, encode_rgb, encode_rgba,
};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A still WebP file round a VP8 frame.
fn riff(frame: &[u8]) -> Vec<u8> {
    let pad = frame.len() % 2;
    let mut file = b"RIFF".to_vec();
    file.extend(((frame.len() + pad + 12) as u32).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    file.extend(&[0][..pad]);
    file
}

/// Parameters that keep the reconstruction.
fn params(quality: u8, effort: u8) -> Params {
    Params { keep_decoded: true, ..Params::new(quality, effort).unwrap() }
}

/// The planes without padding, one after the other, as `dwebp -yuv` writes them.
fn flat(planes: &Planes) -> Vec<u8> {
    let (width, height) = (planes.width(), planes.height());
    let crop = |plane: &[u8], stride: usize, width: usize, height: usize| -> Vec<u8> {
        plane.chunks_exact(stride).take(height).flat_map(|row| &row[..width]).copied().collect()
    };
    let stride = planes.mb_width() * 16;
    let mut out = crop(&planes.y, stride, width, height);
    for plane in &planes.uv {
        out.extend(crop(plane, stride / 2, width.div_ceil(2), height.div_ceil(2)));
    }
    out
}

/// What `image-webp` shows.
fn image_webp(frame: &[u8]) -> Vec<u8> {
    let decoded =
        image_webp::vp8::Vp8Decoder::decode_frame(frame).expect("image-webp refuses the frame");
    let (width, height) = (usize::from(decoded.width), usize::from(decoded.height));
    let stride = width.div_ceil(16) * 16;
    let crop = |plane: &[u8], stride: usize, width: usize, height: usize| -> Vec<u8> {
        plane.chunks_exact(stride).take(height).flat_map(|row| &row[..width]).copied().collect()
    };
    let mut out = crop(&decoded.ybuf, stride, width, height);
    for plane in [&decoded.ubuf, &decoded.vbuf] {
        out.extend(crop(plane, stride / 2, width.div_ceil(2), height.div_ceil(2)));
    }
    out
}

/// A file of its own for each test, where programs can read it.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("slimpix-vp8-{}-{name}", std::process::id()))
}

/// What libwebp shows, and whether `webpinfo` finds the file sound; nothing where they are not installed.
fn libwebp(frame: &[u8], name: &str) -> Option<Vec<u8>> {
    let (input, output) = (scratch(&format!("{name}.webp")), scratch(&format!("{name}.yuv")));
    std::fs::write(&input, riff(frame)).unwrap();
    let decoded = Command::new("dwebp")
        .arg("-quiet")
        .arg(&input)
        .args(["-yuv", "-o"])
        .arg(&output)
        .status()
        .ok()?;
    assert!(decoded.success(), "{name}: libwebp refuses the file");
    if let Ok(info) = Command::new("webpinfo").arg("-quiet").arg(&input).output() {
        assert!(
            info.status.success(),
            "{name}: webpinfo: {}",
            String::from_utf8_lossy(&info.stdout)
        );
    }
    let planes = std::fs::read(&output).unwrap();
    std::fs::remove_file(input).unwrap();
    std::fs::remove_file(output).unwrap();
    Some(planes)
}

fn check(rgb: &[u8], width: usize, height: usize, params: &Params, name: &str) {
    let frame = encode_rgb(rgb, width, height, params).unwrap();
    let own = flat(frame.decoded.as_ref().unwrap());
    assert!(own == image_webp(&frame.bytes), "{name}: image-webp shows other pixels, {params:?}");
    if let Some(planes) = libwebp(&frame.bytes, name) {
        assert!(own == planes, "{name}: libwebp shows other pixels, {params:?}");
    }
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
    for quality in [1, 30, 50, 75, 90, 100] {
        for effort in 0..=6 {
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

/// All pictures of the corpus, one quality and effort each, in turn.
#[test]
fn real_pictures() {
    let Some(corpus) = corpus() else { return };
    let mut paths: Vec<PathBuf> = ["kodak", "photos", "graphics"]
        .iter()
        .flat_map(|class| std::fs::read_dir(corpus.join(class)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .collect();
    paths.sort();
    for (i, path) in paths.iter().enumerate() {
        let image = image::open(path).unwrap().to_rgb8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        // A band of each large picture keeps this in seconds.
        let height = height.min(400);
        let rgb = &image.as_raw()[..width * height * 3];
        let params = params([1, 30, 50, 75, 90, 100][i % 6], [4, 6, 2, 0, 5, 1, 3][i % 7]);
        check(rgb, width, height, &params, &format!("real-{i}"));
    }
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
            let own = flat(frame.decoded.as_ref().unwrap());
            assert!(own == image_webp(&frame.bytes), "{width}x{height} {params:?}");
        }
    }
}
