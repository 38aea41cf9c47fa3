//! Luma and chroma fitted to what a decoder shows: sharp YUV.
//!
//! A decoder interpolates chroma, so at an edge between colours the chroma of a pixel is wrong, and with it its colour
//! and its light. Here the planes are decoded again and both are corrected, turn by turn:
//!
//! 1. Each chroma sample takes a Newton step towards the mean red, green and blue light of its square of 2x2 pixels.
//!    Each is shortened by [`DEAD_ZONE`], so that small ones are left out: to follow noise costs more than it shows.
//! 2. Each luma sample takes one towards the light of its pixel.
//!
//! Light is linear: sRGB's curve from a table that integers make, so all targets agree.
//!
//! Against one luma step alone on sharpened means (fifteen pictures and crops of Kodak, photographs and graphics, effort
//! 4), bytes at a score of 65, 75, 80, 85, 88: -0.2, -0.9, -1.6, -3.7, -8.6 %; graphics -6 % at 85 and -16 % at 88. A
//! round takes an eighth of the encoder's time at effort 4.
//!
//! Tried and rejected, on the same pictures:
//!
//! - One round: +0.3, +0.6, +1.2, +2.5 % from 75 up. Three: +0.5, +1.1, +1.4, +1.1 %.
//! - Luma corrected only at the end: +0.9 % at 75 and 80, +1.0 % at 85, +1.8 % at 88.
//! - No dead zone, with one round: about +1 % up to 85, photographs up to 2 %. Half of it: the same. Twice: +0.5 % at 85,
//!   +1.7 % at 88.
//! - The mean of the components in place of that of light in chroma: +1.2 % at 80, +2.2 % at 85, +4.5 % at 88. Light as a
//!   component's square in luma: +0.3 % at 85. Components themselves in luma: +4 % at 80, graphics +12 %.
//! - Starting from chroma that is sharpened already: +0.7 % at 75, -0.3 % at 88.

use crate::params::{Error, filled};
use crate::yuv::{Planes, chroma_of};

/// How often chroma and luma are corrected in turn.
const ROUNDS: usize = 2;

/// Shares of red, green and blue in light, in 1/256 (BT.709).
const LUMINANCE: [i32; 3] = [54, 183, 19];

/// Light of a component, 0..=65535.
static LIGHT: [i32; 256] = {
    let mut table = [0; 256];
    let mut c = 0;
    while c < 256 {
        table[c] = light(c as u64) as i32;
        c += 1;
    }
    table
};

/// By how much light grows with a component: 19..=583.
static SLOPE: [i32; 256] = {
    let mut table = [0; 256];
    let mut c = 0;
    while c < 256 {
        let (below, above) = (if c > 0 { c - 1 } else { 0 }, if c < 255 { c + 1 } else { 255 });
        table[c] = (LIGHT[above] - LIGHT[below]) / (above - below) as i32;
        c += 1;
    }
    table
};

/// Below this mean slope light hardly depends on a component: steps would be wild. That of a component of 39.
const LEAST_SLOPE: i32 = 60;

/// What is left out of a step of chroma, in 1/16.
const DEAD_ZONE: i32 = 16;

/// sRGB's curve (IEC 61966-2-1) in integers: a line, then `((c + 0.055) / 1.055) ^ 2.4`, with the fifth root of the
/// square for the 0.4.
const fn light(component: u64) -> u64 {
    if component <= 10 {
        return (component * 65535 * 100 + 1292 * 255 / 2) / (1292 * 255);
    }
    // In 1/2^16, then its square in 1/2^32.
    let base = ((component * 1000 + 55 * 255) << 16) / (1055 * 255);
    let square = (base * base) as u128;
    let (mut low, mut high) = (0u128, 1 << 16 | 1);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle.pow(5) <= square << 48 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let light = (square * low) >> 32;
    if light < 65535 { light as u64 } else { 65535 }
}

/// Fits planes of plain luma to `pixels`, interleaved in `BYTES` each; `chroma` are U and V of each square in 1/16.
pub fn fit<const BYTES: usize>(
    planes: &mut Planes,
    chroma: &mut [Vec<i16>; 2],
    pixels: &[u8],
) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        correct_chroma::<BYTES>(planes, chroma, pixels)?;
        planes.round_chroma(chroma);
        correct_luma::<BYTES>(planes, pixels);
    }
    Ok(())
}

/// What the pixels of a square lack, by component.
#[derive(Clone, Copy, Default)]
struct Lack {
    /// Light, below 2^18.
    light: [i32; 3],
    /// Slopes where the decoder is now.
    slope: [i32; 3],
}

/// One step of each chroma sample, all from the same planes.
fn correct_chroma<const BYTES: usize>(
    planes: &Planes,
    chroma: &mut [Vec<i16>; 2],
    pixels: &[u8],
) -> Result<(), Error> {
    let (width, stride) = (planes.width(), planes.mb_width() * 16);
    let samples = width.div_ceil(2);
    let mut before = [filled(0, chroma[0].len())?, filled(0, chroma[1].len())?];
    before.iter_mut().zip(&*chroma).for_each(|(to, from)| to.copy_from_slice(from));
    let mut shown = Shown::new(width, planes.height());
    let mut lacks = vec![Lack::default(); samples];
    for (y, row) in pixels.chunks_exact(width * BYTES).enumerate() {
        shown.decode(y, &planes.y[y * stride..], &before, samples, 1);
        add_lacks::<BYTES>(&mut lacks, row, &shown);
        if y % 2 == 1 || y + 1 == planes.height() {
            let [u, v] = chroma.each_mut().map(|plane| &mut plane[y / 2 * samples..][..samples]);
            for ((lack, u), v) in lacks.iter_mut().zip(u).zip(v) {
                step(std::mem::take(lack), u, v);
            }
        }
    }
    Ok(())
}

/// Adds a row of pixels to what their squares lack.
fn add_lacks<const BYTES: usize>(lacks: &mut [Lack], row: &[u8], shown: &Shown) {
    let [r, g, b] = shown.rgb.each_ref().map(|component| component.chunks(2));
    let shown = r.zip(g).zip(b);
    for ((lack, wanted), ((r, g), b)) in lacks.iter_mut().zip(row.chunks(2 * BYTES)).zip(shown) {
        for (((wanted, &r), &g), &b) in wanted.chunks_exact(BYTES).zip(r).zip(g).zip(b) {
            for (c, shown) in [r, g, b].map(usize::from).into_iter().enumerate() {
                lack.light[c] += LIGHT[usize::from(wanted[c])] - LIGHT[shown];
                lack.slope[c] += SLOPE[shown];
            }
        }
    }
}

/// Moves a sample towards what its square lacks.
fn step(lack: Lack, u: &mut i16, v: &mut i16) {
    let slope = lack.slope.map(|slope| slope.max(4 * LEAST_SLOPE));
    // Components that are all wrong by less than a level leave U and V within the dead zone.
    if lack.light.iter().zip(slope).all(|(light, slope)| light.abs() < slope) {
        return;
    }
    // In 1/64 of a level, at most 255 levels.
    let missing =
        std::array::from_fn(|c| (lack.light[c] * 64 / slope[c]).clamp(-(255 << 6), 255 << 6));
    for (sample, by) in [u, v].into_iter().zip(chroma_of(missing)) {
        // 16 bits of fraction and 6 of a level's; 4 are kept.
        let by = (by + (1 << 17)) >> 18;
        let by = by.signum() * (by.abs() - DEAD_ZONE).max(0);
        *sample = (i32::from(*sample) + by).clamp(0, 255 << 4) as i16;
    }
}

/// One step of each luma sample.
fn correct_luma<const BYTES: usize>(planes: &mut Planes, pixels: &[u8]) {
    let (width, stride) = (planes.width(), planes.mb_width() * 16);
    let mut shown = Shown::new(width, planes.height());
    for (y, row) in pixels.chunks_exact(width * BYTES).enumerate() {
        let luma = &mut planes.y[y * stride..][..stride];
        shown.decode(y, luma, &planes.uv, stride / 2, 16);
        for (x, (luma, wanted)) in luma.iter_mut().zip(row.chunks_exact(BYTES)).enumerate() {
            *luma = corrected(*luma, shown.pixel(x), [wanted[0], wanted[1], wanted[2]]);
        }
        let last = luma[width - 1];
        luma[width..].fill(last);
    }
    planes.repeat_last_luma_row();
}

/// One row of the picture as decoders show it.
struct Shown {
    height: usize,
    /// A row of samples mixed with the one next to it; the first and the last stand there twice.
    mixed: Vec<i32>,
    /// U and V of each pixel in 1/16, around 0; an even number of pixels.
    chroma: [Vec<i32>; 2],
    /// Red, green and blue.
    rgb: [Vec<u8>; 3],
}

impl Shown {
    fn new(width: usize, height: usize) -> Self {
        let samples = width.div_ceil(2);
        Self {
            height,
            mixed: vec![0; samples + 2],
            chroma: [vec![0; samples * 2], vec![0; samples * 2]],
            rgb: [(); 3].map(|()| vec![0; width]),
        }
    }

    #[inline(always)]
    fn pixel(&self, x: usize) -> [u8; 3] {
        self.rgb.each_ref().map(|component| component[x])
    }

    /// Decodes row `y` of luma, BT.601 in limited range with 12 bits of fraction; a sample of chroma is `unit` / 16.
    fn decode<T: Copy + Into<i32>>(
        &mut self,
        y: usize,
        luma: &[u8],
        chroma: &[Vec<T>; 2],
        stride: usize,
        unit: i32,
    ) {
        let (near, last) = (y / 2, self.height.div_ceil(2) - 1);
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(last) };
        for (plane, out) in chroma.iter().zip(&mut self.chroma) {
            let rows = [near, far].map(|row| &plane[row * stride..]);
            interpolate(rows, unit, &mut self.mixed, out);
        }
        let [r, g, b] = &mut self.rgb;
        let [u, v] = &self.chroma;
        let out = r.iter_mut().zip(g).zip(b);
        for (((r, g), b), ((&luma, &u), &v)) in out.zip(luma.iter().zip(u).zip(v)) {
            let luma = (i32::from(luma) - 16) * 76309 + (1 << 15);
            let share = |of: i32, chroma: i32| (of * chroma) >> 4;
            let shown = |sum: i32| (sum >> 16).clamp(0, 255) as u8;
            *r = shown(luma + share(104_597, v));
            *g = shown(luma - share(25_674, u) - share(53_278, v));
            *b = shown(luma + share(132_201, u));
        }
    }
}

/// Brings a row of chroma to luma's resolution, with weights of 9, 3, 3 and 1 as decoders do; `far` is the row beside.
fn interpolate<T: Copy + Into<i32>>(
    [near, far]: [&[T]; 2],
    unit: i32,
    mixed: &mut [i32],
    out: &mut [i32],
) {
    let samples = mixed.len() - 2;
    for (mixed, (&near, &far)) in mixed[1..=samples].iter_mut().zip(near.iter().zip(far)) {
        *mixed = 3 * near.into() + far.into();
    }
    mixed[0] = mixed[1];
    mixed[samples + 1] = mixed[samples];
    let around_0 = |sum: i32| ((sum + 8) >> 4) * unit - 128 * 16;
    for (pair, samples) in out.chunks_exact_mut(2).zip(mixed.windows(3)) {
        pair[0] = around_0(samples[0] + 3 * samples[1]);
        pair[1] = around_0(3 * samples[1] + samples[2]);
    }
}

/// Luma after one Newton step from the light of `shown` towards that of `wanted`.
#[inline(always)]
fn corrected(luma: u8, shown: [u8; 3], wanted: [u8; 3]) -> u8 {
    let weigh = |of: &[i32; 256], pixel: [u8; 3]| -> i32 {
        pixel.iter().zip(LUMINANCE).map(|(&c, share)| of[usize::from(c)] * share).sum()
    };
    // Each below 2^24.
    let missing = weigh(&LIGHT, wanted) - weigh(&LIGHT, shown);
    let slope = weigh(&SLOPE, shown).max(LEAST_SLOPE * 256);
    if missing.abs() < slope / 2 {
        return luma;
    }
    // A step of luma is one of 1.164 in each component: 220 / 256 of what is missing, in quarters below 2^26.
    let missing = missing / 16 * 55;
    (i32::from(luma) + (missing + 2 * slope).div_euclid(4 * slope)).clamp(16, 235) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_srgb_within_rounding() {
        for (c, &light) in LIGHT.iter().enumerate() {
            let v = c as f64 / 255.0;
            let exact = if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
            assert!((f64::from(light) - exact * 65535.0).abs() < 3.0, "{c}: {light}");
        }
    }

    /// Squared error of the light that is shown, by component, in the mean of each square.
    fn error(planes: &Planes, pixels: &[u8]) -> i64 {
        let (width, stride) = (planes.width(), planes.mb_width() * 16);
        let samples = width.div_ceil(2);
        let mut shown = Shown::new(width, planes.height());
        let mut lacks = vec![Lack::default(); samples * planes.height().div_ceil(2)];
        for (y, row) in pixels.chunks_exact(width * 3).enumerate() {
            shown.decode(y, &planes.y[y * stride..], &planes.uv, stride / 2, 16);
            add_lacks::<3>(&mut lacks[y / 2 * samples..], row, &shown);
        }
        lacks.iter().flat_map(|lack| lack.light).map(|light| i64::from(light).pow(2)).sum()
    }

    #[test]
    fn edges_between_colours_come_nearer() {
        let (width, height) = (45, 31);
        let colours = [[230, 20, 30], [20, 30, 210], [250, 250, 250], [10, 120, 20]];
        let at = |i: usize| colours[(i % width / 7 + i / width / 5) % 4];
        let pixels: Vec<u8> = (0..width * height).flat_map(at).collect();
        let plain = Planes::from_rgb(&pixels, width, height, false).unwrap();
        let fitted = Planes::from_rgb(&pixels, width, height, true).unwrap();
        let (plain, fitted) = (error(&plain, &pixels), error(&fitted, &pixels));
        assert!(fitted < plain / 2, "{fitted} of {plain}");
    }
}
