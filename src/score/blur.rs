//! The blur: a Gaussian of 1.5 pixels as libjxl approximates it, written out as the nine taps that it is.
//!
//! libjxl's is recursive (Charalampidis, "Recursive Implementation of the Gaussian Filter Using Truncated Cosine
//! Functions", 2016; `lib/jxl/gauss_blur.cc`): three running sums of cosines, whose cost does not grow with sigma. The
//! cosines have their first zero together, five pixels from the centre, and are cut off there. So the answer to one
//! pixel is finite, and at this small sigma nine products, which vectors make at once, are quicker than three
//! recursions, which they cannot; and nothing is carried along a row that rounding could add up in.
//!
//! Beyond the picture all is 0, and the taps are not made to sum to 1 there: the metric's own choice.

use std::array;

/// Rows and columns that a pixel draws on, to each side.
pub const REACH: usize = 4;
/// As many rows, or columns, as make one.
pub const TAPS: usize = 2 * REACH + 1;
/// Columns worked on at once. A window of 64 is 14 kB a channel, which the nearest cache holds; 32 take twice the time
/// in wasm, and more than 64 gain nothing. What is made twice at the strips' sides is an eighth.
pub const STRIP: usize = 64;
/// With what the blur needs to the left and right.
pub const WIDE: usize = STRIP + 2 * REACH;

/// Some columns of a row.
pub type Row = [f32; STRIP];
/// The same and [`REACH`] columns more on both sides.
pub type WideRow = [f32; WIDE];

/// From the centre outwards; `the_taps_are_the_published_ones` derives them. They sum to 1 and have sigma's variance.
const WEIGHTS: [f32; REACH + 1] =
    [0.264_621_1, 0.212_928_6, 0.109_335_37, 0.036_011_115, 0.009_414_368];

/// Blurs along a row.
#[inline(always)]
pub fn across(row: &WideRow) -> Row {
    array::from_fn(|x| weigh(|tap| row[x + tap]))
}

/// Blurs down rows, of which the middle one is the result's.
#[inline(always)]
pub fn down(rows: [&Row; TAPS]) -> Row {
    array::from_fn(|x| weigh(|tap| rows[tap][x]))
}

/// Nine values to one. Symmetric: of five products.
#[inline(always)]
fn weigh(value: impl Fn(usize) -> f32) -> f32 {
    let [centre, sides @ ..] = WEIGHTS;
    let mut sum = centre * value(REACH);
    for (weight, distance) in sides.into_iter().zip(1..) {
        sum += weight * (value(REACH - distance) + value(REACH + distance));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Charalampidis 2016, the equations by their numbers, for sigma 1.5 and three cosines.
    fn published() -> [f64; TAPS + 2] {
        const SIGMA: f64 = 1.5;
        let radius = (3.2795 * SIGMA + 0.2546).round(); // (57)
        let omega = [1.0, 3.0, 5.0].map(|k| k * PI / (2.0 * radius)); // table I
        let sign = [1.0, -1.0, 1.0];
        let p: [f64; 3] = array::from_fn(|k| sign[k] / (omega[k] / 2.0).tan()); // (37)
        let r: [f64; 3] = array::from_fn(|k| sign[k] * p[k] * p[k] / omega[k].sin()); // (44)
        let rho = omega.map(|o| (-0.5 * SIGMA * SIGMA * o * o).exp() / radius); // (50)
        let minor = |i: usize, j: usize| p[i] * r[j] - r[i] * p[j];
        let zeta = [minor(1, 2) / minor(0, 1), minor(2, 0) / minor(0, 1), 1.0]; // (52)
        let all = zeta[0] * rho[0] + zeta[1] * rho[1] + rho[2];
        // (53) to (56): the weights sum to 1, have the variance sigma², and come closest to the cosine series.
        let beta = solve([p, r, zeta], [1.0, radius * radius - SIGMA * SIGMA, all]);
        let at = |n: f64| (0..3).map(|k| beta[k] * (omega[k] * n).cos()).sum();
        array::from_fn(|i| at(i as f64 - radius))
    }

    /// Cramer's rule.
    fn solve(rows: [[f64; 3]; 3], values: [f64; 3]) -> [f64; 3] {
        let determinant = |m: [[f64; 3]; 3]| {
            let minor = |i: usize, j: usize| m[1][i] * m[2][j] - m[1][j] * m[2][i];
            m[0][0] * minor(1, 2) + m[0][1] * minor(2, 0) + m[0][2] * minor(0, 1)
        };
        array::from_fn(|column| {
            let mut replaced = rows;
            for (row, value) in replaced.iter_mut().zip(values) {
                row[column] = value;
            }
            determinant(replaced) / determinant(rows)
        })
    }

    #[test]
    fn the_taps_are_the_published_ones() {
        let published = published();
        let mut own = [0.0; TAPS + 2];
        own[1..=TAPS].copy_from_slice(&array::from_fn::<_, TAPS, _>(|i| {
            f64::from(WEIGHTS[i.abs_diff(REACH)])
        }));
        for (own, published) in own.into_iter().zip(published) {
            assert!((own - published).abs() < 2e-8, "{own} {published}");
        }
    }

    #[test]
    fn one_pixel_spreads_as_the_judge_spreads_it() {
        const SIDE: usize = 16;
        let mut plane = vec![0.0; SIDE * SIDE];
        plane[8 * SIDE + 8] = 1.0;
        let planes = [(); 3].map(|()| plane.clone());
        let judge = &ssimulacra2::Blur::new(SIDE, SIDE).blur(&planes)[0];
        let tap = |i: usize| WEIGHTS.get(i.abs_diff(8)).copied().unwrap_or(0.0);
        for (i, &judge) in judge.iter().enumerate() {
            assert!((tap(i % SIDE) * tap(i / SIDE) - judge).abs() < 1e-6, "{i}");
        }
    }

    #[test]
    fn across_and_down_are_one_blur() {
        let mut wide = [0.0; WIDE];
        wide[REACH + 20] = 1.0;
        let rows: [Row; TAPS] = array::from_fn(|row| [wide[REACH + 16 + row]; STRIP]);
        let down = down(rows.each_ref())[0];
        assert_eq!(across(&wide)[20], down);
        let spread = &across(&wide)[16..][..TAPS];
        assert!(spread.iter().enumerate().all(|(i, &tap)| tap == WEIGHTS[i.abs_diff(REACH)]));
    }
}
