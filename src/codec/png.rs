//! PNG (third edition), lossless both ways.
//!
//! On the way out the smallest of the forms that hold the pixels exactly is chosen by
//! [`palette`](super::palette), and with `optimize` the filter is tried on a sample: flat pictures
//! compress best unfiltered, photographs with a filter chosen for each row.

use std::io::{Cursor, ErrorKind};

use png::{
    BitDepth, ColorType, Compression, Decoder, DecodingError, Encoder, Filter, InterlaceInfo,
    Reader, Transformations,
};

use super::cgbi;
use super::palette::{Form, smallest_form};
use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate, copied, joined};
use crate::metadata::Metadata;
use crate::options::Options;

/// The picture; `recover` takes the rows that there are of a damaged one, and warns.
pub(super) fn decode(file: &[u8], recover: bool) -> Result<(Image, Option<String>)> {
    let Some(plain) = cgbi::as_plain(file)? else { return decode_plain(file, false, recover) };
    let (mut image, warning) = decode_plain(&plain, true, recover)?;
    cgbi::straighten(&mut image);
    Ok((image, warning))
}

/// A PNG as it is specified; `repacked` ones have no checksums.
fn decode_plain(file: &[u8], repacked: bool, recover: bool) -> Result<(Image, Option<String>)> {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.ignore_checksums(repacked);
    let mut reader = decoder.read_info().map_err(decode_error)?;
    let length = reader.output_buffer_size().ok_or_else(|| Error::limit("the PNG is too large"))?;
    let mut data = allocate(length)?;
    let size = reader.info().size();
    let frame = reader.info().frame_control.map(|control| (control.width, control.height));
    if frame.is_some_and(|frame| frame != size) {
        return Err(Error::corrupt("the PNG's first frame has another size than its header says"));
    }
    let (color, depth) = reader.output_color_type();
    let layout = match color {
        ColorType::Grayscale => Layout::Gray,
        ColorType::GrayscaleAlpha => Layout::GrayAlpha,
        ColorType::Rgb => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
        ColorType::Indexed => return Err(Error::internal("the PNG's palette was not expanded")),
    };
    let bits = layout.channels() * depth as usize;
    let mut rows = 0;
    let warning = match read_rows(&mut reader, size, bits, &mut data, &mut rows) {
        Err(_) if recover && rows > 0 => {
            Some(format!("the PNG is truncated or damaged after {rows} rows; the rest is blank"))
        }
        ended => ended.map_err(decode_error).map(|()| None)?,
    };
    if depth == BitDepth::Sixteen {
        halve_depth(&mut data);
    }
    Ok((Image::new(size.0, size.1, layout, data)?, warning))
}

/// All rows of a picture with so many bits a pixel. The file may end right after the last of them,
/// where browsers show the picture too; what is there of checksums must be right. `rows` counts
/// those that are read.
fn read_rows(
    reader: &mut Reader<Cursor<&[u8]>>,
    (width, height): (u32, u32),
    bits: usize,
    data: &mut [u8],
    rows: &mut u64,
) -> Result<(), DecodingError> {
    let stride = data.len() / height as usize;
    if reader.info().interlaced {
        for _ in 0..interlaced_rows(width, height) {
            let Some(row) = reader.next_interlaced_row()? else { break };
            if let InterlaceInfo::Adam7(place) = row.interlace() {
                png::expand_interlaced_row(data, stride, row.data(), place, bits as u8);
            }
            *rows += 1;
        }
    } else {
        for row in data.chunks_exact_mut(stride) {
            reader.read_row(row)?;
            *rows += 1;
        }
    }
    match reader.read_row(&mut []) {
        Err(DecodingError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
        ended => ended.map(|_| ()),
    }
}

/// Rows of the seven passes that have pixels (PNG, 8.2): first column and row, and steps.
fn interlaced_rows(width: u32, height: u32) -> u64 {
    const PASSES: [[u32; 4]; 7] = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
    ];
    let rows = |&[x, y, _, down]: &[u32; 4]| {
        if width > x { u64::from(height.saturating_sub(y).div_ceil(down)) } else { 0 }
    };
    PASSES.iter().map(rows).sum()
}

/// 16-bit samples, big-endian, to the nearest 8-bit ones: `v / 257`, rounded.
fn halve_depth(data: &mut Vec<u8>) {
    for at in 0..data.len() / 2 {
        let value = u32::from(u16::from_be_bytes([data[at * 2], data[at * 2 + 1]]));
        data[at] = ((value * 255 + 32895) >> 16) as u8;
    }
    data.truncate(data.len() / 2);
}

fn decode_error(error: DecodingError) -> Error {
    match error {
        DecodingError::LimitsExceeded => Error::limit("the PNG asks for too much memory"),
        other => Error::corrupt(other),
    }
}

pub(super) fn encode(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    let form = smallest_form(image)?;
    let size = (image.width(), image.height());
    let small = u64::from(size.0) * u64::from(size.1) <= HIGH_UP_TO;
    let compression =
        if options.optimize && small { Compression::High } else { Compression::Balanced };
    let filter =
        if options.optimize { best_filter(&form, size, metadata)? } else { Filter::Adaptive };
    write(&form, size, metadata, compression, filter)
}

/// Pictures up to this many pixels get the highest deflate level: it takes three times as long
/// for 3 % fewer bytes.
const HIGH_UP_TO: u64 = 2_000_000;

/// Filters worth a trial: no other won on any picture of the corpus by more than 0.3 %.
const CANDIDATES: [Filter; 4] = [Filter::NoFilter, Filter::Sub, Filter::Up, Filter::Adaptive];

/// Rows in each of the three bands on which filters are tried.
const BAND: usize = 32;

/// The filter that compresses bands from top, middle and bottom best.
fn best_filter(form: &Form, (width, height): (u32, u32), metadata: &Metadata) -> Result<Filter> {
    let rows = height as usize;
    let stride = form.data.len() / rows;
    let band = BAND.min(rows);
    let bands = [0, (rows - band) / 2, rows - band];
    let starts = if rows <= BAND { &bands[..1] } else { &bands[..] };
    let data = joined(starts.iter().map(|&y| &form.data[y * stride..][..band * stride]))?;
    let sample = Form {
        data,
        palette: form.palette.clone(),
        transparency: form.transparency.clone(),
        ..*form
    };
    let size = (width, (starts.len() * band) as u32);
    let mut best = (usize::MAX, Filter::Adaptive);
    for filter in CANDIDATES {
        let length = write(&sample, size, metadata, Compression::Balanced, filter)?.len();
        if length < best.0 {
            best = (length, filter);
        }
    }
    Ok(best.1)
}

fn write(
    form: &Form,
    (width, height): (u32, u32),
    metadata: &Metadata,
    compression: Compression,
    filter: Filter,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut info = png::Info::with_size(width, height);
    info.icc_profile = metadata.icc.as_deref().map(Into::into);
    info.exif_metadata = metadata.exif.as_deref().map(Into::into);
    let mut encoder = Encoder::with_info(&mut out, info).map_err(encode_error)?;
    encoder.set_color(form.color);
    encoder.set_depth(form.depth);
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    if !form.palette.is_empty() {
        encoder.set_palette(form.palette.as_slice());
    }
    if !form.transparency.is_empty() {
        encoder.set_trns(form.transparency.as_slice());
    }
    if let Some(xmp) = &metadata.xmp {
        let text = String::from_utf8(copied(xmp)?)
            .map_err(|_| Error::encode_failed("PNG holds XMP as UTF-8 only; this packet is not"))?;
        encoder.add_itxt_chunk("XML:com.adobe.xmp".into(), text).map_err(encode_error)?;
    }
    let mut writer = encoder.write_header().map_err(encode_error)?;
    writer.write_image_data(&form.data).map_err(encode_error)?;
    writer.finish().map_err(encode_error)?;
    Ok(out)
}

fn encode_error(error: png::EncodingError) -> Error {
    Error::encode_failed(error)
}
