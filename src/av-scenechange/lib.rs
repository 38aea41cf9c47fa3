//! Where a film's scenes begin, for a film of one picture: in the place of av-scenechange
//! (`[patch]` in the root manifest), with the names that rav1e calls.
//!
//! slimpix codes stills and asks for no scene detection (`SceneDetectionSpeed::None`); then the
//! original counts frames too. But rav1e can be asked at run time, and so the original's analysis
//! and its thread pool would ship, 30 kB gzip, without ever being called.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

pub use num_rational::Rational32;
use v_frame::frame::Frame;
use v_frame::pixel::{ChromaSampling, Pixel};

/// How the pictures are to be looked at. Here nobody looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneDetectionSpeed {
    /// By pixels.
    Fast,
    /// By costs and motion.
    Standard,
    /// By counting frames.
    None,
}

/// The instructions to use; here none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuFeatureLevel;

/// Counts frames since the last key frame.
#[derive(Debug)]
pub struct SceneChangeDetector<T: Pixel> {
    most_frames: usize,
    /// The original's by-product, which rav1e calculates itself where it is missing.
    pub intra_costs: Option<BTreeMap<usize, Box<[u32]>>>,
    pixel: PhantomData<T>,
}

impl<T: Pixel> SceneChangeDetector<T> {
    /// Of all that rav1e says, the most frames between two key frames count.
    #[expect(clippy::too_many_arguments, reason = "the original's signature")]
    #[must_use]
    pub const fn new(
        _size: (usize, usize),
        _bit_depth: usize,
        _frame_rate: Rational32,
        _chroma: ChromaSampling,
        _lookahead: usize,
        _speed: SceneDetectionSpeed,
        _least_frames: usize,
        most_frames: usize,
        _cpu: CpuFeatureLevel,
    ) -> Self {
        Self { most_frames, intra_costs: None, pixel: PhantomData }
    }

    /// There is no by-product to keep.
    pub const fn enable_cache(&mut self) {}

    /// Whether the frame after the first of these is to be a key frame.
    pub fn analyze_next_frame(
        &mut self,
        _frames: &[&Arc<Frame<T>>],
        number: usize,
        last_key_frame: usize,
    ) -> bool {
        number - last_key_frame >= self.most_frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_comes_when_the_count_is_full() {
        let mut detector = SceneChangeDetector::<u8>::new(
            (64, 64),
            8,
            Rational32::new(1, 1),
            ChromaSampling::Cs420,
            0,
            SceneDetectionSpeed::None,
            1,
            3,
            CpuFeatureLevel,
        );
        let keys = [1, 2, 3, 4].map(|number| detector.analyze_next_frame(&[], number, 0));
        assert_eq!(keys, [false, false, true, true]);
    }
}
