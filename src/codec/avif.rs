//! AVIF: one AV1 key frame, packed by [`heif`](super::heif). Alpha is a second, monochrome one.

use slimpix_av1::{self as av1, Chroma, Coded, Picture};

use super::heif::{self, Still};
use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate};
use crate::metadata::Metadata;
use crate::options::{DEFAULT_COMPRESSION_CONFIG, Options};

/// The encoder takes up to 35 bytes of memory a pixel; more pixels than this pass 32-bit memory.
const MOST_PIXELS: u64 = 64_000_000;

/// From this quality on, chroma at full resolution is worth its bytes and its time.
const FULL_CHROMA_FROM: u8 = 90;

/// BT.601 luma weights, times 2^16: matrix coefficients 6 of ITU-T H.273.
const LUMA: [i32; 3] = [19595, 38470, 7471];
const MATRIX: u16 = 6;

pub(super) fn encode(image: &Image, metadata: Metadata, options: &Options) -> Result<Vec<u8>> {
    super::check_sides(image, "AVIF", av1::MOST_PIXELS_A_SIDE as u32)?;
    let pixels = u64::from(image.width()) * u64::from(image.height());
    if pixels > MOST_PIXELS {
        return Err(Error::limit(format_args!(
            "AVIF is written up to {MOST_PIXELS} pixels; the picture has {pixels}"
        )));
    }
    let quality = options.quality_or_default();
    let chroma = if quality >= FULL_CHROMA_FROM { Chroma::Full } else { Chroma::Half };
    let planes = match image.layout() {
        Layout::Rgba => color_planes::<4>(image, chroma)?,
        _ => color_planes::<3>(image, chroma)?,
    };
    let alpha = if image.is_opaque() { None } else { Some([alpha_plane(image)?]) };
    let alpha = alpha.map(|plane| code(image, Chroma::None, &plane, options)).transpose()?;
    let color = code(image, chroma, &planes, options)?;
    Ok(heif::write(Still {
        width: image.width(),
        height: image.height(),
        color,
        alpha,
        matrix: MATRIX,
        full_chroma: chroma == Chroma::Full,
        metadata,
    }))
}

fn code(image: &Image, chroma: Chroma, planes: &[Vec<u8>], options: &Options) -> Result<Coded> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let speed = options.avif_speed.unwrap_or(DEFAULT_COMPRESSION_CONFIG.avif_speed);
    let picture = Picture { width, height, chroma, planes };
    av1::encode(&picture, options.quality_or_default(), speed as u8).map_err(Error::encode_failed)
}

fn alpha_plane(image: &Image) -> Result<Vec<u8>> {
    plane_of(image.pixels::<4>(), |p| p[3])
}

/// Luma, blue and red difference, full range; chroma at its own size.
fn color_planes<const N: usize>(image: &Image, chroma: Chroma) -> Result<[Vec<u8>; 3]> {
    let pixels = image.pixels::<N>();
    let y = plane_of(pixels, |p| (luma(p) >> 16) as u8)?;
    let cb = plane_of(pixels, |p| difference(p[2], luma(p), LUMA[2]))?;
    let cr = plane_of(pixels, |p| difference(p[0], luma(p), LUMA[0]))?;
    if chroma == Chroma::Full {
        return Ok([y, cb, cr]);
    }
    let (width, height) = (image.width() as usize, image.height() as usize);
    Ok([y, halve(&cb, width, height)?, halve(&cr, width, height)?])
}

fn plane_of<const N: usize>(
    pixels: &[[u8; N]],
    sample: impl Fn(&[u8; N]) -> u8,
) -> Result<Vec<u8>> {
    let mut plane = allocate(pixels.len())?;
    for (target, pixel) in plane.iter_mut().zip(pixels) {
        *target = sample(pixel);
    }
    Ok(plane)
}

/// Luma in 2^16ths of a level, with the half that rounds: below 256 << 16.
fn luma<const N: usize>(pixel: &[u8; N]) -> i32 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
    r * LUMA[0] + g * LUMA[1] + b * LUMA[2] + (1 << 15)
}

/// `(channel - luma) / (2 - 2 * weight)`, about 128; the reciprocal has 14 bits.
fn difference(channel: u8, luma: i32, weight: i32) -> u8 {
    let reciprocal = (1 << 29) / (65536 - weight);
    let distance = ((i32::from(channel) << 16) + (1 << 15) - luma) >> 7;
    let scaled = (distance * (reciprocal >> 3) + (1 << 19)) >> 20;
    (scaled + 128).clamp(0, 255) as u8
}

/// Each square of four samples averaged; the last column and row stand in for what is missing.
fn halve(plane: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    let (columns, rows) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = allocate(columns * rows)?;
    for (y, line) in out.chunks_exact_mut(columns).enumerate() {
        let upper = &plane[y * 2 * width..][..width];
        let lower = &plane[(y * 2 + 1).min(height - 1) * width..][..width];
        for (x, target) in line.iter_mut().enumerate() {
            let (left, right) = (x * 2, (x * 2 + 1).min(width - 1));
            let four = [upper[left], upper[right], lower[left], lower[right]];
            *target = ((four.iter().map(|&v| u32::from(v)).sum::<u32>() + 2) / 4) as u8;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JFIF's formulas in floating point (ITU-T T.871, 7).
    fn obvious([r, g, b]: [u8; 3]) -> [f64; 3] {
        let [r, g, b] = [r, g, b].map(f64::from);
        let y = 0.299 * r + 0.587 * g + 0.114 * b;
        [y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402]
    }

    #[test]
    fn planes_are_the_formulas_to_a_level() {
        for i in 0..4096_u32 {
            let pixel = [i % 16 * 17, i / 16 % 16 * 17, i / 256 * 17].map(|v| v as u8);
            let luma = luma(&pixel);
            let integer = [
                (luma >> 16) as u8,
                difference(pixel[2], luma, LUMA[2]),
                difference(pixel[0], luma, LUMA[0]),
            ];
            for (have, want) in integer.into_iter().zip(obvious(pixel)) {
                assert!((f64::from(have) - want.clamp(0.0, 255.0)).abs() <= 1.0, "{pixel:?}");
            }
        }
    }
}
