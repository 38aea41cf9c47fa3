//! Linear light, which pictures are made smaller in: from bytes by a table, or from planes.
//!
//! Bytes are read anew for each use, 3 bytes a pixel in place of 12. A smaller scale is three planes of `f32`.

use crate::Error;
use crate::Picture;
use std::array;

/// Columns that are halved at once: arrays, whose length the compiler knows.
const COLUMNS: usize = 64;

/// A picture in linear light. Taken as `dyn`, so that the code is there once: `read` gives many pixels at a time.
pub trait Linear {
    /// Width and height.
    fn size(&self) -> (usize, usize);

    /// Red, green and blue of a row `y` from column `x` on. Past the right and lower edges the edge comes again.
    fn read(&self, x: usize, y: usize, out: [&mut [f32]; 3]);
}

impl Linear for Picture<'_> {
    fn size(&self) -> (usize, usize) {
        (self.width.max(8), self.height.max(8))
    }

    fn read(&self, x: usize, y: usize, [red, green, blue]: [&mut [f32]; 3]) {
        let row = &self.pixels[y.min(self.height - 1) * self.width..][..self.width];
        let light = |byte: u8| LIGHT[usize::from(byte)];
        for (i, ((red, green), blue)) in red.iter_mut().zip(green).zip(blue).enumerate() {
            let [r, g, b] = row[(x + i).min(row.len() - 1)];
            (*red, *green, *blue) = (light(r), light(g), light(b));
        }
    }
}

/// A smaller scale of a picture.
pub struct Planes {
    width: usize,
    height: usize,
    channels: [Vec<f32>; 3],
}

impl Linear for Planes {
    fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn read(&self, x: usize, y: usize, out: [&mut [f32]; 3]) {
        let start = y.min(self.height - 1) * self.width;
        for (out, channel) in out.into_iter().zip(&self.channels) {
            let row = &channel[start..][..self.width];
            let (inside, past) = out.split_at_mut(out.len().min(self.width - x));
            inside.copy_from_slice(&row[x..][..inside.len()]);
            past.fill(row[self.width - 1]);
        }
    }
}

/// Half the width and height, rounded up: each pixel the mean of four.
pub fn half(source: &dyn Linear) -> Result<Planes, Error> {
    let (width, height) = source.size();
    let (width, height) = (width.div_ceil(2), height.div_ceil(2));
    let mut channels = [Vec::new(), Vec::new(), Vec::new()];
    for channel in &mut channels {
        channel.try_reserve_exact(width * height).map_err(|_| Error::Memory)?;
    }
    for y in 0..height {
        for x in (0..width).step_by(COLUMNS) {
            let means = means(source, x, y);
            for (channel, means) in channels.iter_mut().zip(&means) {
                channel.extend_from_slice(&means[..COLUMNS.min(width - x)]);
            }
        }
    }
    Ok(Planes { width, height, channels })
}

/// Some columns of the row `y` of the half, from `x` on.
fn means(source: &dyn Linear, x: usize, y: usize) -> [[f32; COLUMNS]; 3] {
    let [upper, lower] = [0, 1].map(|below| {
        let mut rows = [[0.0; 2 * COLUMNS]; 3];
        source.read(2 * x, 2 * y + below, rows.each_mut().map(|row| &mut row[..]));
        rows
    });
    array::from_fn(|c| {
        let (upper, lower) = (&upper[c], &lower[c]);
        array::from_fn(|i| {
            (upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1]) * 0.25
        })
    })
}

/// Linear light of an sRGB byte, IEC 61966-2-1, 0 to 1.
static LIGHT: [f32; 256] = {
    let mut table = [0.0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = light(byte as f64 / 255.0) as f32;
        byte += 1;
    }
    table
};

/// The curve itself. Made by the compiler, whose arithmetic is the same for every target; `powf` is not.
const fn light(value: f64) -> f64 {
    if value <= 0.04045 {
        return value / 12.92;
    }
    let base = (value + 0.055) / 1.055;
    // base^2.4, since base^0.4 is the fifth root of its square.
    base * base * fifth_root(base * base)
}

/// By Newton, from above: of values from 0.008 to 1, whose roots twelve steps find to the last bit but one.
const fn fifth_root(value: f64) -> f64 {
    let (mut root, mut step) = (1.0, 0);
    while step < 12 {
        root = (4.0 * root + value / (root * root * root * root)) / 5.0;
        step += 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_curve() {
        for byte in 0..=255u8 {
            let value = f64::from(byte) / 255.0;
            let curve = if byte > 10 { ((value + 0.055) / 1.055).powf(2.4) } else { value / 12.92 };
            assert!((f64::from(LIGHT[usize::from(byte)]) - curve).abs() < 1e-7, "{byte}");
        }
        assert_eq!((LIGHT[0], LIGHT[255]), (0.0, 1.0));
    }

    /// A picture whose red is 10 times the column and whose green is 10 times the row.
    fn steps(width: usize, height: usize) -> Vec<u8> {
        let pixel = |i: usize| [(i % width * 10) as u8, (i / width * 10) as u8, 0];
        (0..width * height).flat_map(pixel).collect()
    }

    #[test]
    fn odd_sizes_are_halved_with_their_edge_twice() {
        let rgb = steps(9, 11);
        let planes = half(&Picture::new(9, 11, &rgb).unwrap()).unwrap();
        assert_eq!(planes.size(), (5, 6));
        let [red, green, _] = &planes.channels;
        assert_eq!((red[0], red[4]), ((LIGHT[0] + LIGHT[10]) / 2.0, LIGHT[80]));
        assert_eq!((green[0], green[5 * 5]), ((LIGHT[0] + LIGHT[10]) / 2.0, LIGHT[100]));
    }

    #[test]
    fn edges_come_again() {
        let rgb = steps(3, 2);
        let picture = Picture::new(3, 2, &rgb).unwrap();
        let mut rows = [[0.0; 8]; 3];
        picture.read(1, 7, rows.each_mut().map(|row| &mut row[..]));
        assert_eq!(picture.size(), (8, 8));
        assert_eq!(rows[0], [10, 20, 20, 20, 20, 20, 20, 20].map(|byte: usize| LIGHT[byte]));
        assert_eq!(rows[1], [LIGHT[10]; 8]);
    }
}
