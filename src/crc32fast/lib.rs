//! CRC-32 (ISO 3309) as PNG has it, in the place of crc32fast (`[patch]` in the root manifest).
//!
//! The same sixteen tables and the same speed in wasm, where crc32fast has no instructions to use.
//! But here they are calculated when first needed: 16 kB of random bits weigh 16 kB under any
//! compression. The names are crc32fast's, as far as `png` and `flate2` call them.

use std::sync::OnceLock;

/// Bytes that are taken at once, each through a table of its own.
const AT_ONCE: usize = 16;

/// ISO 3309's polynomial, the lowest power in the highest bit.
const POLYNOMIAL: u32 = 0xEDB8_8320;

type Tables = [[u32; 256]; AT_ONCE];

/// Table `n`: the remainder of a byte with `n` zero bytes after it.
fn tables() -> &'static Tables {
    static TABLES: OnceLock<Box<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Box::new([[0; 256]; AT_ONCE]);
        for byte in 0..256 {
            let divide =
                |rest: u32, _| if rest & 1 == 1 { rest >> 1 ^ POLYNOMIAL } else { rest >> 1 };
            tables[0][byte] = (0..8).fold(byte as u32, divide);
        }
        for n in 1..AT_ONCE {
            for byte in 0..256 {
                let before = tables[n - 1][byte];
                tables[n][byte] = before >> 8 ^ tables[0][before as usize & 255];
            }
        }
        tables
    })
}

/// A checksum in the making.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    state: u32,
    length: u64,
}

impl Hasher {
    /// The checksum of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        let tables = tables();
        let (blocks, rest) = bytes.as_chunks::<AT_ONCE>();
        let of_blocks = blocks.iter().fold(!self.state, |state, block| fold(tables, state, block));
        self.state = !rest
            .iter()
            .fold(of_blocks, |state, byte| state >> 8 ^ tables[0][usize::from(state as u8 ^ byte)]);
    }

    /// The checksum.
    #[must_use]
    pub const fn finalize(self) -> u32 {
        self.state
    }

    /// Back to nothing.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes the bytes that another took.
    pub fn combine(&mut self, other: &Self) {
        // Zero bytes move our remainder to where it stands before the other's bytes.
        let tables = tables();
        let zero = |state: u32, _| state >> 8 ^ tables[0][state as usize & 255];
        self.state = (0..other.length).fold(self.state, zero) ^ other.state;
        self.length += other.length;
    }
}

fn fold(tables: &Tables, state: u32, block: &[u8; AT_ONCE]) -> u32 {
    let [a, b, c, d] = state.to_le_bytes();
    let mut block = *block;
    block[0] ^= a;
    block[1] ^= b;
    block[2] ^= c;
    block[3] ^= d;
    let mut folded = 0;
    for (at, byte) in block.into_iter().enumerate() {
        folded ^= tables[AT_ONCE - 1 - at][usize::from(byte)];
    }
    folded
}

/// The checksum of bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_comes_out() {
        assert_eq!(hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(hash(b""), 0);
        // PNG's last chunk is the same in every file.
        assert_eq!(hash(b"IEND"), 0xAE42_6082);
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let whole: Vec<u8> = (0..1000_u32).map(|i| ((i * i) >> 3) as u8).collect();
        for cut in [0, 1, 15, 16, 17, 500, 999, 1000] {
            let (start, end) = whole.split_at(cut);
            let mut streamed = Hasher::new();
            streamed.update(start);
            let mut combined = streamed.clone();
            streamed.update(end);
            let mut second = Hasher::new();
            second.update(end);
            combined.combine(&second);
            assert_eq!([streamed.finalize(), combined.finalize()], [hash(&whole); 2], "{cut}");
        }
    }
}
