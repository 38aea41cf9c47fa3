//! Pixels in memory, and the limits that are checked before memory is asked for.
//!
//! Nothing else in the crate makes pixel buffers: every size that comes from a file passes
//! through [`Limits::admit`] and [`allocate`] first, so a hostile header costs nothing.

use std::borrow::Cow;

use crate::error::{Error, Result};

/// How the bytes of a pixel follow one another; 8 bits a sample, rows without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Luminance.
    Gray,
    /// Luminance and straight alpha.
    GrayAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue and straight (not premultiplied) alpha.
    Rgba,
    /// Ink: 255 is full ink. Only between decoding and colour conversion.
    Cmyk,
}

impl Layout {
    /// Bytes per pixel, 1 to 4.
    #[must_use]
    pub const fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    /// Whether the last channel is alpha.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }
}

/// A picture: `width * height * layout.channels()` bytes, row after row from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    layout: Layout,
    data: Vec<u8>,
}

impl Image {
    /// Takes `data` as a picture; `INVALID_INPUT` when its length is not that of the size.
    pub fn new(width: u32, height: u32, layout: Layout, data: Vec<u8>) -> Result<Self> {
        let expected = byte_length(width, height, layout);
        if width == 0 || height == 0 || expected != Some(data.len()) {
            return Err(Error::invalid_input(format_args!(
                "{} bytes are not {width}x{height} {layout:?} pixels",
                data.len()
            )));
        }
        Ok(Self { width, height, layout, data })
    }

    /// A picture of zeros; `OUT_OF_MEMORY` when it cannot be had.
    pub fn zeroed(width: u32, height: u32, layout: Layout) -> Result<Self> {
        let length = byte_length(width, height, layout).ok_or_else(|| {
            Error::limit(format_args!("{width}x{height} pixels do not fit memory"))
        })?;
        Self::new(width, height, layout, allocate(length)?)
    }

    /// A copy; `OUT_OF_MEMORY` when it cannot be had, where `clone` would trap.
    pub fn duplicate(&self) -> Result<Self> {
        let mut copy = Self::zeroed(self.width, self.height, self.layout)?;
        copy.data.copy_from_slice(&self.data);
        Ok(copy)
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The order of the samples.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The samples.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The samples, to be written.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The rows from the top, each `width * channels` bytes.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.data.chunks_exact(self.width as usize * self.layout.channels())
    }

    /// The pixels as arrays of `N` samples; `N` must be the layout's channels.
    pub(crate) fn pixels<const N: usize>(&self) -> &[[u8; N]] {
        debug_assert_eq!(N, self.layout.channels());
        self.data.as_chunks::<N>().0
    }

    /// Each pixel mapped to one of another layout.
    pub(crate) fn map<const N: usize, const M: usize>(
        &self,
        layout: Layout,
        pixel: impl Fn([u8; N]) -> [u8; M],
    ) -> Result<Self> {
        debug_assert_eq!(M, layout.channels());
        let mut out = Self::zeroed(self.width, self.height, layout)?;
        let targets = out.data.as_chunks_mut::<M>().0;
        for (target, &source) in targets.iter_mut().zip(self.pixels::<N>()) {
            *target = pixel(source);
        }
        Ok(out)
    }

    /// Whether every pixel is fully opaque.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        match self.layout {
            Layout::Rgba => self.pixels::<4>().iter().all(|p| p[3] == 255),
            Layout::GrayAlpha => self.pixels::<2>().iter().all(|p| p[1] == 255),
            Layout::Gray | Layout::Rgb | Layout::Cmyk => true,
        }
    }

    /// The picture over an opaque background: `Rgba` becomes `Rgb`, all else stays.
    pub fn over(&self, background: [u8; 3]) -> Result<Cow<'_, Self>> {
        if self.layout != Layout::Rgba {
            return Ok(Cow::Borrowed(self));
        }
        let opaque = self.map(Layout::Rgb, |[r, g, b, a]| {
            let over = |top: u8, under: u8| {
                let sum = u32::from(top) * u32::from(a) + u32::from(under) * u32::from(255 - a);
                ((sum + 127) / 255) as u8
            };
            [over(r, background[0]), over(g, background[1]), over(b, background[2])]
        })?;
        Ok(Cow::Owned(opaque))
    }
}

/// What a file may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most pixels that an input may have.
    pub max_pixels: u64,
}

impl Limits {
    /// Lets a picture of this size in, or says `LIMIT_EXCEEDED`; asks for no memory.
    pub fn admit(&self, width: u32, height: u32) -> Result<()> {
        if width == 0 || height == 0 {
            return Err(Error::corrupt(format_args!("the picture's size is {width}x{height}")));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(Error::limit(format_args!(
                "{width}x{height} is {pixels} pixels; limitInputPixels is {}",
                self.max_pixels
            )));
        }
        Ok(())
    }
}

/// `length` zero bytes, or `OUT_OF_MEMORY`: an infallible allocation would trap in wasm.
pub(crate) fn allocate(length: usize) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    data.try_reserve_exact(length).map_err(|_| {
        Error::out_of_memory(format_args!("no memory for {length} bytes of pixels"))
    })?;
    data.resize(length, 0);
    Ok(data)
}

/// A copy of bytes, or `OUT_OF_MEMORY`.
pub(crate) fn copied(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = allocate(bytes.len())?;
    copy.copy_from_slice(bytes);
    Ok(copy)
}

/// Zeros up to `length` bytes, or `OUT_OF_MEMORY`.
pub(crate) fn grow(data: &mut Vec<u8>, length: usize) -> Result<()> {
    let more = length.saturating_sub(data.len());
    data.try_reserve_exact(more)
        .map_err(|_| Error::out_of_memory(format_args!("no memory for {length} bytes")))?;
    data.resize(length, 0);
    Ok(())
}

/// The parts one after the other, or `OUT_OF_MEMORY`.
pub(crate) fn joined<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> Result<Vec<u8>> {
    let mut out = allocate(parts.clone().map(<[u8]>::len).sum())?;
    out.clear();
    parts.for_each(|part| out.extend_from_slice(part));
    Ok(out)
}

fn byte_length(width: u32, height: u32, layout: Layout) -> Option<usize> {
    (width as usize).checked_mul(height as usize)?.checked_mul(layout.channels())
}
