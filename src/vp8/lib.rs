//! Lossy WebP's VP8 key-frame encoder.

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
mod trellis;
mod yuv;

pub use encoder::Frame;
pub use params::{Error, Filter, MAX_SIDE, Params, Tools, Trellis};
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

/// Encodes interleaved RGBA, four bytes a pixel, rows top down. Alpha is ignored: it belongs into a chunk of its own.
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
