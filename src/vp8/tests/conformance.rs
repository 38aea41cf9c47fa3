//! The encoder's own reconstruction is what independent decoders show, byte for byte.

use slimpix_vp8::{Params, Planes, encode_rgb};
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

/// What libwebp decodes: the three planes without padding, or none where Debian's `dwebp` is not installed.
fn libwebp_planes(file: &[u8], name: &str) -> Option<Vec<u8>> {
    let dir = std::env::temp_dir();
    let (input, output) = (dir.join(format!("{name}.webp")), dir.join(format!("{name}.yuv")));
    std::fs::write(&input, file).unwrap();
    let status = Command::new("dwebp").arg("-quiet").arg(&input).arg("-yuv").arg("-o").arg(&output).status().ok()?;
    assert!(status.success(), "{name}: libwebp refuses the file");
    Some(std::fs::read(output).unwrap())
}

/// The planes as `dwebp -yuv` writes them.
fn cropped(planes: &Planes) -> Vec<u8> {
    let (w, h) = (planes.width(), planes.height());
    let stride = planes.mb_width() * 16;
    let mut out: Vec<u8> = planes.y.chunks_exact(stride).take(h).flat_map(|row| &row[..w]).copied().collect();
    for plane in &planes.uv {
        out.extend(plane.chunks_exact(stride / 2).take(h.div_ceil(2)).flat_map(|row| &row[..w.div_ceil(2)]));
    }
    out
}

/// Noise over gradients: every mode and token comes up.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut seed = (width * 31 + height) as u32 + 1;
    (0..width * height * 3)
        .map(|i| {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let (x, y) = (i / 3 % width, i / 3 / width);
            let noise = if (x / 20 + y / 12) % 3 == 0 { (seed >> 24) as usize / 2 } else { 0 };
            (x * 3 + y * 2 + noise + i % 3 * 40) as u8
        })
        .collect()
}

fn check(rgb: &[u8], width: usize, height: usize, params: &Params, name: &str) {
    let frame = encode_rgb(rgb, width, height, params).unwrap();
    let file = riff(&frame.bytes);
    if let Some(planes) = libwebp_planes(&file, name) {
        assert!(planes == cropped(frame.decoded.as_ref().unwrap()), "{name}: libwebp shows other pixels, {params:?}");
    }
}

#[test]
fn every_small_size() {
    for (width, height) in [(1, 1), (1, 40), (2, 3), (15, 17), (16, 16), (33, 1), (47, 64), (65, 63)] {
        let rgb = picture(width, height);
        for quality in [1, 30, 50, 75, 90, 100] {
            check(&rgb, width, height, &Params { keep_decoded: true, ..Params::new(quality, 4).unwrap() }, &format!("small-{width}x{height}"));
        }
    }
}
