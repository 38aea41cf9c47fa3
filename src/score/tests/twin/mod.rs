//! The slow, obvious twin: the metric as it is written down, in planes and in `f64`, where rounding is out of sight.
//!
//! Only the weights are the crate's own.

#[path = "../../weights.rs"]
mod weights;

use crate::pictures::Bytes;
use std::array;

/// Half of the blur from the centre outwards, as `blur.rs` derives it.
const TAPS: [f64; 5] = [
    0.264_621_105_488_198_6,
    0.212_928_592_010_422_3,
    0.109_335_372_777_460_35,
    0.036_011_114_658_364_4,
    0.009_414_367_809_653_7,
];

struct Plane {
    width: usize,
    height: usize,
    values: Vec<f64>,
}

impl Plane {
    fn new(width: usize, height: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..width * height).map(|i| value(i % width, i / width)).collect();
        Self { width, height, values }
    }

    /// The nearest value.
    fn at(&self, x: usize, y: usize) -> f64 {
        self.values[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    fn with(&self, other: &Self, value: impl Fn(f64, f64) -> f64) -> Self {
        Self::new(self.width, self.height, |x, y| value(self.at(x, y), other.at(x, y)))
    }

    fn half(&self) -> Self {
        Self::new(self.width.div_ceil(2), self.height.div_ceil(2), |x, y| {
            (0..4).map(|i| self.at(2 * x + i % 2, 2 * y + i / 2)).sum::<f64>() / 4.0
        })
    }

    fn turned(&self) -> Self {
        Self::new(self.height, self.width, |x, y| self.at(y, x))
    }

    fn blurred_across(&self) -> Self {
        Self::new(self.width, self.height, |x, y| {
            let columns = x.saturating_sub(4)..(x + 5).min(self.width);
            columns.map(|column| self.at(column, y) * TAPS[column.abs_diff(x)]).sum()
        })
    }

    fn blurred(&self) -> Self {
        self.blurred_across().turned().blurred_across().turned()
    }

    /// The mean, and the fourth root of the fourth powers' mean.
    fn norms(&self) -> [f64; 2] {
        let mean = |power| {
            self.values.iter().map(|v: &f64| v.powi(power)).sum::<f64>() / self.values.len() as f64
        };
        [mean(1), mean(4).sqrt().sqrt()]
    }
}

fn linear(picture: &Bytes) -> [Plane; 3] {
    let curve = |v: f64| if v > 0.04045 { ((v + 0.055) / 1.055).powf(2.4) } else { v / 12.92 };
    array::from_fn(|c| {
        Plane::new(picture.width.max(8), picture.height.max(8), |x, y| {
            curve(f64::from(picture.at([x, y, c])) / 255.0)
        })
    })
}

fn xyb([red, green, blue]: &[Plane; 3]) -> [Plane; 3] {
    const BIAS: f64 = 0.003_793_073_255_275_449_3;
    let cone = |r: f64, g: f64, b: f64| {
        let light = red.with(green, |red, green| r * red + g * green);
        light.with(blue, |light, blue| (light + b * blue + BIAS).cbrt() - BIAS.cbrt())
    };
    let (long, medium) = (cone(0.3, 0.622, 0.078), cone(0.23, 0.692, 0.078));
    let (r, g) = (0.243_422_689_245_478_2, 0.204_767_444_244_968_2);
    let short = cone(r, g, 1.0 - r - g);
    let y = long.with(&medium, |long, medium| (long + medium) / 2.0);
    [
        long.with(&medium, |long, medium| (long - medium) / 2.0 * 14.0 + 0.42),
        y.with(&y, |y, _| y + 0.01),
        short.with(&y, |short, y| short - y + 0.55),
    ]
}

/// A plane and its blur.
type Blurred<'a> = (&'a Plane, Plane);

/// 1 - SSIM without the term for lightness' own scale.
fn ssim(a: &Blurred, b: &Blurred) -> Plane {
    let covariance = |a: &Blurred, b: &Blurred| {
        let means = a.1.with(&b.1, |a, b| a * b);
        a.0.with(b.0, |a, b| a * b).blurred().with(&means, |product, means| product - means)
    };
    let both = covariance(a, a).with(&covariance(b, b), |a, b| a + b);
    let alike = covariance(a, b).with(&both, |ab, both| (2.0 * ab + 0.0009) / (both + 0.0009));
    let shift = a.1.with(&b.1, |a, b| (a - b).powi(2));
    shift.with(&alike, |shift, alike| (1.0 - (1.0 - shift) * alike).max(0.0))
}

fn compared(a: &Plane, b: &Plane) -> weights::Norms {
    let [a, b] = [a, b].map(|plane| (plane, plane.blurred()));
    let edge = |of: &Blurred| of.0.with(&of.1, |value, mean| 1.0 + (value - mean).abs());
    let stronger = edge(&a).with(&edge(&b), |a, b| b / a - 1.0);
    let part = |sign: f64| stronger.with(&stronger, |edge, _| (sign * edge).max(0.0));
    let norms = [ssim(&a, &b), part(1.0), part(-1.0)].map(|plane| plane.norms());
    array::from_fn(|norm| norms.map(|of_error| of_error[norm]))
}

pub fn score(reference: &Bytes, distorted: &Bytes) -> f64 {
    let mut pair = [reference, distorted].map(linear);
    let mut scales = Vec::new();
    loop {
        let [a, b] = [&pair[0], &pair[1]].map(xyb);
        scales.push(array::from_fn(|c| compared(&a[c], &b[c])));
        let whole = &pair[0][0];
        if scales.len() == weights::SCALES || whole.width.min(whole.height) < 8 {
            return weights::score(&scales);
        }
        pair = pair.map(|planes| planes.map(|plane| plane.half()));
    }
}
