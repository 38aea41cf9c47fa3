//! The strips or tiles of a TIFF, and the rows that are decompressed from one.

use miniz_oxide::inflate::stream::{InflateState, MinReset, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
use weezl::{BitOrder, LzwStatus, decode::Decoder as Lzw};

use super::fax::Fax;
use super::kind::{Compression, Kind};
use super::truncated;
use crate::container::tiff::{Directory, Value};
use crate::error::{Error, Result};

/// Tags (TIFF 6.0, section 8 and 15).
const STRIP_OFFSETS: u16 = 273;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_LENGTHS: u16 = 279;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_LENGTHS: u16 = 325;

/// A tile may be larger than its picture, but not by more than this side.
const MAX_TILE_SIDE: u64 = 16384;

/// The chunks of a picture: planes after one another, each from left to right and top to bottom.
pub(super) struct Chunks<'a> {
    file: &'a [u8],
    offsets: Value<'a>,
    lengths: Option<Value<'a>>,
    size: (usize, usize),
    picture: (usize, usize),
    planes: usize,
}

/// One strip or tile.
pub(super) struct Chunk<'a> {
    pub data: &'a [u8],
    /// Pixels of a stored row.
    pub width: usize,
    /// Rows that are seen.
    pub rows: usize,
    /// Rows that may be stored.
    pub height: usize,
    pub left: usize,
    pub top: usize,
    /// The one channel that it holds.
    pub plane: Option<usize>,
}

impl<'a> Chunks<'a> {
    pub(super) fn read(picture: &Directory<'a>, kind: &Kind<'_>) -> Result<Self> {
        let (width, height) = (u64::from(kind.width), u64::from(kind.height));
        let tiles = picture.value(TILE_OFFSETS);
        let size = if tiles.is_some() {
            let side = |tag| picture.number(tag).filter(|&side| side > 0).ok_or_else(truncated);
            (side(TILE_WIDTH)?, side(TILE_HEIGHT)?)
        } else {
            (
                width,
                picture
                    .number(ROWS_PER_STRIP)
                    .filter(|&rows| rows > 0)
                    .unwrap_or(height)
                    .min(height),
            )
        };
        if size.0 > width.max(MAX_TILE_SIDE) || size.1 > height.max(MAX_TILE_SIDE) {
            return Err(Error::corrupt(format_args!(
                "the tiff has tiles of {}x{}",
                size.0, size.1
            )));
        }
        let (offsets, lengths) = match tiles {
            Some(offsets) => (Some(offsets), picture.value(TILE_LENGTHS)),
            None => (picture.value(STRIP_OFFSETS), picture.value(STRIP_LENGTHS)),
        };
        Ok(Self {
            file: picture.tiff.bytes,
            offsets: offsets.ok_or_else(truncated)?,
            lengths,
            size: (size.0 as usize, size.1 as usize),
            picture: (kind.width as usize, kind.height as usize),
            planes: if kind.planar { kind.layout().channels() } else { 1 },
        })
    }

    /// Chunks across and down.
    fn grid(&self) -> (usize, usize) {
        (self.picture.0.div_ceil(self.size.0), self.picture.1.div_ceil(self.size.1))
    }

    pub(super) fn count(&self) -> usize {
        let (across, down) = self.grid();
        across * down * self.planes
    }

    /// The chunk's bytes: as many as are said, and there. Without a length, all to the file's end.
    fn data(&self, index: usize) -> Result<&'a [u8]> {
        let number = |value: &Value<'_>| value.number(index).and_then(|n| usize::try_from(n).ok());
        let start = number(&self.offsets).ok_or_else(truncated)?;
        let rest = self.file.get(start..).ok_or_else(truncated)?;
        let length = self.lengths.as_ref().and_then(number).unwrap_or(rest.len());
        Ok(&rest[..length.min(rest.len())])
    }

    pub(super) fn chunk(&self, index: usize) -> Result<Chunk<'a>> {
        let (across, down) = self.grid();
        let place = index % (across * down);
        let (left, top) = (place % across * self.size.0, place / across * self.size.1);
        Ok(Chunk {
            data: self.data(index)?,
            width: self.size.0,
            rows: self.size.1.min(self.picture.1 - top),
            height: self.size.1,
            left,
            top,
            plane: (self.planes > 1).then_some(index / (across * down)),
        })
    }

    /// Refuses stored bytes that cannot make the picture, before memory is asked for. Chunks may
    /// share bytes, as writers do that store equal tiles once.
    pub(super) fn check_length(&self, kind: &Kind<'_>) -> Result<()> {
        let (across, down) = self.grid();
        let count = across as u64 * down as u64 * self.planes as u64;
        if count > self.offsets.count as u64 {
            return Err(truncated());
        }
        let mut stored = 0;
        for index in 0..self.count() {
            stored += self.data(index)?.len() as u64;
        }
        let (width, height) = (u64::from(kind.width), u64::from(kind.height));
        let row = kind.row_length(self.picture.0)? as u64 * self.planes as u64;
        let needed = match kind.compression {
            Compression::Jpeg => width * height,
            _ if kind.is_subsampled() => width * height,
            _ => row * height,
        };
        if needed > stored.saturating_mul(max_ratio(kind.compression, row)) {
            return Err(Error::corrupt(format_args!(
                "the tiff has {stored} bytes for {width}x{height} pixels"
            )));
        }
        Ok(())
    }
}

/// Bytes that a stored byte can stand for: a literal; a count; a code of 12 bits for a string of
/// 4096; deflate's bound; 64 pixels for each of two bits; rows of a bit each.
fn max_ratio(compression: Compression, row: u64) -> u64 {
    match compression {
        Compression::None => 1,
        Compression::PackBits => 64,
        Compression::Lzw => 4096 * 8 / 12 + 1,
        Compression::Deflate => 1032,
        Compression::Jpeg => 64 * 64,
        Compression::FaxRows | Compression::Fax3 { .. } | Compression::Fax4 => 8 * row,
    }
}

/// Decoders between two chunks: there may be many small ones, and each decoder has tables to make.
#[derive(Default)]
pub(super) struct Decoders {
    lzw: [Option<Box<Lzw>>; 2],
    inflate: Option<Box<InflateState>>,
}

impl Decoders {
    /// For the codes of TIFF 6.0, section 13, or those of the years before, which go from the
    /// lowest bit.
    fn lzw(&mut self, old: bool) -> Box<Lzw> {
        let new = || match old {
            true => Lzw::new(BitOrder::Lsb, 8),
            false => Lzw::with_tiff_size_switch(BitOrder::Msb, 8),
        };
        let mut decoder = self.lzw[usize::from(old)].take().unwrap_or_else(|| Box::new(new()));
        decoder.reset();
        decoder
    }

    fn inflate(&mut self) -> Box<InflateState> {
        let format = DataFormat::ZLibIgnoreChecksum;
        let mut state = self.inflate.take().unwrap_or_else(|| InflateState::new_boxed(format));
        state.reset_as(MinReset);
        state
    }
}

impl<'a> Chunk<'a> {
    pub(super) fn open(&self, kind: &Kind<'_>, decoders: &mut Decoders) -> Result<Rows<'a>> {
        let data = self.data;
        let source = match kind.compression {
            Compression::None => Source::Stored(data),
            Compression::PackBits => Source::PackBits(PackBits { data, run: Run::Literal(0) }),
            Compression::Lzw => Source::Lzw(decoders.lzw(is_old_lzw(data)), data),
            Compression::Deflate => Source::Deflate(decoders.inflate(), data),
            Compression::Jpeg => return Err(Error::internal("a JPEG has no rows of its own here")),
            fax => Source::Fax(Box::new(Fax::new(data, kind.reversed, fax, self.width)?)),
        };
        Ok(Rows { source, reversed: kind.reversed, old_lzw: is_old_lzw(data) })
    }
}

/// Old LZW starts with a clear code of 9 bits that looks like this.
fn is_old_lzw(data: &[u8]) -> bool {
    matches!(data, [0, second, ..] if second & 1 == 1)
}

/// A chunk's rows, one after another.
pub(super) struct Rows<'a> {
    source: Source<'a>,
    reversed: bool,
    old_lzw: bool,
}

enum Source<'a> {
    Stored(&'a [u8]),
    PackBits(PackBits<'a>),
    Lzw(Box<Lzw>, &'a [u8]),
    Deflate(Box<InflateState>, &'a [u8]),
    Fax(Box<Fax<'a>>),
}

impl Rows<'_> {
    /// Gives the decoder back for the next chunk.
    pub(super) fn close(self, decoders: &mut Decoders) {
        match self.source {
            Source::Lzw(decoder, _) => decoders.lzw[usize::from(self.old_lzw)] = Some(decoder),
            Source::Deflate(state, _) => decoders.inflate = Some(state),
            _ => {}
        }
    }

    /// Fills a row; the chunk must have all of it.
    pub(super) fn fill(&mut self, row: &mut [u8]) -> Result<()> {
        match &mut self.source {
            Source::Stored(data) => row.copy_from_slice(take(data, row.len())?),
            Source::PackBits(bits) => bits.fill(row)?,
            Source::Lzw(decoder, data) => fill_lzw(decoder, data, row)?,
            Source::Deflate(state, data) => fill_inflated(state, data, row)?,
            Source::Fax(fax) => return fax.fill(row),
        }
        if self.reversed {
            row.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        Ok(())
    }
}

fn take<'a>(data: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (taken, rest) = data.split_at_checked(length).ok_or_else(truncated)?;
    *data = rest;
    Ok(taken)
}

fn fill_lzw(decoder: &mut Lzw, data: &mut &[u8], mut row: &mut [u8]) -> Result<()> {
    while !row.is_empty() {
        let step = decoder.decode_bytes(data, row);
        *data = &data[step.consumed_in..];
        row = &mut row[step.consumed_out..];
        match step.status {
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            _ if row.is_empty() => {}
            _ => return Err(truncated()),
        }
    }
    Ok(())
}

fn fill_inflated(state: &mut InflateState, data: &mut &[u8], mut row: &mut [u8]) -> Result<()> {
    while !row.is_empty() {
        let step = inflate(state, data, row, MZFlush::None);
        *data = &data[step.bytes_consumed..];
        row = &mut row[step.bytes_written..];
        let moved = step.bytes_consumed + step.bytes_written > 0;
        match step.status {
            Ok(MZStatus::Ok) if moved => {}
            _ if row.is_empty() => {}
            _ => return Err(truncated()),
        }
    }
    Ok(())
}

/// Apple's PackBits (TIFF 6.0, section 9); a run may go on in the next row, though none should.
struct PackBits<'a> {
    data: &'a [u8],
    run: Run,
}

#[derive(Clone, Copy)]
enum Run {
    Literal(usize),
    Repeat(usize, u8),
}

impl PackBits<'_> {
    fn fill(&mut self, mut row: &mut [u8]) -> Result<()> {
        while !row.is_empty() {
            let (Run::Literal(left) | Run::Repeat(left, _)) = self.run;
            let count = left.min(row.len());
            let (now, later) = row.split_at_mut(count);
            match &mut self.run {
                Run::Literal(left) => {
                    now.copy_from_slice(take(&mut self.data, count)?);
                    *left -= count;
                }
                Run::Repeat(left, byte) => {
                    now.fill(*byte);
                    *left -= count;
                }
            }
            row = later;
            if left == 0 {
                self.run = self.next_run()?;
            }
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<Run> {
        Ok(match take(&mut self.data, 1)?[0] as i8 {
            -128 => Run::Literal(0),
            count @ 0.. => Run::Literal(count as usize + 1),
            count => Run::Repeat((1 - isize::from(count)) as usize, take(&mut self.data, 1)?[0]),
        })
    }
}
