//! GIF89a in: the first frame on its screen.
//!
//! weezl decompresses straight into a buffer of indices as large as the frame, which the header
//! has told; no code can write past it. A frame whose data end early is an error.

use weezl::{BitOrder, LzwStatus, decode::Decoder};

use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate};
use crate::sniff::gif::Screen;

/// Code sizes that a GIF may start with (GIF89a, 22 and appendix F): 8 bits a pixel at most, though
/// some writers say more than they use.
const CODE_SIZES: std::ops::RangeInclusive<u8> = 1..=11;

/// Pixels that a byte stands for at most: a code of 12 bits for a string of 4096.
const MAX_PIXELS_PER_BYTE: u64 = 4096 * 8 / 12 + 1;

/// Where the passes of an interlaced frame start, and how far apart their rows are (appendix E).
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

pub(super) fn decode(file: &[u8]) -> Result<Image> {
    let screen = Screen::read(file).ok_or_else(|| Error::corrupt("the gif has no frame"))?;
    if screen.palette.is_empty() {
        return Err(Error::corrupt("the gif has no colors"));
    }
    let indices = indices(&screen)?;
    if screen.has_alpha() { paint::<4>(&screen, &indices) } else { paint::<3>(&screen, &indices) }
}

/// The frame's indices in the order of the file.
fn indices(screen: &Screen<'_>) -> Result<Vec<u8>> {
    let (width, height) = screen.frame;
    let pixels = u64::from(width) * u64::from(height);
    let stored: usize = screen.sub_blocks().map(<[u8]>::len).sum();
    if pixels == 0 || pixels > stored as u64 * MAX_PIXELS_PER_BYTE {
        return Err(Error::corrupt(format_args!(
            "the gif has {stored} bytes for a frame of {width}x{height} pixels"
        )));
    }
    let size = screen.data.first().copied().unwrap_or(0);
    if !CODE_SIZES.contains(&size) {
        return Err(Error::corrupt(format_args!("the gif's codes start with {size} bits")));
    }
    let mut out = allocate(pixels as usize)?;
    let filled = decompress(screen, size, &mut out)?;
    if filled < out.len() {
        return Err(Error::corrupt(format_args!(
            "the gif is truncated: {filled} of {} pixels are there",
            out.len()
        )));
    }
    Ok(out)
}

/// Fills the indices and says how many there were.
fn decompress(screen: &Screen<'_>, size: u8, out: &mut [u8]) -> Result<usize> {
    let mut decoder = Decoder::new(BitOrder::Lsb, size);
    let mut filled = 0;
    for mut block in screen.sub_blocks() {
        while filled < out.len() {
            let step = decoder.decode_bytes(block, &mut out[filled..]);
            filled += step.consumed_out;
            block = &block[step.consumed_in..];
            match step.status {
                Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
                Ok(LzwStatus::Done) => return Ok(filled),
                Ok(_) => break,
                Err(_) if filled == out.len() => return Ok(filled),
                Err(error) => return Err(Error::corrupt(format_args!("the gif: {error}"))),
            }
        }
    }
    Ok(filled)
}

/// The screen with the frame on it: three samples a pixel, or four where some are transparent.
fn paint<const N: usize>(screen: &Screen<'_>, indices: &[u8]) -> Result<Image> {
    let layout = if N == 4 { Layout::Rgba } else { Layout::Rgb };
    let mut image = Image::zeroed(screen.size.0, screen.size.1, layout)?;
    let colors = colors::<N>(screen);
    let across = screen.size.0 as usize;
    let (left, top) = (screen.offset.0 as usize, screen.offset.1 as usize);
    let width = screen.frame.0 as usize;
    let pixels = image.data_mut().as_chunks_mut::<N>().0;
    for (row, y) in indices.chunks_exact(width).zip(rows(screen)) {
        let target = &mut pixels[(top + y) * across + left..][..width];
        for (pixel, &index) in target.iter_mut().zip(row) {
            *pixel = colors[usize::from(index)];
        }
    }
    Ok(image)
}

/// What each index looks like; one beyond the palette is black.
fn colors<const N: usize>(screen: &Screen<'_>) -> [[u8; N]; 256] {
    let mut colors = [[0; N]; 256];
    for (index, color) in colors.iter_mut().enumerate() {
        color[N - 1] = 255;
        let rgb = screen.palette.as_chunks::<3>().0.get(index).copied().unwrap_or_default();
        color[..3].copy_from_slice(&rgb);
        if N == 4 && screen.transparent.map(usize::from) == Some(index) {
            *color = [0; N];
        }
    }
    colors
}

/// The rows of the frame as they are stored.
fn rows(screen: &Screen<'_>) -> Box<dyn Iterator<Item = usize>> {
    let height = screen.frame.1 as usize;
    if !screen.interlaced {
        return Box::new(0..height);
    }
    Box::new(PASSES.into_iter().flat_map(move |(start, step)| (start..height).step_by(step)))
}
