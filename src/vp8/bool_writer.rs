//! The boolean entropy encoder of RFC 6386 section 7.
//!
//! Each bool narrows an interval: `low` is its bottom and `range` its width, 128..=255 after each step. Bits that can
//! change no more but by a carry leave `low` four bytes at a time; a carry that comes later walks back through the
//! bytes already written. It never runs off the front, because the value coded is below one.

/// Bits above the 8-bit window at which four bytes are taken out of `low`: 8 + 32 + 7 + a carry fit in 64.
const FLUSH_AT: u32 = 32;

/// Writes bools of given probability into bytes.
pub struct BoolWriter {
    bytes: Vec<u8>,
    /// Bottom of the interval: `held` settled bits above an 8-bit window, and room for a carry above both.
    low: u64,
    range: u32,
    held: u32,
}

impl BoolWriter {
    /// An empty partition.
    pub fn new() -> Self {
        Self { bytes: Vec::new(), low: 0, range: 255, held: 0 }
    }

    /// Writes `bit`, which is false with probability `prob / 256`; `prob` is 1..=255.
    #[inline]
    pub fn put(&mut self, bit: bool, prob: u8) {
        let split = 1 + (((self.range - 1) * u32::from(prob)) >> 8);
        if bit {
            self.low += u64::from(split);
            self.range -= split;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.low <<= shift;
        self.held += shift;
        if self.held >= FLUSH_AT {
            self.flush();
        }
    }

    /// Writes a bool that is as often true as false.
    #[inline]
    pub fn put_flag(&mut self, bit: bool) {
        self.put(bit, 128);
    }

    /// Writes the low `bits` bits of `value`, high bit first.
    pub fn put_literal(&mut self, value: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.put_flag((value >> bit) & 1 != 0);
        }
    }

    /// Writes the header's optional signed number: a flag, then `bits` of magnitude and the sign (section 9.3, 9.6).
    pub fn put_optional_signed(&mut self, value: i32, bits: u32) {
        self.put_flag(value != 0);
        if value != 0 {
            self.put_literal(value.unsigned_abs(), bits);
            self.put_flag(value < 0);
        }
    }

    fn flush(&mut self) {
        let settled = self.low >> (self.held - 24);
        if settled >> 32 != 0 {
            self.carry();
        }
        self.bytes.extend_from_slice(&(settled as u32).to_be_bytes());
        self.held -= 32;
        self.low &= (1 << (self.held + 8)) - 1;
    }

    fn carry(&mut self) {
        for byte in self.bytes.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return;
            }
        }
    }

    /// The partition's bytes, with all of the interval's bottom written out.
    pub fn finish(mut self) -> Vec<u8> {
        let pad = self.held.wrapping_neg() % 8;
        self.low <<= pad;
        self.held += pad;
        if self.low >> (self.held + 8) != 0 {
            self.carry();
        }
        for shift in (0..=self.held).rev().step_by(8) {
            self.bytes.push((self.low >> shift) as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The decoder of section 7.3, bit by bit.
    struct Reader<'a> {
        bytes: std::slice::Iter<'a, u8>,
        value: u32,
        range: u32,
        bits: u32,
    }

    impl<'a> Reader<'a> {
        fn new(bytes: &'a [u8]) -> Self {
            let mut reader = Self { bytes: bytes.iter(), value: 0, range: 255, bits: 0 };
            reader.value = reader.byte() << 8 | reader.byte();
            reader
        }

        fn byte(&mut self) -> u32 {
            self.bytes.next().copied().unwrap_or(0).into()
        }

        fn read(&mut self, prob: u8) -> bool {
            let split = 1 + (((self.range - 1) * u32::from(prob)) >> 8);
            let bit = self.value >= split << 8;
            if bit {
                self.range -= split;
                self.value -= split << 8;
            } else {
                self.range = split;
            }
            while self.range < 128 {
                self.value <<= 1;
                self.range <<= 1;
                self.bits += 1;
                if self.bits == 8 {
                    self.bits = 0;
                    self.value |= self.byte();
                }
            }
            bit
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut seed = 3u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 16
        };
        for length in (0..200).chain([20_000]) {
            // Runs of unlikely bools make the long carries.
            let bools: Vec<(bool, u8)> = (0..length)
                .map(|_| match random() % 3 {
                    0 => (true, 1 + (random() % 3) as u8),
                    1 => (true, 255),
                    _ => (random() % 2 == 0, 1 + (random() % 255) as u8),
                })
                .collect();
            let mut writer = BoolWriter::new();
            bools.iter().for_each(|&(bit, prob)| writer.put(bit, prob));
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            for (i, &(bit, prob)) in bools.iter().enumerate() {
                assert_eq!(reader.read(prob), bit, "bool {i} of {length}");
            }
        }
    }
}
