//! JPEG and TIFF decoding behind plain types: zune-jpeg for the whole picture, jpeg-decoder for a
//! smaller one and for ink, `tiff`, which may hold JPEGs, by the front of the `image` crate.
//!
//! A crate of its own because all are generic over their source and so compile where they are
//! used: here for speed, while slimpix itself is compiled for size. TIFF is here so that there is
//! one zune-jpeg and not two. Which decoder a file needs is decided by slimpix.

use jpeg_decoder::{Decoder as ReducedDecoder, PixelFormat};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Why a file was not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It breaks the standard.
    Corrupt(String),
    /// It uses a part of the standard that is not decoded.
    Unsupported(String),
}

/// The whole picture, by zune-jpeg.
pub struct Whole(JpegDecoder<ZCursor<Vec<u8>>>);

impl Whole {
    /// Reads the headers of a file of this size at most.
    ///
    /// # Errors
    /// [`Failure::Corrupt`].
    #[inline(never)]
    pub fn open(
        file: &[u8],
        (width, height): (u32, u32),
        components: u8,
        most_scans: usize,
    ) -> Result<Self, Failure> {
        let space = if components == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
        let options = DecoderOptions::default()
            .set_max_width(width as usize)
            .set_max_height(height as usize)
            .set_strict_mode(true)
            .jpeg_set_max_scans(most_scans)
            .jpeg_set_out_colorspace(space);
        // An owned copy, as the TIFF decoder hands in its JPEGs: the decoder is generic over its
        // source, and a second one would add 120 kB to the wasm.
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file.to_vec()), options);
        decoder.decode_headers().map_err(|error| Failure::Corrupt(error.to_string()))?;
        Ok(Self(decoder))
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> Option<(usize, usize)> {
        self.0.dimensions()
    }

    /// Fills a buffer of one byte a pixel for one component, else of three.
    ///
    /// # Errors
    /// [`Failure::Corrupt`].
    #[inline(never)]
    pub fn decode(mut self, pixels: &mut [u8]) -> Result<(), Failure> {
        self.0.decode_into(pixels).map_err(|error| Failure::Corrupt(error.to_string()))
    }
}

/// What a pixel of [`Reduced`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixel {
    /// One byte.
    Gray,
    /// Three bytes.
    Rgb,
    /// Four bytes, as stored.
    Ink,
}

/// The picture at a half, a quarter or an eighth, and ink at any of these or whole: by
/// jpeg-decoder.
pub struct Reduced<'a>(ReducedDecoder<&'a [u8]>);

impl<'a> Reduced<'a> {
    /// Reads the headers: the decoder, the size and what a pixel holds.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn open(file: &'a [u8]) -> Result<(Self, (u16, u16), Pixel), Failure> {
        let mut decoder = ReducedDecoder::new(file);
        decoder.read_info().map_err(failure)?;
        let info = decoder
            .info()
            .ok_or_else(|| Failure::Corrupt("the JPEG has no frame header".into()))?;
        let pixel = match info.pixel_format {
            PixelFormat::L8 => Pixel::Gray,
            PixelFormat::RGB24 => Pixel::Rgb,
            PixelFormat::CMYK32 => Pixel::Ink,
            PixelFormat::L16 => {
                return Err(Failure::Unsupported("JPEG with 16 bits a sample".into()));
            }
        };
        Ok((Self(decoder), (info.width, info.height), pixel))
    }

    /// Chooses the smallest scale of at least this size; gives the size that comes of it.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn scale(&mut self, (width, height): (u16, u16)) -> Result<(u16, u16), Failure> {
        self.0.scale(width, height).map_err(failure)
    }

    /// The pixels, `length` bytes at most.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline(never)]
    pub fn decode(mut self, length: usize) -> Result<Vec<u8>, Failure> {
        self.0.set_max_decoding_buffer_size(length);
        self.0.decode().map_err(failure)
    }
}

fn failure(error: jpeg_decoder::Error) -> Failure {
    match error {
        jpeg_decoder::Error::Unsupported(what) => {
            Failure::Unsupported(format!("JPEG with {what:?}"))
        }
        other => Failure::Corrupt(other.to_string()),
    }
}

/// A TIFF, its headers read.
///
/// # Errors
/// `image`'s.
#[cfg(feature = "tiff")]
#[inline(never)]
pub fn tiff(file: &[u8]) -> image::ImageResult<Box<dyn image::ImageDecoder + '_>> {
    let source = std::io::Cursor::new(file);
    Ok(Box::new(image::codecs::tiff::TiffDecoder::new(source)?))
}
