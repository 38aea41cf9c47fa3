//! Targets: so good a score, so few bytes, the best of several formats. Nothing else encodes more
//! than once.
//!
//! With the level of quality both the score and the bytes rise, so a target is where a rising
//! curve crosses a goal, which [`Crossing`] finds in a few tries. What is returned has always
//! been encoded and measured, never reckoned.
//!
//! Bytes are met at the picture's size down to [`dial::least_level`]; beyond that a smaller picture
//! looks better than a worse one. The score is that of the picture as a viewer decodes it, against
//! the picture that was given to the encoder.

mod crossing;
mod dial;

use std::borrow::Cow;

use slimpix_score::Picture;

use crate::codec;
use crate::color;
use crate::error::{Error, ErrorCode, Result};
use crate::image::{Image, Layout};
use crate::metadata::Metadata;
use crate::options::{Fit, Options, OutputFormat, Quality, TargetSize};
use crate::resize::{self, Request};
use crossing::{Crossing, Goal};

/// After so many tries headers must be what takes the bytes, and sides are halved.
const MOST_AT_LEISURE: i32 = 16;

/// The score of what is the same.
const PERFECT: f64 = 100.0;

/// Behind transparency: a picture is as good as it looks on the worse of a dark and a light page.
const PAGES: [[u8; 3]; 2] = [[26; 3], [229; 3]];

/// A file, and what was found out on the way to it.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub data: Vec<u8>,
    /// Its format.
    pub format: OutputFormat,
    /// Its width and height: smaller sides where bytes could not be met otherwise.
    pub size: (u32, u32),
    /// Whether it is smaller than what was given.
    shrunk: bool,
    /// The level it was encoded at; `None` for lossless files.
    pub level: Option<u8>,
    /// SSIMULACRA2, where it was measured.
    pub score: Option<f64>,
    /// The target that could not be met, in words.
    pub warning: Option<String>,
}

/// The picture as a file that meets the targets of `options`. `told` hears how far the search is,
/// 0 to 1.
///
/// # Errors
/// `TARGET_UNREACHABLE` where even one pixel takes more than `max_bytes`, and what encoding may
/// end in.
pub fn encode(
    image: Image,
    metadata: &Metadata,
    options: &Options,
    told: &mut dyn FnMut(f64),
) -> Result<Found> {
    if options.formats.is_empty() {
        return Search::new(Cow::Owned(image), metadata, options, options.format, told)?.run();
    }
    let mut best = None;
    let mut refused = Error::internal("no format was tried");
    let target = score_target(options).unwrap_or(Quality::AUTO_SCORE);
    let share = 1.0 / options.formats.len() as f64;
    for (place, &format) in options.formats.iter().enumerate() {
        let mut told = |ratio: f64| told((place as f64 + ratio) * share);
        match Search::new(Cow::Borrowed(&image), metadata, options, format, &mut told)?.run() {
            Ok(found) if best.as_ref().is_none_or(|best| better(&found, best, target)) => {
                best = Some(found);
            }
            Ok(_) => {}
            // A picture may be too large for one of the formats.
            Err(error) if is_refusal(error.code) => refused = error,
            Err(error) => return Err(error),
        }
    }
    best.ok_or(refused)
}

/// The score to reach, if there is one; a choice of formats has always one.
fn score_target(options: &Options) -> Option<f64> {
    match options.quality {
        Some(Quality::Score(score)) => Some(score),
        None if !options.formats.is_empty() => Some(Quality::AUTO_SCORE),
        _ => None,
    }
}

fn is_refusal(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::LimitExceeded | ErrorCode::TargetUnreachable)
}

/// The fewest bytes among those that reach the score at full size; where none does, for the format
/// cannot or the bytes are too few, the larger and then the better picture.
fn better(found: &Found, best: &Found, target: f64) -> bool {
    let score = |found: &Found| found.score.unwrap_or(PERFECT);
    let area = |found: &Found| u64::from(found.size.0) * u64::from(found.size.1);
    let reaches = |found: &Found| !found.shrunk && score(found) >= target;
    match (reaches(found), reaches(best)) {
        (true, true) => found.data.len() < best.data.len(),
        (false, false) => (area(found), score(found)) > (area(best), score(best)),
        (reached, _) => reached,
    }
}

/// One picture in one format.
struct Search<'a> {
    whole: Cow<'a, Image>,
    /// The picture as it is encoded, where bytes could not be met at its own size.
    shrunk: Option<Image>,
    metadata: Cow<'a, Metadata>,
    /// The orders, with the level of the last try.
    options: Options,
    /// The score to reach.
    target: Option<f64>,
    /// Whether the score is told.
    measures: bool,
    tries: i32,
    told: &'a mut dyn FnMut(f64),
}

/// A file at a level.
struct Try {
    level: u8,
    file: Vec<u8>,
    score: Option<f64>,
}

impl<'a> Search<'a> {
    fn new(
        image: Cow<'a, Image>,
        metadata: &'a Metadata,
        options: &Options,
        format: OutputFormat,
        told: &'a mut dyn FnMut(f64),
    ) -> Result<Self> {
        let flattened = format == OutputFormat::Jpeg && image.layout() == Layout::Rgba;
        let over = || image.over(options.background.0).map(Cow::into_owned);
        let target = score_target(options);
        let quality = options.quality.filter(|quality| matches!(quality, Quality::Level(_)));
        let measures = options.score || target.is_some();
        let options = Options { format, quality, ..options.clone() };
        Ok(Self {
            whole: if flattened { Cow::Owned(over()?) } else { image },
            shrunk: None,
            metadata: Cow::Borrowed(metadata),
            target: target.filter(|_| !options.is_lossless()),
            options,
            measures,
            tries: 0,
            told,
        })
    }

    fn run(mut self) -> Result<Found> {
        let mut found = match self.target {
            Some(target) => self.reach(target)?,
            None => self.attempt(self.options.quality_or_default())?,
        };
        let shortfall = self.shortfall(&found);
        if let Some(limit) = self.options.max_bytes.filter(|&limit| found.bytes() > limit) {
            found = self.fit(limit, found)?;
        }
        let image = self.image();
        Ok(Found {
            format: self.options.format,
            size: (image.width(), image.height()),
            shrunk: self.shrunk.is_some(),
            level: (!self.options.is_lossless()).then_some(found.level),
            data: found.file,
            score: found.score,
            warning: shortfall,
        })
    }

    fn image(&self) -> &Image {
        self.shrunk.as_ref().unwrap_or(&self.whole)
    }

    fn attempt(&mut self, level: u8) -> Result<Try> {
        self.options.quality = Some(Quality::Level(level.into()));
        let (image, metadata) = (self.image(), &self.metadata);
        let (file, score) = if self.measures && !self.options.is_lossless() {
            let (file, seen) = codec::encode_seen(image, metadata, &self.options)?;
            (file, Some(score(image, seen)?))
        } else {
            let file = codec::encode(image, metadata, &self.options)?;
            (file, self.measures.then_some(PERFECT))
        };
        self.tries += 1;
        Ok(Try { level, file, score })
    }

    /// The lowest level that reaches the score; the highest where none does.
    fn reach(&mut self, target: f64) -> Result<Try> {
        let usual = dial::usual_scores(self.options.format);
        let start = usual.level(target);
        let levels = Crossing::new(Goal::AtLeast(target), 1..=100, start, usual, 1.0);
        let (met, missed) = self.cross(levels, |tried| tried.score.unwrap_or(PERFECT))?;
        met.or(missed).ok_or_else(|| Error::internal("no level was tried"))
    }

    /// Why the score was not reached, if it was not.
    fn shortfall(&self, found: &Try) -> Option<String> {
        let (target, score) = (self.target?, found.score?);
        let format = self.options.format.name();
        (score < target).then(|| {
            format!("the score of {target} is not to be had in {format}: {score:.1} is its best")
        })
    }

    /// The best that has at most `limit` bytes, `first` having more.
    fn fit(&mut self, limit: u64, first: Try) -> Result<Try> {
        let goal = Goal::AtMost((limit as f64).ln());
        let least = match (self.options.is_lossless(), self.options.always_keep_resolution) {
            (true, _) => first.level,
            (_, true) => 1,
            (_, false) => dial::least_level(self.options.format).min(first.level),
        };
        let logarithm = |tried: &Try| (tried.bytes() as f64).ln();
        let mut smallest = first.bytes();
        let usual = dial::usual_scores(self.options.format);
        let fresh =
            || Crossing::new(goal, least..=first.level, least.into(), usual, dial::BYTES_A_POINT);
        let mut levels = fresh();
        levels.learn(first.level, logarithm(&first));
        loop {
            let (met, missed) = self.cross(levels, logarithm)?;
            if let Some(found) = met {
                return Ok(found);
            }
            smallest = missed.as_ref().map_or(smallest, Try::bytes);
            self.shrink(limit, smallest)?;
            levels = fresh();
        }
    }

    /// Tries levels until none is expected to do better. What is given is the last that met the goal
    /// and the last that missed it, the nearest of each.
    fn cross(
        &mut self,
        mut levels: Crossing,
        value: impl Fn(&Try) -> f64,
    ) -> Result<(Option<Try>, Option<Try>)> {
        let (mut met, mut missed) = (None, None);
        while let Some(level) = levels.next() {
            let tried = self.attempt(level)?;
            // How many tries there will be nobody knows: each is three tenths of what is left.
            (self.told)(1.0 - 0.7_f64.powi(self.tries));
            let is_met = levels.learn(level, value(&tried));
            *(if is_met { &mut met } else { &mut missed }) = Some(tried);
        }
        Ok((met, missed))
    }

    /// Makes the picture as much smaller as the bytes that it took at the least level are too many.
    fn shrink(&mut self, limit: u64, bytes: u64) -> Result<()> {
        let (width, height) = (self.image().width(), self.image().height());
        if self.options.always_keep_resolution || (width, height) == (1, 1) {
            return Err(Error::target_unreachable(format_args!(
                "maxBytes is {limit}; the smallest {} of this picture has {bytes} at \
                 {width}x{height} pixels",
                self.options.format.name()
            )));
        }
        let most = if self.tries > MOST_AT_LEISURE { 0.5 } else { 0.97 };
        let scale = (0.97 * (limit as f64 / bytes as f64).sqrt()).clamp(0.1, most);
        let side = |pixels: u32| ((f64::from(pixels) * scale) as u32).max(1);
        let target = TargetSize { width: Some(side(width)), height: Some(side(height)) };
        let request = Request {
            target: Some(target),
            max_dimension: None,
            fit: Fit::Fill,
            without_enlargement: true,
        };
        let plan = resize::plan((self.whole.width(), self.whole.height()), &request);
        let shrunk = resize::scale(Cow::Borrowed(&self.whole), &plan)?;
        self.metadata = Cow::Owned(self.metadata.resized((shrunk.width(), shrunk.height()))?);
        self.shrunk = Some(shrunk);
        Ok(())
    }
}

impl Try {
    fn bytes(&self) -> u64 {
        self.file.len() as u64
    }
}

/// SSIMULACRA2 of what a viewer sees.
fn score(image: &Image, seen: Image) -> Result<f64> {
    let (seen, _) = color::to_srgb(seen, None)?;
    let pages = if image.is_opaque() { &PAGES[..1] } else { &PAGES };
    let mut worst = PERFECT;
    for &page in pages {
        let (image, seen) = (image.over(page)?, seen.over(page)?);
        let score = slimpix_score::score(&pixels(&image)?, &pixels(&seen)?).map_err(refusal)?;
        worst = worst.min(score);
    }
    Ok(worst)
}

fn pixels(image: &Image) -> Result<Picture<'_>> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    Picture::new(width, height, image.data()).map_err(refusal)
}

fn refusal(error: slimpix_score::Error) -> Error {
    match error {
        slimpix_score::Error::Memory => Error::out_of_memory(error),
        other => Error::internal(other),
    }
}
