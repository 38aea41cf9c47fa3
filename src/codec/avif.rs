//! AVIF: one AV1 key frame by rav1e, packed by [`heif`](super::heif).
//!
//! rav1e is called directly. `ravif` above it fixes 4:4:4 and 10 bits, and takes its tiles from
//! the number of threads, so that the same picture gives other bytes on another machine; here the
//! tiles follow from the size alone.
//!
//! Alpha is a second, monochrome picture.

#[cfg(feature = "avif")]
pub(super) use encoder::encode;

#[cfg(not(feature = "avif"))]
pub(super) fn encode(
    _: &crate::image::Image,
    _: crate::metadata::Metadata,
    _: &crate::options::Options,
) -> crate::error::Result<Vec<u8>> {
    Err(crate::error::Error::unsupported_feature(
        "this build writes no AVIF; load the full one (slimpix does so by itself for AVIF)",
    ))
}

#[cfg(feature = "avif")]
mod encoder {
    use rav1e::config::SpeedSettings;
    use rav1e::prelude::*;

    use crate::codec::check_sides;
    use crate::codec::heif::{self, Coded, Still};
    use crate::error::{Error, Result};
    use crate::image::{Image, Layout};
    use crate::metadata::Metadata;
    use crate::options::{DEFAULT_COMPRESSION_CONFIG, Options};

    /// AV1's bound on a side.
    const MOST_PIXELS_A_SIDE: u32 = 65535;

    /// rav1e takes up to 35 bytes of memory a pixel; more pixels than this pass 32-bit memory.
    const MOST_PIXELS: u64 = 64_000_000;

    /// One tile for so many pixels: two threads then share a 2048x1536 picture, at about 1 % more
    /// bytes than one tile.
    const PIXELS_A_TILE: usize = 1_500_000;

    const MOST_TILES: usize = 8;

    /// BT.601 luma weights, times 2^16: matrix coefficients 6 of ITU-T H.273.
    const LUMA: [i64; 3] = [19595, 38470, 7471];
    const MATRIX: u16 = 6;

    /// What a speed switches on.
    struct Preset {
        /// rav1e's own preset, from which the rest departs.
        base: u8,
        /// All intra modes, or the simple ones.
        complex_modes: bool,
        /// Smallest and largest block.
        blocks: (BlockSize, BlockSize),
        /// Transform size and type by rate-distortion.
        search_transform: bool,
        /// 10 bits a sample, or 8.
        deep: bool,
    }

    const fn preset(
        base: u8,
        complex_modes: bool,
        blocks: (BlockSize, BlockSize),
        search_transform: bool,
        deep: bool,
    ) -> Preset {
        Preset { base, complex_modes, blocks, search_transform, deep }
    }

    use BlockSize::{BLOCK_4X4, BLOCK_8X8, BLOCK_16X16, BLOCK_32X32, BLOCK_64X64};

    /// `avifSpeed` 1 to 10.
    const PRESETS: [Preset; 10] = [
        preset(2, true, (BLOCK_4X4, BLOCK_64X64), true, true),
        preset(4, true, (BLOCK_8X8, BLOCK_64X64), true, true),
        preset(5, true, (BLOCK_8X8, BLOCK_32X32), true, true),
        preset(6, true, (BLOCK_8X8, BLOCK_64X64), false, true),
        preset(6, true, (BLOCK_8X8, BLOCK_32X32), false, true),
        preset(6, false, (BLOCK_8X8, BLOCK_32X32), false, true),
        preset(6, false, (BLOCK_8X8, BLOCK_32X32), false, false),
        preset(9, false, (BLOCK_8X8, BLOCK_32X32), false, false),
        preset(9, false, (BLOCK_16X16, BLOCK_32X32), false, false),
        preset(10, false, (BLOCK_32X32, BLOCK_32X32), false, false),
    ];

    pub(in crate::codec) fn encode(
        image: &Image,
        metadata: Metadata,
        options: &Options,
    ) -> Result<Vec<u8>> {
        check_sides(image, "AVIF", MOST_PIXELS_A_SIDE)?;
        let pixels = u64::from(image.width()) * u64::from(image.height());
        if pixels > MOST_PIXELS {
            return Err(Error::limit(format_args!(
                "AVIF is written up to {MOST_PIXELS} pixels; the picture has {pixels}"
            )));
        }
        let speed = options.avif_speed.unwrap_or(DEFAULT_COMPRESSION_CONFIG.avif_speed);
        let preset = &PRESETS[speed.clamp(1, 10) as usize - 1];
        let job = Job { image, preset, quality: options.quality_or_default() };
        let alpha = if image.is_opaque() { None } else { Some(job.alpha()?) };
        Ok(heif::write(Still {
            width: image.width(),
            height: image.height(),
            color: job.color()?,
            alpha,
            matrix: MATRIX,
            full_chroma: job.chroma() == ChromaSampling::Cs444,
            metadata,
        }))
    }

    struct Job<'a> {
        image: &'a Image,
        preset: &'a Preset,
        quality: u8,
    }

    impl Job<'_> {
        fn depth(&self) -> u8 {
            if self.preset.deep { 10 } else { 8 }
        }

        fn chroma(&self) -> ChromaSampling {
            if self.quality >= FULL_CHROMA_FROM { ChromaSampling::Cs444 } else { ChromaSampling::Cs420 }
        }

        fn color(&self) -> Result<Coded> {
            let planes = self.planes();
            self.code(&planes, self.chroma())
        }

        fn alpha(&self) -> Result<Coded> {
            let top = (1 << self.depth()) - 1;
            let plane = self.image.pixels::<4>().iter().map(|p| deepen(p[3], top)).collect();
            self.code(&[plane], ChromaSampling::Cs400)
        }

        /// Luma and chroma planes of the coded depth, chroma at its own size.
        fn planes(&self) -> [Vec<u16>; 3] {
            match self.image.layout() {
                Layout::Rgba => self.convert(self.image.pixels::<4>()),
                _ => self.convert(self.image.pixels::<3>()),
            }
        }

        fn convert<const N: usize>(&self, pixels: &[[u8; N]]) -> [Vec<u16>; 3] {
            let depth = self.depth();
            let [y, cb, cr] = [0, 1, 2].map(|plane| {
                pixels.iter().map(|p| sample(plane, [p[0], p[1], p[2]], depth)).collect::<Vec<u16>>()
            });
            if self.chroma() == ChromaSampling::Cs444 {
                return [y, cb, cr];
            }
            let (width, height) = (self.image.width() as usize, self.image.height() as usize);
            [y, halve(&cb, width, height), halve(&cr, width, height)]
        }

        fn code(&self, planes: &[Vec<u16>], chroma: ChromaSampling) -> Result<Coded> {
            if self.preset.deep {
                self.code_as::<u16>(planes, chroma)
            } else {
                self.code_as::<u8>(planes, chroma)
            }
        }

        fn code_as<T: Pixel>(&self, planes: &[Vec<u16>], chroma: ChromaSampling) -> Result<Coded> {
            let config = Config::new().with_encoder_config(self.config(chroma)).with_threads(1);
            let mut context: Context<T> = config.new_context().map_err(Error::encode_failed)?;
            let mut frame = context.new_frame();
            for (target, source) in frame.planes.iter_mut().zip(planes) {
                let width = target.cfg.width.min(source.len());
                for (row, line) in target.rows_iter_mut().zip(source.chunks_exact(width)) {
                    for (sample, &value) in row.iter_mut().zip(line) {
                        *sample = T::cast_from(value);
                    }
                }
            }
            context.send_frame(frame).map_err(Error::encode_failed)?;
            context.flush();
            Ok(Coded {
                data: only_packet(&mut context)?,
                config: context.container_sequence_header(),
                depth: self.depth(),
            })
        }

        fn config(&self, chroma: ChromaSampling) -> EncoderConfig {
            let (width, height) = (self.image.width() as usize, self.image.height() as usize);
            EncoderConfig {
                width,
                height,
                bit_depth: self.depth().into(),
                chroma_sampling: chroma,
                pixel_range: PixelRange::Full,
                color_description: (chroma != ChromaSampling::Cs400).then_some(ColorDescription {
                    color_primaries: ColorPrimaries::BT709,
                    transfer_characteristics: TransferCharacteristics::SRGB,
                    matrix_coefficients: MatrixCoefficients::BT601,
                }),
                still_picture: true,
                quantizer: quantizer(self.quality),
                tiles: (width * height / PIXELS_A_TILE).clamp(1, MOST_TILES),
                tune: Tune::Psychovisual,
                speed_settings: self.preset.settings(),
                ..EncoderConfig::default()
            }
        }
    }

    impl Preset {
        fn settings(&self) -> SpeedSettings {
            let mut settings = SpeedSettings::from_preset(self.base);
            // Neither filter gains any SSIMULACRA2 on stills; together they took 37 % of the time.
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

    /// From this quality on, chroma at full resolution is worth its bytes and its time.
    const FULL_CHROMA_FROM: u8 = 90;

    /// Quality 1 to 100 as AV1's base quantiser index, 255 to 0.
    fn quantizer(quality: u8) -> usize {
        let quality = usize::from(quality);
        match quality {
            82.. => (100 - quality) * 663 / 100,
            26..=81 => (223 * 100 - quality * 127) / 100,
            _ => 255 - quality * 255 / 100,
        }
    }

    /// One sample of a plane (0 luma, 1 blue, 2 red difference), full range, rounded once.
    fn sample(plane: usize, rgb: [u8; 3], depth: u8) -> u16 {
        let top = (1_i64 << depth) - 1;
        let [r, g, b] = rgb.map(i64::from);
        // Luma in 2^16ths of an 8-bit level: 0 to 255 << 16.
        let luma = r * LUMA[0] + g * LUMA[1] + b * LUMA[2];
        let (value, centre) = match plane {
            0 => (luma, 0),
            1 => (difference(b, luma, LUMA[2]), 1 << (depth - 1)),
            _ => (difference(r, luma, LUMA[0]), 1 << (depth - 1)),
        };
        let scaled = (value * top + (255 << 15)).div_euclid(255 << 16) + centre;
        scaled.clamp(0, top) as u16
    }

    /// `(channel - luma) / (2 - 2 * weight)` in 2^16ths of an 8-bit level.
    fn difference(channel: i64, luma: i64, weight: i64) -> i64 {
        let distance = (channel << 16) - luma;
        (distance << 16) / (2 * (65536 - weight))
    }

    /// An 8-bit level on a scale that ends at `top`.
    fn deepen(level: u8, top: u32) -> u16 {
        ((u32::from(level) * top + 127) / 255) as u16
    }

    /// Each square of four samples averaged; the last column and row stand in for what is missing.
    fn halve(plane: &[u16], width: usize, height: usize) -> Vec<u16> {
        let mut out = Vec::with_capacity(width.div_ceil(2) * height.div_ceil(2));
        for y in (0..height).step_by(2) {
            let upper = &plane[y * width..][..width];
            let lower = &plane[(y + 1).min(height - 1) * width..][..width];
            for x in (0..width).step_by(2) {
                let next = (x + 1).min(width - 1);
                let sum: u32 =
                    [upper[x], upper[next], lower[x], lower[next]].map(u32::from).iter().sum();
                out.push(((sum + 2) / 4) as u16);
            }
        }
        out
    }

    /// The frame's OBUs. The temporal delimiter that rav1e puts first has no place in an AVIF item
    /// (AV1-ISOBMFF, 2.4).
    fn only_packet<T: Pixel>(context: &mut Context<T>) -> Result<Vec<u8>> {
        loop {
            match context.receive_packet() {
                Ok(packet) => {
                    let delimiter = [0x12, 0x00];
                    let data = packet.data;
                    return Ok(data.strip_prefix(&delimiter).map(<[u8]>::to_vec).unwrap_or(data));
                }
                Err(EncoderStatus::Encoded) => {}
                Err(status) => return Err(Error::encode_failed(format_args!("AV1: {status}"))),
            }
        }
    }
}
