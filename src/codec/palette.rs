//! The smallest PNG form that holds the same pixels: fewer channels, a palette, fewer bits.
//!
//! Exact only. A picture of at most 256 colours takes one byte a pixel or less; grey takes one
//! channel; alpha that is 255 everywhere goes.

use png::{BitDepth, ColorType};

use crate::error::Result;
use crate::image::{Image, Layout, allocate};

/// Pixels as PNG stores them, rows packed to whole bytes.
pub(super) struct Form {
    pub color: ColorType,
    pub depth: BitDepth,
    pub data: Vec<u8>,
    /// Red, green, blue for each index; empty without a palette.
    pub palette: Vec<u8>,
    /// Alpha of the first indices; the rest are opaque.
    pub transparency: Vec<u8>,
}

/// What the pixels have in common.
struct Census {
    gray: bool,
    opaque: bool,
    /// Every colour in [`order`], at most 256; `None` when there are more.
    colors: Option<Vec<[u8; 4]>>,
}

pub(super) fn smallest_form(image: &Image) -> Result<Form> {
    match image.layout() {
        Layout::Rgba => choose(image, image.pixels::<4>().iter().copied()),
        _ => choose(image, image.pixels::<3>().iter().map(|&[r, g, b]| [r, g, b, 255])),
    }
}

fn choose(image: &Image, pixels: impl Iterator<Item = [u8; 4]> + Clone) -> Result<Form> {
    let census = Census::take(pixels.clone());
    let row = image.width() as usize;
    match (&census.colors, census.gray, census.opaque) {
        (Some(colors), true, true) => gray_bits(row, pixels, colors),
        (Some(colors), ..) => indexed(row, pixels, colors),
        (None, true, true) => samples(ColorType::Grayscale, pixels, |[v, ..]| [v]),
        (None, true, false) => samples(ColorType::GrayscaleAlpha, pixels, |[v, _, _, a]| [v, a]),
        (None, false, true) => samples(ColorType::Rgb, pixels, |[r, g, b, _]| [r, g, b]),
        (None, false, false) => samples(ColorType::Rgba, pixels, |pixel| pixel),
    }
}

impl Census {
    fn take(pixels: impl Iterator<Item = [u8; 4]>) -> Self {
        let mut seen: Vec<[u8; 4]> = Vec::new();
        let (mut gray, mut opaque, mut last) = (true, true, None);
        for pixel in pixels {
            if last == Some(pixel) {
                continue;
            }
            last = Some(pixel);
            let [r, g, b, a] = pixel;
            gray &= r == g && g == b;
            opaque &= a == 255;
            if seen.len() <= 256 {
                if let Err(at) = find(&seen, pixel) {
                    seen.insert(at, pixel);
                }
            } else if !gray && !opaque {
                break;
            }
        }
        Self { gray, opaque, colors: (seen.len() <= 256).then_some(seen) }
    }
}

/// Transparent colours first, so that `tRNS` is short; then by brightness, so that neighbours in
/// the picture have neighbouring indices.
fn order([r, g, b, a]: [u8; 4]) -> (u8, u32, [u8; 3]) {
    (a, u32::from(r) * 2 + u32::from(g) * 5 + u32::from(b), [r, g, b])
}

/// The index of a colour, or where it belongs. Among so few, halving is as fast as hashing, and
/// the wasm is spared a hash table and a sort.
fn find(colors: &[[u8; 4]], color: [u8; 4]) -> Result<usize, usize> {
    colors.binary_search_by_key(&order(color), |&other| order(other))
}

fn samples<const N: usize>(
    color: ColorType,
    pixels: impl Iterator<Item = [u8; 4]> + Clone,
    sample: impl Fn([u8; 4]) -> [u8; N],
) -> Result<Form> {
    let mut data = allocate(pixels.clone().count() * N)?;
    for (target, pixel) in data.as_chunks_mut::<N>().0.iter_mut().zip(pixels) {
        *target = sample(pixel);
    }
    let (palette, transparency) = (Vec::new(), Vec::new());
    Ok(Form { color, depth: BitDepth::Eight, data, palette, transparency })
}

/// Grey at 1, 2 or 4 bits when the levels are those that so few bits can say, else a palette when
/// that takes fewer bits, else 8 bits.
fn gray_bits(
    row: usize,
    pixels: impl Iterator<Item = [u8; 4]> + Clone,
    colors: &[[u8; 4]],
) -> Result<Form> {
    let all_multiples_of = |step: u8| colors.iter().all(|c| c[0] % step == 0);
    let bits = [(1, 255), (2, 85), (4, 17)].into_iter().find(|&(_, step)| all_multiples_of(step));
    match bits {
        Some((bits, step)) => Ok(Form {
            color: ColorType::Grayscale,
            depth: depth_of(bits),
            data: pack(row, bits, pixels.map(|p| p[0] / step))?,
            palette: Vec::new(),
            transparency: Vec::new(),
        }),
        None if colors.len() <= 16 => indexed(row, pixels, colors),
        None => samples(ColorType::Grayscale, pixels, |[v, ..]| [v]),
    }
}

fn indexed(
    row: usize,
    pixels: impl Iterator<Item = [u8; 4]> + Clone,
    colors: &[[u8; 4]],
) -> Result<Form> {
    let index = |color: [u8; 4]| find(colors, color).unwrap_or_default() as u8;
    let bits = match colors.len() {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    Ok(Form {
        color: ColorType::Indexed,
        depth: depth_of(bits),
        data: pack(row, bits, pixels.map(index))?,
        palette: colors.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect(),
        transparency: colors.iter().map(|c| c[3]).take_while(|&a| a < 255).collect(),
    })
}

const fn depth_of(bits: usize) -> BitDepth {
    match bits {
        1 => BitDepth::One,
        2 => BitDepth::Two,
        4 => BitDepth::Four,
        _ => BitDepth::Eight,
    }
}

/// Samples of 1, 2, 4 or 8 bits, the leftmost in the highest bits, each row from a new byte.
fn pack(row: usize, bits: usize, samples: impl Iterator<Item = u8> + Clone) -> Result<Vec<u8>> {
    let rows = samples.clone().count() / row;
    let stride = (row * bits).div_ceil(8);
    let mut data = allocate(stride * rows)?;
    let per_byte = 8 / bits;
    for (at, sample) in samples.enumerate() {
        let (y, x) = (at / row, at % row);
        let shift = (per_byte - 1 - x % per_byte) * bits;
        data[y * stride + x / per_byte] |= sample << shift;
    }
    Ok(data)
}
