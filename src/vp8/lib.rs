//! Lossy WebP's VP8 key-frame encoder, in safe Rust without dependencies.
//!
//! Pixels in, the payload of a `VP8 ` chunk out; the RIFF container, alpha and metadata are the caller's. RFC 6386 is the
//! authority for the format; what this encoder decides, it decides for SSIMULACRA2 and not for PSNR. All decisions are
//! made in integers: native, wasm and wasm with SIMD write the same bytes.
//!
//! ```
//! let pixels = vec![200; 32 * 20 * 3];
//! let params = slimpix_vp8::Params::new(80, 4)?;
//! let frame = slimpix_vp8::encode_rgb(&pixels, 32, 20, &params)?;
//! assert_eq!(frame.bytes[3..6], [0x9d, 0x01, 0x2a]);
//! # Ok::<(), slimpix_vp8::Error>(())
//! ```
//!
//! # The way through
//!
//! ```text
//! yuv, sharp       pixels                -> planes 4:2:0, padded to macroblocks
//! analysis         planes                -> segments by activity; quant, filter -> their steps and levels
//! encoder          for each macroblock:
//!   cursor.load      pixels and neighbours
//!   decide           luma16 | luma4, chroma: predict, dsp transform, residual (quantise, trellis, cost), reconstruct
//!   tokens.record    levels, counted
//!   cursor.save      what neighbours need
//! tokens.settle    counts                -> probabilities
//! header           modes, probabilities  -> first partition; tokens.emit -> the others
//! ```
//!
//! # What the tools are worth
//!
//! Without each, at effort 6: bytes at equal SSIMULACRA2 and native time, by
//! `npm run bench -- webp features --quick` (seven pictures of the corpus, one run; times to ±10 %).
//!
//! | tool | bytes | time |
//! |---|---|---|
//! | 4x4 prediction | +14.2 % | -45 % |
//! | more than one 4x4 mode coded in full | +3.2 % | -28 % |
//! | more than one 16x16 mode | 0.0 % | -20 % |
//! | more than one chroma mode | +1.5 % | -5 % |
//! | trellis | +4.1 % | -36 % |
//! | trellis for modes that did not win | +1.1 % | -27 % |
//! | segments | +4.6 % | -2 % |
//! | token probabilities of the picture's own | +8.6 % | -2 % |
//! | loop filter | +0.6 % | 0 |
//! | luma and chroma fitted to what is shown | +0.8 % | -10 % |
//!
//! # What was tried and rejected
//!
//! Each in bytes at equal score, on the tuning set:
//!
//! - A second pass with the first one's probabilities: 0.0 %, at twice the time. Costs made anew eight times a picture
//!   follow well enough.
//! - All ten 4x4 modes coded in full in place of the three or five that leave the smallest residual: 0.0 to 0.1 %.
//! - Leaving out modes whose residual is much larger than the smallest: a tenth faster, 0.4 to 1.3 % more bytes.
//! - A trellis for every mode tried at effort 4: 0.6 % fewer bytes, a third as much time again; effort 5 has it.
//! - A filter level of each picture's own, by the squared error after filtering: 0.3 to 0.5 % more bytes than the level
//!   that follows from the step. Knowing the best of four beforehand would gain 1 %.

mod analysis;
mod bool_writer;
mod chroma;
mod cost;
mod cursor;
mod decide;
mod dsp;
mod encoder;
mod filter;
mod header;
mod luma16;
mod luma4;
mod params;
mod predict;
mod quant;
mod residual;
mod sharp;
mod tables;
mod tokens;
mod transparent;
mod trellis;
mod yuv;

pub use encoder::Frame;
pub use params::{Error, Filter, MAX_SIDE, Params, Tools, Trellis};
pub use transparent::smooth_transparent;
pub use yuv::Planes;

/// Encodes interleaved RGB, three bytes a pixel, rows top down.
pub fn encode_rgb(
    pixels: &[u8],
    width: usize,
    height: usize,
    params: &Params,
) -> Result<Frame, Error> {
    encoder::encode(&Planes::from_rgb(pixels, width, height, params.sharp_yuv)?, params)
}

/// Encodes interleaved RGBA, four bytes a pixel, rows top down. Alpha is ignored, since it belongs into a chunk of its
/// own; see [`smooth_transparent`] for what lies under it.
pub fn encode_rgba(
    pixels: &[u8],
    width: usize,
    height: usize,
    params: &Params,
) -> Result<Frame, Error> {
    encoder::encode(&Planes::from_rgba(pixels, width, height, params.sharp_yuv)?, params)
}

/// Encodes planes that are YUV already.
pub fn encode_planes(planes: &Planes, params: &Params) -> Result<Frame, Error> {
    encoder::encode(planes, params)
}
