//! What the benchmarks share: pictures in, SSIMULACRA2 out.
//!
//! The score is always made by the `ssimulacra2` crate, never by slimpix' own implementation: a benchmark must not
//! be marked by the one who sits it.

/// The decoders that the encoder's own tests ask.
#[path = "../../../src/vp8/tests/judges/mod.rs"]
pub mod judges;

pub use judges::riff;
use slimpix_vp8::{Filter, Params, Trellis};
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, Xyb, compute_frame_ssimulacra2};

/// An 8-bit sRGB picture without alpha, rows top down, three bytes a pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Reads a PNG, PPM or WebP file. Alpha is laid over white, as a page would show it.
    pub fn open(path: &str) -> Result<Self, String> {
        let file = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        Self::read(&file).map_err(|error| format!("{path}: {error}"))
    }

    /// The same from a file's bytes.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let image = image::load_from_memory(file).map_err(|error| error.to_string())?;
        let rgba = image.to_rgba8();
        let (width, height) = (rgba.width() as usize, rgba.height() as usize);
        let rgb = rgba.pixels().flat_map(|pixel| over_white(pixel.0)).collect();
        Ok(Self { width, height, rgb })
    }
}

/// One pixel over white, rounded to nearest.
fn over_white([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    [r, g, b].map(|c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

/// SSIMULACRA2 of `distorted` against `reference`: 100 is the same, 90 cannot be told apart, 70 is good.
pub fn score(reference: &Picture, distorted: &Picture) -> Result<f64, String> {
    let (left, right) = (xyb(reference)?, xyb(distorted)?);
    compute_frame_ssimulacra2(left, right).map_err(|error| error.to_string())
}

/// The picture in the metric's own colour space.
fn xyb(picture: &Picture) -> Result<Xyb, String> {
    let data =
        picture.rgb.chunks_exact(3).map(|p| [0, 1, 2].map(|i| f32::from(p[i]) / 255.0)).collect();
    let rgb = Rgb::new(
        data,
        picture.width,
        picture.height,
        TransferCharacteristic::SRGB,
        ColorPrimaries::BT709,
    )
    .map_err(|error| error.to_string())?;
    Xyb::try_from(rgb).map_err(|error| error.to_string())
}

/// The same parameters with the named tools of the VP8 encoder switched off, separated by commas; `-` for none.
pub fn without(mut params: Params, names: &str) -> Result<Params, String> {
    for name in names.split(',').filter(|&name| name != "-") {
        let tools = &mut params.tools;
        match name {
            "i4" => tools.i4 = 0,
            "i4-trials" => tools.i4 = 1,
            "i16-trials" => tools.i16 = 1,
            "uv-trials" => tools.uv = 1,
            "trellis" => tools.trellis = Trellis::Off,
            "trellis-every" => tools.trellis = Trellis::Winner,
            "segments" => tools.segments = false,
            "adapt" => tools.adapt = false,
            "sharp" => params.sharp_yuv = false,
            "filter" => tools.filter = Filter::Off,
            _ => return Err(format!("no tool is called {name}")),
        }
    }
    Ok(params)
}
