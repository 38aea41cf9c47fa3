//! Colour conversion: whatever came in leaves as sRGB, `Rgb` or `Rgba`.
//!
//! A profile that already is sRGB in effect is found by trying it on a grid of colours, and the
//! pixels are then left exactly as they are: profiles that say sRGB differ in a hundred ways.
//!
//! Colours that numbers name are converted by [`coded`].
//!
//! Ink is converted without black-point compensation, which the engine lacks: a CMYK photograph
//! equals LittleCMS's relative colorimetric conversion to 0.4 levels, and its blacks are a little
//! lighter than those of LittleCMS with compensation.

mod coded;

use moxcms::{ColorProfile, DataColorSpace, Layout as CmsLayout, TransformOptions};

use crate::error::Result;
use crate::image::{Image, Layout};
use crate::metadata::CodedColor;

/// Steps per channel of the grid on which a profile is compared with sRGB; 17 is the grid size
/// of common lookup profiles.
const GRID: usize = 17;

/// Largest difference on the grid, in levels of 8 bits, that rounding alone explains.
const ROUNDING: u8 = 1;

/// The picture in sRGB, from a colour space that numbers name.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub(crate) fn coded_to_srgb(image: Image, space: CodedColor) -> Result<Image> {
    let mut image = assume_srgb(image)?;
    coded::convert(&mut image, space)?;
    Ok(image)
}

/// The picture in sRGB, and a sentence when its profile could not be used.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn to_srgb(image: Image, icc: Option<&[u8]>) -> Result<(Image, Option<String>)> {
    let Some(icc) = icc else {
        return Ok((assume_srgb(image)?, None));
    };
    match convert(&image, icc)? {
        Conversion::Done(converted) => Ok((converted, None)),
        Conversion::Needless => Ok((assume_srgb(image)?, None)),
        Conversion::Unusable(why) => {
            let warning = format!("the ICC profile is not used ({why}); sRGB is assumed");
            Ok((assume_srgb(image)?, Some(warning)))
        }
    }
}

/// Whether a profile can stay with the picture: an RGB profile on RGB pixels.
#[must_use]
pub fn can_keep(layout: Layout, icc: &[u8]) -> bool {
    let rgb = matches!(layout, Layout::Rgb | Layout::Rgba);
    rgb && ColorProfile::new_from_slice(icc).is_ok_and(|p| p.color_space == DataColorSpace::Rgb)
}

enum Conversion {
    Done(Image),
    Needless,
    Unusable(String),
}

fn convert(image: &Image, icc: &[u8]) -> Result<Conversion> {
    let profile = match ColorProfile::new_from_slice(icc) {
        Ok(profile) => profile,
        Err(error) => return Ok(Conversion::Unusable(error.to_string())),
    };
    match (image.layout(), profile.color_space) {
        (Layout::Gray | Layout::GrayAlpha, DataColorSpace::Rgb) => {
            convert_rgb(&assume_srgb(image.duplicate()?)?, &profile)
        }
        (Layout::Rgb | Layout::Rgba, DataColorSpace::Rgb) => convert_rgb(image, &profile),
        (Layout::Gray | Layout::GrayAlpha, DataColorSpace::Gray)
        | (Layout::Cmyk, DataColorSpace::Cmyk) => apply(image, &profile),
        (layout, space) => {
            Ok(Conversion::Unusable(format!("a {space:?} profile on {layout:?} pixels")))
        }
    }
}

fn convert_rgb(image: &Image, profile: &ColorProfile) -> Result<Conversion> {
    let grid: Vec<u8> = (0..GRID * GRID * GRID)
        .flat_map(|i| [i / (GRID * GRID), i / GRID % GRID, i % GRID])
        .map(|step| (step * 255 / (GRID - 1)) as u8)
        .collect();
    let colors = Image::new((GRID * GRID) as u32, GRID as u32, Layout::Rgb, grid)?;
    if let Conversion::Done(converted) = apply(&colors, profile)? {
        let mut pairs = converted.data().iter().zip(colors.data());
        if pairs.all(|(a, b)| a.abs_diff(*b) <= ROUNDING) {
            return Ok(Conversion::Needless);
        }
    }
    apply(image, profile)
}

fn apply(image: &Image, profile: &ColorProfile) -> Result<Conversion> {
    let (from, to, layout) = match image.layout() {
        Layout::Gray => (CmsLayout::Gray, CmsLayout::Rgb, Layout::Rgb),
        Layout::GrayAlpha => (CmsLayout::GrayAlpha, CmsLayout::Rgba, Layout::Rgba),
        Layout::Rgb => (CmsLayout::Rgb, CmsLayout::Rgb, Layout::Rgb),
        Layout::Rgba => (CmsLayout::Rgba, CmsLayout::Rgba, Layout::Rgba),
        Layout::Cmyk => (CmsLayout::Rgba, CmsLayout::Rgb, Layout::Rgb),
    };
    let srgb = ColorProfile::new_srgb();
    let transform =
        match profile.create_transform_8bit(from, &srgb, to, TransformOptions::default()) {
            Ok(transform) => transform,
            Err(error) => return Ok(Conversion::Unusable(error.to_string())),
        };
    let mut out = Image::zeroed(image.width(), image.height(), layout)?;
    match transform.transform(image.data(), out.data_mut()) {
        Ok(()) => Ok(Conversion::Done(out)),
        Err(error) => Ok(Conversion::Unusable(error.to_string())),
    }
}

/// The layout alone changes: grey is spread over three channels, ink is taken from white.
fn assume_srgb(image: Image) -> Result<Image> {
    let under_ink = |ink: u8, black: u8| {
        let light = u32::from(255 - ink) * u32::from(255 - black);
        ((light + 127) / 255) as u8
    };
    match image.layout() {
        Layout::Rgb | Layout::Rgba => Ok(image),
        Layout::Gray => image.map(Layout::Rgb, |[v]| [v; 3]),
        Layout::GrayAlpha => image.map(Layout::Rgba, |[v, a]| [v, v, v, a]),
        Layout::Cmyk => image
            .map(Layout::Rgb, |[c, m, y, k]| [under_ink(c, k), under_ink(m, k), under_ink(y, k)]),
    }
}
