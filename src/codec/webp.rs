//! WebP: both kinds in, both kinds out.
//!
//! Lossy pictures are VP8 key frames by [`slimpix_vp8`], packed here (WebP container
//! specification): alpha lies in a chunk of its own, by [`alph`](super::alph); a header
//! chunk says what else there is. A lossy picture without alpha and metadata is the frame alone.
//!
//! In, the frame that is shown first is found and checked by [`first_picture`], and its decoder
//! sees nothing else of the file: what it allocates then follows from a size that was admitted.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};
use slimpix_vp8::Params;

use super::{alph, check_sides, transparent};
use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate, copied};
use crate::metadata::Metadata;
use crate::options::Options;
use crate::sniff::webp::{Coding, Frame, Shown, first_picture};

/// Sides are stored in 14 bits (RFC 6386, 9.1; VP8L specification, 3).
const MAX_SIDE: u32 = 16383;

/// libwebp's own default of the same scale.
const DEFAULT_EFFORT: u32 = 4;

/// The effort without `optimize`.
const FAST_EFFORT: u32 = 1;

/// Room for the decoder's tables and rows.
const DECODER_TABLES: u64 = 1 << 20;

/// Alpha with every level kept.
const EXACT_ALPHA: u32 = 100;

/// Flags of the `VP8X` chunk.
const HAS_ICC: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

pub(super) fn decode(file: &[u8]) -> Result<Image> {
    let shown = first_picture(file).ok_or_else(|| Error::corrupt("the WebP has no header"))?;
    let frame = check(&shown)?;
    reserve(frame)?;
    let image = decode_frame(frame)?;
    if !shown.is_partial() {
        return Ok(image);
    }
    place(&image, &shown)
}

/// The frame, when all that is said of its size agrees.
fn check<'a>(shown: &Shown<'a>) -> Result<Frame<'a>> {
    let frame = shown.frame.ok_or_else(|| Error::corrupt("the WebP has no picture"))?;
    let (width, height) = frame.size;
    if frame.size != shown.size {
        return Err(Error::corrupt(format_args!(
            "the WebP says {}x{}, but its frame is {width}x{height}",
            shown.size.0, shown.size.1
        )));
    }
    let beyond =
        |at: u32, side: u32, canvas: u32| at.checked_add(side).is_none_or(|end| end > canvas);
    if beyond(shown.at.0, width, shown.canvas.0) || beyond(shown.at.1, height, shown.canvas.1) {
        return Err(Error::corrupt("the WebP's frame lies beyond its canvas"));
    }
    if !frame.whole {
        return Err(Error::corrupt("the WebP is truncated: its frame is cut off"));
    }
    Ok(frame)
}

/// Asks for as much as the decoder takes, all in one piece: its own pieces then fit in it, and it
/// cannot ask in vain.
fn reserve(frame: Frame<'_>) -> Result<()> {
    let blocks = u64::from(frame.size.0).div_ceil(16) * u64::from(frame.size.1).div_ceil(16);
    let pixels = blocks * 256;
    let planes = match frame.coding {
        Coding::Lossy => pixels * 3 / 2,
        // The pixels once more where they have no alpha; transforms take little beside.
        Coding::Lossless => pixels * 4 + pixels / 4,
    };
    let alpha = if frame.alpha.is_some() { pixels * 5 + pixels / 4 } else { 0 };
    let all = planes + alpha + pixels * 4 + 2 * frame.body.len() as u64 + DECODER_TABLES;
    drop(allocate(usize::try_from(all).unwrap_or(usize::MAX))?);
    Ok(())
}

/// A frame alone as a file of its own, whatever file it came in.
fn decode_frame(frame: Frame<'_>) -> Result<Image> {
    let name = match frame.coding {
        Coding::Lossy => b"VP8 ",
        Coding::Lossless => b"VP8L",
    };
    let header = frame.alpha.map(|_| header(frame.size, HAS_ALPHA));
    let chunks = [(b"VP8X", header.as_deref()), (b"ALPH", frame.alpha), (name, Some(frame.body))];
    let file = riff(&chunks)?;
    let mut decoder = WebPDecoder::new(Cursor::new(&file)).map_err(decode_error)?;
    if decoder.dimensions() != frame.size {
        return Err(Error::limit(format_args!(
            "a WebP of {}x{} pixels is not decoded; the most is {MAX_SIDE} a side",
            frame.size.0, frame.size.1
        )));
    }
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut image = Image::zeroed(frame.size.0, frame.size.1, layout)?;
    decoder.read_image(image.data_mut()).map_err(decode_error)?;
    Ok(image)
}

/// A frame on its canvas, which is clear. The background colour that a file may name is for
/// viewers that cannot show the page behind, and browsers leave it out.
fn place(frame: &Image, shown: &Shown<'_>) -> Result<Image> {
    let mut canvas = Image::zeroed(shown.canvas.0, shown.canvas.1, Layout::Rgba)?;
    let (left, top, stride) =
        (shown.at.0 as usize * 4, shown.at.1 as usize, shown.canvas.0 as usize * 4);
    let channels = frame.layout().channels();
    let lines = canvas.data_mut().chunks_exact_mut(stride).skip(top);
    for (row, line) in frame.rows().zip(lines) {
        for (pixel, target) in row.chunks_exact(channels).zip(line[left..].chunks_exact_mut(4)) {
            target[3] = 255;
            target[..channels].copy_from_slice(pixel);
        }
    }
    Ok(canvas)
}

fn decode_error(error: DecodingError) -> Error {
    match error {
        DecodingError::MemoryLimitExceeded => Error::limit("the WebP asks for too much memory"),
        other => Error::corrupt(other),
    }
}

pub(super) fn encode(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    check_sides(image, "WebP", MAX_SIDE)?;
    if options.lossless {
        return encode_lossless(image, metadata, options);
    }
    let frame = frame(image, options)?;
    let alpha = if image.is_opaque() {
        None
    } else {
        Some(alph::chunk(image, options.alpha_quality.unwrap_or(EXACT_ALPHA))?)
    };
    pack(image, &frame, alpha.as_deref(), metadata)
}

fn frame(image: &Image, options: &Options) -> Result<Vec<u8>> {
    let default = if options.optimize { DEFAULT_EFFORT } else { FAST_EFFORT };
    let effort = options.effort.unwrap_or(default) as u8;
    let mut params =
        Params::new(options.quality_or_default(), effort).map_err(Error::invalid_option)?;
    params.sharp_yuv &= options.optimize;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let frame = match image.layout() {
        Layout::Rgba => {
            let mut pixels = copied(image.data())?;
            if !options.exact {
                slimpix_vp8::smooth_transparent(&mut pixels, width);
            }
            slimpix_vp8::encode_rgba(&pixels, width, height, &params)
        }
        _ => slimpix_vp8::encode_rgb(image.data(), width, height, &params),
    };
    frame.map(|frame| frame.bytes).map_err(refusal)
}

fn refusal(error: slimpix_vp8::Error) -> Error {
    match error {
        slimpix_vp8::Error::Memory => Error::out_of_memory(error),
        other => Error::encode_failed(other),
    }
}

/// The chunks in the order that the specification fixes.
fn pack(image: &Image, frame: &[u8], alpha: Option<&[u8]>, metadata: &Metadata) -> Result<Vec<u8>> {
    let slots = [
        (HAS_ICC, metadata.icc.as_deref()),
        (HAS_ALPHA, alpha),
        (HAS_EXIF, metadata.exif.as_deref()),
        (HAS_XMP, metadata.xmp.as_deref()),
    ];
    let flags: u8 = slots.iter().filter_map(|(flag, body)| body.map(|_| flag)).sum();
    let [icc, alpha, exif, xmp] = slots.map(|(_, body)| body);
    let header = (flags != 0).then(|| header((image.width(), image.height()), flags));
    riff(&[
        (b"VP8X", header.as_deref()),
        (b"ICCP", icc),
        (b"ALPH", alpha),
        (b"VP8 ", Some(frame)),
        (b"EXIF", exif),
        (b"XMP ", xmp),
    ])
}

/// `VP8X`: flags, three reserved bytes, width and height less one in 24 bits each.
fn header((width, height): (u32, u32), flags: u8) -> Vec<u8> {
    let side = |pixels: u32| (pixels - 1).to_le_bytes();
    [&[flags, 0, 0, 0], &side(width)[..3], &side(height)[..3]].concat()
}

/// A file of those chunks that are there, each padded to an even length.
fn riff(chunks: &[(&[u8; 4], Option<&[u8]>)]) -> Result<Vec<u8>> {
    let present = chunks.iter().filter_map(|(name, body)| Some((name, (*body)?)));
    let length: usize = present.clone().map(|(_, body)| 8 + body.len().next_multiple_of(2)).sum();
    let mut file = allocate(12 + length)?;
    file.clear();
    file.extend([b"RIFF", &(length as u32 + 4).to_le_bytes(), b"WEBP"].into_iter().flatten());
    for (name, body) in present {
        file.extend_from_slice(name.as_slice());
        file.extend_from_slice(&(body.len() as u32).to_le_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(&[0][..body.len() % 2]);
    }
    Ok(file)
}

fn encode_lossless(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    let blanked = if options.exact { None } else { transparent::blank(image)? };
    let image = blanked.as_ref().unwrap_or(image);
    let metadata = metadata.duplicate()?;
    let mut out = Vec::new();
    let mut encoder = WebPEncoder::new(&mut out);
    if let Some(icc) = metadata.icc {
        encoder.set_icc_profile(icc);
    }
    if let Some(exif) = metadata.exif {
        encoder.set_exif_metadata(exif);
    }
    if let Some(xmp) = metadata.xmp {
        encoder.set_xmp_metadata(xmp);
    }
    let color = if image.layout() == Layout::Rgba { ColorType::Rgba8 } else { ColorType::Rgb8 };
    encoder
        .encode(image.data(), image.width(), image.height(), color)
        .map_err(Error::encode_failed)?;
    Ok(out)
}
