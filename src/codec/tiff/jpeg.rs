//! A JPEG in each chunk of a TIFF, with tables that all of them may share (TIFF Technical Note 2).

use slimpix_decode::{self as decoder, Decoder, Failure, Pixel};

use super::chunk::Chunk;
use super::kind::{Color, Kind};
use super::{place, truncated};
use crate::codec::jpeg_structure::{Ending, Structure};
use crate::container::{be16, jpeg_segments};
use crate::error::{Error, Result};
use crate::image::{Image, allocate};

/// Blocks of the largest sampling factors may go so far beyond a chunk.
const PADDING: usize = 32;

/// What the decoder holds for a sample at most: a progressive coefficient of two bytes, a plane's
/// byte and a pixel's.
const BYTES_A_SAMPLE: usize = 4;

pub(super) fn decode(chunk: &Chunk<'_>, kind: &Kind<'_>, image: &mut Image) -> Result<()> {
    let components = check_frame(chunk, kind)?;
    let file = whole(chunk.data, kind.jpeg_tables)?;
    let structure = Structure::read(&file)?;
    structure.check()?;
    // The TIFF says what three components are, whatever the JPEG's own markers say.
    let color = match (components, &kind.color) {
        (3, Color::YCbCr) => Some(decoder::Color::YCbCr),
        (3, _) => Some(decoder::Color::Rgb),
        _ => structure.color(),
    };
    let opened = Decoder::open(structure.pieces(Ending::Strict).into(), color);
    let (decoder, (width, height), pixel) = opened.map_err(refusal)?;
    let (width, height) = (usize::from(width), usize::from(height));
    let length = width * height * components;
    // The decoder cannot be asked to fail without memory: what it will take is asked for here, in
    // one piece, and given back for its own pieces to fit in.
    drop(allocate(length.saturating_mul(BYTES_A_SAMPLE))?);
    let mut levels = decoder.decode(length).map_err(refusal)?;
    let inverted = (pixel == Pixel::Ink) || kind.color == Color::InvertedGray;
    if inverted {
        levels.iter_mut().for_each(|level| *level = 255 - *level);
    }
    for (y, row) in levels.chunks_exact(width * components).take(chunk.rows).enumerate() {
        place(chunk, y, row, kind, image);
    }
    Ok(())
}

/// Holds the frame to the chunk before anything is decoded; says how many components there are.
fn check_frame(chunk: &Chunk<'_>, kind: &Kind<'_>) -> Result<usize> {
    let is_frame = |marker: u8| matches!(marker, 0xC0..=0xC2);
    let (_, frame) =
        jpeg_segments(chunk.data).find(|&(marker, _)| is_frame(marker)).ok_or_else(truncated)?;
    let side = |at| be16(frame, at).map(usize::from).ok_or_else(truncated);
    let (height, width) = (side(1)?, side(3)?);
    let components = usize::from(*frame.get(5).ok_or_else(truncated)?);
    let fits = width == chunk.width && (chunk.rows..=chunk.height + PADDING).contains(&height);
    if !fits || components != kind.samples_together() || !matches!(components, 1 | 3 | 4) {
        return Err(Error::corrupt(format_args!(
            "the tiff holds a JPEG of {width}x{height} and {components} components for {}x{} \
             pixels of {}",
            chunk.width,
            chunk.rows,
            kind.samples_together()
        )));
    }
    if jpeg_segments(chunk.data).last().is_none_or(|(marker, _)| marker != 0xD9) {
        return Err(truncated());
    }
    Ok(components)
}

/// A JPEG file of its own: the shared tables without their end, and the chunk without its start.
fn whole(chunk: &[u8], tables: &[u8]) -> Result<Vec<u8>> {
    const START: usize = 2;
    let tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables);
    let chunk = if tables.len() > START { chunk.get(START..).unwrap_or_default() } else { chunk };
    let tables = if tables.len() > START { tables } else { &[] };
    let mut file = allocate(tables.len() + chunk.len())?;
    file[..tables.len()].copy_from_slice(tables);
    file[tables.len()..].copy_from_slice(chunk);
    Ok(file)
}

fn refusal(failure: Failure) -> Error {
    match failure {
        Failure::Corrupt(why) => Error::corrupt(format_args!("the tiff's JPEG: {why}")),
        Failure::Unsupported(what) => {
            Error::unsupported_feature(format_args!("a TIFF with {what}"))
        }
    }
}
