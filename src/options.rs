//! What a caller may ask for, its defaults, and one [`Options::check`] for its meaning.
//!
//! The names are the same in Rust, JavaScript and on the command line (`max_dimension`,
//! `maxDimension`, `--max-dimension`). JavaScript sends one plain object; a key that is not here
//! is refused by its name.

mod defaults;
mod quality;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use defaults::{CompressionDefaults, DEFAULT_COMPRESSION_CONFIG, SizeVariant, SizeVariants};
pub use quality::Quality;

use crate::error::{Error, Result};

/// A format that slimpix writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// AV1 still picture: the smallest files, the slowest encoder.
    Avif,
    /// WebP.
    Webp,
    /// JPEG, without alpha.
    Jpeg,
    /// PNG, always lossless.
    Png,
}

impl OutputFormat {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Avif, Self::Webp, Self::Jpeg, Self::Png];

    /// The lower-case name that options use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::Webp => "webp",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// The media type, such as `image/avif`.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// How a picture meets a target size of another shape; the words of CSS `object-fit` and sharp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Whole picture inside the target, bars of background around it.
    Contain,
    /// Target filled, what juts out is cut evenly.
    Cover,
    /// Stretched to the target.
    Fill,
    /// Whole picture, as large as fits the target. No bars.
    #[default]
    Inside,
    /// Whole picture, as small as covers the target. Nothing cut.
    Outside,
}

impl Fit {
    /// Every fit, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Contain, Self::Cover, Self::Fill, Self::Inside, Self::Outside];
}

/// What happens to a file with more than one frame or page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Animated {
    /// `UNSUPPORTED_FEATURE`: nothing is lost silently.
    #[default]
    Error,
    /// The first frame, or page, is taken.
    First,
}

/// A size to reach, in pixels as shown; one side alone follows the picture's shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetSize {
    /// Width in pixels, 1 to 65535.
    pub width: Option<u32>,
    /// Height in pixels, 1 to 65535.
    pub height: Option<u32>,
}

/// What of a file's metadata is carried into the output. By default nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetadataPolicy {
    /// Keep an RGB picture's colour profile and leave its pixels as they are. Otherwise they are
    /// converted to sRGB and need none. Grey and CMYK profiles are always converted.
    pub icc: bool,
    /// Keep EXIF, its orientation reset to 1 once it has been applied. Where the picture was turned,
    /// cropped or resized, its sizes follow and its thumbnail goes.
    pub exif: bool,
    /// Keep XMP, its orientation likewise.
    pub xmp: bool,
    /// With `exif` or `xmp`: keep where the picture was taken: coordinates, and names of places.
    /// Maker notes are kept as they are, and may tell it in a maker's own way. Default true.
    pub gps: bool,
    /// Without `exif`: keep EXIF's artist and copyright alone.
    pub copyright: bool,
}

impl MetadataPolicy {
    /// Nothing is kept: the default.
    pub const STRIP: Self =
        Self { icc: false, exif: false, xmp: false, gps: true, copyright: false };
    /// Everything is kept.
    pub const KEEP: Self = Self { icc: true, exif: true, xmp: true, gps: true, copyright: true };
}

impl Default for MetadataPolicy {
    fn default() -> Self {
        Self::STRIP
    }
}

/// One picture's orders. Make it with [`Options::new`] and set what differs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// The format to write.
    pub format: OutputFormat,
    /// Formats to choose from, in place of `format`: that with the fewest bytes at the score, or,
    /// where `max_bytes` are too few for it in any, the one that looks best. Default none: `format`
    /// is written. `quality` is then a score, by default [`Quality::AUTO`].
    #[serde(default)]
    pub formats: Vec<OutputFormat>,
    /// How good the output is to be; default: the format's own level in
    /// [`DEFAULT_COMPRESSION_CONFIG`]. PNG and lossless WebP have none.
    #[serde(default)]
    pub quality: Option<Quality>,
    /// Bytes at most: met by a lower quality, and by smaller sides where that would look worse.
    /// Default: no bound.
    #[serde(default)]
    pub max_bytes: Option<u64>,
    /// `max_bytes` is met by quality alone; default false.
    #[serde(default)]
    pub always_keep_resolution: bool,
    /// Measure how near the output is to the picture that was encoded; default false.
    #[serde(default)]
    pub score: bool,
    /// The longest side at most, in pixels, 1 to 65535; default: no bound.
    #[serde(default)]
    pub max_dimension: Option<u32>,
    /// The size to reach; `max_dimension` bounds it.
    #[serde(default)]
    pub target_size: Option<TargetSize>,
    /// How the picture meets `target_size`; default [`Fit::Inside`].
    #[serde(default)]
    pub fit: Fit,
    /// Never make a picture larger than it came; default true.
    #[serde(default = "yes")]
    pub without_enlargement: bool,
    /// The colour behind transparency where the output has none, and of `contain`'s bars:
    /// `#rgb` or `#rrggbb`; default white.
    #[serde(default = "Color::white")]
    pub background: Color,
    /// Turn the picture upright by its EXIF orientation; default true.
    #[serde(default = "yes")]
    pub auto_orient: bool,
    /// What metadata is kept; default nothing.
    #[serde(default)]
    pub metadata: MetadataPolicy,
    /// Spend more time for fewer bytes (JPEG: progressive with trellis; PNG: the palette and
    /// filter search); default true.
    #[serde(default = "yes")]
    pub optimize: bool,
    /// WebP only: exact pixels; default false.
    #[serde(default)]
    pub lossless: bool,
    /// AVIF and WebP: keep the colour under full transparency, which nobody sees; by default it is
    /// replaced by what takes the fewest bytes. PNG always keeps it. Default false.
    #[serde(default)]
    pub exact: bool,
    /// Lossy WebP only: 0 (fast) to 6 (small); default 4.
    #[serde(default)]
    pub effort: Option<u32>,
    /// Lossy WebP's alpha: 1 (two levels) to 100 (exact); default 100.
    #[serde(default)]
    pub alpha_quality: Option<u32>,
    /// AVIF only: 1 (small) to 10 (fast); default 6.
    #[serde(default)]
    pub avif_speed: Option<u32>,
    /// What happens to an animated file, or a TIFF of several pages; default an error.
    #[serde(default)]
    pub animated: Animated,
    /// Take what there is of a JPEG or PNG that ends early, with a warning; default false: an error.
    #[serde(default)]
    pub recover: bool,
    /// Most pixels that an input may have; default 268402689 (16383 squared).
    #[serde(default)]
    pub limit_input_pixels: Option<u64>,
}

/// The range of each number, by the key that JavaScript uses.
pub const RANGES: [(&str, RangeInclusive<u64>); 7] = [
    ("quality", 1..=100),
    ("maxBytes", 1..=0xFFFF_FFFF),
    ("maxDimension", 1..=65535),
    ("targetSize", 1..=65535),
    ("effort", 0..=6),
    ("alphaQuality", 1..=100),
    ("avifSpeed", 1..=10),
];

/// The most pixels let in when nothing else is said; sharp's bound, 16383 squared.
pub const DEFAULT_LIMIT_INPUT_PIXELS: u64 = 16383 * 16383;

impl Options {
    /// The defaults for a format.
    #[must_use]
    pub fn new(format: OutputFormat) -> Self {
        Self {
            format,
            formats: Vec::new(),
            quality: None,
            max_bytes: None,
            always_keep_resolution: false,
            score: false,
            max_dimension: None,
            target_size: None,
            fit: Fit::Inside,
            without_enlargement: true,
            background: Color::white(),
            auto_orient: true,
            metadata: MetadataPolicy::STRIP,
            optimize: true,
            lossless: false,
            exact: false,
            effort: None,
            alpha_quality: None,
            avif_speed: None,
            animated: Animated::Error,
            recover: false,
            limit_input_pixels: None,
        }
    }

    /// `INVALID_OPTION` for the first value out of its range, naming key, value and range.
    pub fn check(&self) -> Result<()> {
        let size = self.target_size.unwrap_or_default();
        match self.quality {
            Some(Quality::Score(score)) if !(1.0..=100.0).contains(&score) => {
                return Err(Error::invalid_option("quality's target must be from 1 to 100"));
            }
            Some(Quality::Level(level)) => in_range("quality", Some(level))?,
            _ => {}
        }
        in_range("maxBytes", self.max_bytes)?;
        in_range("maxDimension", self.max_dimension)?;
        in_range("targetSize", size.width)?;
        in_range("targetSize", size.height)?;
        in_range("effort", self.effort)?;
        in_range("alphaQuality", self.alpha_quality)?;
        in_range("avifSpeed", self.avif_speed)?;
        if self.target_size == Some(TargetSize::default()) {
            return Err(Error::invalid_option("targetSize needs a width, a height or both"));
        }
        self.check_formats()
    }

    fn check_formats(&self) -> Result<()> {
        let lossy =
            |format: &&OutputFormat| !matches!(format, OutputFormat::Webp | OutputFormat::Png);
        let one = [self.format];
        let chosen = if self.formats.is_empty() { &one[..] } else { &self.formats };
        if self.lossless && !chosen.contains(&OutputFormat::Webp) {
            return Err(Error::invalid_option(format_args!(
                "lossless is an option of webp; {} has none",
                chosen[0].name()
            )));
        }
        if let Some(format) = chosen.iter().find(lossy).filter(|_| self.lossless) {
            return Err(Error::invalid_option(format_args!(
                "lossless is true, and {} among the formats is never lossless",
                format.name()
            )));
        }
        match self.quality {
            Some(Quality::Level(level)) if !self.formats.is_empty() => {
                Err(Error::invalid_option(format_args!(
                    "quality is {level}, which means something else in each of several formats; \
                     it must be \"auto\" or {{target: SCORE}}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Whether `format` is written without loss, and quality means nothing.
    pub(crate) const fn is_lossless(&self) -> bool {
        self.lossless || matches!(self.format, OutputFormat::Png)
    }

    /// The level asked for, or the format's default.
    pub(crate) fn quality_or_default(&self) -> u8 {
        let defaults = &DEFAULT_COMPRESSION_CONFIG;
        let default = match self.format {
            OutputFormat::Avif => defaults.avif_quality,
            OutputFormat::Webp => defaults.webp_quality,
            OutputFormat::Jpeg | OutputFormat::Png => defaults.jpeg_quality,
        };
        let level = match self.quality {
            Some(Quality::Level(level)) => level,
            _ => default,
        };
        level.clamp(1, 100) as u8
    }
}

fn in_range(key: &str, value: Option<impl Into<u64>>) -> Result<()> {
    let range = RANGES.iter().find(|(name, _)| *name == key).map(|(_, range)| range);
    match (value.map(Into::into), range) {
        (Some(value), Some(range)) if !range.contains(&value) => Err(Error::invalid_option(
            format_args!("{key} is {value}; it must be from {} to {}", range.start(), range.end()),
        )),
        _ => Ok(()),
    }
}

const fn yes() -> bool {
    true
}

/// An opaque sRGB colour, written `#rgb` or `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Color(
    /// Red, green, blue.
    pub [u8; 3],
);

impl Color {
    const fn white() -> Self {
        Self([255; 3])
    }
}

impl TryFrom<String> for Color {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let parsed = match digits {
            Some(d) if d.len() == 3 => d.chars().flat_map(|c| [c, c]).collect(),
            Some(d) if d.len() == 6 => d.to_owned(),
            _ => {
                return Err(Error::invalid_option(format_args!(
                    "background is {text:?}; it must be #rgb or #rrggbb"
                )));
            }
        };
        let value = u32::from_str_radix(&parsed, 16).unwrap_or_default();
        Ok(Self([(value >> 16) as u8, (value >> 8) as u8, value as u8]))
    }
}
