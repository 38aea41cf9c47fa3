//! JPEG (ITU-T T.81).
//!
//! jpeg-decoder reads them: at a half, a quarter or an eighth of the size by smaller inverse
//! transforms, where the target is that small, and CMYK and YCCK with their inks untouched.
//! zune-jpeg had been here beside it for the full scale, and was neither faster in WebAssembly nor
//! right about sequential files with a scan for each component. What is not read (arithmetic
//! coding, 12 bits, lossless, hierarchical) is refused by name.
//!
//! The decoder is lenient to a file that ends early, so the end is looked for first: half a
//! photograph with a grey rest is a wrong picture.

use mozjpeg_rs::{Encoder, Preset, Subsampling};
use slimpix_decode::{Decoder, Failure, Pixel};

use super::check_sides;
use crate::container::jpeg_segments;
use crate::error::{Error, Result};
use crate::image::{Image, Layout, allocate};
use crate::metadata::Metadata;
use crate::options::Options;

/// More scans than any encoder writes; each costs a pass over the picture.
const MOST_SCANS: usize = 200;

/// Room for the rows that the decoder works on, its tables and the file's segments.
const DECODER_ROWS: u64 = 1 << 20;

/// libjpeg's bound on a side, below the 65535 that the header can say.
const MOST_PIXELS_A_SIDE: u32 = 65500;

/// Payload of one APP segment after its two length bytes.
const SEGMENT_ROOM: usize = 65533;

/// From this quality on, chroma at full resolution is worth its bytes. Measured as bytes at equal
/// SSIMULACRA2, 4:4:4 over 4:2:0, at the latter's quality 80, 87, 90, 94: photographs (Kodak) 1.08,
/// 1.11, 1.12, 1.11; graphics (CID22) 0.99, 0.94, 0.90, 0.80. At 90 the two break even.
const FULL_CHROMA_FROM: u8 = 90;

/// What the segments say about how to decode.
#[derive(Debug, Default)]
struct Structure {
    /// The frame marker, 0xC0 to 0xCF.
    frame: u8,
    precision: u8,
    components: u8,
    /// Scans in the file.
    scans: usize,
    /// Horizontal and vertical sampling factors of each component.
    sampling: Vec<(u64, u64)>,
    /// Adobe's marker: CMYK is then stored inverted.
    adobe: bool,
    /// The end-of-image marker was found.
    ended: bool,
}

impl Structure {
    fn read(file: &[u8]) -> Self {
        let mut found = Self::default();
        for (marker, body) in jpeg_segments(file) {
            match marker {
                0xC4 | 0xC8 | 0xCC => {}
                0xC0..=0xCF if found.frame == 0 => {
                    found.frame = marker;
                    found.precision = body.first().copied().unwrap_or(0);
                    found.components = body.get(5).copied().unwrap_or(0);
                    let parts = body.get(6..).unwrap_or_default().chunks_exact(3);
                    let factors = |part: &[u8]| ((part[1] >> 4).into(), (part[1] & 15).into());
                    found.sampling = parts.map(factors).collect();
                }
                0xDA => found.scans += 1,
                0xD9 => found.ended = true,
                0xEE => found.adobe |= body.starts_with(b"Adobe"),
                _ => {}
            }
        }
        found
    }

    /// Samples of all components in whole blocks, for so many pixels.
    fn samples(&self, (width, height): (u16, u16)) -> u64 {
        let most = |side: fn(&(u64, u64)) -> u64| self.sampling.iter().map(side).max();
        let across = most(|factors| factors.0).unwrap_or(1).max(1);
        let down = most(|factors| factors.1).unwrap_or(1).max(1);
        let units = u64::from(width).div_ceil(8 * across) * u64::from(height).div_ceil(8 * down);
        units * 64 * self.sampling.iter().map(|(h, v)| h * v).sum::<u64>()
    }

    /// Bytes that the decoder takes at most: planes, pixels, and of a progressive file all
    /// coefficients, 16 bits each.
    fn memory(&self, whole: (u16, u16), scaled: (u16, u16), length: u64) -> u64 {
        let kept = if self.frame == 0xC2 { 2 * self.samples(whole) } else { 0 };
        kept + self.samples(scaled) + length + DECODER_ROWS
    }

    fn check(&self) -> Result<()> {
        let unsupported =
            |what: &str| Err(Error::unsupported_feature(format_args!("JPEG with {what}")));
        match self.frame {
            0xC0..=0xC2 => {}
            0xC3 | 0xC7 | 0xCB | 0xCF => return unsupported("lossless coding"),
            0xC5 | 0xC6 | 0xCD | 0xCE => return unsupported("hierarchical coding"),
            0xC9 | 0xCA => return unsupported("arithmetic coding"),
            _ => return Err(Error::corrupt("the JPEG has no frame header")),
        }
        if self.precision != 8 {
            return unsupported(&format!("{} bits a sample", self.precision));
        }
        if !matches!(self.components, 1 | 3 | 4) {
            return unsupported(&format!("{} components", self.components));
        }
        if self.scans > MOST_SCANS {
            return Err(Error::limit(format_args!(
                "the JPEG has {} scans; at most {MOST_SCANS} are decoded",
                self.scans
            )));
        }
        if self.scans == 0 || !self.ended {
            return Err(Error::corrupt("the JPEG is truncated: its end is missing"));
        }
        Ok(())
    }
}

pub(super) fn decode(file: &[u8], size: (u32, u32), detail: (u32, u32)) -> Result<Image> {
    let structure = Structure::read(file);
    structure.check()?;
    let (mut decoder, whole, pixel) = Decoder::open(file).map_err(refusal)?;
    if (u32::from(whole.0), u32::from(whole.1)) != size {
        return Err(Error::corrupt("the JPEG has two frame headers of different sizes"));
    }
    let side = |pixels: u32| pixels.min(u32::from(u16::MAX)) as u16;
    let scaled = decoder.scale((side(detail.0), side(detail.1))).map_err(refusal)?;
    let layout = match pixel {
        Pixel::Gray => Layout::Gray,
        Pixel::Rgb => Layout::Rgb,
        Pixel::Ink => Layout::Cmyk,
    };
    let length = u64::from(scaled.0) * u64::from(scaled.1) * layout.channels() as u64;
    let memory = structure.memory(whole, scaled, length);
    // All in one piece: the decoder's own pieces then fit in it, and it cannot ask in vain.
    drop(allocate(usize::try_from(memory).unwrap_or(usize::MAX))?);
    let mut data = decoder.decode(length as usize).map_err(refusal)?;
    if layout == Layout::Cmyk && !structure.adobe {
        data.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    Image::new(scaled.0.into(), scaled.1.into(), layout, data)
}

fn refusal(failure: Failure) -> Error {
    match failure {
        Failure::Corrupt(why) => Error::corrupt(why),
        Failure::Unsupported(what) => Error::unsupported_feature(what),
    }
}

pub(super) fn encode(image: &Image, metadata: Metadata, options: &Options) -> Result<Vec<u8>> {
    check_sides(image, "JPEG", MOST_PIXELS_A_SIDE)?;
    let quality = options.quality_or_default();
    let encoder = if options.optimize {
        Encoder::new(Preset::ProgressiveBalanced)
    } else {
        Encoder::new(Preset::BaselineFastest).optimize_huffman(true)
    };
    let chroma = if quality >= FULL_CHROMA_FROM { Subsampling::S444 } else { Subsampling::S420 };
    let encoder = with_metadata(encoder.quality(quality).subsampling(chroma), metadata)?;
    let (width, height) = (image.width(), image.height());
    let written = match gray_plane(image)? {
        Some(plane) => encoder.encode_gray(&plane, width, height),
        None => encoder.encode_rgb(image.data(), width, height),
    };
    written.map_err(Error::encode_failed)
}

/// The picture's one plane when it has no colour anywhere.
fn gray_plane(image: &Image) -> Result<Option<Vec<u8>>> {
    let pixels = image.pixels::<3>();
    if !pixels.iter().all(|[r, g, b]| r == g && g == b) {
        return Ok(None);
    }
    let mut plane = allocate(pixels.len())?;
    for (sample, pixel) in plane.iter_mut().zip(pixels) {
        *sample = pixel[0];
    }
    Ok(Some(plane))
}

fn with_metadata(mut encoder: Encoder, metadata: Metadata) -> Result<Encoder> {
    const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
    const EXIF_NAME: &[u8] = b"Exif\0\0";
    if let Some(exif) = metadata.exif {
        fits_segment("EXIF", exif.len() + EXIF_NAME.len())?;
        encoder = encoder.exif_data(exif);
    }
    if let Some(icc) = metadata.icc {
        encoder = encoder.icc_profile(icc);
    }
    if let Some(xmp) = metadata.xmp {
        fits_segment("XMP", xmp.len() + XMP_NAME.len())?;
        encoder = encoder.add_marker(1, [XMP_NAME, &xmp].concat());
    }
    Ok(encoder)
}

fn fits_segment(what: &str, length: usize) -> Result<()> {
    if length > SEGMENT_ROOM {
        return Err(Error::limit(format_args!(
            "{what} of {length} bytes does not fit a JPEG segment of {SEGMENT_ROOM}; strip it or \
             choose another format"
        )));
    }
    Ok(())
}
