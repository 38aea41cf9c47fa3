//! Samples of any depth as levels of 8 bits.

use super::kind::{Color, Kind, Predictor};
use crate::error::Result;
use crate::image::allocate;

/// Turns stored rows into levels: a byte for each sample, three for a palette's index.
pub(super) struct Levels<'a> {
    kind: &'a Kind<'a>,
    samples: Vec<u8>,
    /// For the bytes of floating-point rows that are stored apart.
    scratch: Vec<u8>,
    colors: Vec<u8>,
}

impl<'a> Levels<'a> {
    pub(super) fn new(kind: &'a Kind<'a>, width: usize) -> Result<Self> {
        let apart = kind.predictor == Predictor::FloatingPoint;
        let colored = matches!(kind.color, Color::Palette(_));
        Ok(Self {
            kind,
            samples: allocate(width * kind.samples_together())?,
            scratch: allocate(if apart { kind.row_length(width)? } else { 0 })?,
            colors: allocate(if colored { width * kind.levels() } else { 0 })?,
        })
    }

    /// The levels of a row; the row itself is changed.
    pub(super) fn of_row(&mut self, row: &mut [u8]) -> &[u8] {
        let kind = self.kind;
        let mut little = kind.little;
        match kind.predictor {
            Predictor::None => {}
            Predictor::Difference => sum(row, kind.bits, kind.samples_together(), little),
            Predictor::FloatingPoint => {
                join(row, &mut self.scratch, kind.bits / 8, kind.samples_together());
                little = false;
            }
        }
        let Color::Palette(palette) = &kind.color else {
            levels(row, kind, little, &mut self.samples);
            if kind.color == Color::InvertedGray {
                self.invert();
            }
            return &self.samples;
        };
        indices(row, kind.bits, &mut self.samples);
        let out = self.colors.chunks_exact_mut(kind.levels());
        for (levels, samples) in out.zip(self.samples.chunks_exact(kind.samples)) {
            levels[..3].copy_from_slice(&palette[usize::from(samples[0])]);
            for (level, &sample) in levels[3..].iter_mut().zip(&samples[1..]) {
                *level = (u32::from(sample) * 255 / (palette.len() as u32 - 1)) as u8;
            }
        }
        &self.colors
    }

    /// Where white is zero; alpha is not turned.
    fn invert(&mut self) {
        let step = self.kind.samples_together();
        self.samples.iter_mut().step_by(step).for_each(|level| *level = 255 - *level);
    }
}

/// Samples that were stored as differences to those on their left.
fn sum(row: &mut [u8], bits: usize, step: usize, little: bool) {
    match bits {
        8 => (step..row.len()).for_each(|at| row[at] = row[at].wrapping_add(row[at - step])),
        16 => {
            let read = |two| if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) };
            let row = row.as_chunks_mut::<2>().0;
            for at in step..row.len() {
                let value = read(row[at]).wrapping_add(read(row[at - step]));
                row[at] = if little { value.to_le_bytes() } else { value.to_be_bytes() };
            }
        }
        _ => {
            let read =
                |four| if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
            let row = row.as_chunks_mut::<4>().0;
            for at in step..row.len() {
                let value = read(row[at]).wrapping_add(read(row[at - step]));
                row[at] = if little { value.to_le_bytes() } else { value.to_be_bytes() };
            }
        }
    }
}

/// Floating-point samples from bytes that lie apart, the highest of all samples first, as
/// differences (Adobe, TIFF Technical Note 3); big-endian then.
fn join(row: &mut [u8], scratch: &mut [u8], bytes: usize, step: usize) {
    sum(row, 8, step, true);
    scratch.copy_from_slice(row);
    let count = row.len() / bytes;
    for (at, sample) in row.chunks_exact_mut(bytes).enumerate() {
        for (place, byte) in sample.iter_mut().enumerate() {
            *byte = scratch[place * count + at];
        }
    }
}

/// Samples of 1 to 8 bits as they are.
fn indices(row: &[u8], bits: usize, out: &mut [u8]) {
    for (at, sample) in out.iter_mut().enumerate() {
        *sample = packed(row, at * bits, bits) as u8;
    }
}

/// The number of `bits` bits, 16 at most, that starts at a bit; samples may cross bytes.
fn packed(row: &[u8], start: usize, bits: usize) -> u32 {
    let byte = |at: usize| u32::from(row.get(at).copied().unwrap_or(0));
    let first = start / 8;
    let three = byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2);
    three >> (24 - start % 8 - bits) & ((1 << bits) - 1)
}

/// Each sample as the nearest level; floating point goes from 0 to 1.
fn levels(row: &[u8], kind: &Kind<'_>, little: bool, out: &mut [u8]) {
    match (kind.bits, kind.floating) {
        (8, _) => out.copy_from_slice(row),
        (16, false) => each(row, out, |two| {
            let value = if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) };
            ((u32::from(value) * 255 + 32767) / 65535) as u8
        }),
        (32, false) => each(row, out, |four: [u8; 4]| four[if little { 3 } else { 0 }]),
        (16, true) => each(row, out, |two| {
            let value = if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) };
            level(half(value))
        }),
        (32, true) => each(row, out, |four| {
            level(if little { f32::from_le_bytes(four) } else { f32::from_be_bytes(four) })
        }),
        (64, true) => each(row, out, |eight| {
            let value = if little { f64::from_le_bytes(eight) } else { f64::from_be_bytes(eight) };
            level(value as f32)
        }),
        (bits, _) => {
            let max = (1_u32 << bits) - 1;
            for (at, sample) in out.iter_mut().enumerate() {
                *sample = ((packed(row, at * bits, bits) * 255 + max / 2) / max) as u8;
            }
        }
    }
}

fn each<const N: usize>(row: &[u8], out: &mut [u8], sample: impl Fn([u8; N]) -> u8) {
    for (level, &stored) in out.iter_mut().zip(row.as_chunks::<N>().0) {
        *level = sample(stored);
    }
}

/// The level of 8 bits nearest to a sample of 0 to 1; what is no number is 0.
fn level(sample: f32) -> u8 {
    (sample.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// A number of 16 bits: sign, 5 of exponent, 10 of fraction (IEEE 754-2019, 3.6).
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 0x3FF));
    let magnitude = match exponent {
        0 => fraction / 16_777_216.0,
        31 => return if bits & 0x83FF == 0 { 1.0 } else { 0.0 },
        _ => (1024.0 + fraction) / 1024.0 * f32::from_bits(((exponent + 112) as u32) << 23),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}
