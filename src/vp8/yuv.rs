//! Pictures as VP8 sees them: planar YUV 4:2:0 in whole macroblocks.

use crate::cursor::Pixels;
use crate::dsp::Tile;
use crate::params::{Error, MAX_SIDE, filled};
use crate::sharp;

/// Three planes padded to whole macroblocks by repeating the last column and row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    width: usize,
    height: usize,
    /// Luma, `mb_width * 16` bytes a row.
    pub y: Vec<u8>,
    /// U and V, `mb_width * 8` bytes a row.
    pub uv: [Vec<u8>; 2],
}

impl Planes {
    /// Planes of interleaved RGB; `sharp` corrects brightness at edges between colours.
    pub fn from_rgb(
        pixels: &[u8],
        width: usize,
        height: usize,
        sharp: bool,
    ) -> Result<Self, Error> {
        convert::<3>(pixels, width, height, sharp)
    }

    /// The same of interleaved RGBA; alpha is ignored.
    pub fn from_rgba(
        pixels: &[u8],
        width: usize,
        height: usize,
        sharp: bool,
    ) -> Result<Self, Error> {
        convert::<4>(pixels, width, height, sharp)
    }

    /// Planes given as they are, without padding: luma, then U and V of half its sides, rounded up.
    pub fn from_yuv(
        y: &[u8],
        u: &[u8],
        v: &[u8],
        width: usize,
        height: usize,
    ) -> Result<Self, Error> {
        check_size(width, height)?;
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        check_count(y, width * height)?;
        check_count(u, half_width * half_height)?;
        check_count(v, half_width * half_height)?;
        let mut planes = Self::new(width, height)?;
        let stride = planes.mb_width() * 16;
        pad_into(y, width, &mut planes.y, stride);
        for (plane, given) in planes.uv.iter_mut().zip([u, v]) {
            pad_into(given, half_width, plane, stride / 2);
        }
        Ok(planes)
    }

    /// Empty planes of this size; sides are at least 1.
    pub(crate) fn new(width: usize, height: usize) -> Result<Self, Error> {
        let blocks = width.div_ceil(16) * height.div_ceil(16);
        let uv = [filled(0, blocks * 64)?, filled(0, blocks * 64)?];
        Ok(Self { width, height, y: filled(0, blocks * 256)?, uv })
    }

    /// Pixels a row, without padding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows, without padding.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Macroblocks a row.
    pub fn mb_width(&self) -> usize {
        self.width.div_ceil(16)
    }

    /// Rows of macroblocks.
    pub fn mb_height(&self) -> usize {
        self.height.div_ceil(16)
    }

    /// Fills the luma below the picture with its last row.
    pub(crate) fn repeat_last_luma_row(&mut self) {
        let stride = self.mb_width() * 16;
        repeat_last_row(&mut self.y, stride, self.height);
    }

    /// Fills U and V from samples in 1/16 without padding.
    pub(crate) fn round_chroma(&mut self, chroma: &[Vec<i16>; 2]) {
        let (samples, stride) = (self.width.div_ceil(2), self.mb_width() * 8);
        for (plane, samples_16) in self.uv.iter_mut().zip(chroma) {
            for (out, row) in plane.chunks_exact_mut(stride).zip(samples_16.chunks_exact(samples)) {
                for (out, &sample) in out.iter_mut().zip(row) {
                    *out = ((sample + 8) >> 4).clamp(0, 255) as u8;
                }
                let last = out[samples - 1];
                out[samples..].fill(last);
            }
            repeat_last_row(plane, stride, self.height.div_ceil(2));
        }
    }

    fn chroma_rows_mut(&mut self, y: usize) -> [&mut [u8]; 2] {
        let stride = self.mb_width() * 8;
        self.uv.each_mut().map(|plane| &mut plane[y * stride..][..stride])
    }

    /// Reads a macroblock.
    pub(crate) fn load(&self, x: usize, y: usize, pixels: &mut Pixels) {
        let stride = self.mb_width() * 16;
        load_tiles(&self.y[(y * stride + x) * 16..], stride, 4, &mut pixels.luma);
        let (u, v) = pixels.chroma.split_at_mut(4);
        for (plane, tiles) in self.uv.iter().zip([u, v]) {
            load_tiles(&plane[(y * stride / 2 + x) * 8..], stride / 2, 2, tiles);
        }
    }

    /// Writes a macroblock.
    pub(crate) fn store(&mut self, x: usize, y: usize, pixels: &Pixels) {
        let stride = self.mb_width() * 16;
        store_tiles(&mut self.y[(y * stride + x) * 16..], stride, 4, &pixels.luma);
        for (plane, tiles) in self.uv.iter_mut().zip(pixels.chroma.chunks_exact(4)) {
            store_tiles(&mut plane[(y * stride / 2 + x) * 8..], stride / 2, 2, tiles);
        }
    }
}

fn check_size(width: usize, height: usize) -> Result<(), Error> {
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) { Ok(()) } else { Err(Error::Size { width, height }) }
}

fn check_count(given: &[u8], expected: usize) -> Result<(), Error> {
    if given.len() == expected {
        Ok(())
    } else {
        Err(Error::PixelCount { expected, given: given.len() })
    }
}

/// Copies rows `width` wide into rows of `stride`, repeating their last pixel and the last row.
fn pad_into(rows: &[u8], width: usize, plane: &mut [u8], stride: usize) {
    for (out, row) in plane.chunks_exact_mut(stride).zip(rows.chunks_exact(width)) {
        out[..width].copy_from_slice(row);
        out[width..].fill(row[width - 1]);
    }
    repeat_last_row(plane, stride, rows.len() / width);
}

fn load_tiles(plane: &[u8], stride: usize, across: usize, tiles: &mut [Tile]) {
    for (band, row) in tiles.chunks_exact_mut(across).enumerate() {
        for line in 0..4 {
            let pixels = &plane[(4 * band + line) * stride..][..4 * across];
            for (tile, four) in row.iter_mut().zip(pixels.chunks_exact(4)) {
                tile[4 * line..4 * line + 4].copy_from_slice(four);
            }
        }
    }
}

fn store_tiles(plane: &mut [u8], stride: usize, across: usize, tiles: &[Tile]) {
    for (band, row) in tiles.chunks_exact(across).enumerate() {
        for line in 0..4 {
            let pixels = &mut plane[(4 * band + line) * stride..][..4 * across];
            for (tile, four) in row.iter().zip(pixels.chunks_exact_mut(4)) {
                four.copy_from_slice(&tile[4 * line..4 * line + 4]);
            }
        }
    }
}

/// BT.601, limited range, 16 bits of fraction: Y = 16 + 0.257 R + 0.504 G + 0.098 B.
#[inline(always)]
fn luma(p: &[u8]) -> u8 {
    let [r, g, b] = [p[0], p[1], p[2]].map(i32::from);
    ((16839 * r + 33059 * g + 6420 * b + (16 << 16) + (1 << 15)) >> 16) as u8
}

/// U and V around 0, 16 bits of fraction.
#[inline(always)]
pub fn chroma_of([r, g, b]: [i32; 3]) -> [i32; 2] {
    [-9719 * r - 19081 * g + 28800 * b, 28800 * r - 24116 * g - 4684 * b]
}

/// U and V in 1/16 of the mean of four pixels that sum up to these.
#[inline(always)]
fn chroma(sums: [i32; 3]) -> [i16; 2] {
    chroma_of(sums).map(|c| ((c + (128 << 18) + (1 << 13)) >> 14) as i16)
}

/// Converts interleaved pixels of `BYTES` bytes each; a fourth byte is ignored.
fn convert<const BYTES: usize>(
    pixels: &[u8],
    width: usize,
    height: usize,
    sharp: bool,
) -> Result<Planes, Error> {
    check_size(width, height)?;
    check_count(pixels, width * height * BYTES)?;
    let mut planes = Planes::new(width, height)?;
    convert_luma::<BYTES>(pixels, &mut planes);
    if sharp {
        let samples = width.div_ceil(2) * height.div_ceil(2);
        let mut chroma = [filled(0, samples)?, filled(0, samples)?];
        chroma.iter_mut().for_each(Vec::clear);
        for y in 0..height.div_ceil(2) {
            let rows = chroma_row::<BYTES>(pixels, &planes, y);
            chroma.iter_mut().zip(rows).for_each(|(plane, row)| plane.extend(row));
        }
        sharp::fit::<BYTES>(&mut planes, &mut chroma, pixels)?;
    } else {
        convert_chroma::<BYTES>(pixels, &mut planes);
    }
    Ok(planes)
}

/// Chroma is the mean of four pixels, sharpened by what the decoder's interpolation is going to blur: worth 1.5 % of
/// bytes at equal score, for next to no time.
fn convert_chroma<const BYTES: usize>(pixels: &[u8], planes: &mut Planes) {
    let rows = planes.height.div_ceil(2);
    // Each row of chroma is sharpened once the row below it is known.
    let mut window = [0, 0, 1].map(|y| chroma_row::<BYTES>(pixels, planes, y));
    for y in 0..rows {
        for (plane, out) in planes.chroma_rows_mut(y).into_iter().enumerate() {
            sharpen_row(window.each_ref().map(|row| &row[plane][..]), out);
        }
        window.rotate_left(1);
        window[2] = chroma_row::<BYTES>(pixels, planes, y + 2);
    }
    let stride = planes.mb_width() * 8;
    for plane in &mut planes.uv {
        repeat_last_row(plane, stride, rows);
    }
}

fn convert_luma<const BYTES: usize>(pixels: &[u8], planes: &mut Planes) {
    let (width, stride) = (planes.width, planes.mb_width() * 16);
    for (out, row) in planes.y.chunks_exact_mut(stride).zip(pixels.chunks_exact(width * BYTES)) {
        for (out, pixel) in out.iter_mut().zip(row.chunks_exact(BYTES)) {
            *out = luma(pixel);
        }
        let last = out[width - 1];
        out[width..].fill(last);
    }
    planes.repeat_last_luma_row();
}

/// Fills the rows below the picture with its last one.
fn repeat_last_row(plane: &mut [u8], stride: usize, rows: usize) {
    let (picture, padding) = plane.split_at_mut(rows * stride);
    let last = &picture[(rows - 1) * stride..];
    padding.chunks_exact_mut(stride).for_each(|row| row.copy_from_slice(last));
}

/// U and V of a row of 2x2 squares in 1/16; rows past the last repeat it, and so does an odd last column.
fn chroma_row<const BYTES: usize>(pixels: &[u8], planes: &Planes, y: usize) -> [Vec<i16>; 2] {
    let (width, height) = (planes.width, planes.height);
    let y = y.min(height.div_ceil(2) - 1);
    let row = |y: usize| &pixels[y.min(height - 1) * width * BYTES..][..width * BYTES];
    let (upper, lower) = (row(2 * y), row(2 * y + 1));
    let square = |upper: &[u8], lower: &[u8]| {
        let last = upper.len() - BYTES;
        chroma([0, 1, 2].map(|c| {
            [upper[c], upper[last + c], lower[c], lower[last + c]].map(i32::from).iter().sum()
        }))
    };
    upper
        .chunks(2 * BYTES)
        .zip(lower.chunks(2 * BYTES))
        .map(|(upper, lower)| <(i16, i16)>::from(square(upper, lower)))
        .unzip::<_, _, Vec<_>, Vec<_>>()
        .into()
}

/// How much of the loss to interpolation is given back, in 1/64. All of it is too much: noise is sharpened too.
const SHARPENING: i32 = 38;

/// Sharpens the middle one of three rows in 1/16, and pads it.
///
/// A decoder interpolates chroma with weights 9, 3, 3, 1; averaged over a square again, that is 1, 6, 1 over 8 in both
/// directions, and what it takes away is added beforehand.
fn sharpen_row(rows: [&[i16]; 3], out: &mut [u8]) {
    let width = rows[1].len();
    let across = |row: &[i16], x: usize| {
        let (left, right) = (row[x.saturating_sub(1)], row[(x + 1).min(width - 1)]);
        i32::from(left) + 6 * i32::from(row[x]) + i32::from(right)
    };
    for x in 0..width {
        let blurred = across(rows[0], x) + 6 * across(rows[1], x) + across(rows[2], x);
        // 12 bits of the value, 6 of the blur, 6 of the sharpening: below 2^25.
        let sharp = i32::from(rows[1][x]) * 64 * (64 + SHARPENING) - SHARPENING * blurred;
        out[x] = ((sharp + (1 << 15)) >> 16).clamp(0, 255) as u8;
    }
    let last = out[width - 1];
    out[width..].fill(last);
}
