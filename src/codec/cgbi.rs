//! CgBI, the form in which iOS apps keep their PNGs.
//!
//! Xcode writes it: a `CgBI` chunk before `IHDR`, pixels deflated without zlib's header and
//! checksum, blue before red, and colour premultiplied by alpha. There is no specification; this is
//! what the tools that turn such files back agree on.

use crate::container::{Piece, png_chunks};
use crate::error::{Error, Result};
use crate::image::{Image, Layout, joined};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// zlib's header for a window of 32 KiB (RFC 1950, 2.2).
const ZLIB: [u8; 2] = [0x78, 0x01];

/// The file as a plain PNG whose checksums are zeros; nothing for one that is plain already.
pub(super) fn as_plain(file: &[u8]) -> Result<Option<Vec<u8>>> {
    if png_chunks(file).next().is_none_or(|chunk| &chunk.name != b"CgBI") {
        return Ok(None);
    }
    let needed = |name: &[u8; 4]| matches!(name, b"IHDR" | b"PLTE" | b"tRNS");
    let head = png_chunks(file).take_while(|chunk| &chunk.name != b"IDAT");
    let head = head.filter(|chunk| needed(&chunk.name));
    let pixels = || png_chunks(file).filter(|chunk| &chunk.name == b"IDAT");
    let length: usize = pixels().map(|chunk| chunk.body.len()).sum();
    let length = u32::try_from(length + ZLIB.len() + 4)
        .map_err(|_| Error::limit("the PNG's pixels take more than 4 GB"))?;
    let header = [&length.to_be_bytes()[..], b"IDAT", &ZLIB].concat();
    let head: Vec<Vec<u8>> = head.take(8).map(whole).collect();
    let parts = [SIGNATURE].into_iter().chain(head.iter().map(Vec::as_slice)).chain([&header[..]]);
    let parts = parts.chain(pixels().map(|chunk| chunk.body));
    // Checksums of the stream and of its chunk, and the end.
    joined(parts.chain([&[0; 8][..], b"\0\0\0\0IEND\0\0\0\0"])).map(Some)
}

fn whole(chunk: Piece<'_>) -> Vec<u8> {
    let length = (chunk.body.len() as u32).to_be_bytes();
    [&length[..], &chunk.name, chunk.body, &[0; 4]].concat()
}

/// Red before blue, and colour as it is without its alpha.
pub(super) fn straighten(image: &mut Image) {
    let channels = image.layout().channels();
    if !matches!(image.layout(), Layout::Rgb | Layout::Rgba) {
        return;
    }
    for pixel in image.data_mut().chunks_exact_mut(channels) {
        pixel.swap(0, 2);
        if let [color @ .., alpha] = pixel
            && channels == 4
        {
            let alpha = u32::from(*alpha);
            for sample in color.iter_mut().filter(|_| alpha > 0) {
                *sample = ((u32::from(*sample) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}
