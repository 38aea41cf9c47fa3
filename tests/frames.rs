//! A WebP's decoder takes what its headers say, whichever of them says the most; and a file of one
//! frame is a still picture.

mod common;

use common::{case, decoded, file, options, peak, scene};
use slimpix::{ErrorCode, Image, Layout, Options, OutputFormat, compress, compress_pixels, probe};

fn png() -> Options {
    options(OutputFormat::Png)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let padding = &[0][..body.len() % 2];
    [name, &(body.len() as u32).to_le_bytes()[..], body, padding].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [&b"WEBP"[..], &chunks.concat()].concat();
    chunk(b"RIFF", &body)
}

fn three(value: u32) -> [u8; 3] {
    *value.to_le_bytes().first_chunk().unwrap()
}

fn canvas(flags: u8, (width, height): (u32, u32)) -> Vec<u8> {
    let body = [&[flags, 0, 0, 0][..], &three(width - 1), &three(height - 1)].concat();
    chunk(b"VP8X", &body)
}

fn frame((x, y): (u32, u32), (width, height): (u32, u32), flags: u8, picture: &[u8]) -> Vec<u8> {
    let place = [three(x / 2), three(y / 2), three(width - 1), three(height - 1), three(100)];
    chunk(b"ANMF", &[place.as_flattened(), &[flags], picture].concat())
}

const ANIM: [u8; 14] = *b"ANIM\x06\0\0\0\xff\0\xff\xff\0\0";

/// The chunk of a lossless picture.
fn lossless(image: Image) -> Vec<u8> {
    let mut webp = options(OutputFormat::Webp);
    webp.lossless = true;
    compress_pixels(image, &webp).unwrap().data[12..].to_vec()
}

/// The chunk of a lossy picture.
fn lossy(image: Image) -> Vec<u8> {
    file(image, OutputFormat::Webp)[12..].to_vec()
}

/// A lossy chunk that says another size than its pixels have.
fn lossy_that_says(width: u16, height: u16) -> Vec<u8> {
    let mut picture = lossy(scene(8, 8));
    picture[8 + 6..8 + 8].copy_from_slice(&width.to_le_bytes());
    picture[8 + 8..8 + 10].copy_from_slice(&height.to_le_bytes());
    picture
}

fn lossless_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut picture = lossless(scene(8, 8));
    let bits = (width - 1) | (height - 1) << 14;
    picture[8 + 1..8 + 5].copy_from_slice(&bits.to_le_bytes());
    picture
}

/// Files whose frame is 16383 or 16384 pixels a side, and whose canvas is not.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let alpha = chunk(b"ALPH", &[1, 0, 0, 0]);
    let (small, large) = ((1, 1), (16383, 16383));
    let animated = |size, picture: &[u8]| {
        riff(&[canvas(2, small), ANIM.to_vec(), frame((0, 0), size, 0, picture)])
    };
    vec![
        ("lossy", riff(&[canvas(0, small), lossy_that_says(16383, 16383)])),
        ("lossless", riff(&[canvas(0, small), lossless_that_says(16384, 16384)])),
        ("alpha", riff(&[canvas(0x10, small), alpha, lossy_that_says(16383, 16383)])),
        ("frame", animated(large, &lossy_that_says(16383, 16383))),
        ("in the frame", animated(small, &lossy_that_says(16383, 16383))),
        ("lossless in the frame", animated(small, &lossless_that_says(16384, 16384))),
    ]
}

#[test]
fn what_a_frame_takes_is_known_before_it_is_asked_for() {
    let given = case("frame-beyond-header/webp-vp8x-1x1-vp8-16383.webp");
    let before = peak();
    for (name, file) in hostile().into_iter().chain(given.map(|file| ("given", file))) {
        let mut strict = png();
        strict.limit_input_pixels = Some(100);
        assert_eq!(compress(&file, &strict).unwrap_err().code, ErrorCode::LimitExceeded, "{name}");
        assert!(probe(&file).unwrap().width >= 16383, "{name}");
        let refused = compress(&file, &png()).unwrap_err().code;
        let named = matches!(refused, ErrorCode::CorruptImage | ErrorCode::LimitExceeded);
        assert!(named, "{name}: {refused:?}");
    }
    // One of those pictures takes 400 MB, and more.
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after - before < 100_000, "{before} kB at most before, {after} kB after");
    }
}

#[test]
fn a_file_of_one_frame_is_a_still() {
    let picture = scene(40, 30);
    let whole = compress_pixels(picture.clone(), &png()).unwrap().data;
    for flags in 0..4 {
        let one = frame((0, 0), (40, 30), flags, &lossless(picture.clone()));
        let file = riff(&[canvas(2, (40, 30)), ANIM.to_vec(), one.clone()]);
        assert!(!probe(&file).unwrap().animated);
        let output = compress(&file, &png()).unwrap();
        assert!(!output.animated);
        assert_eq!(decoded(&output.data), decoded(&whole), "{flags}");
        let two = riff(&[canvas(2, (40, 30)), ANIM.to_vec(), one.clone(), one]);
        assert_eq!(compress(&two, &png()).unwrap_err().code, ErrorCode::UnsupportedFeature);
    }
}

/// As Chromium shows it: the rest of the canvas is clear, whatever background the file names.
#[test]
fn a_frame_lies_on_a_clear_canvas() {
    let picture = scene(20, 10);
    for (name, coded) in
        [("lossless", lossless(picture.clone())), ("lossy", lossy(picture.clone()))]
    {
        for flags in 0..4 {
            let one = frame((6, 4), (20, 10), flags, &coded);
            let file = riff(&[canvas(2, (40, 30)), ANIM.to_vec(), one]);
            assert!(probe(&file).unwrap().has_alpha);
            let shown = decoded(&compress(&file, &png()).unwrap().data);
            assert_eq!(shown.dimensions(), (40, 30));
            for (x, y, pixel) in shown.enumerate_pixels() {
                let inside = (6..26).contains(&x) && (4..14).contains(&y);
                assert_eq!(pixel[3], if inside { 255 } else { 0 }, "{name} {x} {y}");
                if inside && name == "lossless" {
                    let at = ((y - 4) * 20 + x - 6) as usize * 3;
                    assert_eq!(pixel.0[..3], picture.data()[at..at + 3]);
                }
            }
        }
    }
    let beyond = frame((30, 4), (20, 10), 0, &lossless(picture));
    let file = riff(&[canvas(2, (40, 30)), ANIM.to_vec(), beyond]);
    assert_eq!(compress(&file, &png()).unwrap_err().code, ErrorCode::CorruptImage);
}

#[test]
fn alpha_in_a_frame_is_kept() {
    let pixels: Vec<u8> = (0..20 * 10).flat_map(|i| [200, 30, 40, (i % 256) as u8]).collect();
    let picture = Image::new(20, 10, Layout::Rgba, pixels).unwrap();
    let chunks = &file(picture, OutputFormat::Webp)[12 + 18..];
    let file = riff(&[canvas(0x12, (20, 10)), ANIM.to_vec(), frame((0, 0), (20, 10), 0, chunks)]);
    let shown = decoded(&compress(&file, &png()).unwrap().data);
    assert!(shown.pixels().enumerate().all(|(i, pixel)| pixel[3] == (i % 256) as u8));
}

#[test]
fn given_one_frame_is_a_still() {
    let Some(file) = case("one-frame-animated-webp/lossless.webp") else { return };
    assert!(!compress(&file, &png()).unwrap().animated);
}
