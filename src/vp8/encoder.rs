//! One picture from planes to bytes: segments, macroblocks in coding order, filter, header, tokens.

use crate::analysis;
use crate::cost::Costs;
use crate::cursor::Cursor;
use crate::decide::{Macroblock, decide};
use crate::filter;
use crate::header::{FIRST_PARTITION_LIMIT, FrameHeader, Segment, assemble, first_partition};
use crate::params::{Error, Params, Tools};
use crate::quant::{self, DELTAS, SegmentQuant};
use crate::residual::Coder;
use crate::tables::DEFAULT_TOKEN_PROBS;
use crate::tokens::Tokens;
use crate::yuv::Planes;

/// An encoded picture.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The VP8 key frame: what a `VP8 ` chunk holds.
    pub bytes: Vec<u8>,
    /// What a decoder shows, where [`Params::keep_decoded`] asks for it.
    pub decoded: Option<Planes>,
}

/// What one run over the macroblocks leaves.
struct Pass {
    blocks: Vec<Macroblock>,
    tokens: Tokens,
    /// Before filtering.
    decoded: Option<Planes>,
}

/// What the runs over the macroblocks share.
struct Encoder<'a> {
    planes: &'a Planes,
    tools: &'a Tools,
    /// Segment of each macroblock.
    map: &'a [u8],
    quants: Vec<SegmentQuant>,
    keep_decoded: bool,
}

/// Encodes planes.
pub fn encode(planes: &Planes, params: &Params) -> Result<Frame, Error> {
    params.check()?;
    encode_within(planes, params, FIRST_PARTITION_LIMIT)
}

/// Encodes planes so that the modes take less than `limit` bytes.
fn encode_within(planes: &Planes, params: &Params, limit: usize) -> Result<Frame, Error> {
    let tools = &params.tools;
    let segmentation =
        if tools.segments { analysis::by_activity(planes) } else { analysis::undivided(planes) };
    let segments =
        filter::segments(quant::index_for(params.quality), &segmentation.shifts, tools.filter);
    let encoder = Encoder {
        planes,
        tools,
        map: &segmentation.map,
        quants: segments.iter().map(|segment| SegmentQuant::new(segment.index, &DELTAS)).collect(),
        keep_decoded: params.keep_decoded,
    };
    // Modes of pictures above some 25 megapixels may not fit: then 4x4 modes are made dearer until they do.
    for mode_price in [1, 2, 4, 8, 64] {
        let pass = encoder.run(mode_price)?;
        if let Some(frame) = pass.write(planes, tools, &segments, limit) {
            return Ok(frame);
        }
    }
    Err(Error::TooComplex)
}

impl Encoder<'_> {
    /// Decides all macroblocks; the costs of tokens follow what has been seen so far.
    fn run(&self, mode_price: u32) -> Result<Pass, Error> {
        let planes = self.planes;
        let (width, height) = (planes.mb_width(), planes.mb_height());
        let mut cursor = Cursor::new(planes);
        let mut pass = Pass {
            blocks: Vec::new(),
            tokens: Tokens::new(),
            decoded: match self.keep_decoded {
                true => Some(Planes::new(planes.width(), planes.height())?),
                false => None,
            },
        };
        pass.blocks.try_reserve_exact(width * height).map_err(|_| Error::Memory)?;
        let mut costs = Costs::new(&DEFAULT_TOKEN_PROBS);
        let interval = refresh_interval(width * height);
        for y in 0..height {
            pass.tokens.begin_row();
            for x in 0..width {
                cursor.load(x, y);
                let segment = self.map[pass.blocks.len()];
                let quant = &self.quants[usize::from(segment)];
                let coder = Coder { quant, costs: &costs, mode_price };
                pass.add(&mut cursor, &coder, self.tools, segment);
                if self.tools.adapt && pass.blocks.len().is_multiple_of(interval) {
                    costs = Costs::new(&pass.tokens.settle());
                }
            }
        }
        Ok(pass)
    }
}

/// After how many macroblocks the costs are made anew: eight times a picture, but not before there is something to
/// learn from.
fn refresh_interval(macroblocks: usize) -> usize {
    (macroblocks / 8).max(64)
}

impl Pass {
    fn add(&mut self, cursor: &mut Cursor, coder: &Coder, tools: &Tools, segment: u8) {
        let decision = decide(cursor, coder, tools, segment);
        let (above, left) = decision.record(cursor, &mut self.tokens);
        cursor.save(&decision.decoded, &decision.block.modes, above, left);
        if let Some(planes) = &mut self.decoded {
            planes.store(cursor.x, cursor.y, &decision.decoded);
        }
        self.blocks.push(decision.block);
    }

    /// The frame, or nothing where its modes take `limit` bytes or more.
    fn write(
        mut self,
        planes: &Planes,
        tools: &Tools,
        segments: &[Segment],
        limit: usize,
    ) -> Option<Frame> {
        let probs = if tools.adapt { self.tokens.settle() } else { DEFAULT_TOKEN_PROBS };
        let partitions = self.tokens.emit(tools.partitions, &probs);
        let header = FrameHeader {
            filter: filter::header(segments, tools.filter),
            segments,
            deltas: DELTAS,
            probs: &probs,
            partitions: partitions.len().ilog2(),
        };
        let modes = first_partition(&header, &self.blocks, planes.mb_width());
        if modes.len() >= limit {
            return None;
        }
        if let Some(decoded) = &mut self.decoded {
            filter::apply(decoded, &self.blocks, &header.filter, segments);
        }
        Some(Frame { bytes: assemble(planes, &header, &modes, &partitions), decoded: self.decoded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: usize, height: usize) -> Planes {
        let mut seed = 9u32;
        let mut random = |_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        let rgb: Vec<u8> = (0..width * height * 3).map(&mut random).collect();
        Planes::from_rgb(&rgb, width, height, false).unwrap()
    }

    #[test]
    fn modes_that_do_not_fit_are_made_to() {
        let planes = noise(160, 160);
        let params = Params::new(90, 2).unwrap();
        let size = |frame: &Frame| {
            let tag = u32::from_le_bytes([frame.bytes[0], frame.bytes[1], frame.bytes[2], 0]);
            (tag >> 5) as usize
        };
        let free = size(&encode(&planes, &params).unwrap());
        let limit = free * 2 / 3;
        let frame = encode_within(&planes, &params, limit).unwrap();
        assert!(size(&frame) < limit, "{} of {limit}, {free} without", size(&frame));
        image_webp::vp8::Vp8Decoder::decode_frame(&frame.bytes[..]).unwrap();
        assert_eq!(encode_within(&planes, &params, 20).unwrap_err(), Error::TooComplex);
    }
}
