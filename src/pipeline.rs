//! The whole way of a picture, on one screen.
//!
//! Size comes before colour and orientation: both are then paid for the pixels that are left, not
//! for the twelve million that a phone writes. The plan is made for the picture as stored, its
//! target turned with it, so the result is the same.

use crate::codec;
use crate::color;
use crate::error::{Error, Result};
use crate::image::{Image, Limits};
use crate::metadata::Metadata;
use crate::options::{Animated, DEFAULT_LIMIT_INPUT_PIXELS, Options, OutputFormat, TargetSize};
use crate::orient;
use crate::resize::{self, Plan, Request};
use crate::sniff::{Format, Info, sniff};

/// A compressed picture and what is known of it.
#[derive(Clone, Debug)]
pub struct Output {
    /// The file.
    pub data: Vec<u8>,
    /// Its format.
    pub format: OutputFormat,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The format that came in; `None` for bare pixels.
    pub source_format: Option<Format>,
    /// The width that came in, as shown.
    pub source_width: u32,
    /// The height that came in, as shown.
    pub source_height: u32,
    /// Whether the input had more frames than the one that was taken.
    pub animated: bool,
    /// What could not be honoured, in words.
    pub warnings: Vec<String>,
}

/// Compresses a file.
///
/// # Errors
/// `INVALID_OPTION`, `INVALID_INPUT`, `UNSUPPORTED_FORMAT`, `UNSUPPORTED_FEATURE`,
/// `CORRUPT_IMAGE`, `LIMIT_EXCEEDED`, `OUT_OF_MEMORY`, `ENCODE_FAILED`.
pub fn run(file: &[u8], options: &Options) -> Result<Output> {
    options.check()?;
    let info = sniff(file)?;
    admit(&info, options)?;
    let orientation = if options.auto_orient { info.orientation } else { 1 };
    let plan = plan_for((info.width, info.height), orientation, options);
    let image = codec::decode(file, &info, plan.detail())?;
    let metadata = Metadata::read(file, info.format);
    let (image, metadata, warnings) = finish(image, metadata, &plan, orientation, options)?;
    let mut output = write(image, metadata, warnings, options)?;
    (output.source_width, output.source_height) = if orient::transposes(orientation) {
        (info.height, info.width)
    } else {
        (info.width, info.height)
    };
    output.source_format = Some(info.format);
    output.animated = info.animated;
    Ok(output)
}

/// Compresses pixels that somebody else decoded: upright sRGB with straight alpha.
///
/// # Errors
/// As [`run`], but for what only a file can be.
pub fn run_pixels(image: Image, options: &Options) -> Result<Output> {
    options.check()?;
    limits(options).admit(image.width(), image.height())?;
    let source = (image.width(), image.height());
    let plan = plan_for(source, 1, options);
    let (image, metadata, warnings) = finish(image, Metadata::default(), &plan, 1, options)?;
    let mut output = write(image, metadata, warnings, options)?;
    (output.source_width, output.source_height) = source;
    Ok(output)
}

fn limits(options: &Options) -> Limits {
    Limits { max_pixels: options.limit_input_pixels.unwrap_or(DEFAULT_LIMIT_INPUT_PIXELS) }
}

fn admit(info: &Info, options: &Options) -> Result<()> {
    limits(options).admit(info.width, info.height)?;
    if info.animated && options.animated == Animated::Error {
        return Err(Error::unsupported_feature(format_args!(
            "the {} is animated; ask for its first frame with animated: \"first\"",
            info.format.name()
        )));
    }
    Ok(())
}

fn plan_for(source: (u32, u32), orientation: u8, options: &Options) -> Plan {
    let turned = |size: TargetSize| TargetSize { width: size.height, height: size.width };
    let target = if orient::transposes(orientation) {
        options.target_size.map(turned)
    } else {
        options.target_size
    };
    let request = Request {
        target,
        max_dimension: options.max_dimension,
        fit: options.fit,
        without_enlargement: options.without_enlargement,
    };
    resize::plan(source, &request)
}

/// Size, colour, bars, orientation: the picture as it will be encoded, and what it keeps.
fn finish(
    image: Image,
    metadata: Metadata,
    plan: &Plan,
    orientation: u8,
    options: &Options,
) -> Result<(Image, Metadata, Vec<String>)> {
    let image = resize::scale(image, plan)?;
    let keeps_profile = options.metadata.icc
        && metadata.icc.as_deref().is_some_and(|icc| color::can_keep(image.layout(), icc));
    let profile = metadata.icc.as_deref().filter(|_| !keeps_profile);
    let (image, warning) = color::to_srgb(image, profile)?;
    let image = resize::pad(image, plan.canvas, options.background.0)?;
    let image = orient::apply(image, orientation)?;
    let mut kept = metadata.keep(&options.metadata, options.auto_orient);
    kept.icc = kept.icc.filter(|_| keeps_profile);
    Ok((image, kept, warning.into_iter().collect()))
}

fn write(
    image: Image,
    metadata: Metadata,
    warnings: Vec<String>,
    options: &Options,
) -> Result<Output> {
    let opaque = options.format == OutputFormat::Jpeg;
    let image = if opaque { image.flatten(options.background.0)? } else { image };
    let (width, height) = (image.width(), image.height());
    let data = codec::encode(&image, metadata, options)?;
    Ok(Output {
        data,
        format: options.format,
        width,
        height,
        source_format: None,
        source_width: width,
        source_height: height,
        animated: false,
        warnings,
    })
}
