//! Fax coding (ITU-T T.4 and T.6; TIFF 6.0, section 10 and 11): rows of two colors as the places
//! where the color changes.
//!
//! The tables of codes are the `fax` crate's; its decoders are not used, since they know neither
//! rows without marks between them nor the two-dimensional rows of Group 3.

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

use super::kind::Compression;
use super::truncated;
use crate::error::{Error, Result};

/// Decodes rows; a set bit is black.
pub(super) struct Fax<'a> {
    bits: Bits<'a>,
    coding: Compression,
    width: usize,
    /// Where the color changes in the row before: to black, to white, and so on.
    reference: Vec<usize>,
    current: Vec<usize>,
}

impl<'a> Fax<'a> {
    pub(super) fn new(
        data: &'a [u8],
        reversed: bool,
        coding: Compression,
        width: usize,
    ) -> Result<Self> {
        let mut fax = Self {
            bits: Bits { data, reversed, at: 0 },
            coding,
            width,
            reference: Vec::new(),
            current: Vec::new(),
        };
        // Each code adds two places at most, and a row ends at its width; zero runs add more.
        for list in [&mut fax.reference, &mut fax.current] {
            list.try_reserve(2 * width + 4)
                .map_err(|_| Error::out_of_memory("no memory for a row of fax"))?;
        }
        Ok(fax)
    }

    pub(super) fn fill(&mut self, row: &mut [u8]) -> Result<()> {
        std::mem::swap(&mut self.reference, &mut self.current);
        self.current.clear();
        match self.coding {
            Compression::Fax4 => self.row_by_reference()?,
            Compression::Fax3 { two_dimensional } => {
                let marked = self.pass_marks()?;
                let by_reference = two_dimensional && marked && self.bits.peek(1) == Some(0);
                if two_dimensional && marked {
                    self.bits.pass(1);
                }
                if by_reference { self.row_by_reference()? } else { self.row_of_runs()? }
            }
            _ => {
                self.bits.align();
                self.row_of_runs()?;
            }
        }
        self.paint(row);
        Ok(())
    }

    /// Passes fill and marks of a row's end (11 zeros or more and a one), of which there may be
    /// none; no other code starts with nine zeros.
    fn pass_marks(&mut self) -> Result<bool> {
        let mut marked = false;
        while self.bits.peek(9).ok_or_else(truncated)? == 0 {
            while self.bits.peek(1).ok_or_else(truncated)? == 0 {
                self.bits.pass(1);
            }
            self.bits.pass(1);
            marked = true;
        }
        Ok(marked)
    }

    /// White and black in turn, to the row's end.
    fn row_of_runs(&mut self) -> Result<()> {
        let (mut at, mut is_black) = (0, false);
        while at < self.width {
            at += self.run(is_black)?;
            self.change(at)?;
            is_black = !is_black;
        }
        Ok(())
    }

    /// The modes of T.4, 4.2.1.3: places relative to those of the row before.
    fn row_by_reference(&mut self) -> Result<()> {
        let (mut at, mut is_black, mut start, mut index) = (0, false, true, 0);
        while at < self.width {
            let mode = mode::decode(&mut self.bits).ok_or_else(truncated)?;
            match mode {
                Mode::Pass => {
                    let below = self.find(&mut index, at, start, is_black);
                    at = self.reference.get(below + 1).copied().unwrap_or(self.width);
                }
                Mode::Vertical(delta) => {
                    let below = self.find(&mut index, at, start, is_black);
                    let above = self.reference.get(below).copied().unwrap_or(self.width);
                    let change = above.checked_add_signed(delta.into()).ok_or_else(truncated)?;
                    if change < at {
                        return Err(truncated());
                    }
                    at = change;
                    self.change(at)?;
                    is_black = !is_black;
                }
                Mode::Horizontal => {
                    for color in [is_black, !is_black] {
                        at += self.run(color)?;
                        self.change(at)?;
                    }
                }
                Mode::Extension => {
                    return Err(Error::unsupported_feature(
                        "a TIFF of fax with uncompressed parts",
                    ));
                }
                Mode::EOF => return Err(truncated()),
            }
            start = false;
        }
        Ok(())
    }

    /// The first change of the row before that lies right of `at` and is to the other color than
    /// this one. `index` is where the last search ended: places ascend, so it moves little.
    fn find(&self, index: &mut usize, at: usize, start: bool, is_black: bool) -> usize {
        let right = |place: usize| place > at || (start && place == at);
        while *index > 0 && right(self.reference[*index - 1]) {
            *index -= 1;
        }
        while self.reference.get(*index).is_some_and(|&place| !right(place)) {
            *index += 1;
        }
        *index + usize::from((*index % 2 == 1) != is_black)
    }

    fn change(&mut self, at: usize) -> Result<()> {
        if at > self.width || self.current.len() == self.current.capacity() {
            return Err(Error::corrupt("the tiff's fax rows are longer than it is wide"));
        }
        self.current.push(at);
        Ok(())
    }

    /// The length of a run: codes for multiples of 64, then one for the rest.
    fn run(&mut self, is_black: bool) -> Result<usize> {
        let mut sum = 0;
        loop {
            let code = if is_black {
                black::decode(&mut self.bits)
            } else {
                white::decode(&mut self.bits)
            };
            let part = usize::from(code.ok_or_else(truncated)?);
            sum += part;
            if part < 64 {
                return Ok(sum);
            }
            if sum > self.width {
                return Err(truncated());
            }
        }
    }

    fn paint(&self, row: &mut [u8]) {
        row.fill(0);
        for pair in self.current.chunks(2) {
            let end = pair.get(1).copied().unwrap_or(self.width);
            (pair[0]..end).for_each(|x| row[x / 8] |= 0x80 >> (x % 8));
        }
    }
}

/// The data as bits; a few zeros follow the last, so that a short code at the end is found.
struct Bits<'a> {
    data: &'a [u8],
    reversed: bool,
    at: usize,
}

impl Bits<'_> {
    fn byte(&self, index: usize) -> u32 {
        let byte = self.data.get(index).copied().unwrap_or(0);
        u32::from(if self.reversed { byte.reverse_bits() } else { byte })
    }

    fn pass(&mut self, bits: usize) {
        self.at += bits;
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
}

impl BitReader for Bits<'_> {
    type Error = std::convert::Infallible;

    fn peek(&self, bits: u8) -> Option<u16> {
        let byte = self.at / 8;
        if byte >= self.data.len() || bits > 16 {
            return None;
        }
        let three = self.byte(byte) << 16 | self.byte(byte + 1) << 8 | self.byte(byte + 2);
        let shift = 24 - self.at % 8 - usize::from(bits);
        Some((three >> shift & ((1 << bits) - 1)) as u16)
    }

    fn consume(&mut self, bits: u8) -> Result<(), Self::Error> {
        self.pass(bits.into());
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.at.wrapping_neg() % 8) as u8
    }
}
