//! One scale of two pictures, compared: three errors a pixel and channel, of which the means remain.
//!
//! The errors are of libjxl's `tools/ssimulacra2.cc`: SSIM without its term for lightness' own scale; edges that came
//! up; edges that were lost. An edge is what a pixel differs by from the blur around it.
//!
//! A strip of 64 columns goes down the picture. Each row is blurred across into a window of nine; down the window the
//! blur is finished for the row in its middle, and that row's errors are summed. Nothing else is kept.
//!
//! SSIM is asked of the squares of a, of b, and of their product. Blurred here are a² + b² and (a - b)² in their place:
//! one less, and what the metric wants, the difference, does not come from two large numbers that nearly cancel, so
//! that equal pictures give exactly 0.

use crate::blur::{REACH, Row, STRIP, TAPS, WIDE, WideRow, across, down};
use crate::linear::Linear;
use crate::weights::Norms;
use crate::xyb;
use std::array;

/// Keeps SSIM's quotient finite where both pictures are flat.
const C2: f32 = 0.0009;
/// Sums that run side by side, as lanes of a vector do.
const LANES: usize = 4;

/// The means of the errors of X, Y and B, over all pixels of both pictures.
pub fn norms(pictures: [&dyn Linear; 2]) -> [Norms; 3] {
    let (width, height) = pictures[0].size();
    let mut sums = [Sums::default(); 3];
    for x in (0..width).step_by(STRIP) {
        add_strip(pictures, x, &mut sums);
    }
    sums.map(|sums| sums.norms(width * height))
}

/// Adds the errors of the columns from `x` on.
fn add_strip(pictures: [&dyn Linear; 2], x: usize, sums: &mut [Sums; 3]) {
    let (width, height) = pictures[0].size();
    let columns = STRIP.min(width - x);
    let mut windows = [[Line::BEYOND; TAPS]; 3];
    for y in 0..height + REACH {
        let pair = (y < height).then(|| pictures.map(|picture| read(picture, x, y)));
        for (c, (window, sums)) in windows.iter_mut().zip(&mut *sums).enumerate() {
            let line = &mut window[y % TAPS];
            match &pair {
                Some([a, b]) => line.set(&a[c], &b[c]),
                None => *line = Line::BEYOND,
            }
            if y >= REACH {
                sums.add_row(window, y - REACH, columns);
            }
        }
    }
}

/// X, Y and B of a strip's row and of its neighbours, 0 beyond the picture.
fn read(picture: &dyn Linear, x: usize, y: usize) -> [WideRow; 3] {
    let left = REACH.saturating_sub(x);
    let right = WIDE.min(picture.size().0 - x + REACH);
    let mut rows = [[0.0; WIDE]; 3];
    picture.read(x + left - REACH, y, rows.each_mut().map(|row| &mut row[left..]));
    xyb::from_linear(&mut rows);
    for row in &mut rows {
        row[..left].fill(0.0);
        row[right..].fill(0.0);
    }
    rows
}

/// One row of one channel of both pictures, as the window holds it.
#[derive(Clone, Copy)]
struct Line {
    /// As they are.
    plain: [Row; 2],
    /// Blurred across: both, the sum of their squares, and the square of their difference.
    blurred: [Row; 4],
}

impl Line {
    /// Above the picture, and below it.
    const BEYOND: Self = Self { plain: [[0.0; STRIP]; 2], blurred: [[0.0; STRIP]; 4] };

    // Not where it is called: loops stay loops, a tenth faster and smaller.
    #[inline(never)]
    fn set(&mut self, a: &WideRow, b: &WideRow) {
        for (i, row) in [a, b].into_iter().enumerate() {
            self.plain[i].copy_from_slice(&row[REACH..][..STRIP]);
            self.blurred[i] = across(row);
        }
        self.blurred[2] = across(&array::from_fn(|x| a[x] * a[x] + b[x] * b[x]));
        self.blurred[3] = across(&array::from_fn(|x| (a[x] - b[x]) * (a[x] - b[x])));
    }
}

/// Errors of one channel, summed as they are and to the fourth power: of SSIM, of edges that came up, of edges lost.
#[derive(Clone, Copy, Default)]
struct Sums([[[f64; LANES]; 3]; 2]);

impl Sums {
    /// Adds the first columns of the row `y`, which is in the middle of the window.
    // Not where it is called, like `set`.
    #[inline(never)]
    fn add_row(&mut self, window: &[Line; TAPS], y: usize, columns: usize) {
        let blurred = |what: usize| {
            down(array::from_fn(|tap| &window[(y + TAPS - REACH + tap) % TAPS].blurred[what]))
        };
        let means = [blurred(0), blurred(1)];
        self.add(0, ssim(&means, &blurred(2), &blurred(3)), columns);
        let [gained, lost] = edges(&window[y % TAPS].plain, &means);
        self.add(1, gained, columns);
        self.add(2, lost, columns);
    }

    /// Adds the first columns of one error's row. Sixteen values a lane are summed in `f32`, and those sums in `f64`.
    fn add(&mut self, error: usize, mut row: Row, columns: usize) {
        row[columns..].fill(0.0);
        let mut sums = [[0.0f32; LANES]; 2];
        for values in row.as_chunks::<LANES>().0 {
            for (lane, value) in values.iter().enumerate() {
                let square = value * value;
                sums[0][lane] += value;
                sums[1][lane] += square * square;
            }
        }
        for (total, sums) in self.0.iter_mut().zip(sums) {
            for (total, sum) in total[error].iter_mut().zip(sums) {
                *total += f64::from(sum);
            }
        }
    }

    /// The means, and the fourth roots of the fourth powers' means.
    fn norms(self, pixels: usize) -> Norms {
        let [means, fourths] =
            self.0.map(|errors| errors.map(|lanes| lanes.iter().sum::<f64>() / pixels as f64));
        [means, fourths.map(|mean| mean.sqrt().sqrt())]
    }
}

/// 1 - SSIM, which is (1 - (mean of a - mean of b)²) * (2 * covariance + C2) / (both variances + C2) here. Both
/// variances less twice the covariance are the variance of the difference, so that the quotient is 1 less what differs.
#[inline(always)]
fn ssim([a, b]: &[Row; 2], squares: &Row, difference: &Row) -> Row {
    array::from_fn(|x| {
        let shift = (a[x] - b[x]) * (a[x] - b[x]);
        let variances = squares[x] - a[x] * a[x] - b[x] * b[x];
        let differs = (difference[x] - shift) / (variances + C2);
        positive(shift + (1.0 - shift) * differs)
    })
}

/// How much stronger b's edges are than a's: where they came up, and where they were lost.
#[inline(always)]
fn edges(plain: &[Row; 2], means: &[Row; 2]) -> [Row; 2] {
    let stronger: Row = array::from_fn(|x| {
        let [a, b] = [0, 1].map(|i| (plain[i][x] - means[i][x]).abs());
        (b - a) / (1.0 + a)
    });
    [stronger.map(positive), stronger.map(|edge| positive(-edge))]
}

/// The value, or 0 where it is below. Written as one comparison, which is one instruction; `max` asks for NaN as well.
#[inline(always)]
fn positive(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}
