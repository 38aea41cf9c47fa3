//! One picture from planes to bytes: segments, macroblocks in coding order, filter, header, tokens.

use crate::analysis;
use crate::cost::Costs;
use crate::cursor::Cursor;
use crate::decide::{Macroblock, decide};
use crate::filter;
use crate::header::{FrameHeader, assemble, first_partition, fits_first_partition};
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
    let tools = &params.tools;
    let segmentation =
        if tools.segments { analysis::by_activity(planes) } else { analysis::undivided(planes) };
    let index = quant::index_for(params.quality);
    let segments = filter::segments(index, &segmentation.shifts, tools.filter);
    let encoder = Encoder {
        planes,
        tools,
        map: &segmentation.map,
        quants: segments.iter().map(|segment| SegmentQuant::new(segment.index, &DELTAS)).collect(),
        keep_decoded: params.keep_decoded,
    };
    // Modes of pictures above some 25 megapixels may not fit: then 4x4 modes are made dearer until they do.
    for mode_price in [1, 2, 4, 8, 64] {
        let mut pass = encoder.run(mode_price);
        let probs = if tools.adapt { pass.tokens.settle() } else { DEFAULT_TOKEN_PROBS };
        let partitions = pass.tokens.emit(tools.partitions, &probs);
        let header = FrameHeader {
            filter: filter::header(&segments, tools.filter),
            segments: &segments,
            deltas: DELTAS,
            probs: &probs,
            partitions: partitions.len().ilog2(),
        };
        let modes = first_partition(&header, &pass.blocks, planes.mb_width());
        if fits_first_partition(&modes) {
            if let Some(decoded) = &mut pass.decoded {
                filter::apply(decoded, &pass.blocks, &header.filter, &segments);
            }
            return Ok(Frame {
                bytes: assemble(planes, &header, &modes, &partitions),
                decoded: pass.decoded,
            });
        }
    }
    Err(Error::TooComplex)
}

impl Encoder<'_> {
    /// Decides all macroblocks; the costs of tokens follow what has been seen so far.
    fn run(&self, mode_price: u32) -> Pass {
        let planes = self.planes;
        let (width, height) = (planes.mb_width(), planes.mb_height());
        let mut cursor = Cursor::new(planes);
        let mut pass = Pass {
            blocks: Vec::with_capacity(width * height),
            tokens: Tokens::new(),
            decoded: self.keep_decoded.then(|| Planes::new(planes.width(), planes.height())),
        };
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
        pass
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
}
