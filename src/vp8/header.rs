//! The first partition: frame header and the modes of all macroblocks (RFC 6386 sections 9, 10, 11 and 19.2).

use crate::bool_writer::BoolWriter;
use crate::cost::bit_cost;
use crate::decide::Macroblock;
use crate::quant::Deltas;
use crate::tables::b_mode::{B_DC_PRED, B_HE_PRED, B_TM_PRED, B_VE_PRED};
use crate::tables::mb_mode::{DC_PRED, H_PRED, TM_PRED, V_PRED};
use crate::tables::{
    DEFAULT_TOKEN_PROBS, KEY_BMODE_PROBS, KEY_UVMODE_PROBS, KEY_YMODE_PROBS, TOKEN_UPDATE_PROBS,
    TokenProbs,
};
use crate::yuv::Planes;

/// The loop filter's parameters (section 9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilterHeader {
    /// The simple filter in place of the normal one.
    pub simple: bool,
    /// 0..=63; 0 switches the filter off.
    pub level: u8,
    /// 0..=7.
    pub sharpness: u8,
}

/// What segments differ in (section 9.3); all four equal where there is one segment only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Quantiser index, 0..=127.
    pub index: i32,
    /// Loop filter level, 0..=63.
    pub filter: u8,
}

/// Everything the frame header says but the sizes.
pub struct FrameHeader<'a> {
    /// One or four segments.
    pub segments: &'a [Segment],
    /// Loop filter.
    pub filter: FilterHeader,
    /// Quantiser deltas.
    pub deltas: Deltas,
    /// Token probabilities.
    pub probs: &'a TokenProbs,
    /// Binary logarithm of the number of token partitions, 0..=3.
    pub partitions: u32,
}

/// The first partition's size is told in 19 bits (section 9.1).
pub const FIRST_PARTITION_LIMIT: usize = 1 << 19;

/// The frame tag, the sizes and all partitions (sections 9.1 and 9.5).
pub fn assemble(
    planes: &Planes,
    header: &FrameHeader,
    modes: &[u8],
    partitions: &[Vec<u8>],
) -> Vec<u8> {
    // A key frame, shown; the version says which filter is meant, though decoders heed the header's own flag.
    let tag = u32::from(header.filter.simple) << 1 | 1 << 4 | (modes.len() as u32) << 5;
    let mut bytes = tag.to_le_bytes()[..3].to_vec();
    bytes.extend([0x9d, 0x01, 0x2a]);
    bytes.extend((planes.width() as u16).to_le_bytes());
    bytes.extend((planes.height() as u16).to_le_bytes());
    bytes.extend(modes);
    // The last partition takes what is left; the others' sizes are told in 24 bits.
    for partition in &partitions[..partitions.len() - 1] {
        bytes.extend(&(partition.len() as u32).to_le_bytes()[..3]);
    }
    partitions.iter().for_each(|partition| bytes.extend(partition));
    bytes
}

/// Writes the first partition.
pub fn first_partition(header: &FrameHeader, blocks: &[Macroblock], mb_width: usize) -> Vec<u8> {
    let mut w = BoolWriter::new();
    // Colour space and clamping type: the only ones there are.
    w.put_literal(0, 2);
    let segment_probs = segment_probs(blocks);
    write_segments(&mut w, header.segments, segment_probs);
    w.put_flag(header.filter.simple);
    w.put_literal(header.filter.level.into(), 6);
    w.put_literal(header.filter.sharpness.into(), 3);
    // No filter deltas by mode or reference: segments set the level already.
    w.put_flag(false);
    w.put_literal(header.partitions, 2);
    w.put_literal(header.segments[0].index as u32, 7);
    let d = &header.deltas;
    for delta in [d.y1_dc, d.y2_dc, d.y2_ac, d.uv_dc, d.uv_ac] {
        w.put_optional_signed(delta, 4);
    }
    // The probabilities are of no use to a later frame: there is none.
    w.put_flag(false);
    write_token_probs(&mut w, header.probs);
    let skip_prob = skip_prob(blocks);
    w.put_flag(skip_prob.is_some());
    if let Some(prob) = skip_prob {
        w.put_literal(prob.into(), 8);
    }
    let segmented = header.segments.len() > 1;
    write_modes(&mut w, blocks, mb_width, segmented.then_some(segment_probs), skip_prob);
    w.finish()
}

fn write_segments(w: &mut BoolWriter, segments: &[Segment], probs: [u8; 3]) {
    w.put_flag(segments.len() > 1);
    if segments.len() == 1 {
        return;
    }
    // The map and the data are both told, and the data are values and not deltas.
    w.put_literal(0b111, 3);
    for segment in segments {
        w.put_optional_signed(segment.index, 7);
    }
    for segment in segments {
        w.put_optional_signed(segment.filter.into(), 6);
    }
    for prob in probs {
        w.put_flag(prob != 255);
        if prob != 255 {
            w.put_literal(prob.into(), 8);
        }
    }
}

/// Probabilities of the segment tree: {0, 1} or {2, 3}, then which (section 10).
fn segment_probs(blocks: &[Macroblock]) -> [u8; 3] {
    let mut n = [0u32; 4];
    for block in blocks {
        n[usize::from(block.segment)] += 1;
    }
    [prob_of(n[0] + n[1], n[2] + n[3]), prob_of(n[0], n[1]), prob_of(n[2], n[3])]
}

/// Probability of the first of two counts, 255 where neither happens.
fn prob_of(no: u32, yes: u32) -> u8 {
    match no + yes {
        0 => 255,
        total => {
            ((u64::from(no) * 255 + u64::from(total) / 2) / u64::from(total)).clamp(1, 255) as u8
        }
    }
}

/// Probability that a macroblock has levels; none where all have.
fn skip_prob(blocks: &[Macroblock]) -> Option<u8> {
    let skipped = blocks.iter().filter(|block| block.skip).count();
    (skipped > 0).then(|| prob_of((blocks.len() - skipped) as u32, skipped as u32))
}

fn write_token_probs(w: &mut BoolWriter, probs: &TokenProbs) {
    for kind in 0..4 {
        for band in 0..8 {
            for context in 0..3 {
                for branch in 0..11 {
                    let prob = probs[kind][band][context][branch];
                    let told = prob != DEFAULT_TOKEN_PROBS[kind][band][context][branch];
                    w.put(told, TOKEN_UPDATE_PROBS[kind][band][context][branch]);
                    if told {
                        w.put_literal(prob.into(), 8);
                    }
                }
            }
        }
    }
}

fn write_modes(
    w: &mut BoolWriter,
    blocks: &[Macroblock],
    mb_width: usize,
    segment_probs: Option<[u8; 3]>,
    skip_prob: Option<u8>,
) {
    let mut row = vec![[B_DC_PRED; 4]; mb_width];
    for line in blocks.chunks_exact(mb_width) {
        let mut left = [B_DC_PRED; 4];
        for (block, above) in line.iter().zip(&mut row) {
            if let Some(probs) = segment_probs {
                w.put(block.segment >= 2, probs[0]);
                w.put(block.segment % 2 == 1, probs[1 + usize::from(block.segment / 2)]);
            }
            if let Some(prob) = skip_prob {
                w.put(block.skip, prob);
            }
            walk_y_mode(block.luma, |bit, prob| w.put(bit, prob));
            if block.luma.is_none() {
                for (i, &mode) in block.modes.iter().enumerate() {
                    let a = if i < 4 { above[i] } else { block.modes[i - 4] };
                    let l = if i % 4 == 0 { left[i / 4] } else { block.modes[i - 1] };
                    walk_b_mode(a, l, mode, |bit, prob| w.put(bit, prob));
                }
            }
            walk_uv_mode(block.chroma, |bit, prob| w.put(bit, prob));
            let m = &block.modes;
            *above = [m[12], m[13], m[14], m[15]];
            left = [m[3], m[7], m[11], m[15]];
        }
    }
}

/// The luma mode tree of key frames (section 11.2).
#[inline(always)]
fn walk_y_mode(mode: Option<u8>, mut put: impl FnMut(bool, u8)) {
    let p = &KEY_YMODE_PROBS;
    put(mode.is_some(), p[0]);
    if let Some(mode) = mode {
        let later = mode == H_PRED || mode == TM_PRED;
        put(later, p[1]);
        put(mode == if later { TM_PRED } else { V_PRED }, if later { p[3] } else { p[2] });
    }
}

/// The chroma mode tree of key frames (section 11.2).
#[inline(always)]
fn walk_uv_mode(mode: u8, mut put: impl FnMut(bool, u8)) {
    let p = &KEY_UVMODE_PROBS;
    put(mode != DC_PRED, p[0]);
    if mode != DC_PRED {
        put(mode != V_PRED, p[1]);
        if mode != V_PRED {
            put(mode != H_PRED, p[2]);
        }
    }
}

/// Branches of the 4x4 mode tree on the way to each mode, in the order of `b_mode`: which probability, which way
/// (section 11.2).
const B_MODE_PATHS: [&[(usize, bool)]; 10] = [
    &[(0, false)],
    &[(0, true), (1, false)],
    &[(0, true), (1, true), (2, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, true), (5, false)],
    &[(0, true), (1, true), (2, true), (3, false), (4, true), (5, true)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, false)],
    &[(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, true)],
];

#[inline(always)]
fn walk_b_mode(above: u8, left: u8, mode: u8, mut put: impl FnMut(bool, u8)) {
    let probs = &KEY_BMODE_PROBS[usize::from(above)][usize::from(left)];
    for &(branch, bit) in B_MODE_PATHS[usize::from(mode)] {
        put(bit, probs[branch]);
    }
}

/// What the luma mode costs in 1/256 bit.
pub fn y_mode_cost(mode: Option<u8>) -> u32 {
    let mut cost = 0;
    walk_y_mode(mode, |bit, prob| cost += bit_cost(bit, prob));
    cost
}

/// What the chroma mode costs in 1/256 bit.
pub fn uv_mode_cost(mode: u8) -> u32 {
    let mut cost = 0;
    walk_uv_mode(mode, |bit, prob| cost += bit_cost(bit, prob));
    cost
}

/// What each 4x4 mode costs between these neighbours, in 1/256 bit.
pub fn b_mode_costs(above: u8, left: u8) -> &'static [u16; 10] {
    static COSTS: [[[u16; 10]; 10]; 10] = {
        let mut table = [[[0; 10]; 10]; 10];
        let mut i = 0;
        while i < 1000 {
            let (above, left, mode) = (i / 100, i / 10 % 10, i % 10);
            let path = B_MODE_PATHS[mode];
            let mut step = 0;
            while step < path.len() {
                let (branch, bit) = path[step];
                table[above][left][mode] +=
                    bit_cost(bit, KEY_BMODE_PROBS[above][left][branch]) as u16;
                step += 1;
            }
            i += 1;
        }
        table
    };
    &COSTS[usize::from(above)][usize::from(left)]
}

/// The 4x4 mode that a 16x16 mode counts as beside 4x4 blocks (section 11.3).
pub fn implied_b_mode(mode: u8) -> u8 {
    match mode {
        V_PRED => B_VE_PRED,
        H_PRED => B_HE_PRED,
        TM_PRED => B_TM_PRED,
        _ => B_DC_PRED,
    }
}
