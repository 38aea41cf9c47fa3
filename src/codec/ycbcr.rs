//! AVIF's planes: RGB to full-range luma and two colour differences, and back.
//!
//! In integers, so that every machine has the same planes. The way back is what a viewer does,
//! and serves the measuring of what it will see.

use slimpix_av1::Chroma;

use crate::error::Result;
use crate::image::{Image, Layout, allocate};

/// BT.601 luma weights, times 2^16: matrix coefficients 6 of ITU-T H.273.
const LUMA: [i32; 3] = [19595, 38470, 7471];
pub(super) const MATRIX: u16 = 6;

pub(super) fn alpha_plane(image: &Image) -> Result<Vec<u8>> {
    plane_of(image.pixels::<4>(), |p| p[3])
}

/// Luma, blue and red difference, full range; chroma at its own size.
pub(super) fn planes<const N: usize>(image: &Image, chroma: Chroma) -> Result<[Vec<u8>; 3]> {
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

/// What a viewer makes of the planes, with `alpha` where there is one. Halved chroma is blended
/// from the four nearest samples.
pub(super) fn pixels(
    planes: Vec<Vec<u8>>,
    alpha: Option<&[u8]>,
    (width, height): (u32, u32),
    chroma: Chroma,
) -> Result<Image> {
    let size = (width as usize, height as usize);
    let mut planes = planes.into_iter();
    let mut next = || planes.next().unwrap_or_default();
    let (y, cb, cr) = (next(), next(), next());
    let [cb, cr] =
        if chroma == Chroma::Half { [double(&cb, size)?, double(&cr, size)?] } else { [cb, cr] };
    let layout = if alpha.is_some() { Layout::Rgba } else { Layout::Rgb };
    let mut image = Image::zeroed(width, height, layout)?;
    let samples = y.iter().zip(&cb).zip(&cr);
    for (pixel, ((&y, &cb), &cr)) in
        image.data_mut().chunks_exact_mut(layout.channels()).zip(samples)
    {
        pixel[..3].copy_from_slice(&rgb(y, cb, cr));
    }
    for (pixel, &alpha) in image.data_mut().chunks_exact_mut(4).zip(alpha.unwrap_or_default()) {
        pixel[3] = alpha;
    }
    Ok(image)
}

/// ITU-T T.871, 7, its factors times 2^16.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let luma = (i32::from(y) << 16) + (1 << 15);
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    let level = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [level(luma + 91881 * cr), level(luma - 22554 * cb - 46802 * cr), level(luma + 116130 * cb)]
}

/// A halved plane at full size: nine parts of the nearest sample, three of each beside it and one
/// of that across; at the borders the nearest stands in.
fn double(plane: &[u8], (width, height): (usize, usize)) -> Result<Vec<u8>> {
    let (columns, rows) = (width.div_ceil(2), height.div_ceil(2));
    let beside = |at: usize, count: usize| {
        let other = if at.is_multiple_of(2) { (at / 2).saturating_sub(1) } else { at / 2 + 1 };
        other.min(count - 1)
    };
    let mut out = allocate(width * height)?;
    for (y, line) in out.chunks_exact_mut(width).enumerate() {
        let near = &plane[y / 2 * columns..][..columns];
        let far = &plane[beside(y, rows) * columns..][..columns];
        for (x, target) in line.iter_mut().enumerate() {
            let (here, there) = (x / 2, beside(x, columns));
            let blend = |row: &[u8]| 3 * u32::from(row[here]) + u32::from(row[there]);
            *target = ((3 * blend(near) + blend(far) + 8) / 16) as u8;
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

    #[test]
    fn pixels_come_back_to_two_levels() {
        let data: Vec<u8> = (0..64 * 64_u32)
            .flat_map(|i| [i % 64 * 4, i / 64 * 4, 255 - i % 64 * 2].map(|v| v as u8))
            .collect();
        let image = Image::new(64, 64, Layout::Rgb, data).unwrap();
        for (chroma, most) in [(Chroma::Full, 2), (Chroma::Half, 4)] {
            let planes = planes::<3>(&image, chroma).unwrap().to_vec();
            let back = pixels(planes, None, (64, 64), chroma).unwrap();
            let worst = image.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(most), "{chroma:?}: {worst:?}");
        }
    }
}
