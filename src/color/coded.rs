//! From colours that numbers name to sRGB, in place: light by a table, a matrix, and sRGB's curve by
//! a table.
//!
//! Brightness beyond that of paper (PQ and HLG) is mapped to what sRGB can show as Chromium does it:
//! by the reference white tone mapping of SMPTE ST 2094-50, for a peak of 1000 cd/m². Up to
//! reference white all light is halved; above it a curve leads on to the peak.

use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, Matrix3d};

use crate::error::Result;
use crate::image::{Image, Layout, allocate};
use crate::metadata::{CodedColor, Primaries, REC2020, SRGB, Transfer};

/// Light of paper in cd/m² (ITU-R BT.2408): 1 in all that follows.
const REFERENCE_WHITE: f64 = 203.0;

/// Light of the brightest sample that is mapped without a loss, in cd/m².
const PEAK: f64 = 1000.0;

/// Steps of light for which sRGB's curve is held: near black 20 of them are a level.
const STEPS: usize = 1 << 16;

/// Luminance of linear BT.2020.
const LUMINANCE: [f32; 3] = [0.2627, 0.678, 0.0593];

/// A matrix for columns of red, green and blue.
type Matrix = [[f32; 3]; 3];

/// Converts `Rgb` or `Rgba`.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub(super) fn convert(image: &mut Image, space: CodedColor) -> Result<()> {
    let Some(to_srgb) = between(space.primaries, SRGB) else { return Ok(()) };
    if space.transfer == Transfer::Srgb && is_identity(&to_srgb) {
        return Ok(());
    }
    let light = light_of(space.transfer);
    let levels = levels()?;
    match space.transfer {
        Transfer::Pq | Transfer::Hlg => {
            let hlg = space.transfer == Transfer::Hlg;
            let (Some(wide), Some(narrow)) =
                (between(space.primaries, REC2020), between(REC2020, SRGB))
            else {
                return Ok(());
            };
            let shown = |rgb| apply(&narrow, tone_mapped(apply(&wide, rgb), hlg));
            map(image, &light, &levels, shown);
        }
        _ => map(image, &light, &levels, |rgb| apply(&to_srgb, rgb)),
    }
    Ok(())
}

/// Each pixel's light by its samples, changed, and back to samples.
fn map(
    image: &mut Image,
    light: &[f32; 256],
    levels: &[u8],
    change: impl Fn([f32; 3]) -> [f32; 3],
) {
    let channels = image.layout().channels();
    debug_assert!(matches!(image.layout(), Layout::Rgb | Layout::Rgba));
    let mut last = ([0; 3], [0; 3]);
    for pixel in image.data_mut().chunks_exact_mut(channels) {
        let source = [pixel[0], pixel[1], pixel[2]];
        if last.0 != source || source == [0; 3] {
            let rgb = change(source.map(|sample| light[usize::from(sample)]));
            let step = |light: f32| (light.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as usize;
            last = (source, rgb.map(|light| levels[step(light)]));
        }
        pixel[..3].copy_from_slice(&last.1);
    }
}

fn apply(matrix: &Matrix, [r, g, b]: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * r + row[1] * g + row[2] * b)
}

/// From linear light of these primaries to linear light of those, white to white (Bradford).
fn between(from: Primaries, to: Primaries) -> Option<Matrix> {
    let colorants = |[white, red, green, blue]: Primaries| -> Matrix3d {
        let [white, red, green, blue] =
            [white, red, green, blue].map(|[x, y]| Chromaticity::new(x, y));
        ColorProfile::colorants_matrix(white.to_xyyb(), ColorPrimaries { red, green, blue })
    };
    let matrix = colorants(to).inverse().mat_mul(colorants(from));
    let finite = matrix.v.iter().flatten().all(|value| value.is_finite());
    finite.then(|| matrix.v.map(|row| row.map(|value| value as f32)))
}

fn is_identity(matrix: &Matrix) -> bool {
    let unit = |row: usize, column: usize| if row == column { 1.0 } else { 0.0 };
    let near = |(row, values): (usize, &[f32; 3])| {
        values.iter().enumerate().all(|(column, v)| (v - unit(row, column)).abs() < 1e-3)
    };
    matrix.iter().enumerate().all(near)
}

/// sRGB's level for each step of light.
fn levels() -> Result<Vec<u8>> {
    let mut levels = allocate(STEPS)?;
    for (step, level) in levels.iter_mut().enumerate() {
        let light = step as f64 / (STEPS - 1) as f64;
        let sample = if light <= 0.003_130_8 {
            light * 12.92
        } else {
            1.055 * light.powf(1.0 / 2.4) - 0.055
        };
        *level = (sample * 255.0).round() as u8;
    }
    Ok(levels)
}

/// Light of each sample; of HLG the scene's, of which the display's is made later.
fn light_of(transfer: Transfer) -> [f32; 256] {
    std::array::from_fn(|sample| light(transfer, sample as f64 / 255.0) as f32)
}

/// The curves of ITU-T H.273, table 3, and of IEC 61966-2-1.
fn light(transfer: Transfer, v: f64) -> f64 {
    match transfer {
        Transfer::Srgb if v <= 0.04045 => v / 12.92,
        Transfer::Srgb => ((v + 0.055) / 1.055).powf(2.4),
        Transfer::Power(power) => v.powf(power),
        Transfer::Smpte240 if v < 0.0913 => v / 4.0,
        Transfer::Smpte240 => ((v + 0.1115) / 1.1115).powf(1.0 / 0.45),
        Transfer::Cinema => 52.37 / 48.0 * v.powf(2.6),
        Transfer::Pq => {
            let root = v.powf(1.0 / 78.84375);
            let part = (root - 0.835_937_5).max(0.0) / (18.851_562_5 - 18.6875 * root);
            part.powf(1.0 / 0.159_301_757_812_5) * 10000.0 / REFERENCE_WHITE
        }
        Transfer::Hlg if v <= 0.5 => v * v / 3.0,
        Transfer::Hlg => (((v - 0.559_910_73) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
    }
}

/// Linear BT.2020 as it is shown where nothing is brighter than paper.
fn tone_mapped(mut rgb: [f32; 3], hlg: bool) -> [f32; 3] {
    if hlg {
        // The display's light by the scene's (ITU-R BT.2100, table 5, for 1000 cd/m²).
        let luminance: f32 = rgb.iter().zip(LUMINANCE).map(|(c, share)| c * share).sum();
        let gain = luminance.max(0.0).powf(0.2) * (PEAK / REFERENCE_WHITE) as f32;
        rgb = rgb.map(|channel| channel * gain);
    }
    let brightest = rgb.into_iter().fold(0.0, f32::max);
    let gain = if brightest > 1.0 { shoulder(brightest) / brightest } else { 0.5 };
    rgb.map(|channel| channel * gain)
}

/// Above reference white: the quadratic Bézier curve from (1, 0.5) by (1.65, 0.825) to the peak.
fn shoulder(light: f32) -> f32 {
    const FROM: [f32; 2] = [1.0, 0.5];
    const BY: [f32; 2] = [1.65, 0.825];
    const TO: [f32; 2] = [(PEAK / REFERENCE_WHITE) as f32, 1.0];
    if light >= TO[0] {
        return 1.0;
    }
    let (a, b, c) = (FROM[0] - 2.0 * BY[0] + TO[0], 2.0 * (BY[0] - FROM[0]), FROM[0] - light);
    let t = (-b + (b * b - 4.0 * a * c).sqrt()) / (2.0 * a);
    let u = 1.0 - t;
    u * u * FROM[1] + 2.0 * u * t * BY[1] + t * t * TO[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(space: CodedColor, pixel: [u8; 3]) -> [u8; 3] {
        let mut image = Image::new(1, 1, Layout::Rgb, pixel.to_vec()).unwrap();
        convert(&mut image, space).unwrap();
        image.data().try_into().unwrap()
    }

    #[test]
    fn srgb_stays_and_white_stays_white() {
        let space = |primaries, transfer| CodedColor { primaries, transfer };
        assert_eq!(shown(space(SRGB, Transfer::Srgb), [1, 100, 254]), [1, 100, 254]);
        for transfer in [Transfer::Power(2.2), Transfer::Smpte240, Transfer::Pq, Transfer::Hlg] {
            for primaries in [SRGB, REC2020] {
                assert_eq!(shown(space(primaries, transfer), [255; 3]), [255; 3], "{transfer:?}");
                assert_eq!(shown(space(primaries, transfer), [0; 3]), [0; 3], "{transfer:?}");
            }
        }
    }

    #[test]
    fn brighter_is_never_darker() {
        for transfer in [Transfer::Pq, Transfer::Hlg, Transfer::Cinema, Transfer::Power(0.5)] {
            let space = CodedColor { primaries: REC2020, transfer };
            let grays: Vec<u8> = (0..=255).map(|v| shown(space, [v; 3])[1]).collect();
            assert!(grays.is_sorted(), "{transfer:?}: {grays:?}");
        }
    }
}
