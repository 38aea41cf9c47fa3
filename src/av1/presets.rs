//! The ten speeds: rav1e's settings for stills.
//!
//! CDEF and loop restoration are off everywhere: they took 37 % of the time for no SSIMULACRA2.

use rav1e::config::SpeedSettings;
use rav1e::prelude::*;

use BlockSize::{BLOCK_4X4, BLOCK_8X8, BLOCK_16X16, BLOCK_32X32, BLOCK_64X64};

/// What a speed switches on.
pub(crate) struct Preset {
    /// rav1e's own preset, from which the rest departs.
    base: u8,
    /// All intra modes, or the simple ones.
    complex_modes: bool,
    /// Smallest and largest block.
    blocks: (BlockSize, BlockSize),
    /// Transform size and type by rate-distortion.
    search_transform: bool,
}

const fn preset(
    base: u8,
    complex_modes: bool,
    blocks: (BlockSize, BlockSize),
    search_transform: bool,
) -> Preset {
    Preset { base, complex_modes, blocks, search_transform }
}

/// Speeds 1 to 10. Relative to speed 6, on four pictures of 256 pixels (`npm run bench -- avif
/// --every 12 --side 256`), bytes at SSIMULACRA2 60, 70, 80 and CPU time in wasm:
///
/// | speed | bytes | time |
/// |---|---|---|
/// | 10 | 1.21 1.20 1.16 | 0.4–0.6 |
/// | 9 | 1.21 1.23 1.16 | 0.6–0.8 |
/// | 8 | 1.01 0.99 1.00 | 0.7–0.9 |
/// | 7 | 1.00 1.00 1.00 | 0.9 |
/// | 5 | 0.94 0.87 0.87 | 5.7 |
/// | 4 | 0.95 0.86 0.86 | 7 |
/// | 3 | 0.92 0.84 0.85 | 8 |
/// | 2 | 0.92 0.83 0.84 | 9 |
/// | 1 | 0.89 0.80 0.82 | 13 |
///
/// Small pictures make little of blocks above 16; on large ones speed 9 gains on 10. All modes
/// without the transform search cost 1.4–1.6 times the time of speed 6 for at most 2 %: no speed.
pub(crate) const PRESETS: [Preset; 10] = [
    preset(2, true, (BLOCK_4X4, BLOCK_64X64), true),
    preset(3, true, (BLOCK_8X8, BLOCK_64X64), true),
    preset(5, true, (BLOCK_8X8, BLOCK_64X64), true),
    preset(6, true, (BLOCK_8X8, BLOCK_32X32), true),
    preset(6, false, (BLOCK_8X8, BLOCK_32X32), true),
    preset(6, false, (BLOCK_8X8, BLOCK_32X32), false),
    preset(9, false, (BLOCK_8X8, BLOCK_32X32), false),
    preset(9, false, (BLOCK_8X8, BLOCK_16X16), false),
    preset(9, false, (BLOCK_16X16, BLOCK_32X32), false),
    preset(9, false, (BLOCK_16X16, BLOCK_16X16), false),
];

impl Preset {
    pub(crate) fn settings(&self) -> SpeedSettings {
        let mut settings = SpeedSettings::from_preset(self.base);
        settings.cdef = false;
        settings.lrf = false;
        settings.scene_detection_mode = SceneDetectionSpeed::None;
        settings.rdo_lookahead_frames = 1;
        settings.prediction.prediction_modes = if self.complex_modes {
            PredictionModesSetting::ComplexAll
        } else {
            PredictionModesSetting::Simple
        };
        settings.partition.partition_range = PartitionRange::new(self.blocks.0, self.blocks.1);
        settings.transform.rdo_tx_decision = self.search_transform;
        settings
    }
}
