//! The loop filter, as a decoder runs it (RFC 6386 section 15).
//!
//! The encoder needs it to know what will be shown: to choose the filter's strength, and to hand the picture to tests.
//! Prediction never sees filtered pixels of its own frame.

use crate::decide::Macroblock;
use crate::header::{FilterHeader, Segment};
use crate::params::Filter;
use crate::quant;
use crate::tables::AC_STEPS;
use crate::yuv::Planes;

/// Thresholds of one macroblock (section 15.2 to 15.4).
#[derive(Clone, Copy)]
struct Limits {
    /// Differences allowed between neighbours inside, 1..=63.
    interior: u8,
    /// Step allowed across edges of macroblocks, at most 193.
    outer: u8,
    /// Step allowed across edges of blocks, at most 189.
    inner: u8,
    /// Differences above this are detail, which the filter leaves alone: 0..=2.
    detail: u8,
}

impl Limits {
    fn new(level: u8, sharpness: u8) -> Self {
        let mut interior = level >> (u8::from(sharpness > 0) + u8::from(sharpness > 4));
        if sharpness > 0 {
            interior = interior.min(9 - sharpness);
        }
        let interior = interior.max(1);
        Self {
            interior,
            outer: (level + 2) * 2 + interior,
            inner: level * 2 + interior,
            detail: u8::from(level >= 15) + u8::from(level >= 40),
        }
    }
}

/// Filter level in 1/256 of the luma step.
const LEVEL_BY_STEP: i32 = 42;

/// Filters only where neighbours differ by little: of 0, 2 and 6 the best, by 0.1 %.
const SHARPNESS: u8 = 6;

/// The segments' quantisers, and the filter that hides the edges they leave: its level follows the step.
pub fn segments(index: i32, shifts: &[i32], filter: Filter) -> Vec<Segment> {
    let level = |index: i32| match filter {
        Filter::Off => 0,
        _ => (i32::from(AC_STEPS[index as usize]) * LEVEL_BY_STEP / 256).min(63) as u8,
    };
    let indices = shifts.iter().map(|&shift| quant::shifted(index, shift));
    indices.map(|index| Segment { index, filter: level(index) }).collect()
}

/// The filter of the picture: its level is the highest of any segment, and off only where all are.
pub fn header(segments: &[Segment], filter: Filter) -> FilterHeader {
    let level = segments.iter().map(|segment| segment.filter).max().unwrap_or(0);
    FilterHeader { simple: filter == Filter::Simple, level, sharpness: SHARPNESS }
}

/// Filters a whole picture in place.
pub fn apply(
    planes: &mut Planes,
    blocks: &[Macroblock],
    header: &FilterHeader,
    segments: &[Segment],
) {
    if header.level == 0 {
        return;
    }
    let width = planes.mb_width();
    for (at, block) in blocks.iter().enumerate() {
        let level = match segments {
            [_] => header.level,
            segments => segments[usize::from(block.segment)].filter,
        };
        if level == 0 {
            continue;
        }
        let limits = Limits::new(level, header.sharpness);
        let inner = !(block.skip && block.luma.is_some());
        let (x, y) = (at % width, at / width);
        filter_plane::<16>(&mut planes.y, width, (x, y), &limits, inner, header.simple);
        if !header.simple {
            for plane in &mut planes.uv {
                filter_plane::<8>(plane, width, (x, y), &limits, inner, false);
            }
        }
    }
}

/// Filters the edges of one macroblock in a plane where it is `N` pixels wide: left, inside, top, inside.
fn filter_plane<const N: usize>(
    plane: &mut [u8],
    mb_width: usize,
    (x, y): (usize, usize),
    limits: &Limits,
    inner: bool,
    simple: bool,
) {
    let stride = mb_width * N;
    let at = (y * stride + x) * N;
    for (outer, across, along) in [(x > 0, 1, stride), (y > 0, stride, 1)] {
        if outer {
            filter_edge::<N>(plane, at, across, along, limits, true, simple);
        }
        if inner {
            for k in (4..N).step_by(4) {
                filter_edge::<N>(plane, at + k * across, across, along, limits, false, simple);
            }
        }
    }
}

/// Filters `N` pixels along an edge; `at` is the first pixel beyond it.
#[inline(always)]
fn filter_edge<const N: usize>(
    plane: &mut [u8],
    at: usize,
    across: usize,
    along: usize,
    limits: &Limits,
    outer: bool,
    simple: bool,
) {
    let step = if outer { limits.outer } else { limits.inner };
    if simple {
        for i in 0..N {
            filter_simple(plane, at + i * along, across, step);
        }
    } else {
        for i in 0..N {
            filter_normal(plane, at + i * along, across, step, limits, outer);
        }
    }
}

/// To signed, around 128.
#[inline(always)]
fn signed(pixel: u8) -> i32 {
    i32::from(pixel) - 128
}

/// Back to a pixel, clamped.
#[inline(always)]
fn pixel(value: i32) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

#[inline(always)]
fn clamp(value: i32) -> i32 {
    value.clamp(-128, 127)
}

/// Whether the step over the edge is small enough to be an artefact.
#[inline(always)]
fn within(p1: u8, p0: u8, q0: u8, q1: u8, step: u8) -> bool {
    u32::from(p0.abs_diff(q0)) * 2 + u32::from(p1.abs_diff(q1)) / 2 <= u32::from(step)
}

#[inline(always)]
fn filter_simple(plane: &mut [u8], at: usize, across: usize, step: u8) {
    let [p1, p0, q0, q1] = [at - 2 * across, at - across, at, at + across].map(|i| plane[i]);
    if within(p1, p0, q0, q1, step) {
        adjust_inner(plane, at, across, true);
    }
}

/// Moves the two pixels at the edge towards each other (section 15.2); gives how far.
#[inline(always)]
fn adjust_inner(plane: &mut [u8], at: usize, across: usize, outer_taps: bool) -> i32 {
    let [p1, p0, q0, q1] =
        [at - 2 * across, at - across, at, at + across].map(|i| signed(plane[i]));
    let a = clamp(if outer_taps { clamp(p1 - q1) } else { 0 } + 3 * (q0 - p0));
    let (up, down) = (clamp(a + 3) >> 3, clamp(a + 4) >> 3);
    plane[at - across] = pixel(p0 + up);
    plane[at] = pixel(q0 - down);
    down
}

#[inline(always)]
fn filter_normal(
    plane: &mut [u8],
    at: usize,
    across: usize,
    step: u8,
    limits: &Limits,
    outer: bool,
) {
    let [p3, p2, p1, p0] = [4, 3, 2, 1].map(|k| plane[at - k * across]);
    let [q0, q1, q2, q3] = [0, 1, 2, 3].map(|k| plane[at + k * across]);
    let flat = [(p3, p2), (p2, p1), (p1, p0), (q1, q0), (q2, q1), (q3, q2)];
    if !within(p1, p0, q0, q1, step) || flat.iter().any(|(a, b)| a.abs_diff(*b) > limits.interior) {
        return;
    }
    let detail = p1.abs_diff(p0) > limits.detail || q1.abs_diff(q0) > limits.detail;
    if !outer {
        let moved = (adjust_inner(plane, at, across, detail) + 1) >> 1;
        if !detail {
            plane[at - 2 * across] = pixel(signed(p1) + moved);
            plane[at + across] = pixel(signed(q1) - moved);
        }
    } else if detail {
        adjust_inner(plane, at, across, true);
    } else {
        let w = clamp(clamp(signed(p1) - signed(q1)) + 3 * (signed(q0) - signed(p0)));
        for (k, (p, q)) in [(27, (p0, q0)), (18, (p1, q1)), (9, (p2, q2))] {
            let a = clamp((k * w + 63) >> 7);
            let distance = (27 - k) as usize / 9;
            plane[at - (distance + 1) * across] = pixel(signed(p) + a);
            plane[at + distance * across] = pixel(signed(q) - a);
        }
    }
}
