//! XYB, the colours of the metric: red against green, lightness, and blue against lightness, each about 0 to 1.
//!
//! Light is mixed as the three cones see it, and each taken to its cube root, which makes equal steps look equal. The
//! matrix and the bias are of libjxl's `lib/jxl/cms/opsin_params.h`, factors and offsets of `tools/ssimulacra2.cc`,
//! which wants all values positive.

/// What the cones take of red, green and blue: each row sums to 1.
const CONES: [[f32; 3]; 3] = [
    [0.30, 1.0 - 0.30 - 0.078, 0.078],
    [0.23, 1.0 - 0.23 - 0.078, 0.078],
    [0.243_422_69, 0.204_767_45, 1.0 - 0.243_422_69 - 0.204_767_45],
];
/// Added to the cones' light, so that the cube root has no infinite slope at black.
const BIAS: f32 = 0.003_793_073_3;
/// The cube root of the bias, by which black is 0 again.
const BIAS_ROOT: f32 = 0.155_954_2;

/// Linear red, green and blue to X, Y and B, in place.
pub fn from_linear<const N: usize>([red, green, blue]: &mut [[f32; N]; 3]) {
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        [*red, *green, *blue] = pixel([*red, *green, *blue]);
    }
}

#[inline(always)]
fn pixel([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let [long, medium, short] =
        CONES.map(|[r, g, b]| cube_root(r * red + g * green + b * blue + BIAS));
    let lightness = 0.5 * (long + medium);
    // 14 and 0.42 bring sRGB's X to 0.2 to 0.8; 0.55 brings B less Y to 0.27 to 0.94. Where two roots are subtracted,
    // so are their biases'.
    [7.0 * (long - medium) + 0.42, lightness - BIAS_ROOT + 0.01, short - lightness + 0.55]
}

/// Of values from [`BIAS`] to 1.01, to two units in the last place.
///
/// A third of the exponent, which is a division of the bits by 3, is right to 3.3 %; Halley's step takes that to 0.0025
/// %, and a second one to what `f32` holds. Only the bits' upper half is divided, by a product that fits into 32 bits,
/// as vectors have no division of integers.
#[inline(always)]
fn cube_root(value: f32) -> f32 {
    const THIRD: u32 = 0x1_0000 / 3;
    // Two thirds of the exponent's bias, less what makes the error the same above and below.
    const START: u32 = 0x2a51_4000;
    let start = f32::from_bits((value.to_bits() >> 16) * THIRD + START);
    halley(value, halley(value, start))
}

/// One step towards the cube root: an error of `e` becomes one of 2/3 `e`³.
#[inline(always)]
fn halley(value: f32, root: f32) -> f32 {
    let cube = root * root * root;
    root * ((cube + 2.0 * value) / (2.0 * cube + value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cube_roots_are_right_to_two_last_digits() {
        let last = 1.01f32.to_bits();
        let worst = (BIAS.to_bits()..last).step_by(97).map(f32::from_bits).map(|value| {
            let root = f64::from(value).cbrt();
            ((f64::from(cube_root(value)) - root) / root).abs()
        });
        let worst = worst.fold(0.0, f64::max);
        assert!(worst < 2.0 * f64::from(f32::EPSILON), "{worst}");
    }

    #[test]
    fn the_bias_has_its_root() {
        assert!((f64::from(BIAS).cbrt() - f64::from(BIAS_ROOT)).abs() < 1e-8);
    }

    #[test]
    fn greys_have_one_hue() {
        for light in [0.0, 0.2, 1.0] {
            let [x, y, b] = pixel([light; 3]);
            assert!((x - 0.42).abs() < 1e-5 && (b + y - 0.55 - y).abs() < 1e-5, "{light}");
        }
        assert!((pixel([0.0; 3])[1] - 0.01).abs() < 1e-6);
    }
}
