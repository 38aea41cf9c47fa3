//! JPEG decoding behind plain types, by jpeg-decoder.
//!
//! A crate of its own because jpeg-decoder is generic over its source and so compiles where it is
//! used: here for speed, while slimpix itself is compiled for size.

use jpeg_decoder::{ColorTransform, PixelFormat};

/// Why a file was not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It breaks the standard.
    Corrupt(String),
    /// It uses a part of the standard that is not decoded.
    Unsupported(String),
}

/// What a pixel that a [`Decoder`] gives holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixel {
    /// One byte.
    Gray,
    /// Three bytes.
    Rgb,
    /// Four bytes, as stored.
    Ink,
}

/// A JPEG, whole or at a half, a quarter or an eighth.
pub struct Decoder<'a> {
    inner: jpeg_decoder::Decoder<&'a [u8]>,
    whole: (u16, u16),
}

impl<'a> Decoder<'a> {
    /// Reads the headers: the decoder, the size and what a pixel holds.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn open(file: &'a [u8]) -> Result<(Self, (u16, u16), Pixel), Failure> {
        let mut inner = jpeg_decoder::Decoder::new(file);
        inner.read_info().map_err(failure)?;
        let info =
            inner.info().ok_or_else(|| Failure::Corrupt("the JPEG has no frame header".into()))?;
        let pixel = match info.pixel_format {
            PixelFormat::L8 => Pixel::Gray,
            PixelFormat::RGB24 => Pixel::Rgb,
            PixelFormat::CMYK32 => Pixel::Ink,
            PixelFormat::L16 => {
                return Err(Failure::Unsupported("JPEG with 16 bits a sample".into()));
            }
        };
        let whole = (info.width, info.height);
        Ok((Self { inner, whole }, whole, pixel))
    }

    /// Says whether three components are luma and chroma or colors, whatever the markers say: a
    /// container around the JPEG may know.
    pub fn set_ycbcr(&mut self, ycbcr: bool) {
        let transform = if ycbcr { ColorTransform::YCbCr } else { ColorTransform::RGB };
        self.inner.set_color_transform(transform);
    }

    /// Chooses the smallest scale at which both sides are at least these; gives the size that comes of
    /// it. jpeg-decoder is content with one side, and so is asked for the longer one alone.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn scale(&mut self, (width, height): (u16, u16)) -> Result<(u16, u16), Failure> {
        let scaled = |eighths| (part(self.whole.0, eighths), part(self.whole.1, eighths));
        let enough = |&eighths: &u32| {
            let (across, down) = scaled(eighths);
            across >= width && down >= height
        };
        let (across, down) = scaled([1, 2, 4].into_iter().find(enough).unwrap_or(8));
        let asked = if across >= down { (across, u16::MAX) } else { (u16::MAX, down) };
        self.inner.scale(asked.0, asked.1).map_err(failure)
    }

    /// The pixels, `length` bytes at most.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn decode(mut self, length: usize) -> Result<Vec<u8>, Failure> {
        self.inner.set_max_decoding_buffer_size(length);
        self.inner.decode().map_err(failure)
    }
}

/// So many eighths of a side, rounded up.
fn part(side: u16, eighths: u32) -> u16 {
    (u32::from(side) * eighths).div_ceil(8) as u16
}

fn failure(error: jpeg_decoder::Error) -> Failure {
    match error {
        jpeg_decoder::Error::Unsupported(what) => {
            Failure::Unsupported(format!("JPEG with {what:?}"))
        }
        other => Failure::Corrupt(other.to_string()),
    }
}
