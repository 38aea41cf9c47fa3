//! Inflates what PNG holds compressed, in memory that may be refused.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::error::Result;
use crate::image::{allocate, grow};

/// Largest inflated ICC profile or XMP packet: larger ones are bombs.
pub(super) const MAX_INFLATED: usize = 16 << 20;

/// The first room, which holds most profiles.
const FIRST_ROOM: usize = 16 << 10;

/// A zlib stream's content; nothing when it is damaged or larger than [`MAX_INFLATED`].
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub(super) fn inflate(mut stream: &[u8]) -> Result<Option<Vec<u8>>> {
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = DecompressorOxide::new();
    let mut out = allocate(FIRST_ROOM)?;
    let mut filled = 0;
    loop {
        let (status, read, written) = decompress(&mut state, stream, &mut out, filled, flags);
        stream = &stream[read..];
        filled += written;
        match status {
            TINFLStatus::Done => {
                out.truncate(filled);
                return Ok(Some(out));
            }
            TINFLStatus::HasMoreOutput if out.len() < MAX_INFLATED => {
                let room = (out.len() * 2).min(MAX_INFLATED);
                grow(&mut out, room)?;
            }
            _ => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
    }

    #[test]
    fn streams_come_back_whole_or_not_at_all() {
        for length in [0, 1, FIRST_ROOM - 1, FIRST_ROOM, FIRST_ROOM + 1, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|i| (i * i % 251) as u8).collect();
            let stream = deflated(&bytes);
            assert_eq!(inflate(&stream).unwrap().as_deref(), Some(&bytes[..]), "{length}");
            assert_eq!(inflate(&stream[..stream.len() - 5]).unwrap(), None, "{length}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        assert!(inflate(&deflated(&vec![0; MAX_INFLATED])).unwrap().is_some());
        assert_eq!(inflate(&deflated(&vec![0; MAX_INFLATED + 1])).unwrap(), None);
    }
}
