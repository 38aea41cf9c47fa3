//! The blocks of a GIF (GIF89a, 18–26): the screen, the first frame and what governs it.
//!
//! The screen grows to the first frame where that reaches beyond it, as in browsers: many files
//! have a screen of 0x0, or one that is too small.

use super::Header;
use crate::container::le16;
use crate::error::{Error, Result};

const IMAGE: u8 = 0x2C;
const EXTENSION: u8 = 0x21;
const GRAPHIC_CONTROL: u8 = 0xF9;

/// The first frame, and the screen that it is shown on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen<'a> {
    /// Width and height: those of the header, or more where the frame needs it.
    pub size: (u32, u32),
    /// Where the frame lies on the screen.
    pub offset: (u32, u32),
    /// The frame's width and height.
    pub frame: (u32, u32),
    /// The frame's colors, three bytes each; its own or those of the file.
    pub palette: &'a [u8],
    /// The index that leaves the screen as it is, which is transparent.
    pub transparent: Option<u8>,
    /// Rows come in four passes.
    pub interlaced: bool,
    /// The smallest code size, and then the sub-blocks of compressed indices.
    pub data: &'a [u8],
}

impl<'a> Screen<'a> {
    /// The screen and the first frame; `None` where the file ends before it.
    pub(crate) fn read(file: &'a [u8]) -> Option<Self> {
        let screen = (u32::from(le16(file, 6)?), u32::from(le16(file, 8)?));
        let global = color_table(file, *file.get(10)?, 13);
        let mut at = 13 + global.len();
        let mut transparent = None;
        loop {
            match *file.get(at)? {
                IMAGE => break,
                EXTENSION => {
                    if *file.get(at + 1)? == GRAPHIC_CONTROL {
                        transparent = transparent_index(file, at);
                    }
                    at = after_sub_blocks(file, at + 2);
                }
                _ => return None,
            }
        }
        let side = |start: usize| le16(file, at + start).map(u32::from);
        let (offset, frame) = ((side(1)?, side(3)?), (side(5)?, side(7)?));
        let flags = *file.get(at + 9)?;
        let own = color_table(file, flags, at + 10);
        Some(Self {
            size: (screen.0.max(offset.0 + frame.0), screen.1.max(offset.1 + frame.1)),
            offset,
            frame,
            palette: if own.is_empty() { global } else { own },
            transparent,
            interlaced: flags & 0x40 != 0,
            data: file.get(at + 10 + own.len()..)?,
        })
    }

    /// Whether the frame leaves a part of the screen transparent, or may.
    pub(crate) fn has_alpha(&self) -> bool {
        self.transparent.is_some() || self.frame != self.size
    }

    /// The parts of the compressed data, to the first that is empty or cut off.
    pub(crate) fn sub_blocks(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.data.get(1..).unwrap_or_default();
        std::iter::from_fn(move || {
            let length = usize::from(*rest.first()?);
            let block = rest.get(1..=length).filter(|block| !block.is_empty())?;
            rest = &rest[1 + length..];
            Some(block)
        })
    }

    /// Whether more than one frame follows.
    fn is_animated(&self) -> bool {
        let mut at = after_sub_blocks(self.data, 1);
        while self.data.get(at) == Some(&EXTENSION) {
            at = after_sub_blocks(self.data, at + 2);
        }
        self.data.get(at) == Some(&IMAGE)
    }
}

/// What the blocks say.
pub(super) fn header(file: &[u8]) -> Result<Header> {
    let screen = Screen::read(file)
        .ok_or_else(|| Error::corrupt("the gif header is truncated or damaged, or has no frame"))?;
    Ok(Header {
        width: screen.size.0,
        height: screen.size.1,
        has_alpha: screen.has_alpha(),
        animated: screen.is_animated(),
    })
}

/// The color table that the flags speak of, as much of it as there is.
fn color_table(file: &[u8], flags: u8, at: usize) -> &[u8] {
    let length = if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let rest = file.get(at..).unwrap_or_default();
    &rest[..length.min(rest.len())]
}

fn transparent_index(file: &[u8], at: usize) -> Option<u8> {
    (file.get(at + 3)? & 1 == 1).then_some(*file.get(at + 6)?)
}

fn after_sub_blocks(file: &[u8], mut at: usize) -> usize {
    while let Some(&length) = file.get(at) {
        at += 1 + usize::from(length);
        if length == 0 {
            break;
        }
    }
    at
}
