//! The header of a device-independent bitmap: what a BMP holds after its file header, and an icon
//! in each entry that is no PNG.
//!
//! Sizes tell the versions apart: 12 bytes (OS/2 1), 16 to 64 (OS/2 2, which may be cut anywhere),
//! 40 (Windows 3), 52 and 56 (with masks for color, and for alpha), 108 and 124 (version 4 and 5).
//! Microsoft: BITMAPCOREHEADER to BITMAPV5HEADER; OS/2: BITMAPINFOHEADER2. What is left open there
//! (which alpha counts) is as in Chromium, which is what people see.

use std::ops::Range;

use crate::container::{le16, le32};
use crate::error::{Error, Result};

/// How pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Indices of 1, 2, 4 or 8 bits, packed.
    Indices,
    /// Numbers of 16, 24 or 32 bits, with a mask for each channel.
    Masks,
    /// Runs of indices, of 4 or 8 bits.
    Runs,
    /// Runs of colors, three bytes each (OS/2 2).
    ColorRuns,
}

/// The header, with what follows it placed.
#[derive(Clone, Debug)]
pub(crate) struct Dib {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1; of an icon, without its mask.
    pub height: u32,
    /// The first row is the top one.
    pub top_down: bool,
    /// Bits a pixel.
    pub bits: u16,
    /// How pixels are stored.
    pub coding: Coding,
    /// Which bits of a pixel are red, green, blue and alpha; 0 where there is none.
    pub masks: [u32; 4],
    /// Where the palette lies; cut where the pixels start.
    pub palette: Range<usize>,
    /// Bytes of a color of the palette, 3 or 4: blue, green, red.
    pub color_size: usize,
    /// Where the pixels start.
    pub pixels: usize,
}

impl Dib {
    /// Reads the header at `start`. `pixels` is where the file says that pixels start; an icon's
    /// entry says nothing, and its height counts the mask too.
    pub(crate) fn read(file: &[u8], start: usize, pixels: Option<usize>) -> Result<Self> {
        let broken = || Error::corrupt("the bitmap's header is truncated or damaged");
        let header = file.get(start..).ok_or_else(broken)?;
        let size = le32(header, 0).ok_or_else(broken)? as usize;
        if !(size == 12 || (16..=64).contains(&size) || size == 108 || size == 124) {
            return Err(Error::corrupt(format_args!("a bitmap's header of {size} bytes")));
        }
        let fields =
            Fields { header: header.get(..size).ok_or_else(broken)?, icon: pixels.is_none() };
        let (width, height, top_down) = fields.sides().ok_or_else(broken)?;
        let bits = fields.bits().ok_or_else(broken)?;
        let coding = fields.coding(bits)?;
        if fields.icon && matches!(coding, Coding::Runs | Coding::ColorRuns) {
            return Err(Error::corrupt("an icon with runs, behind which its mask is not found"));
        }
        let (masks, after_masks) = fields.masks(bits, header).ok_or_else(broken)?;
        check_masks(coding, bits, &masks)?;
        let color_size = if size == 12 { 3 } else { 4 };
        let palette = start + after_masks;
        let colors = fields.colors(bits) * color_size;
        let pixels = pixels.unwrap_or(palette.saturating_add(colors));
        let end = palette.saturating_add(colors).min(pixels).min(file.len()).max(palette);
        Ok(Self {
            width,
            height,
            top_down,
            bits,
            coding,
            masks,
            palette: palette..end,
            color_size,
            pixels,
        })
    }

    /// Whether a pixel may be transparent.
    pub(crate) fn has_alpha(&self) -> bool {
        self.masks[3] != 0
    }

    /// Bytes of a stored row: a multiple of four.
    pub(crate) fn stride(&self) -> u64 {
        (u64::from(self.width) * u64::from(self.bits)).div_ceil(32) * 4
    }
}

struct Fields<'a> {
    /// As many bytes as the header says that it has.
    header: &'a [u8],
    icon: bool,
}

impl Fields<'_> {
    fn is_core(&self) -> bool {
        self.header.len() == 12
    }

    /// One of the headers that only OS/2 writes.
    fn is_os2(&self) -> bool {
        !matches!(self.header.len(), 40 | 52 | 56 | 108 | 124)
    }

    /// Version 4 or 5, whose alpha mask counts whatever the compression.
    fn is_version_4(&self) -> bool {
        self.header.len() >= 108
    }

    /// Width, height, and whether rows go down; the older header's sides have 16 bits and no sign.
    fn sides(&self) -> Option<(u32, u32, bool)> {
        let (width, height, down) = if self.is_core() {
            (u32::from(le16(self.header, 4)?), u32::from(le16(self.header, 6)?), false)
        } else {
            let (width, height) = (le32(self.header, 4)? as i32, le32(self.header, 8)? as i32);
            (u32::try_from(width).ok()?, height.unsigned_abs(), height < 0)
        };
        let height = if self.icon { height / 2 } else { height };
        (width > 0 && height > 0).then_some((width, height, down))
    }

    fn bits(&self) -> Option<u16> {
        le16(self.header, if self.is_core() { 10 } else { 14 })
    }

    /// What the header lacks is zero.
    fn compression(&self) -> u32 {
        if self.is_core() { 0 } else { le32(self.header, 16).unwrap_or(0) }
    }

    fn has_bit_fields(&self) -> bool {
        !self.is_os2() && matches!(self.compression(), 3 | 6)
    }

    fn coding(&self, bits: u16) -> Result<Coding> {
        let unsupported =
            |what: &str| Err(Error::unsupported_feature(format_args!("a BMP with {what}")));
        match (self.compression(), bits) {
            (0, 1 | 2 | 4 | 8) => Ok(Coding::Indices),
            (0, 16 | 24 | 32) => Ok(Coding::Masks),
            (1, 8) | (2, 4) => Ok(Coding::Runs),
            (3, 1) if self.is_os2() => unsupported("Huffman coding"),
            (4, 24) if self.is_os2() => Ok(Coding::ColorRuns),
            (3 | 6, 16 | 32) if !self.is_os2() => Ok(Coding::Masks),
            (4, _) => unsupported("a JPEG inside"),
            (5, _) => unsupported("a PNG inside"),
            (compression, bits) => Err(Error::corrupt(format_args!(
                "a bitmap of {bits} bits a pixel with compression {compression}"
            ))),
        }
    }

    /// The masks of red, green, blue and alpha, and where the palette starts.
    fn masks(&self, bits: u16, from_header: &[u8]) -> Option<([u32; 4], usize)> {
        let size = self.header.len();
        let behind = |count: usize| (size < 52 && self.has_bit_fields()).then_some(count * 4);
        let after = size + behind(if self.compression() == 6 { 4 } else { 3 }).unwrap_or(0);
        let stored = |index: usize| le32(from_header, 40 + index * 4);
        let mut masks = match bits {
            _ if self.has_bit_fields() => [stored(0)?, stored(1)?, stored(2)?, 0],
            16 => [0x7C00, 0x3E0, 0x1F, 0],
            _ => [0xFF_0000, 0xFF00, 0xFF, 0],
        };
        if bits == 16 || bits == 32 {
            masks[3] = self.alpha_mask(bits, stored)?;
        }
        Some((masks, after))
    }

    /// The bits of alpha. Without bit fields, version 4 may have the highest byte for it, and an
    /// icon has it always.
    fn alpha_mask(&self, bits: u16, stored: impl Fn(usize) -> Option<u32>) -> Option<u32> {
        const HIGHEST: u32 = 0xFF00_0000;
        if self.has_bit_fields() {
            let is_stored = self.header.len() >= 56 || self.compression() == 6;
            return if is_stored { stored(3) } else { Some(0) };
        }
        let used = bits == 32 && (self.icon || (self.is_version_4() && stored(3)? != 0));
        Some(if used { HIGHEST } else { 0 })
    }

    /// Colors of the palette: all that indices can name, or fewer where the header says so. A
    /// bitmap without indices may have a palette all the same, before its pixels.
    fn colors(&self, bits: u16) -> usize {
        let said = if self.is_core() { 0 } else { le32(self.header, 32).unwrap_or(0) as usize };
        let room = if bits <= 8 { 1 << bits } else { said.min(256) };
        if said == 0 { room } else { said.min(room) }
    }
}

/// A mask is a run of bits; pixels of 16 bits have no others.
fn check_masks(coding: Coding, bits: u16, masks: &[u32; 4]) -> Result<()> {
    let in_one_piece = |mask: u32| {
        let run = mask >> mask.trailing_zeros().min(31);
        run & run.wrapping_add(1) == 0
    };
    let fits = |mask: u32| bits == 32 || mask <= 0xFF_FFFF >> (24 - u32::from(bits.min(24)));
    if coding == Coding::Masks && !masks.iter().all(|&mask| in_one_piece(mask) && fits(mask)) {
        return Err(Error::corrupt(format_args!("the bitmap's color masks are {masks:08x?}")));
    }
    Ok(())
}
