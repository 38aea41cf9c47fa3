//! Files of the rarely met formats, made byte by byte: GIF, BMP, ICO and TIFF.

/// A file from its parts.
pub fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A GIF of one frame at an offset on a screen, its indices counting up in a palette of four:
/// red, green, blue, white. `transparent` is an index.
pub fn gif(
    screen: (u16, u16),
    offset: (u16, u16),
    frame: (u16, u16),
    transparent: Option<u8>,
) -> Vec<u8> {
    let two = |(a, b): (u16, u16)| [a.to_le_bytes(), b.to_le_bytes()].concat();
    let palette = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]].concat();
    let control: &[u8] = &match transparent {
        Some(index) => vec![0x21, 0xF9, 4, 1, 0, 0, index, 0],
        None => Vec::new(),
    };
    let pixels = usize::from(frame.0) * usize::from(frame.1);
    joined(&[
        b"GIF89a",
        &two(screen),
        &[0x81, 0, 0],
        &palette,
        control,
        &[0x2C],
        &two(offset),
        &two(frame),
        &[0, 2],
        &lzw_literals(pixels),
        &[0, 0x3B],
    ])
}

/// Indices 0 to 3 again and again, as codes of 3 bits with a clear code before every second, so
/// that codes stay that short; in sub-blocks.
fn lzw_literals(pixels: usize) -> Vec<u8> {
    let codes = (0..pixels).flat_map(|at| [4, (at % 4) as u8].into_iter().skip(at % 2)).chain([5]);
    let bits: Vec<u8> = codes.flat_map(|code| [code & 1, code >> 1 & 1, code >> 2]).collect();
    let byte = |bits: &[u8]| bits.iter().enumerate().map(|(at, bit)| bit << at).sum();
    let bytes: Vec<u8> = bits.chunks(8).map(byte).collect();
    bytes.chunks(255).flat_map(|block| [&[block.len() as u8], block].concat()).collect()
}

/// What a BMP's header says; the file has a header of 40 bytes or of more.
#[derive(Clone, Copy)]
pub struct Bmp<'a> {
    pub header: u32,
    pub width: i32,
    pub height: i32,
    pub bits: u16,
    pub compression: u32,
    pub colors: u32,
    pub masks: [u32; 4],
    pub palette: &'a [u8],
    pub pixels: &'a [u8],
}

impl Default for Bmp<'_> {
    fn default() -> Self {
        Self {
            header: 40,
            width: 2,
            height: 2,
            bits: 24,
            compression: 0,
            colors: 0,
            masks: [0; 4],
            palette: &[],
            pixels: &[],
        }
    }
}

impl Bmp<'_> {
    /// The bitmap without the file's header.
    pub fn bitmap(&self) -> Vec<u8> {
        let mut header = [
            self.header,
            self.width as u32,
            self.height as u32,
            1 | u32::from(self.bits) << 16,
            self.compression,
            0,
            0,
            0,
            self.colors,
            0,
        ]
        .iter()
        .chain(&self.masks)
        .flat_map(|field| field.to_le_bytes())
        .collect::<Vec<u8>>();
        header.resize(self.header as usize, 0);
        joined(&[&header, self.palette, self.pixels])
    }

    pub fn file(&self) -> Vec<u8> {
        let start = 14 + self.header + self.palette.len() as u32;
        let bitmap = self.bitmap();
        let length = (14 + bitmap.len() as u32).to_le_bytes();
        joined(&[b"BM", &length, &[0; 4], &start.to_le_bytes(), &bitmap])
    }
}

/// An icon, or a cursor (`kind` 2), of one entry; the directory says that it is 1x1.
pub fn icon(kind: u8, depth: u16, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u32).to_le_bytes();
    let depth = depth.to_le_bytes();
    joined(&[&[0, 0, kind, 0, 1, 0, 1, 1, 0, 0, 1, 0], &depth, &length, &[22, 0, 0, 0], data])
}

/// A tag's value: SHORTs, LONGs, or the offset of the pixels or of another directory.
#[derive(Clone)]
pub enum Value {
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    /// Offsets that count from where the pixels start.
    Pixels(Vec<u32>),
    /// The offset of the directory of that number.
    Directory(usize),
}

/// A little-endian TIFF: its directories, chained as `chain` says, and pixels that they share.
/// BigTIFF where `big`.
pub fn tiff(
    big: bool,
    directories: &[Vec<(u16, Value)>],
    chain: &[usize],
    pixels: &[u8],
) -> Vec<u8> {
    let width = if big { 8 } else { 4 };
    let room = |tags: usize| if big { 8 + 20 * tags + 8 } else { 2 + 12 * tags + 4 };
    let first = if big { 16 } else { 8 };
    let places: Vec<usize> = directories
        .iter()
        .scan(first, |at, tags| Some(std::mem::replace(at, *at + room(tags.len()))))
        .collect();
    let pixels_at = first + directories.iter().map(|tags| room(tags.len())).sum::<usize>();
    let number = |value: usize| (value as u64).to_le_bytes()[..width].to_vec();
    let mut late = pixels.to_vec();
    let mut out = if big { b"II+\0\x08\0\0\0".to_vec() } else { b"II*\0".to_vec() };
    out.extend(number(first));
    for (index, tags) in directories.iter().enumerate() {
        out.extend(&(tags.len() as u64).to_le_bytes()[..if big { 8 } else { 2 }]);
        for (tag, value) in tags {
            let longs = |all: &[u32]| all.iter().flat_map(|n| n.to_le_bytes()).collect();
            let offsets =
                |all: &[u32]| -> Vec<u32> { all.iter().map(|at| at + pixels_at as u32).collect() };
            let (kind, count, mut bytes): (u16, usize, Vec<u8>) = match value {
                Value::Shorts(all) => {
                    (3, all.len(), all.iter().flat_map(|n| n.to_le_bytes()).collect())
                }
                Value::Longs(all) => (4, all.len(), longs(all)),
                Value::Pixels(all) => (4, all.len(), longs(&offsets(all))),
                Value::Directory(other) => (4, 1, longs(&[places[*other] as u32])),
            };
            if bytes.len() > width {
                let at = pixels_at + late.len();
                late.extend(&bytes);
                bytes = number(at);
            }
            bytes.resize(width, 0);
            out.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            out.extend(number(count));
            out.extend(bytes);
        }
        let next = chain.get(index).and_then(|&next| places.get(next)).copied().unwrap_or(0);
        out.extend(number(next));
    }
    joined(&[&out, &late])
}

/// The tags of a picture in one strip; more may be added.
pub fn strip(
    (width, height): (u16, u16),
    bits: &[u16],
    compression: u16,
    photometric: u16,
    length: u32,
) -> Vec<(u16, Value)> {
    vec![
        (256, Value::Shorts(vec![width])),
        (257, Value::Shorts(vec![height])),
        (258, Value::Shorts(bits.to_vec())),
        (259, Value::Shorts(vec![compression])),
        (262, Value::Shorts(vec![photometric])),
        (273, Value::Pixels(vec![0])),
        (277, Value::Shorts(vec![bits.len() as u16])),
        (278, Value::Shorts(vec![height])),
        (279, Value::Longs(vec![length])),
    ]
}
