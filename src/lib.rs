//! slimpix: image compression for browser and edge, in pure Rust.
//!
//! One way through, the same natively and in WebAssembly:
//!
//! ```text
//! file ─ sniff ─ limits ─ decode ─ resize ─ colour ─ orient ─ encode + metadata ─ file
//!        Info             Image    Plan     sRGB              search: codec, score
//! ```
//!
//! [`compress`] takes a file's bytes and [`Options`] and gives an [`Output`]:
//!
//! ```
//! use slimpix::{Image, Layout, Options, OutputFormat, compress, compress_pixels, probe};
//!
//! let red = Image::new(2, 1, Layout::Rgb, vec![255, 0, 0, 255, 0, 0])?;
//! let png = compress_pixels(red, &Options::new(OutputFormat::Png))?;
//! assert_eq!(probe(&png.data)?.oriented_size(), (2, 1));
//!
//! let jpeg = compress(&png.data, &Options::new(OutputFormat::Jpeg))?;
//! assert_eq!((jpeg.width, jpeg.height), (2, 1));
//! # Ok::<(), slimpix::Error>(())
//! ```
//!
//! Several outputs of one file are made from one [`Picture`], decoded once.
//!
//! Whatever the bytes are, the answer is an [`Output`] or an [`Error`] with a stable code, in
//! bounded time and memory: headers are read and limits checked before pixels are asked for.
//! There is no IO, clock, randomness or thread below the boundary to JavaScript.

mod codec;
mod color;
mod container;
mod error;
mod format;
mod image;
mod metadata;
mod options;
mod orient;
mod pipeline;
mod resize;
mod search;
mod sniff;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Error, ErrorCode, Result};
pub use image::{Image, Layout, Limits};
pub use metadata::Metadata;
pub use options::{
    Animated, Color, CompressionDefaults, DEFAULT_COMPRESSION_CONFIG, DEFAULT_LIMIT_INPUT_PIXELS,
    Fit, MetadataPolicy, Options, OutputFormat, Quality, RANGES, SizeVariant, SizeVariants,
    TargetSize,
};
pub use pipeline::{Finished, Output, Picture, run as compress, run_pixels as compress_pixels};
pub use sniff::{Format, Info, sniff as probe};
