//! The whole way of a picture, on one screen.
//!
//! A file is decoded once into a [`Picture`]; each output takes its own size, colours and
//! orientation from it ([`Picture::finish`]) and is then encoded ([`Finished::encode`]). The two
//! halves may be done by two workers.
//!
//! Size comes before colour and orientation: both are then paid for the pixels that are left, not
//! for the twelve million that a phone writes. The plan is made for the picture as stored, its
//! target turned with it, so the result is the same.

use std::borrow::Cow;
use std::slice;

use crate::codec;
use crate::color;
use crate::error::{Error, Result};
use crate::image::{Image, Limits};
use crate::metadata::{Change, CodedColor, Metadata, locate};
use crate::options::{Animated, DEFAULT_LIMIT_INPUT_PIXELS, Options, OutputFormat, TargetSize};
use crate::orient;
use crate::resize::{self, Plan, Request};
use crate::search;
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
    /// The level of quality that it was encoded at; `None` where nothing is lost.
    pub quality: Option<u8>,
    /// SSIMULACRA2 against the picture that was encoded, 100 being the same; where the options ask
    /// for it, or a target needed it.
    pub score: Option<f64>,
    /// The format that came in; `None` for bare pixels.
    pub source_format: Option<Format>,
    /// The width that came in, as shown.
    pub source_width: u32,
    /// The height that came in, as shown.
    pub source_height: u32,
    /// Whether the input had more frames, or pages, than the one that was taken.
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
    Picture::decode(file, slice::from_ref(options))?.into_finished(options)?.encode(options)
}

/// Compresses pixels that somebody else decoded: upright sRGB with straight alpha.
///
/// # Errors
/// As [`run`], but for what only a file can be.
pub fn run_pixels(image: Image, options: &Options) -> Result<Output> {
    let picture = Picture::from_pixels(image, slice::from_ref(options))?;
    picture.into_finished(options)?.encode(options)
}

/// A picture as it was stored, decoded once for any number of outputs.
#[derive(Debug)]
pub struct Picture {
    image: Image,
    metadata: Metadata,
    source: Source,
    warning: Option<String>,
}

/// What came in: its size as stored, and what its headers say.
#[derive(Clone, Copy, Debug)]
struct Source {
    size: (u32, u32),
    format: Option<Format>,
    orientation: u8,
    animated: bool,
    /// The colours, where numbers name them.
    coded: Option<CodedColor>,
}

impl Picture {
    /// Decodes a file with as much detail as the largest of `targets` needs. Each of them is
    /// checked, and must let the picture in, before any pixel is asked for.
    ///
    /// # Errors
    /// As [`run`], but for `ENCODE_FAILED`.
    pub fn decode(file: &[u8], targets: &[Options]) -> Result<Self> {
        targets.iter().try_for_each(Options::check)?;
        let info = sniff(file)?;
        targets.iter().try_for_each(|options| admit(&info, options))?;
        let located = locate(file, info.format);
        let source = Source {
            size: (info.width, info.height),
            format: Some(info.format),
            orientation: info.orientation,
            animated: info.animated || info.pages > 1,
            coded: located.coded(),
        };
        let detail = targets.iter().map(|options| source.plan(options).detail());
        let (width, height): (Vec<u32>, Vec<u32>) = detail.unzip();
        let most = |sides: Vec<u32>| sides.into_iter().max().unwrap_or(1);
        let recover = targets.iter().any(|options| options.recover);
        let (image, warning) = codec::decode(file, &info, (most(width), most(height)), recover)?;
        let metadata = located.read(targets.iter().map(|options| options.metadata))?;
        Ok(Self { image, metadata, source, warning })
    }

    /// Takes pixels that somebody else decoded: upright sRGB with straight alpha.
    ///
    /// # Errors
    /// `INVALID_OPTION`, `LIMIT_EXCEEDED`.
    pub fn from_pixels(image: Image, targets: &[Options]) -> Result<Self> {
        let size = (image.width(), image.height());
        for options in targets {
            options.check()?;
            limits(options).admit(size.0, size.1)?;
        }
        let source = Source { size, format: None, orientation: 1, animated: false, coded: None };
        Ok(Self { image, metadata: Metadata::default(), source, warning: None })
    }

    /// The picture as one output shows it: sized, in its colours, upright.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn finish(&self, options: &Options) -> Result<Finished> {
        let mut finished =
            finish(Cow::Borrowed(&self.image), &self.metadata, self.source, options)?;
        finished.warnings.extend(self.warning.clone());
        Ok(finished)
    }

    /// [`Self::finish`] for the last output, without a copy of the pixels.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn into_finished(self, options: &Options) -> Result<Finished> {
        let mut finished = finish(Cow::Owned(self.image), &self.metadata, self.source, options)?;
        finished.warnings.extend(self.warning);
        Ok(finished)
    }
}

impl Source {
    fn applied_orientation(&self, options: &Options) -> u8 {
        if options.auto_orient { self.orientation } else { 1 }
    }

    fn plan(&self, options: &Options) -> Plan {
        let turned = |size: TargetSize| TargetSize { width: size.height, height: size.width };
        let target = if orient::transposes(self.applied_orientation(options)) {
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
        resize::plan(self.size, &request)
    }
}

fn limits(options: &Options) -> Limits {
    Limits { max_pixels: options.limit_input_pixels.unwrap_or(DEFAULT_LIMIT_INPUT_PIXELS) }
}

fn admit(info: &Info, options: &Options) -> Result<()> {
    limits(options).admit(info.width, info.height)?;
    if info.pages > 1 && options.animated == Animated::Error {
        return Err(Error::unsupported_feature(format_args!(
            "the {} has {} pages; ask for its first with animated: \"first\"",
            info.format.name(),
            info.pages
        )));
    }
    if info.animated && options.animated == Animated::Error {
        return Err(Error::unsupported_feature(format_args!(
            "the {} is animated; ask for its first frame with animated: \"first\"",
            info.format.name()
        )));
    }
    Ok(())
}

/// Pixels as they will be encoded, what metadata goes with them, and where they came from.
#[derive(Clone, Debug)]
pub struct Finished {
    /// `Rgb` or `Rgba`.
    pub image: Image,
    /// What the output keeps.
    pub metadata: Metadata,
    /// The format that came in; `None` for bare pixels.
    pub source_format: Option<Format>,
    /// The width and height that came in, as shown.
    pub source_size: (u32, u32),
    /// Whether the input had more frames, or pages, than the one that was taken.
    pub animated: bool,
    /// What could not be honoured, in words.
    pub warnings: Vec<String>,
}

/// Size, colour, bars, orientation.
fn finish(
    image: Cow<'_, Image>,
    metadata: &Metadata,
    source: Source,
    options: &Options,
) -> Result<Finished> {
    let plan = source.plan(options);
    let orientation = source.applied_orientation(options);
    let image = resize::scale(image, &plan)?;
    let keeps_profile = options.metadata.icc
        && metadata.icc.as_deref().is_some_and(|icc| color::can_keep(image.layout(), icc));
    let profile = metadata.icc.as_deref().filter(|_| !keeps_profile);
    let (image, warning) = match source.coded {
        Some(space) => (color::coded_to_srgb(image, space)?, None),
        None => color::to_srgb(image, profile)?,
    };
    let image = resize::pad(image, plan.canvas, options.background.0)?;
    let image = orient::apply(image, orientation)?;
    let altered = orientation != 1 || plan.canvas != source.size || plan.size != source.size;
    let size = altered.then_some((image.width(), image.height()));
    let change = Change { upright: options.auto_orient, size };
    let (mut kept, warnings) = metadata.keep(&options.metadata, change)?;
    kept.icc = kept.icc.filter(|_| keeps_profile);
    let (width, height) = source.size;
    let turned = orient::transposes(orientation);
    Ok(Finished {
        image,
        metadata: kept,
        source_format: source.format,
        source_size: if turned { (height, width) } else { (width, height) },
        animated: source.animated,
        warnings: warning.into_iter().chain(warnings).collect(),
    })
}

impl Finished {
    /// Pixels that another worker finished: `Rgb` or `Rgba`, to be encoded as they are.
    #[must_use]
    pub fn new(image: Image, metadata: Metadata) -> Self {
        let source_size = (image.width(), image.height());
        Self {
            image,
            metadata,
            source_format: None,
            source_size,
            animated: false,
            warnings: Vec::new(),
        }
    }

    /// The file.
    ///
    /// # Errors
    /// As [`Self::encode_telling`].
    pub fn encode(self, options: &Options) -> Result<Output> {
        self.encode_telling(options, &mut |_| {})
    }

    /// The file; `told` hears how far it is, 0 to 1, after each try that a target takes.
    ///
    /// # Errors
    /// `UNSUPPORTED_FEATURE`, `LIMIT_EXCEEDED` where the format has no room, `TARGET_UNREACHABLE`,
    /// `OUT_OF_MEMORY`, `ENCODE_FAILED`.
    pub fn encode_telling(self, options: &Options, told: &mut dyn FnMut(f64)) -> Result<Output> {
        let found = search::encode(self.image, &self.metadata, options, told)?;
        Ok(Output {
            data: found.data,
            format: found.format,
            width: found.size.0,
            height: found.size.1,
            quality: found.level,
            score: found.score,
            source_format: self.source_format,
            source_width: self.source_size.0,
            source_height: self.source_size.1,
            animated: self.animated,
            warnings: self.warnings.into_iter().chain(found.warning).collect(),
        })
    }
}
