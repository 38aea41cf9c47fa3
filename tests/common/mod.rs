//! What the tests share: pictures they draw themselves, and the way to the corpus.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod rare;

use std::path::{Path, PathBuf};

use slimpix::{Image, Layout, Options, OutputFormat, compress_pixels};

/// A smooth picture with an edge, a gradient and some texture: what codecs meet in photographs.
pub fn scene(width: u32, height: u32) -> Image {
    let pixel = |x: u32, y: u32| {
        let (u, v) = (x * 255 / width.max(1), y * 255 / height.max(1));
        let texture = (x.wrapping_mul(7) ^ y.wrapping_mul(13)) % 9;
        if (x * 2 > width) ^ (y * 3 > height) {
            [u, v, 90 + texture]
        } else {
            [200 - v / 2, 60 + texture, u]
        }
    };
    let data = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| pixel(x, y)))
        .map(|v| v.min(255) as u8)
        .collect();
    Image::new(width, height, Layout::Rgb, data).unwrap()
}

/// The same with an alpha that fades from left to right.
pub fn fading_scene(width: u32, height: u32) -> Image {
    let opaque = scene(width, height);
    let data = opaque
        .data()
        .chunks_exact(3)
        .enumerate()
        .flat_map(|(i, p)| {
            let x = i as u32 % width;
            [p[0], p[1], p[2], (x * 255 / width.max(2).saturating_sub(1)).min(255) as u8]
        })
        .collect();
    Image::new(width, height, Layout::Rgba, data).unwrap()
}

/// Defaults for a format; WebP lossless, so that every format can stand in for PNG.
pub fn options(format: OutputFormat) -> Options {
    let mut options = Options::new(format);
    options.avif_speed = Some(10);
    options
}

/// The picture as a file of this format.
pub fn file(image: Image, format: OutputFormat) -> Vec<u8> {
    compress_pixels(image, &options(format)).unwrap().data
}

/// The repository's own folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of the corpus, or `None` with a line that says so where it is not there.
pub fn corpus(folder: &str) -> Option<PathBuf> {
    beside("corpus", folder)
}

/// A folder of files from reports about other programs, or `None` likewise.
pub fn cases(kind: &str) -> Option<PathBuf> {
    beside("cases", kind)
}

/// One of those files, or `None` likewise.
pub fn case(name: &str) -> Option<Vec<u8>> {
    beside("cases", name).map(|path| std::fs::read(path).unwrap())
}

/// What is kept beside the checkout and not in it.
fn beside(collection: &str, name: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(collection).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} of the {collection} is not on this machine");
    None
}

/// Every file below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
        .into_iter()
        .flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] })
        .collect()
}

/// A generator of the same numbers on every machine (xorshift64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// A PNG of 8 bits a sample or more, unfiltered rows given with their filter bytes; `chunks` stand
/// before the pixels.
pub fn png_of(
    (width, height): (u32, u32),
    [color, depth]: [u8; 2],
    rows: &[u8],
    chunks: &[(&[u8; 4], &[u8])],
) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&size[..], &[depth, color, 0, 0, 0]].concat();
    let pixels = miniz_oxide::deflate::compress_to_vec_zlib(rows, 6);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let all = [(b"IHDR", &header[..])].into_iter().chain(chunks.iter().copied());
    for (name, body) in all.chain([(b"IDAT", &pixels[..]), (b"IEND", &[])]) {
        let named = [name, body].concat();
        out.extend((body.len() as u32).to_be_bytes());
        out.extend(&named);
        out.extend(crc32fast::hash(&named).to_be_bytes());
    }
    out
}

/// The pixels of a PNG or WebP, by another decoder than ours: red, green, blue and alpha.
pub fn decoded(file: &[u8]) -> image::RgbaImage {
    image::load_from_memory(file).unwrap().into_rgba8()
}

/// The most memory that this process has held, in kB, where Linux says so.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
