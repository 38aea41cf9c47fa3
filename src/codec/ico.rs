//! The bitmaps of icons and cursors: pixels, and behind them a mask of one bit a pixel.
//!
//! The mask says what is transparent where the pixels cannot. At 32 bits a pixel they can: alpha
//! counts and the mask does not, unless every alpha is 0, which is how old programs wrote 32 bits
//! (so do Windows and Chromium).

use super::dib;
use crate::error::Result;
use crate::image::Image;
use crate::sniff::dib::Dib;

pub(super) fn decode(data: &[u8], dib: &Dib) -> Result<Image> {
    let mut image = dib::decode(data, dib, true)?;
    let pixels = image.data_mut().as_chunks_mut::<4>().0;
    let alpha_counts = dib.has_alpha() && pixels.iter().any(|pixel| pixel[3] != 0);
    if !alpha_counts {
        pixels.iter_mut().for_each(|pixel| pixel[3] = 255);
        apply_mask(&mut image, data, dib)?;
    }
    Ok(image)
}

/// Where a bit of the mask is set, nothing is shown. Half a mask is half a picture; at 32 bits some
/// writers leave it out.
fn apply_mask(image: &mut Image, data: &[u8], dib: &Dib) -> Result<()> {
    let start = dib.pixels.saturating_add(dib.stride() as usize * dib.height as usize);
    let mask = data.get(start..).unwrap_or_default();
    if mask.is_empty() && dib.bits == 32 {
        return Ok(());
    }
    let (width, height) = (dib.width as usize, dib.height as usize);
    let stride = width.div_ceil(32) * 4;
    let needed = stride * (height - 1) + width.div_ceil(8);
    let mask = mask.get(..needed).ok_or_else(dib::truncated)?;
    for (stored, bits) in mask.chunks(stride).enumerate() {
        let y = if dib.top_down { stored } else { height - 1 - stored };
        let row = &mut image.data_mut()[y * width * 4..][..width * 4];
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            if bits[x / 8] >> (7 - x % 8) & 1 == 1 {
                pixel.fill(0);
            }
        }
    }
    Ok(())
}
