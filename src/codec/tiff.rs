//! TIFF 6.0 and BigTIFF in: the first page, from strips or tiles.
//!
//! A chunk (strip or tile) is decompressed a row at a time, the row is brought to 8 bits a sample
//! and laid into the picture; beside the picture only a row is held, and of JPEG a chunk. Before
//! the picture is asked for, the stored bytes must be enough for it at the best ratio that their
//! compression can have, so that a small file cannot ask for a large picture.
//!
//! The parts: [`kind`] says what is stored and refuses by name what is not read, [`chunk`]
//! decompresses, [`fax`] too, [`samples`] brings samples to 8 bits, [`ycbcr`] converts.

mod chunk;
mod fax;
mod jpeg;
mod kind;
mod samples;
mod ycbcr;

use chunk::{Chunk, Chunks, Decoders};
use kind::{Compression, Kind};
use samples::Levels;

use crate::error::{Error, Result};
use crate::image::{Image, allocate};
use crate::sniff::tiff;

pub(super) fn decode(file: &[u8]) -> Result<Image> {
    let picture = tiff::picture(file).ok_or_else(|| Error::corrupt("the tiff has no directory"))?;
    let kind = Kind::read(&picture)?;
    let chunks = Chunks::read(&picture, &kind)?;
    chunks.check_length(&kind)?;
    let mut image = Image::zeroed(kind.width, kind.height, kind.layout())?;
    let mut decoders = Decoders::default();
    for index in 0..chunks.count() {
        let chunk = chunks.chunk(index)?;
        match kind.compression {
            Compression::Jpeg => jpeg::decode(&chunk, &kind, &mut image)?,
            _ if kind.is_subsampled() => ycbcr::decode(&chunk, &kind, &mut decoders, &mut image)?,
            _ => rows(&chunk, &kind, &mut decoders, &mut image)?,
        }
    }
    if kind.has_ycbcr_samples() {
        ycbcr::to_rgb(&mut image, &kind);
    }
    if kind.associated_alpha {
        unpremultiply(&mut image);
    }
    Ok(image)
}

/// Lays the rows of a chunk into the picture.
fn rows(chunk: &Chunk<'_>, kind: &Kind, decoders: &mut Decoders, image: &mut Image) -> Result<()> {
    let mut source = chunk.open(kind, decoders)?;
    let mut stored = allocate(kind.row_length(chunk.width)?)?;
    let mut levels = Levels::new(kind, chunk.width)?;
    for y in 0..chunk.rows {
        source.fill(&mut stored)?;
        place(chunk, y, levels.of_row(&mut stored), kind, image);
    }
    source.close(decoders);
    Ok(())
}

/// Lays one row of levels into the picture: what is beyond its right edge, or its channels, is
/// left out.
fn place(chunk: &Chunk<'_>, y: usize, levels: &[u8], kind: &Kind, image: &mut Image) {
    let (across, channels) = (image.width() as usize, image.layout().channels());
    let start = (chunk.top + y) * across + chunk.left;
    let visible = chunk.width.min(across - chunk.left);
    let target = &mut image.data_mut()[start * channels..][..visible * channels];
    let pixels = target.chunks_exact_mut(channels);
    if let Some(plane) = chunk.plane {
        pixels.zip(levels).for_each(|(pixel, &level)| pixel[plane] = level);
        return;
    }
    let levels = levels.chunks_exact(kind.levels());
    if kind.has_inks_and_alpha() {
        pixels.zip(levels).for_each(|(pixel, inks)| pixel.copy_from_slice(&light(inks)));
        return;
    }
    for (pixel, levels) in pixels.zip(levels) {
        pixel.copy_from_slice(&levels[..channels]);
    }
}

/// What four inks leave of white, and alpha.
fn light(inks: &[u8]) -> [u8; 4] {
    let left = |ink: u8| ((u32::from(255 - ink) * u32::from(255 - inks[3]) + 127) / 255) as u8;
    [left(inks[0]), left(inks[1]), left(inks[2]), inks[4]]
}

/// Color divided by its alpha: TIFF may store it multiplied.
fn unpremultiply(image: &mut Image) {
    let channels = image.layout().channels();
    for pixel in image.data_mut().chunks_exact_mut(channels) {
        let alpha = u32::from(pixel[channels - 1]);
        for sample in &mut pixel[..channels - 1] {
            let straight = (u32::from(*sample) * 255 + alpha / 2).checked_div(alpha);
            *sample = straight.unwrap_or(0).min(255) as u8;
        }
    }
}

fn truncated() -> Error {
    Error::corrupt("the tiff is truncated or damaged: pixels are missing")
}
