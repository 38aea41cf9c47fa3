//! Size: what a picture's new size is, and the pixels of it.
//!
//! [`plan`] is arithmetic alone, so that the decoder can be told how much detail is needed before
//! it starts. [`scale`] is Lanczos3 on premultiplied alpha; transparent pixels lend no colour to
//! their neighbours.

use std::borrow::Cow;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{PixelTrait, ResizeOptions, Resizer};

use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::options::{Fit, TargetSize};

/// What the caller asks of the size.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The size to reach.
    pub target: Option<TargetSize>,
    /// The longest side at most.
    pub max_dimension: Option<u32>,
    /// How the picture meets the target.
    pub fit: Fit,
    /// Never larger than it came.
    pub without_enlargement: bool,
}

/// How a picture of a known size becomes the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The size that the plan was made for.
    pub source: (u32, u32),
    /// The part that is taken: left, top, width, height in source pixels.
    pub crop: [f64; 4],
    /// The size to which it is scaled.
    pub size: (u32, u32),
    /// The size of the output: `size`, but for `contain`'s bars.
    pub canvas: (u32, u32),
}

impl Plan {
    /// The size that the whole source has at the output's scale: as much detail as is of use.
    #[must_use]
    pub fn detail(&self) -> (u32, u32) {
        let whole = |size: u32, source: u32, crop: f64| {
            (f64::from(size) * f64::from(source) / crop).ceil() as u32
        };
        (
            whole(self.size.0, self.source.0, self.crop[2]),
            whole(self.size.1, self.source.1, self.crop[3]),
        )
    }
}

/// The plan for a source of this size, at least 1x1.
#[must_use]
pub fn plan(source: (u32, u32), request: &Request) -> Plan {
    let (width, height) = (f64::from(source.0), f64::from(source.1));
    let (x, y, box_size) = scales(width, height, request);
    let bound = |x: f64, y: f64| {
        let longest = box_size.map_or((width * x).max(height * y), |(w, h)| w.max(h));
        request.max_dimension.map_or(1.0, |max| (f64::from(max) / longest).min(1.0))
    };
    let shrink = bound(x, y);
    let (x, y) = (x * shrink, y * shrink);
    let box_size = box_size.map(|(w, h)| (pixels(w * shrink), pixels(h * shrink)));
    let whole = (pixels(width * x), pixels(height * y));
    let (size, canvas) = match (box_size, request.fit) {
        (Some((w, h)), Fit::Cover) => {
            let cut = (whole.0.min(w), whole.1.min(h));
            (cut, cut)
        }
        (Some(canvas), Fit::Contain) => ((whole.0.min(canvas.0), whole.1.min(canvas.1)), canvas),
        _ => (whole, whole),
    };
    let taken_width = if size.0 == whole.0 { width } else { f64::from(size.0) / x };
    let taken_height = if size.1 == whole.1 { height } else { f64::from(size.1) / y };
    let crop =
        [(width - taken_width) / 2.0, (height - taken_height) / 2.0, taken_width, taken_height];
    Plan { source, crop, size, canvas }
}

/// The factors of both axes, and for `cover` and `contain` the box to fill.
fn scales(width: f64, height: f64, request: &Request) -> (f64, f64, Option<(f64, f64)>) {
    let TargetSize { width: w, height: h } = request.target.unwrap_or_default();
    let x = w.map(|w| f64::from(w) / width);
    let y = h.map(|h| f64::from(h) / height);
    let at_most = if request.without_enlargement { 1.0 } else { f64::INFINITY };
    let (x, y, filled) = match (x, y, request.fit) {
        (None, None, _) => (1.0, 1.0, None),
        (x, y, Fit::Fill) => (x.unwrap_or(1.0), y.unwrap_or(1.0), None),
        (Some(one), None, _) | (None, Some(one), _) => (one, one, None),
        (Some(x), Some(y), Fit::Inside) => (x.min(y), x.min(y), None),
        (Some(x), Some(y), Fit::Outside) => (x.max(y), x.max(y), None),
        (Some(x), Some(y), Fit::Contain) => (x.min(y), x.min(y), Some((x * width, y * height))),
        (Some(x), Some(y), Fit::Cover) => (x.max(y), x.max(y), Some((x * width, y * height))),
    };
    (x.min(at_most), y.min(at_most), filled)
}

fn pixels(length: f64) -> u32 {
    length.round().max(1.0) as u32
}

/// The part that the plan takes, at the plan's size. The picture may be smaller than the plan's
/// source, decoded at a reduced scale; the part is then taken in proportion.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn scale(image: Cow<'_, Image>, plan: &Plan) -> Result<Image> {
    let whole =
        plan.crop[2] == f64::from(plan.source.0) && plan.crop[3] == f64::from(plan.source.1);
    if whole && plan.size == (image.width(), image.height()) {
        return match image {
            Cow::Owned(image) => Ok(image),
            Cow::Borrowed(image) => image.duplicate(),
        };
    }
    let x = f64::from(image.width()) / f64::from(plan.source.0);
    let y = f64::from(image.height()) / f64::from(plan.source.1);
    let (left, width) = part(plan.crop[0] * x, plan.crop[2] * x, image.width());
    let (top, height) = part(plan.crop[1] * y, plan.crop[3] * y, image.height());
    let options =
        ResizeOptions::new().crop(left, top, width, height).use_alpha(image.layout().has_alpha());
    resample(&image, plan.size, &options)
}

/// A part of a side: what rounding puts beyond its end is taken off.
fn part(start: f64, length: f64, side: u32) -> (f64, f64) {
    let over = (start + length - f64::from(side)).max(0.0);
    (start, length - 2.0 * over)
}

/// By pixel type, since the resizer's own match over all its types would bring 16-bit and float
/// kernels into the wasm too; grey is rare, and scaled as colour.
fn resample(image: &Image, size: (u32, u32), options: &ResizeOptions) -> Result<Image> {
    match image.layout() {
        Layout::Gray => {
            let spread = image.map(Layout::Rgb, |[v]| [v; 3])?;
            resample(&spread, size, options)?.map(Layout::Gray, |[v, _, _]| [v])
        }
        Layout::Rgb => resample_as::<U8x3>(image, size, options),
        Layout::Rgba | Layout::Cmyk => resample_as::<U8x4>(image, size, options),
        Layout::GrayAlpha => {
            let spread = image.map(Layout::Rgba, |[v, a]| [v, v, v, a])?;
            resample(&spread, size, options)?.map(Layout::GrayAlpha, |[v, _, _, a]| [v, a])
        }
    }
}

fn resample_as<P: PixelTrait>(
    image: &Image,
    (width, height): (u32, u32),
    options: &ResizeOptions,
) -> Result<Image> {
    let mut out = Image::zeroed(width, height, image.layout())?;
    let source = TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.data())
        .map_err(Error::internal)?;
    let mut target =
        TypedImage::<P>::from_buffer(width, height, out.data_mut()).map_err(Error::internal)?;
    Resizer::new().resize_typed(&source, &mut target, options).map_err(Error::internal)?;
    Ok(out)
}

/// The picture in the middle of an opaque canvas: `contain`'s bars. `Rgb` or `Rgba`.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn pad(image: Image, canvas: (u32, u32), background: [u8; 3]) -> Result<Image> {
    if canvas == (image.width(), image.height()) {
        return Ok(image);
    }
    let channels = image.layout().channels();
    let [r, g, b] = background;
    let mut out = Image::zeroed(canvas.0, canvas.1, image.layout())?;
    for pixel in out.data_mut().chunks_exact_mut(channels) {
        pixel.copy_from_slice(&[r, g, b, 255][..channels]);
    }
    let left = (canvas.0 - image.width()) as usize / 2 * channels;
    let top = (canvas.1 - image.height()) as usize / 2;
    let stride = canvas.0 as usize * channels;
    for (row, line) in image.rows().zip(out.data_mut().chunks_exact_mut(stride).skip(top)) {
        line[left..left + row.len()].copy_from_slice(row);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(source: (u32, u32), target: (u32, u32), fit: Fit, enlarge: bool) -> [(u32, u32); 2] {
        let target = Some(TargetSize { width: Some(target.0), height: Some(target.1) });
        let request = Request { target, max_dimension: None, fit, without_enlargement: !enlarge };
        let plan = plan(source, &request);
        [plan.size, plan.canvas]
    }

    #[test]
    fn each_fit_meets_its_target() {
        let photo = (400, 200);
        assert_eq!(sizes(photo, (100, 100), Fit::Inside, false), [(100, 50); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Outside, false), [(200, 100); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Fill, false), [(100, 100); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Cover, false), [(100, 100); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Contain, false), [(100, 50), (100, 100)]);
    }

    #[test]
    fn nothing_grows_unless_asked() {
        let photo = (40, 20);
        assert_eq!(sizes(photo, (100, 100), Fit::Inside, false), [(40, 20); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Cover, false), [(40, 20); 2]);
        assert_eq!(sizes(photo, (100, 100), Fit::Contain, false), [(40, 20), (100, 100)]);
        assert_eq!(sizes(photo, (100, 100), Fit::Inside, true), [(100, 50); 2]);
        assert_eq!(sizes(photo, (100, 10), Fit::Fill, false), [(40, 10); 2]);
    }

    #[test]
    fn cover_cuts_evenly() {
        let request = Request {
            target: Some(TargetSize { width: Some(100), height: Some(100) }),
            max_dimension: None,
            fit: Fit::Cover,
            without_enlargement: true,
        };
        let plan = plan((400, 200), &request);
        assert_eq!(plan.crop, [100.0, 0.0, 200.0, 200.0]);
        assert_eq!(plan.detail(), (200, 100));
    }

    #[test]
    fn the_longest_side_bounds_every_fit() {
        for fit in Fit::ALL {
            let target = Some(TargetSize { width: Some(300), height: Some(200) });
            let request =
                Request { target, max_dimension: Some(150), fit, without_enlargement: false };
            let (width, height) = plan((640, 480), &request).canvas;
            assert_eq!(width.max(height), 150, "{fit:?}");
        }
    }
}
