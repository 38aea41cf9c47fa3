//! The tokens of a picture: recorded as macroblocks are decided, counted, and written when the probabilities are known.
//!
//! Deciding and writing are apart because the probabilities go into the header, in front of the tokens they come from.
//! A block is kept as a head (its type and context) and its levels up to the last that is not zero: a third of what
//! keeping every bool would take.

use crate::bool_writer::BoolWriter;
use crate::cost::bit_cost;
use crate::tables::{
    BANDS, CATEGORY_BASE, CATEGORY_PROBS, DEFAULT_TOKEN_PROBS, TOKEN_UPDATE_PROBS, TokenProbs,
};

/// Block types in the order of RFC 6386 section 13.3.
pub mod kind {
    /// Luma whose DC went into Y2: coded from the second coefficient on.
    pub const LUMA_AC: usize = 0;
    /// The sixteen luma DCs.
    pub const Y2: usize = 1;
    /// Either chroma plane.
    pub const CHROMA: usize = 2;
    /// Luma with its DC.
    pub const LUMA: usize = 3;
}

/// Ends a block that has room for more levels; no level is as low.
const END: i16 = i16::MIN;

/// Tokens in coding order, and how often each branch of the token tree went which way.
pub struct Tokens {
    stream: Vec<i16>,
    /// Where each row of macroblocks begins in `stream`.
    rows: Vec<usize>,
    counts: Box<Counts>,
}

/// By block type, band, context and branch: times false, times true.
type Counts = [[[[[u32; 2]; 11]; 3]; 8]; 4];

/// Calls `branch(index, bit)` for each branch on the way to the token of `level`, but for the first, "end or not"
/// (RFC 6386 section 13.2).
#[inline(always)]
pub fn walk(level: usize, mut branch: impl FnMut(usize, bool)) {
    branch(1, level > 0);
    if level == 0 {
        return;
    }
    branch(2, level > 1);
    if level == 1 {
        return;
    }
    branch(3, level > 4);
    if level <= 4 {
        branch(4, level > 2);
        if level > 2 {
            branch(5, level > 3);
        }
        return;
    }
    let category = category_of(level);
    branch(6, category > 1);
    if category <= 1 {
        branch(7, category > 0);
    } else {
        branch(8, category > 3);
        branch(if category > 3 { 10 } else { 9 }, category % 2 == 1);
    }
}

/// Which of the six extra-bits categories a level of 5 or more belongs to.
fn category_of(level: usize) -> usize {
    CATEGORY_BASE.iter().rposition(|&base| level >= usize::from(base)).unwrap_or(0)
}

impl Tokens {
    /// An empty recording.
    pub fn new() -> Self {
        Self { stream: Vec::new(), rows: Vec::new(), counts: Box::new([[[[[0; 2]; 11]; 3]; 8]; 4]) }
    }

    /// Marks the beginning of a row of macroblocks.
    pub fn begin_row(&mut self) {
        self.rows.push(self.stream.len());
    }

    /// Records a block: levels in coding order, `end` just past the last that is not zero.
    pub fn record(&mut self, kind: usize, context: u8, levels: &[i16; 16], end: usize) {
        let first = usize::from(kind == kind::LUMA_AC);
        let mut context = usize::from(context);
        self.stream.push((kind << 2 | context) as i16);
        let mut may_end = true;
        let counts = &mut self.counts[kind];
        for n in first..end.max(first) {
            let counts = &mut counts[BANDS[n]][context];
            let level = usize::from(levels[n].unsigned_abs());
            if may_end {
                counts[0][1] += 1;
            }
            walk(level, |branch, bit| counts[branch][usize::from(bit)] += 1);
            may_end = level > 0;
            context = level.min(2);
            self.stream.push(levels[n]);
        }
        let end = end.max(first);
        if end < 16 {
            counts[BANDS[end]][context][0][0] += 1;
            self.stream.push(END);
        }
    }

    /// The probabilities worth writing: each branch's own where it saves more than it costs in the header
    /// (section 13.4), its default otherwise.
    pub fn settle(&self) -> TokenProbs {
        let mut probs = DEFAULT_TOKEN_PROBS;
        for (kind, bands) in self.counts.iter().enumerate() {
            for (band, contexts) in bands.iter().enumerate() {
                for (context, branches) in contexts.iter().enumerate() {
                    for (branch, &counts) in branches.iter().enumerate() {
                        let prob = &mut probs[kind][band][context][branch];
                        let update = TOKEN_UPDATE_PROBS[kind][band][context][branch];
                        *prob = better_prob(counts, *prob, update);
                    }
                }
            }
        }
        probs
    }

    /// Writes the tokens as `2^log2_count` partitions, rows of macroblocks dealt out in turn (section 9.5);
    /// as one where the size of another would not fit into its 24 bits.
    pub fn emit(&self, log2_count: u8, probs: &TokenProbs) -> Vec<Vec<u8>> {
        let count = 1 << log2_count;
        let partitions: Vec<_> =
            (0..count).map(|start| self.emit_rows(start, count, probs)).collect();
        let fit = partitions[..count - 1].iter().all(|partition| partition.len() < 1 << 24);
        if fit { partitions } else { self.emit(0, probs) }
    }

    /// Every `step`-th row from `start` as one partition.
    fn emit_rows(&self, start: usize, step: usize, probs: &TokenProbs) -> Vec<u8> {
        let mut writer = BoolWriter::new();
        for row in (start..self.rows.len()).step_by(step) {
            let end = self.rows.get(row + 1).copied().unwrap_or(self.stream.len());
            emit_row(&self.stream[self.rows[row]..end], probs, &mut writer);
        }
        writer.finish()
    }
}

/// The branch's own probability if telling it pays, else `default`.
fn better_prob([no, yes]: [u32; 2], default: u8, update: u8) -> u8 {
    let total = u64::from(no) + u64::from(yes);
    if total == 0 {
        return default;
    }
    let own = ((u64::from(no) * 255 + total / 2) / total).clamp(1, 255) as u8;
    let cost = |p: u8| {
        u64::from(no) * u64::from(bit_cost(false, p))
            + u64::from(yes) * u64::from(bit_cost(true, p))
    };
    let kept = cost(default) + u64::from(bit_cost(false, update));
    let told = cost(own) + u64::from(bit_cost(true, update)) + 8 * 256;
    if told < kept { own } else { default }
}

fn emit_row(mut stream: &[i16], probs: &TokenProbs, writer: &mut BoolWriter) {
    while let Some((&head, rest)) = stream.split_first() {
        let (kind, context) = ((head >> 2) as usize & 3, head as usize & 3);
        let used = emit_block(rest, kind, context, &probs[kind], writer);
        stream = &rest[used..];
    }
}

/// Writes one block and says how much of `stream` it took.
fn emit_block(
    stream: &[i16],
    kind: usize,
    context: usize,
    probs: &[[[u8; 11]; 3]; 8],
    writer: &mut BoolWriter,
) -> usize {
    let first = usize::from(kind == kind::LUMA_AC);
    let mut context = context.min(2);
    let mut may_end = true;
    for (i, &level) in stream.iter().take(16 - first).enumerate() {
        let p = &probs[BANDS[first + i]][context];
        if may_end {
            writer.put(level != END, p[0]);
        }
        if level == END {
            return i + 1;
        }
        let magnitude = usize::from(level.unsigned_abs());
        walk(magnitude, |branch, bit| writer.put(bit, p[branch]));
        if magnitude > 0 {
            emit_extra(magnitude, writer);
            writer.put_flag(level < 0);
        }
        may_end = magnitude > 0;
        context = magnitude.min(2);
    }
    16 - first
}

fn emit_extra(magnitude: usize, writer: &mut BoolWriter) {
    if magnitude < usize::from(CATEGORY_BASE[0]) {
        return;
    }
    let category = category_of(magnitude);
    let extra = magnitude - usize::from(CATEGORY_BASE[category]);
    let probs = CATEGORY_PROBS[category];
    for (i, &prob) in probs.iter().enumerate() {
        writer.put((extra >> (probs.len() - 1 - i)) & 1 != 0, prob);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Costs;

    /// Blocks as pictures have them: levels that shrink along the scan, now and then a huge one.
    fn blocks(count: usize) -> Vec<(usize, u8, [i16; 16])> {
        let mut seed = 5u32;
        let mut random = move |n: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 12) % n
        };
        (0..count)
            .map(|_| {
                let (kind, context) = (random(4) as usize, random(3) as u8);
                let first = usize::from(kind == kind::LUMA_AC);
                let most = if random(50) == 0 { 2048 } else { 1 + random(9) };
                let mut levels = [0; 16];
                for (n, level) in levels.iter_mut().enumerate().skip(first) {
                    let magnitude = random(most) >> random(2 + n as u32 / 3);
                    *level = if random(2) == 0 { magnitude as i16 } else { -(magnitude as i16) };
                }
                (kind, context, levels)
            })
            .collect()
    }

    fn end_of(levels: &[i16; 16]) -> usize {
        levels.iter().rposition(|&level| level != 0).map_or(0, |last| last + 1)
    }

    #[test]
    fn cost_is_the_size_of_what_is_written() {
        let mut tokens = Tokens::new();
        tokens.begin_row();
        let blocks = blocks(5000);
        for (kind, context, levels) in &blocks {
            tokens.record(*kind, *context, levels, end_of(levels));
        }
        let probs = tokens.settle();
        let costs = Costs::new(&probs);
        let cost: u64 = blocks
            .iter()
            .map(|(kind, context, levels)| {
                let first = usize::from(*kind == kind::LUMA_AC);
                let cost =
                    costs.blocks[*kind].block(levels, first, end_of(levels), usize::from(*context));
                u64::from(cost)
            })
            .sum();
        let size = tokens.emit(0, &probs)[0].len() as u64;
        let told = cost / 256 / 8;
        assert!(size.abs_diff(told) * 100 < size, "{told} bytes told, {size} written");
    }

    #[test]
    fn own_probabilities_are_smaller_than_the_defaults() {
        let mut tokens = Tokens::new();
        tokens.begin_row();
        for (kind, context, levels) in blocks(5000) {
            tokens.record(kind, context, &levels, end_of(&levels));
        }
        let [own, default] =
            [&tokens.settle(), &DEFAULT_TOKEN_PROBS].map(|probs| tokens.emit(0, probs)[0].len());
        assert!(own < default, "{own} {default}");
    }
}
