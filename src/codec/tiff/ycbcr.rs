//! Luma and chroma (TIFF 6.0, section 21): stored whole, or with one of each chroma for a block of
//! luma.

use super::chunk::{Chunk, Decoders};
use super::kind::Kind;
use super::place;
use crate::error::Result;
use crate::image::{Image, allocate};

/// Lays a chunk of blocks into the picture: a block is its luma samples, row by row, and then one
/// sample of each chroma, which is repeated for all its pixels.
pub(super) fn decode(
    chunk: &Chunk<'_>,
    kind: &Kind<'_>,
    decoders: &mut Decoders,
    image: &mut Image,
) -> Result<()> {
    let (across, down) = kind.subsampling;
    let extra = kind.samples - 3;
    let block = across * down + 2 + extra;
    let blocks = chunk.width.div_ceil(across);
    let mut source = chunk.open(kind, decoders)?;
    let mut stored = allocate(blocks * block)?;
    let mut levels = allocate(blocks * across * kind.samples)?;
    for top in (0..chunk.rows).step_by(down) {
        source.fill(&mut stored)?;
        for y in 0..down.min(chunk.rows - top) {
            let pixels = levels.chunks_exact_mut(across * kind.samples);
            for (pixels, block) in pixels.zip(stored.chunks_exact(block)) {
                for (x, pixel) in pixels.chunks_exact_mut(kind.samples).enumerate() {
                    pixel[0] = block[y * across + x];
                    pixel[1..].copy_from_slice(&block[across * down..]);
                }
            }
            place(chunk, top + y, &levels, kind, image);
        }
    }
    source.close(decoders);
    Ok(())
}

/// Every pixel's luma and chroma as red, green and blue.
pub(super) fn to_rgb(image: &mut Image, kind: &Kind<'_>) {
    let [red, green, blue] = kind.luma;
    let [y_black, y_white, cb_zero, cb_white, cr_zero, cr_white] = kind.reference;
    // From no light to full, and from none of a chroma to all of it.
    let scale =
        |zero: f32, full: f32, range: f32| if full > zero { range / (full - zero) } else { 1.0 };
    let y_scale = scale(y_black, y_white, 255.0);
    let (cb_scale, cr_scale) = (scale(cb_zero, cb_white, 127.0), scale(cr_zero, cr_white, 127.0));
    let green = if green > 0.0 { green } else { 1.0 };
    let channels = image.layout().channels();
    for pixel in image.data_mut().chunks_exact_mut(channels) {
        let y = (f32::from(pixel[0]) - y_black) * y_scale;
        let cb = (f32::from(pixel[1]) - cb_zero) * cb_scale;
        let cr = (f32::from(pixel[2]) - cr_zero) * cr_scale;
        let r = y + (2.0 - 2.0 * red) * cr;
        let b = y + (2.0 - 2.0 * blue) * cb;
        let g = (y - red * r - blue * b) / green;
        for (level, value) in pixel.iter_mut().zip([r, g, b]) {
            *level = value.round().clamp(0.0, 255.0) as u8;
        }
    }
}
