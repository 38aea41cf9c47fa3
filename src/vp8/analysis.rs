//! Looks at the picture before it is coded: which macroblocks can bear a coarser quantiser, and which must have a finer
//! one.
//!
//! Detail hides errors and smooth areas show them, so a macroblock's step follows its activity: the mean logarithm of
//! the variance of its 4x4 blocks. A key frame has four segments to spend; their steps are the centres that k-means
//! finds among the macroblocks' wishes.

use crate::cost::log2_256;
use crate::cursor::Pixels;
use crate::dsp::Tile;
use crate::tune::tune;
use crate::yuv::Planes;

/// How the picture is divided.
pub struct Segmentation {
    /// Segment of each macroblock.
    pub map: Vec<u8>,
    /// By how many 1/256 octaves each segment's step differs from the picture's.
    pub shifts: Vec<i32>,
}

/// Divides the picture into segments by activity.
#[inline(never)]
pub fn segment(planes: &Planes, wanted: bool) -> Segmentation {
    if !wanted {
        return Segmentation { map: vec![0; planes.mb_width() * planes.mb_height()], shifts: vec![0] };
    }
    let mut pixels = Pixels { luma: [[0; 16]; 16], chroma: [[0; 16]; 8] };
    let mut wishes = Vec::with_capacity(planes.mb_width() * planes.mb_height());
    for y in 0..planes.mb_height() {
        for x in 0..planes.mb_width() {
            planes.load(x, y, &mut pixels);
            wishes.push(activity(&pixels));
        }
    }
    let mean = wishes.iter().map(|&w| i64::from(w)).sum::<i64>() / wishes.len() as i64;
    for wish in &mut wishes {
        *wish = ((*wish - mean as i32) * tune("aq", 15)) / 100;
    }
    cluster(&wishes)
}

/// Activity of a macroblock in 1/256 octaves of variance.
fn activity(pixels: &Pixels) -> i32 {
    let mut logs: [i32; 16] = std::array::from_fn(|i| log2_256(variance(&pixels.luma[i]) + tune("aqfloor", 4000) as u32) as i32);
    let mean = logs.iter().sum::<i32>() / 16;
    logs.sort_unstable();
    let low = logs[tune("aqrank", 4) as usize];
    (mean * (100 - tune("aqlow", -30)) + low * tune("aqlow", -30)) / 100
}

/// Sixteen times the sum of squared distances from the mean: below 2^22.
fn variance(tile: &Tile) -> u32 {
    let sum: u32 = tile.iter().map(|&p| u32::from(p)).sum();
    let squares: u32 = tile.iter().map(|&p| u32::from(p) * u32::from(p)).sum();
    16 * squares - sum * sum
}

/// k-means in one dimension with four centres.
fn cluster(wishes: &[i32]) -> Segmentation {
    let (low, high) = wishes.iter().fold((i32::MAX, i32::MIN), |(l, h), &w| (l.min(w), h.max(w)));
    let n = tune("nseg", 4);
    let mut centres: Vec<i32> = (0..n).map(|k| low + (high - low) * (2 * k + 1) / (2 * n)).collect();
    let mut map = vec![0u8; wishes.len()];
    for _ in 0..8 {
        let mut sums = vec![(0i64, 0i64); n as usize];
        for (to, &wish) in map.iter_mut().zip(wishes) {
            *to = (0..n as usize).min_by_key(|&k| (centres[k] - wish).abs()).unwrap_or(0) as u8;
            let (sum, count) = &mut sums[usize::from(*to)];
            *sum += i64::from(wish);
            *count += 1;
        }
        for (centre, (sum, count)) in centres.iter_mut().zip(sums) {
            if count > 0 {
                *centre = (sum / count) as i32;
            }
        }
    }
    Segmentation { map, shifts: centres }
}
