//! What tokens cost, in 1/256 bit.
//!
//! All decisions weigh bits by these tables. They follow the token probabilities, so they are made anew whenever those
//! are; the logarithm is taken in integers when the crate is compiled, so that every machine decides alike.

use crate::tables::{BANDS, CATEGORY_BASE, CATEGORY_PROBS, MAX_LEVEL, TokenProbs};

/// Levels above this one share its token and differ in extra bits only (RFC 6386 section 13.2).
pub const TOP_TOKEN_LEVEL: usize = 67;

/// `BIT_COST[p]` is the cost of a bool whose probability is `p / 256`.
const BIT_COST: [u16; 257] = {
    let mut table = [0; 257];
    let mut p = 1;
    while p < 257 {
        table[p] = 2048 - log2_256(p as u32) as u16;
        p += 1;
    }
    table[0] = table[1];
    table
};

/// `256 * log2(value)`, rounded, of a value above 0: the fraction's bits appear one by one as the mantissa is squared.
pub const fn log2_256(value: u32) -> u32 {
    let whole = 31 - value.leading_zeros();
    let mut mantissa = (value as u64) << (31 - whole);
    let mut log = whole;
    let mut bit = 0;
    while bit < 12 {
        mantissa = (mantissa * mantissa) >> 31;
        log <<= 1;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            log |= 1;
        }
        bit += 1;
    }
    (log + 8) >> 4
}

/// Cost of a bool that is false with probability `prob / 256`.
#[inline]
pub const fn bit_cost(bit: bool, prob: u8) -> u32 {
    let prob = prob as usize;
    BIT_COST[if bit { 256 - prob } else { prob }] as u32
}

/// Sign and extra bits of each level: the part that no probability table changes.
static EXTRA_COST: [u16; MAX_LEVEL as usize + 1] = {
    let mut table = [256; MAX_LEVEL as usize + 1];
    table[0] = 0;
    let mut level = CATEGORY_BASE[0] as usize;
    while level <= MAX_LEVEL as usize {
        let mut category = 5;
        while level < CATEGORY_BASE[category] as usize {
            category -= 1;
        }
        let extra = level - CATEGORY_BASE[category] as usize;
        let probs = CATEGORY_PROBS[category];
        let mut bit = 0;
        while bit < probs.len() {
            let p = probs[bit] as usize;
            let set = (extra >> (probs.len() - 1 - bit)) & 1 != 0;
            table[level] += BIT_COST[if set { 256 - p } else { p }];
            bit += 1;
        }
        level += 1;
    }
    table
};

/// Costs by block type; see [`BlockCosts`].
pub struct Costs {
    /// In the order of section 13.3: luma without DC, Y2, chroma, luma with DC.
    pub blocks: [BlockCosts; 4],
}

/// Costs of the tokens of one block type, by band and context.
#[derive(Clone)]
pub struct BlockCosts {
    /// Of a level's token. "Not the end" is in it where the context says that it is coded, after a level that is not 0.
    levels: [[[u16; 3]; TOP_TOKEN_LEVEL + 1]; 8],
    /// Of ending the block before a coefficient.
    end: [[u16; 3]; 8],
    /// Of not ending it, for a block's first coefficient in context 0, where `levels` leaves it out.
    go_on: [u16; 8],
}

impl Costs {
    /// The tables for these probabilities.
    pub fn new(probs: &TokenProbs) -> Self {
        Self { blocks: std::array::from_fn(|kind| BlockCosts::new(&probs[kind])) }
    }
}

impl BlockCosts {
    fn new(probs: &[[[u8; 11]; 3]; 8]) -> Self {
        let level = |contexts: &[[u8; 11]; 3], level| {
            std::array::from_fn(|context| {
                let p = &contexts[context];
                let go_on = if context > 0 { bit_cost(true, p[0]) } else { 0 };
                (go_on + token_cost(level, p)) as u16
            })
        };
        Self {
            levels: probs
                .map(|contexts| std::array::from_fn(|magnitude| level(&contexts, magnitude))),
            end: probs.map(|contexts| contexts.map(|p| bit_cost(false, p[0]) as u16)),
            go_on: probs.map(|contexts| bit_cost(true, contexts[0][0]) as u16),
        }
    }

    /// Cost of ending the block before coefficient `n`; nothing after the last.
    #[inline]
    pub fn end(&self, n: usize, context: usize) -> u32 {
        if n < 16 { u32::from(self.end[BANDS[n]][context]) } else { 0 }
    }

    /// What a block that is not empty pays before its first coefficient.
    #[inline]
    pub fn start(&self, first: usize, context: usize) -> u32 {
        if context == 0 { u32::from(self.go_on[BANDS[first]]) } else { 0 }
    }

    /// Cost of the level `magnitude` as coefficient `n`, in each context.
    #[inline]
    pub fn level(&self, n: usize, magnitude: usize) -> [u32; 3] {
        let extra = u32::from(EXTRA_COST[magnitude & 2047]);
        self.tokens(n, magnitude).map(|token| u32::from(token) + extra)
    }

    #[inline(always)]
    fn tokens(&self, n: usize, magnitude: usize) -> &[u16; 3] {
        &self.levels[BANDS[n]][magnitude.min(TOP_TOKEN_LEVEL)]
    }

    /// Cost of a whole block: `levels` in coding order from `first`, `end` just past the last that is not zero.
    pub fn block(&self, levels: &[i16; 16], first: usize, end: usize, context: usize) -> u32 {
        if end <= first {
            return self.end(first, context);
        }
        let mut context = context;
        let mut cost = self.start(first, context);
        for (n, level) in levels.iter().enumerate().take(end).skip(first) {
            let magnitude = usize::from(level.unsigned_abs());
            cost += u32::from(self.tokens(n, magnitude)[context])
                + u32::from(EXTRA_COST[magnitude & 2047]);
            context = magnitude.min(2);
        }
        cost + self.end(end, context)
    }
}

/// Cost of a level's token from the second branch of the tree on (section 13.2).
fn token_cost(level: usize, p: &[u8; 11]) -> u32 {
    let mut cost = 0;
    crate::tokens::walk(level, |branch, bit| cost += bit_cost(bit, p[branch]));
    cost
}
