//! One AV1 key frame from planar 8-bit pixels: the still picture inside an AVIF.
//!
//! A crate of its own because rav1e is generic over its pixels and so compiles where it is used;
//! here that happens once. It knows planes and bitstreams, no colours and no containers.
//!
//! Samples are 8 bits deep. Ten bits save 1–3 % of the bytes at equal SSIMULACRA2, but take 1.7
//! times the time, and a second copy of the whole encoder in the wasm.
//!
//! Tiles follow from the size alone, so the bytes do not depend on the number of threads.

mod presets;

use std::fmt;
use std::sync::Arc;

use rav1e::prelude::*;

use presets::PRESETS;

/// Most pixels a side: AV1's own bound.
pub const MOST_PIXELS_A_SIDE: usize = 65535;

/// One tile for so many pixels: two threads then share a 2048x1536 picture, at about 1 % more
/// bytes than one tile.
const PIXELS_A_TILE: usize = 1_500_000;

const MOST_TILES: usize = 8;

/// In rav1e's words: 0 is the pool of the whole program.
const THREADS: usize = if cfg!(feature = "threads") { 0 } else { 1 };

/// How chroma is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// No chroma: one plane.
    None,
    /// 4:2:0: chroma planes of half the width and height, rounded up.
    Half,
    /// 4:4:4: three planes of one size.
    Full,
}

/// Full-range samples, rows without padding.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Luma width in pixels, 1 to 65535.
    pub width: usize,
    /// Luma height in pixels, 1 to 65535.
    pub height: usize,
    /// How chroma is sampled.
    pub chroma: Chroma,
    /// One plane, or three: luma, blue difference, red difference.
    pub planes: &'a [Vec<u8>],
}

/// A coded picture.
#[derive(Clone, Debug)]
pub struct Coded {
    /// OBUs: sequence header and frame.
    pub data: Vec<u8>,
    /// The fixed bytes of `av1C` (AV1-ISOBMFF, 2.3.3).
    pub config: Vec<u8>,
}

/// Why a picture was not coded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The planes do not fit the size, or rav1e refuses, in a sentence.
    Refused(String),
    /// There is no memory for the planes that a decoder makes.
    Memory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Memory => f.write_str("no memory for the planes of the coded picture"),
        }
    }
}

impl std::error::Error for Error {}

fn refused(why: impl fmt::Display) -> Error {
    Error::Refused(why.to_string())
}

impl Picture<'_> {
    /// Width and height of a plane.
    fn plane_size(&self, plane: usize) -> (usize, usize) {
        if plane > 0 && self.chroma == Chroma::Half {
            (self.width.div_ceil(2), self.height.div_ceil(2))
        } else {
            (self.width, self.height)
        }
    }

    fn check(&self) -> Result<(), Error> {
        let count = if self.chroma == Chroma::None { 1 } else { 3 };
        let fits = |(plane, samples): (usize, &Vec<u8>)| {
            let (width, height) = self.plane_size(plane);
            samples.len() == width * height
        };
        let sides = 1..=MOST_PIXELS_A_SIDE;
        if !sides.contains(&self.width) || !sides.contains(&self.height) {
            return Err(refused(format_args!(
                "AV1 cannot hold {}x{} pixels",
                self.width, self.height
            )));
        }
        if self.planes.len() != count || !self.planes.iter().enumerate().all(fits) {
            return Err(refused("the planes do not have the picture's size"));
        }
        Ok(())
    }
}

/// Codes a picture at `quality` 1 to 100 and `speed` 1 (small) to 10 (fast); values beyond are
/// clamped.
///
/// # Errors
/// [`Error::Refused`] when the planes do not fit the size or rav1e refuses.
pub fn encode(picture: &Picture<'_>, quality: u8, speed: u8) -> Result<Coded, Error> {
    code(picture, quality, speed).map(|(coded, _)| coded)
}

/// As [`encode`], with the planes that a decoder will make of it: the encoder has them already.
///
/// # Errors
/// As [`encode`], and [`Error::Memory`].
pub fn encode_seen(
    picture: &Picture<'_>,
    quality: u8,
    speed: u8,
) -> Result<(Coded, Vec<Vec<u8>>), Error> {
    let (coded, frame) = code(picture, quality, speed)?;
    let frame = frame.ok_or_else(|| refused("rav1e kept no reconstruction"))?;
    let planes = frame.planes.iter().take(picture.planes.len()).enumerate();
    let samples = |(index, plane): (usize, &Plane<u8>)| {
        let (width, height) = picture.plane_size(index);
        let mut out = Vec::new();
        out.try_reserve_exact(width * height).map_err(|_| Error::Memory)?;
        out.resize(width * height, 0);
        plane.copy_to_raw_u8(&mut out, width, 1);
        Ok(out)
    };
    Ok((coded, planes.map(samples).collect::<Result<_, Error>>()?))
}

type Reconstruction = Option<Arc<Frame<u8>>>;

fn code(picture: &Picture<'_>, quality: u8, speed: u8) -> Result<(Coded, Reconstruction), Error> {
    picture.check()?;
    let config =
        Config::new().with_encoder_config(config(picture, quality, speed)).with_threads(THREADS);
    let mut context: Context<u8> = config.new_context().map_err(refused)?;
    let mut frame = context.new_frame();
    for (plane, (target, samples)) in frame.planes.iter_mut().zip(picture.planes).enumerate() {
        let (width, _) = picture.plane_size(plane);
        target.copy_from_raw_u8(samples, width, 1);
    }
    context.send_frame(frame).map_err(refused)?;
    context.flush();
    let config = context.container_sequence_header();
    let packet = only_packet(&mut context)?;
    Ok((Coded { data: without_delimiter(packet.data), config }, packet.rec))
}

fn config(picture: &Picture<'_>, quality: u8, speed: u8) -> EncoderConfig {
    let chroma_sampling = match picture.chroma {
        Chroma::None => ChromaSampling::Cs400,
        Chroma::Half => ChromaSampling::Cs420,
        Chroma::Full => ChromaSampling::Cs444,
    };
    EncoderConfig {
        width: picture.width,
        height: picture.height,
        bit_depth: 8,
        chroma_sampling,
        pixel_range: PixelRange::Full,
        color_description: (picture.chroma != Chroma::None).then_some(ColorDescription {
            color_primaries: ColorPrimaries::BT709,
            transfer_characteristics: TransferCharacteristics::SRGB,
            matrix_coefficients: MatrixCoefficients::BT601,
        }),
        still_picture: true,
        quantizer: quantizer(quality.clamp(1, 100).into()),
        tiles: (picture.width * picture.height / PIXELS_A_TILE).clamp(1, MOST_TILES),
        tune: Tune::Psychovisual,
        speed_settings: PRESETS[usize::from(speed.clamp(1, 10)) - 1].settings(),
        ..EncoderConfig::default()
    }
}

/// Quality as AV1's base quantiser index, 255 (coarsest) to 0: steep at both ends, where a step
/// is seen less, and with a slope of 1.27 between.
const fn quantizer(quality: usize) -> usize {
    match quality {
        82.. => (100 - quality) * 663 / 100,
        26..=81 => (22300 - quality * 127) / 100,
        _ => 255 - quality * 255 / 100,
    }
}

fn only_packet(context: &mut Context<u8>) -> Result<Packet<u8>, Error> {
    loop {
        match context.receive_packet() {
            Ok(packet) => return Ok(packet),
            Err(EncoderStatus::Encoded) => {}
            Err(status) => return Err(refused(status)),
        }
    }
}

/// The frame's OBUs. The temporal delimiter that rav1e puts first has no place in an AVIF item
/// (AV1-ISOBMFF, 2.4).
fn without_delimiter(data: Vec<u8>) -> Vec<u8> {
    const TEMPORAL_DELIMITER: [u8; 2] = [0x12, 0x00];
    let bare = data.strip_prefix(&TEMPORAL_DELIMITER).map(<[u8]>::to_vec);
    bare.unwrap_or(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_orders_quantisers() {
        let all: Vec<usize> = (1..=100).map(quantizer).collect();
        assert!(all.is_sorted_by(|a, b| a >= b), "{all:?}");
        assert_eq!((all[0], all[99]), (253, 0));
    }

    #[test]
    fn planes_of_another_size_are_refused() {
        let planes = [vec![0; 9]];
        let picture = Picture { width: 3, height: 4, chroma: Chroma::None, planes: &planes };
        assert!(encode(&picture, 50, 10).is_err());
    }

    #[test]
    fn odd_sizes_are_coded() {
        for (width, height) in [(1_usize, 1_usize), (3, 5), (17, 9), (65, 63)] {
            let half = width.div_ceil(2) * height.div_ceil(2);
            let planes = [vec![90; width * height], vec![128; half], vec![120; half]];
            let picture = Picture { width, height, chroma: Chroma::Half, planes: &planes };
            let (coded, seen) = encode_seen(&picture, 60, 10).unwrap();
            assert_eq!(coded.data, encode(&picture, 60, 10).unwrap().data);
            for (seen, plane) in seen.iter().zip(&planes) {
                assert_eq!(seen.len(), plane.len());
                assert!(seen.iter().zip(plane).all(|(a, b)| a.abs_diff(*b) <= 4));
            }
        }
    }
}
