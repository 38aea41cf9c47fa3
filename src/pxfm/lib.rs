//! The functions of pxfm 0.1 that moxcms calls, in its place (`[patch]` in the root manifest).
//!
//! pxfm rounds every result correctly; the tables for that weigh 60 kB gzip in the wasm. The colour
//! engine rounds what it gets to 16 bits, so libm's last bit does not reach a pixel. Single
//! precision is calculated in double, which rounds to the same floats but for one in millions.
//!
//! The names are pxfm's; a missing one is an error when moxcms is compiled.

/// For each function of doubles one of floats, the same by way of double.
macro_rules! functions {
    ($($double:ident, $single:ident => $libm:ident($($x:ident),+);)*) => {$(
        #[doc = concat!("`", stringify!($libm), "` of doubles.")]
        #[must_use]
        pub fn $double($($x: f64),+) -> f64 {
            libm::$libm($($x),+)
        }

        #[doc = concat!("`", stringify!($libm), "` of floats.")]
        #[must_use]
        pub fn $single($($x: f32),+) -> f32 {
            libm::$libm($($x.into()),+) as f32
        }
    )*};
}

functions! {
    f_pow, f_powf => pow(x, y);
    f_exp, f_expf => exp(x);
    f_exp2, f_exp2f => exp2(x);
    f_exp10, f_exp10f => exp10(x);
    f_log, f_logf => log(x);
    f_log2, f_log2f => log2(x);
    f_log10, f_log10f => log10(x);
    f_cbrt, f_cbrtf => cbrt(x);
    f_hypot, f_hypotf => hypot(x, y);
    f_atan2, f_atan2f => atan2(y, x);
    f_sin, f_sinf => sin(x);
}

/// pxfm's power of less accuracy; here there is one accuracy.
#[must_use]
pub fn dirty_powf(x: f32, y: f32) -> f32 {
    f_powf(x, y)
}

/// Sine and cosine.
#[must_use]
pub fn f_sincosf(x: f32) -> (f32, f32) {
    let (sine, cosine) = libm::sincos(x.into());
    (sine as f32, cosine as f32)
}

/// The length of a vector of three.
#[must_use]
pub fn f_hypot3f(x: f32, y: f32, z: f32) -> f32 {
    libm::hypot(libm::hypot(x.into(), y.into()), z.into()) as f32
}

/// e to the x, at compile time.
#[must_use]
pub const fn exp(x: f64) -> f64 {
    // Of a 1024th of x the series ends soon; squared ten times it is of x again.
    let small = x / 1024.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut n = 1.0;
    while n < 12.0 {
        term *= small / n;
        sum += term;
        n += 1.0;
    }
    let mut squared = 0;
    while squared < 10 {
        sum *= sum;
        squared += 1;
    }
    sum
}

/// x to the y for x of 0 or more, at compile time.
#[must_use]
pub const fn pow(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { exp(y * ln(x)) }
}

/// The natural logarithm of a positive number, at compile time: steps of third order on [`exp`], after the last
/// of which the rest is below a double.
const fn ln(x: f64) -> f64 {
    let mut y = 0.0;
    let mut step = 1.0_f64;
    while step.abs() > 1e-9 {
        let e = exp(y);
        step = 2.0 * (x - e) / (x + e);
        y += step;
    }
    y
}

/// The largest integer not above x, at compile time.
#[must_use]
pub const fn floor(x: f64) -> f64 {
    x.floor()
}

/// The size of x with the sign of y, at compile time.
#[must_use]
pub const fn copysignk(x: f64, y: f64) -> f64 {
    x.copysign(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compile_time_powers_are_those_of_run_time() {
        for x in [0.0, 1e-9, 0.003, 0.25, 0.9, 1.0, 1.7, 40.0] {
            for y in [0.0126, 0.45, 1.0, 2.4, 6.277] {
                let (ours, theirs) = (pow(x, y), f_pow(x, y));
                assert!((ours - theirs).abs() <= theirs * 1e-11, "{x}^{y}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn floats_are_rounded_doubles() {
        assert_eq!(f_powf(0.5, 2.25), 0.210_224_1);
        assert_eq!(f_exp10f(-2.0), 0.01);
        assert_eq!(f_sincosf(0.0), (0.0, 1.0));
        assert_eq!(f_hypot3f(2.0, 3.0, 6.0), 7.0);
    }
}
