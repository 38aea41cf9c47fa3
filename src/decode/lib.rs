//! JPEG decoding behind plain types, by jpeg-decoder.
//!
//! A crate of its own because jpeg-decoder is generic over its source and so compiles where it is
//! used: here for speed, while slimpix itself is compiled for size.
//!
//! The caller gives the file in pieces ([`Pieces`]), so that it can leave out segments that the
//! decoder would only copy, and put in what a damaged file lacks.

use std::io::{self, Read};

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

/// What the components of a JPEG are, where there is more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Red, green, blue.
    Rgb,
    /// Luma and two chroma differences.
    YCbCr,
    /// Four inks.
    Cmyk,
    /// Luma and chroma differences of three inks, and black.
    Ycck,
}

/// Slices that are read one after another.
pub struct Pieces<'a> {
    current: &'a [u8],
    later: std::vec::IntoIter<&'a [u8]>,
}

impl<'a> From<Vec<&'a [u8]>> for Pieces<'a> {
    fn from(pieces: Vec<&'a [u8]>) -> Self {
        Self { current: &[], later: pieces.into_iter() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            let Some(next) = self.later.next() else { return Ok(0) };
            self.current = next;
        }
        self.current.read(buffer)
    }

    /// The decoder asks for one byte at a time, five million times a photograph: nearly all of
    /// them lie in the current piece.
    #[inline]
    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if let Some((head, rest)) = self.current.split_at_checked(buffer.len()) {
            buffer.copy_from_slice(head);
            self.current = rest;
            return Ok(());
        }
        self.read_across(buffer)
    }
}

impl Pieces<'_> {
    #[cold]
    fn read_across(&mut self, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            let count = self.read(buffer)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer = &mut buffer[count..];
        }
        Ok(())
    }
}

/// A JPEG, whole or at a half, a quarter or an eighth.
pub struct Decoder<'a> {
    inner: jpeg_decoder::Decoder<Pieces<'a>>,
    whole: (u16, u16),
}

impl<'a> Decoder<'a> {
    /// Reads the headers: the decoder, the size and what a pixel holds. `color` says what three or
    /// four components are; one is gray.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn open(
        file: Pieces<'a>,
        color: Option<Color>,
    ) -> Result<(Self, (u16, u16), Pixel), Failure> {
        let mut inner = jpeg_decoder::Decoder::new(file);
        inner.set_color_transform(match color {
            None => ColorTransform::Grayscale,
            Some(Color::Rgb) => ColorTransform::RGB,
            Some(Color::YCbCr) => ColorTransform::YCbCr,
            Some(Color::Cmyk) => ColorTransform::CMYK,
            Some(Color::Ycck) => ColorTransform::YCCK,
        });
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
