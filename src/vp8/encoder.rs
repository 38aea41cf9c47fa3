//! One picture from planes to bytes.

use crate::cost::Costs;
use crate::cursor::Cursor;
use crate::decide::{Macroblock, decide};
use crate::header::{FilterHeader, FrameHeader, Segment, first_partition};
use crate::params::{Error, Params};
use crate::residual::Coder;
use crate::quant::{Deltas, SegmentQuant};
use crate::tables::DEFAULT_TOKEN_PROBS;
use crate::tokens::Tokens;
use crate::tune::tune;
use crate::yuv::Planes;

/// An encoded picture.
pub struct Frame {
    /// The VP8 key frame: what a `VP8 ` chunk holds.
    pub bytes: Vec<u8>,
    /// What a decoder shows.
    pub decoded: Planes,
}

/// Encodes planes.
pub fn encode(planes: &Planes, params: &Params) -> Result<Frame, Error> {
    let deltas = Deltas { y1_dc: 0, y2_dc: tune("dy2d", 0), y2_ac: tune("dy2a", -4), uv_dc: tune("duvd", -6), uv_ac: tune("duva", -2) };
    let index = {
        let c = f64::from(params.quality) / 100.0;
        let lin = if c < 0.75 { c * 2.0 / 3.0 } else { 2.0 * c - 1.0 };
        (127.0 * (1.0 - lin.cbrt())) as i32
    };
    let segmentation = crate::analysis::segment(planes);
    let sharpness = tune("sharp", 2) as u8;
    let segments: Vec<Segment> = segmentation
        .shifts
        .iter()
        .map(|&shift| {
            let index = crate::quant::shifted(index, shift);
            let step = i32::from(crate::tables::AC_STEPS[index as usize]);
            let level = step * tune("lf", 30) / 256 ;
            Segment { index, filter: level.clamp(0, 63) as u8 }
        })
        .collect();
    let quants: Vec<SegmentQuant> = segments.iter().map(|s| SegmentQuant::new(s.index, &deltas)).collect();
    let mut probs = DEFAULT_TOKEN_PROBS;
    let mut tokens = Tokens::new();
    let mut blocks: Vec<Macroblock> = Vec::new();
    let mut decoded = Planes::new(planes.width(), planes.height());
    let keep = tune("keep", 1) != 0;
    for _ in 0..params.tools.passes {
        let mut costs = Costs::new(&probs);
        tokens = Tokens::new();
        blocks.clear();
        let mut cursor = Cursor::new(planes);
        let every = (planes.mb_width() * planes.mb_height() / 8).max(64);
        let mut n = 0;
        for y in 0..planes.mb_height() {
            tokens.begin_row();
            for x in 0..planes.mb_width() {
                cursor.load(x, y);
                let segment = segmentation.map[y * planes.mb_width() + x];
                let coder = Coder { quant: &quants[usize::from(segment)], costs: &costs };
                let decision = decide(&cursor, &coder, &params.tools, segment);
                let (above, left) = decision.record(&cursor, &mut tokens);
                cursor.save(&decision.decoded, &decision.block.modes, above, left);
                if keep { decoded.store(x, y, &decision.decoded); }
                blocks.push(decision.block);
                n += 1;
                if n % every == 0 {
                    costs = Costs::new(&tokens.settle());
                }
            }
        }
        probs = tokens.settle();
    }
    let filter = FilterHeader { simple: tune("simple", 0) != 0, level: segments.iter().map(|s| s.filter).max().unwrap_or(0), sharpness };
    let header = FrameHeader {
        segments: &segments,
        filter,
        deltas,
        probs: &probs,
        partitions: 0,
    };
    if keep { crate::filter::apply(&mut decoded, &blocks, &filter, &segments); }
    let modes = first_partition(&header, &blocks, planes.mb_width());
    let parts = vec![tokens.emit(0, 1, &probs)];
    Ok(Frame { bytes: assemble(planes, &modes, &parts, filter)?, decoded })
}

fn assemble(planes: &Planes, modes: &[u8], partitions: &[Vec<u8>], filter: FilterHeader) -> Result<Vec<u8>, Error> {
    if modes.len() >= 1 << 19 {
        return Err(Error::TooComplex);
    }
    let profile = u32::from(filter.simple);
    let tag = profile << 1 | 1 << 4 | (modes.len() as u32) << 5;
    let mut bytes = tag.to_le_bytes()[..3].to_vec();
    bytes.extend([0x9d, 0x01, 0x2a]);
    bytes.extend((planes.width() as u16).to_le_bytes());
    bytes.extend((planes.height() as u16).to_le_bytes());
    bytes.extend(modes);
    let (last, others) = partitions.split_last().unwrap();
    for part in others {
        bytes.extend(&(part.len() as u32).to_le_bytes()[..3]);
    }
    for part in others {
        bytes.extend(part);
    }
    bytes.extend(last);
    Ok(bytes)
}
