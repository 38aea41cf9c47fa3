//! What is known of each format's dial before the first try.

use super::crossing::Worth;
use crate::options::OutputFormat;

/// Below this level sides shrink in place of quality: there a smaller picture, enlarged again, has
/// the better score in as many bytes (`npm run bench -- targets`, on Kodak's pictures).
pub(super) const fn least_level(format: OutputFormat) -> u8 {
    match format {
        OutputFormat::Webp => 5,
        _ => 20,
    }
}

/// What the logarithm of the bytes adds to a point of a level's usual score.
pub(super) const BYTES_A_POINT: f64 = 0.035;

/// What levels usually score: means over Kodak's, large photographs and graphics of the corpus, at
/// 640 pixels.
pub(super) const fn usual_scores(format: OutputFormat) -> Worth {
    Worth(match format {
        OutputFormat::Avif => &[
            (1.0, -15.0),
            (10.0, 0.0),
            (20.0, 24.0),
            (40.0, 48.6),
            (60.0, 63.0),
            (81.0, 73.2),
            (89.0, 83.0),
            (90.0, 86.2),
            (96.0, 92.0),
            (100.0, 95.8),
        ],
        OutputFormat::Webp => &[
            (1.0, 10.0),
            (10.0, 30.0),
            (20.0, 45.0),
            (40.0, 58.5),
            (75.0, 72.1),
            (90.0, 84.8),
            (100.0, 91.1),
        ],
        OutputFormat::Jpeg | OutputFormat::Png => &[
            (1.0, -130.0),
            (5.0, -43.0),
            (10.0, -6.0),
            (20.0, 30.0),
            (40.0, 54.1),
            (60.0, 64.7),
            (89.0, 81.2),
            (90.0, 86.4),
            (100.0, 95.9),
        ],
    })
}
