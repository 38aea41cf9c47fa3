//! JPEG (ITU-T T.81).
//!
//! jpeg-decoder reads them: at a half, a quarter or an eighth of the size by smaller inverse
//! transforms, where the target is that small, and CMYK and YCCK with their inks untouched.
//! zune-jpeg had been here beside it for the full scale, and was neither faster in WebAssembly nor
//! right about sequential files with a scan for each component. What is not read (arithmetic
//! coding, 12 bits, lossless, hierarchical) is refused by name.
//!
//! The decoder makes up what a file lacks at its end, without a word: half a photograph with a
//! gray rest. [`Structure`] hands the file over in such a way that it cannot.

use mozjpeg_rs::{Encoder, Preset, Subsampling};
use slimpix_decode::{Decoder, Failure, Pixel};

use super::check_sides;
use super::jpeg_structure::{Ending, Structure};
use crate::error::{Error, ErrorCode, Result};
use crate::image::{Image, Layout, allocate};
use crate::metadata::Metadata;
use crate::options::Options;

/// libjpeg's bound on a side, below the 65535 that the header can say.
const MOST_PIXELS_A_SIDE: u32 = 65500;

/// Payload of one APP segment after its two length bytes.
const SEGMENT_ROOM: usize = 65533;

/// From this quality on, chroma at full resolution is worth its bytes. Measured as bytes at equal
/// SSIMULACRA2, 4:4:4 over 4:2:0, at the latter's quality 80, 87, 90, 94: photographs (Kodak) 1.08,
/// 1.11, 1.12, 1.11; graphics (CID22) 0.99, 0.94, 0.90, 0.80. At 90 the two break even.
const FULL_CHROMA_FROM: u8 = 90;

/// Up to so many bytes a baseline file may be the smaller one, since each scan of a progressive one
/// has a header and tables of its own; both are then written. Pictures of Kodak and CID22 on which
/// baseline was smaller: all below 2 kB, 89 % at 4 kB, 60 % at 12 kB, 30 % at 32 kB, none from 64
/// kB on; above this bound by less than 2 %.
const SMALL: usize = 16 << 10;

/// The picture, and a warning where it is not all that it was meant to be: at a half, a quarter or an
/// eighth of its size when that is still at least `detail`. `recover` takes a file that ends early.
pub(super) fn decode(
    file: &[u8],
    size: (u32, u32),
    detail: (u32, u32),
    recover: bool,
) -> Result<(Image, Option<String>)> {
    let structure = Structure::read(file)?;
    structure.check()?;
    let whole = if structure.complete {
        read(&structure, Ending::Strict, size, detail)
    } else {
        Err(Error::corrupt("the JPEG is truncated: its last scans are missing"))
    };
    match whole {
        Err(error) if recover && error.code == ErrorCode::CorruptImage => {
            let image = read(&structure, Ending::Lenient, size, detail)?;
            Ok((image, Some("the JPEG is truncated; what it lacks is made up".into())))
        }
        other => other.map(|image| (image, None)),
    }
}

fn read(
    structure: &Structure<'_>,
    ending: Ending,
    size: (u32, u32),
    detail: (u32, u32),
) -> Result<Image> {
    let opened = Decoder::open(structure.pieces(ending).into(), structure.color());
    let (mut decoder, whole, pixel) = opened.map_err(refusal)?;
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
    // The decoder allocates infallibly. Its worst case is asked for as one block and given back,
    // so that running out of memory is an error here and not a trap there.
    drop(allocate(usize::try_from(memory).unwrap_or(usize::MAX))?);
    let data = decoder.decode(length as usize).map_err(refusal)?;
    Image::new(scaled.0.into(), scaled.1.into(), layout, data)
}

fn refusal(failure: Failure) -> Error {
    match failure {
        Failure::Corrupt(why) => {
            Error::corrupt(format_args!("the JPEG is truncated or damaged: {why}"))
        }
        Failure::Unsupported(what) => Error::unsupported_feature(what),
    }
}

pub(super) fn encode(image: &Image, metadata: &Metadata, options: &Options) -> Result<Vec<u8>> {
    check_sides(image, "JPEG", MOST_PIXELS_A_SIDE)?;
    let quality = options.quality_or_default();
    let chroma = if quality >= FULL_CHROMA_FROM { Subsampling::S444 } else { Subsampling::S420 };
    let gray = gray_plane(image)?;
    let write = |preset| {
        // Steps above 255 would take tables of 16 bits, which strict decoders of baseline refuse.
        let encoder = Encoder::new(preset).force_baseline(true).optimize_huffman(true);
        let encoder = encoder.quality(quality).subsampling(chroma);
        let encoder = with_metadata(encoder, metadata)?;
        let written = match &gray {
            Some(plane) => encoder.encode_gray(plane, image.width(), image.height()),
            None => encoder.encode_rgb(image.data(), image.width(), image.height()),
        };
        written.map_err(Error::encode_failed)
    };
    if !options.optimize {
        return write(Preset::BaselineFastest);
    }
    let progressive = write(Preset::ProgressiveBalanced)?;
    if progressive.len() > SMALL {
        return Ok(progressive);
    }
    let baseline = write(Preset::BaselineBalanced)?;
    Ok(if baseline.len() < progressive.len() { baseline } else { progressive })
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

fn with_metadata(mut encoder: Encoder, metadata: &Metadata) -> Result<Encoder> {
    const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
    const EXIF_NAME: &[u8] = b"Exif\0\0";
    if let Some(exif) = &metadata.exif {
        fits_segment("EXIF", exif.len() + EXIF_NAME.len())?;
        encoder = encoder.exif_data(exif.clone());
    }
    if let Some(icc) = &metadata.icc {
        encoder = encoder.icc_profile(icc.clone());
    }
    if let Some(xmp) = &metadata.xmp {
        fits_segment("XMP", xmp.len() + XMP_NAME.len())?;
        encoder = encoder.add_marker(1, [XMP_NAME, xmp].concat());
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
