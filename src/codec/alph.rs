//! The `ALPH` chunk of lossy WebP (WebP container specification, "Alpha").
//!
//! Alpha is exact unless fewer levels are asked for; clear and solid stay so at any number.
//!
//! Each of the four filters is tried; what it leaves is coded as the green channel of a lossless
//! picture, or stored as it is where that is shorter.

use image_webp::{ColorType, WebPEncoder};

use crate::container::riff_chunks;
use crate::error::{Error, Result};
use crate::image::{Image, allocate, copied, joined};

/// Compression method 1: a lossless bitstream without its header.
const LOSSLESS: u8 = 1;

/// The lossless header that `ALPH` leaves out: signature, sizes, alpha bit, version; 5 bytes.
const LOSSLESS_HEADER: usize = 5;

/// How a sample is foretold from its neighbours; the numbers are the format's.
#[derive(Clone, Copy)]
enum Filter {
    None = 0,
    Horizontal = 1,
    Vertical = 2,
    Gradient = 3,
}

/// The chunk's body for a picture with alpha, of `quality` 1 to 100.
pub(super) fn chunk(image: &Image, quality: u32) -> Result<Vec<u8>> {
    let levels = levels(quality);
    let mut plane = allocate(image.pixels::<4>().len())?;
    for (sample, pixel) in plane.iter_mut().zip(image.pixels::<4>()) {
        *sample = nearest_level(pixel[3], levels);
    }
    let mut best = joined([&[0], plane.as_slice()].into_iter())?;
    for filter in [Filter::None, Filter::Horizontal, Filter::Vertical, Filter::Gradient] {
        let residual = apply(filter, &plane, image.width() as usize)?;
        let coded = code(&residual, image.width(), image.height())?;
        if coded.len() + 1 < best.len() {
            best = joined([&[(filter as u8) << 2 | LOSSLESS], coded.as_slice()].into_iter())?;
        }
    }
    Ok(best)
}

/// How many levels a quality keeps: 2 at 1, 16 at 70 and all 256 at 100; libwebp's scale.
const fn levels(quality: u32) -> u32 {
    if quality <= 70 { 2 + quality / 5 } else { 16 + (quality - 70) * 8 }
}

/// The nearest of `levels` evenly spaced alphas from 0 to 255.
fn nearest_level(alpha: u8, levels: u32) -> u8 {
    let steps = levels.min(256) - 1;
    let step = (u32::from(alpha) * steps + 127) / 255;
    ((step * 255 + steps / 2) / steps) as u8
}

/// Each sample less its prediction, modulo 256. The first row is foretold from the left and the
/// first column from above, whatever the filter.
fn apply(filter: Filter, plane: &[u8], width: usize) -> Result<Vec<u8>> {
    let mut out = allocate(plane.len())?;
    for (at, residual) in out.iter_mut().enumerate() {
        let left = || plane[at - 1];
        let above = || plane[at - width];
        let prediction = match (filter, at / width, at % width) {
            (Filter::None, ..) | (_, 0, 0) => 0,
            (_, 0, _) => left(),
            (_, _, 0) => above(),
            (Filter::Horizontal, ..) => left(),
            (Filter::Vertical, ..) => above(),
            (Filter::Gradient, ..) => {
                let corner = i32::from(plane[at - width - 1]);
                (i32::from(left()) + i32::from(above()) - corner).clamp(0, 255) as u8
            }
        };
        *residual = plane[at].wrapping_sub(prediction);
    }
    Ok(out)
}

/// A plane as a lossless picture's grey, which its encoder reduces to the green channel.
fn code(plane: &[u8], width: u32, height: u32) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    WebPEncoder::new(&mut file)
        .encode(plane, width, height, ColorType::L8)
        .map_err(Error::encode_failed)?;
    let body = riff_chunks(&file).find(|chunk| &chunk.name == b"VP8L").map(|chunk| chunk.body);
    let stream = body.and_then(|body| body.get(LOSSLESS_HEADER..));
    copied(stream.ok_or_else(|| Error::internal("no lossless stream for the alpha"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_quality_is_exact_and_the_ends_always_stay() {
        assert!((0..=255).all(|alpha| nearest_level(alpha, levels(100)) == alpha));
        for quality in 1..=100 {
            let kept: Vec<u8> = (0..=255).map(|a| nearest_level(a, levels(quality))).collect();
            assert!(kept.is_sorted() && kept[0] == 0 && kept[255] == 255, "quality {quality}");
        }
    }
}
