//! Which picture of a WebP is shown first, and how much its decoder takes.
//!
//! A WebP says its size up to three times: in `VP8X` for the canvas, in `ANMF` for a frame and in
//! the frame's own bitstream (WebP container specification; RFC 6386, 9.1; VP8L specification, 3).
//! Decoders allocate by the last, so all of them are read here; where they disagree the file is
//! damaged, which the codec says once the sizes have been admitted.

use crate::container::{Piece, le16, le32};

/// The picture that is shown first.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub canvas: (u32, u32),
    /// Where the frame lies on the canvas.
    pub at: (u32, u32),
    /// The frame's size as its `ANMF` has it; without one, the canvas.
    pub size: (u32, u32),
    /// Nothing where the file ends before it.
    pub frame: Option<Frame<'a>>,
    /// Frames, of which at most two are counted.
    pub frames: usize,
    pub has_alpha: bool,
}

/// A coded picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub coding: Coding,
    pub body: &'a [u8],
    /// The body of `ALPH`.
    pub alpha: Option<&'a [u8]>,
    /// As the bitstream has it.
    pub size: (u32, u32),
    /// Whether the file holds all of it.
    pub whole: bool,
    /// Whether the lossless bitstream says that it has alpha.
    lossless_alpha: bool,
}

/// How a frame is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `VP8 `.
    Lossy,
    /// `VP8L`.
    Lossless,
}

/// Flag of `VP8X`: pictures follow in `ANMF` chunks.
const ANIMATION: u8 = 0x02;
/// Flag of `VP8X`: there may be alpha.
const ALPHA: u8 = 0x10;

impl Shown<'_> {
    /// Width and height that hold the canvas and the frame.
    pub fn extent(&self) -> (u32, u32) {
        let coded = self.frame.map_or((0, 0), |frame| frame.size);
        let most = |side: fn((u32, u32)) -> u32| {
            [self.canvas, self.size, coded].map(side).into_iter().max().unwrap_or(0)
        };
        (most(|size| size.0), most(|size| size.1))
    }

    /// Whether the frame leaves a part of the canvas clear.
    pub fn is_partial(&self) -> bool {
        self.size != self.canvas
    }
}

impl Frame<'_> {
    pub const fn has_alpha(&self) -> bool {
        self.lossless_alpha || self.alpha.is_some()
    }
}

/// Reads the headers; nothing where the first of them is not whole.
pub(crate) fn first_picture(file: &[u8]) -> Option<Shown<'_>> {
    let mut chunks = Chunks(file.get(12..)?);
    let first = chunks.next()?.piece;
    if &first.name != b"VP8X" {
        let frame = frame(Chunks(file.get(12..)?))?;
        let (canvas, has_alpha) = (frame.size, frame.has_alpha());
        let (at, frame) = ((0, 0), Some(frame));
        return Some(Shown { canvas, at, size: canvas, frame, frames: 1, has_alpha });
    }
    let flags = *first.body.first()?;
    let canvas = (le24(first.body, 4)? + 1, le24(first.body, 7)? + 1);
    let mut shown =
        Shown { canvas, at: (0, 0), size: canvas, frame: None, frames: 0, has_alpha: false };
    if flags & ANIMATION == 0 {
        shown.frame = frame(chunks);
        shown.frames = 1;
    } else {
        let mut frames = chunks.map(|chunk| chunk.piece).filter(|chunk| &chunk.name == b"ANMF");
        if let Some(body) = frames.next().map(|chunk| chunk.body) {
            shown.at = (le24(body, 0)? * 2, le24(body, 3)? * 2);
            shown.size = (le24(body, 6)? + 1, le24(body, 9)? + 1);
            shown.frame = frame(Chunks(body.get(16..).unwrap_or_default()));
            shown.frames = 1 + frames.take(1).count();
        }
    }
    let frame_alpha = shown.frame.is_some_and(|frame| frame.has_alpha());
    shown.has_alpha = flags & ALPHA != 0 || frame_alpha || shown.is_partial();
    Some(shown)
}

/// The first coded picture among chunks, and the alpha before it.
fn frame<'a>(chunks: Chunks<'a>) -> Option<Frame<'a>> {
    let mut alpha = None;
    for Chunk { piece, whole } in chunks {
        let body = piece.body;
        match &piece.name {
            b"ALPH" => _ = alpha.get_or_insert(body),
            b"VP8 " => {
                let start_code = body.get(3..6)? == [0x9D, 0x01, 0x2A];
                let side = |at| le16(body, at).map(|side| u32::from(side & 0x3FFF));
                let size = start_code.then_some((side(6)?, side(8)?))?;
                let coding = Coding::Lossy;
                return Some(Frame { coding, body, alpha, size, whole, lossless_alpha: false });
            }
            b"VP8L" => {
                let bits = le32(body, 1).filter(|_| body[0] == 0x2F)?;
                let size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
                let (coding, lossless_alpha) = (Coding::Lossless, bits >> 28 & 1 == 1);
                return Some(Frame { coding, body, alpha: None, size, whole, lossless_alpha });
            }
            _ => {}
        }
    }
    None
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(le16(bytes, at)?) | u32::from(*bytes.get(at + 2)?) << 16)
}

/// The chunks of a RIFF file, the last of which may be cut off.
struct Chunks<'a>(&'a [u8]);

struct Chunk<'a> {
    piece: Piece<'a>,
    whole: bool,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let name = *self.0.first_chunk()?;
        let length = le32(self.0, 4)? as usize;
        let rest = &self.0[8..];
        let (body, after) = rest.split_at(length.min(rest.len()));
        self.0 = after.get(length & 1..).unwrap_or_default();
        Some(Chunk { piece: Piece { name, body }, whole: body.len() == length })
    }
}
