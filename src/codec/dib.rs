//! The pixels of a device-independent bitmap, for BMP files and icons.
//!
//! Rows are read where they lie and go straight into the picture; nothing is held beside it.

use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::sniff::dib::{Coding, Dib};

/// What the data are short of, in words.
pub(super) fn truncated() -> Error {
    Error::corrupt("the bitmap is truncated: pixels are missing")
}

/// The picture. With `icon`, it has room for alpha whatever the header says, for the mask.
/// `file` is what the header's places count from.
pub(super) fn decode(file: &[u8], dib: &Dib, icon: bool) -> Result<Image> {
    let layout = if icon || dib.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let data = file.get(dib.pixels..).ok_or_else(truncated)?;
    let runs = matches!(dib.coding, Coding::Runs | Coding::ColorRuns);
    if !runs && (data.len() as u64) < stored_length(dib) {
        return Err(truncated());
    }
    let mut image = Image::zeroed(dib.width, dib.height, layout)?;
    let mut canvas = Canvas { dib, image: &mut image, channels: layout.channels() };
    match dib.coding {
        Coding::Indices => canvas.indices(data, &Palette::read(file, dib)),
        Coding::Masks => canvas.masks(data),
        Coding::Runs => canvas.runs(data, &Palette::read(file, dib))?,
        Coding::ColorRuns => canvas.color_runs(data)?,
    }
    Ok(image)
}

/// The bytes of the rows; the last may lack its padding.
fn stored_length(dib: &Dib) -> u64 {
    let last = (u64::from(dib.width) * u64::from(dib.bits)).div_ceil(8);
    dib.stride() * u64::from(dib.height - 1) + last
}

/// Colors as red, green and blue; an index beyond them is black, as in browsers.
struct Palette([[u8; 3]; 256]);

impl Palette {
    fn read(file: &[u8], dib: &Dib) -> Self {
        let mut colors = [[0; 3]; 256];
        let stored = file.get(dib.palette.clone()).unwrap_or_default();
        for (color, bgr) in colors.iter_mut().zip(stored.chunks_exact(dib.color_size)) {
            *color = [bgr[2], bgr[1], bgr[0]];
        }
        Self(colors)
    }
}

struct Canvas<'a> {
    dib: &'a Dib,
    image: &'a mut Image,
    channels: usize,
}

impl Canvas<'_> {
    /// The pixels of a row, counted as stored.
    fn row(&mut self, stored: usize) -> &mut [u8] {
        let length = self.dib.width as usize * self.channels;
        let y = if self.dib.top_down { stored } else { self.dib.height as usize - 1 - stored };
        &mut self.image.data_mut()[y * length..][..length]
    }

    fn indices(&mut self, data: &[u8], palette: &Palette) {
        let (bits, channels) = (usize::from(self.dib.bits), self.channels);
        let mask = ((1_u32 << bits) - 1) as u8;
        for (y, stored) in
            (0..self.dib.height as usize).zip(data.chunks(self.dib.stride() as usize))
        {
            for (x, pixel) in self.row(y).chunks_exact_mut(channels).enumerate() {
                let bit = x * bits;
                let index = stored[bit / 8] >> (8 - bits - bit % 8) & mask;
                put(pixel, palette.0[usize::from(index)], 255);
            }
        }
    }

    /// Pixels as numbers, of which masks cut channels. Alpha that is 0 everywhere makes a BMP
    /// invisible, in browsers too; in an icon it is not used.
    fn masks(&mut self, data: &[u8]) {
        let bytes = usize::from(self.dib.bits / 8);
        let channels = self.channels;
        let [red, green, blue, alpha] = self.dib.masks.map(Channel::new);
        for (y, stored) in
            (0..self.dib.height as usize).zip(data.chunks(self.dib.stride() as usize))
        {
            let pixels = self.row(y).chunks_exact_mut(channels);
            for (pixel, stored) in pixels.zip(stored.chunks_exact(bytes)) {
                let mut four = [0; 4];
                four[..bytes].copy_from_slice(stored);
                let value = u32::from_le_bytes(four);
                let transparency = if alpha.max == 0 { 255 } else { alpha.level(value) };
                put(pixel, [red.level(value), green.level(value), blue.level(value)], transparency);
            }
        }
    }

    /// RLE8 and RLE4: a count and an index, or an escape (Microsoft, Bitmap Compression).
    fn runs(&mut self, data: &[u8], palette: &Palette) -> Result<()> {
        let bits = usize::from(self.dib.bits);
        let in_a_byte = 8 / bits;
        let length = |count: usize| count.div_ceil(in_a_byte);
        self.each_run(data, 1, length, |bytes, n, run| {
            let n = if run { n % in_a_byte } else { n };
            let index = bytes[n / in_a_byte] << (n % in_a_byte * bits) >> (8 - bits);
            palette.0[usize::from(index)]
        })
    }

    /// RLE24: a count and a color.
    fn color_runs(&mut self, data: &[u8]) -> Result<()> {
        self.each_run(
            data,
            3,
            |count| count * 3,
            |bytes, n, run| {
                let bgr = &bytes[if run { 0 } else { n * 3 }..][..3];
                [bgr[2], bgr[1], bgr[0]]
            },
        )
    }

    /// Walks the runs; pixels that none of them names stay black, as in Chromium. A run repeats
    /// `unit` bytes; a literal of `count` pixels takes `literal(count)` bytes, padded to even;
    /// `color(bytes, n, is_run)` is its n-th pixel.
    fn each_run(
        &mut self,
        mut data: &[u8],
        unit: usize,
        literal: impl Fn(usize) -> usize,
        color: impl Fn(&[u8], usize, bool) -> [u8; 3],
    ) -> Result<()> {
        let (mut x, mut y) = (0, 0);
        let height = self.dib.height as usize;
        while y < height {
            let first = usize::from(take(&mut data, 1)?[0]);
            if first > 0 {
                let bytes = take(&mut data, unit)?;
                self.fill(&mut x, y, first, |n| color(bytes, n, true));
                continue;
            }
            match usize::from(take(&mut data, 1)?[0]) {
                0 => (x, y) = (0, y + 1),
                1 => return Ok(()),
                2 => {
                    let by = take(&mut data, 2)?;
                    (x, y) = (x + usize::from(by[0]), y + usize::from(by[1]));
                }
                count => {
                    let bytes = take(&mut data, literal(count))?;
                    let _padding = take(&mut data, literal(count) & 1);
                    self.fill(&mut x, y, count, |n| color(bytes, n, false));
                }
            }
        }
        Ok(())
    }

    /// Opaque pixels from `x` on; what would lie beyond the row is left out.
    fn fill(&mut self, x: &mut usize, y: usize, count: usize, color: impl Fn(usize) -> [u8; 3]) {
        let channels = self.channels;
        let pixels = self.row(y).chunks_exact_mut(channels).skip(*x).take(count);
        pixels.enumerate().for_each(|(n, pixel)| put(pixel, color(n), 255));
        *x += count;
    }
}

fn put(pixel: &mut [u8], color: [u8; 3], alpha: u8) {
    pixel[..3].copy_from_slice(&color);
    if let Some(sample) = pixel.get_mut(3) {
        *sample = alpha;
    }
}

fn take<'a>(data: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (taken, rest) = data.split_at_checked(length).ok_or_else(truncated)?;
    *data = rest;
    Ok(taken)
}

/// A run of bits, and the largest number in it.
struct Channel {
    shift: u32,
    max: u32,
}

impl Channel {
    fn new(mask: u32) -> Self {
        let shift = mask.trailing_zeros().min(31);
        Self { shift, max: mask >> shift }
    }

    /// The channel's bits as a level of 0 to 255; an empty mask is 0.
    fn level(&self, value: u32) -> u8 {
        let bits = u64::from(value >> self.shift & self.max);
        (bits * 255 + u64::from(self.max) / 2).checked_div(self.max.into()).unwrap_or(0) as u8
    }
}
