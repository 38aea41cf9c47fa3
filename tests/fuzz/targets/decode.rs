//! One decoder, from the header to PNG: the program's name says which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slimpix::{OutputFormat, compress, probe};
use slimpix_fuzz::{judge, quick};

/// The first bytes of each format, by which it is recognized.
const MAGIC: [(&str, &[u8]); 7] = [
    ("decode_bmp", b"BM"),
    ("decode_gif", b"GIF89a"),
    ("decode_ico", &[0, 0, 1, 0]),
    ("decode_jpeg", &[0xFF, 0xD8, 0xFF]),
    ("decode_png", b"\x89PNG\r\n\x1a\n"),
    ("decode_tiff", b"II*\0"),
    ("decode_webp", b"RIFF\0\0\0\0WEBP"),
];

fuzz_target!(|data: &[u8]| {
    let name = env!("CARGO_BIN_NAME");
    let (_, magic) = MAGIC.iter().find(|(program, _)| *program == name).expect("a known format");
    let rest = data.get(magic.len()..).unwrap_or_default();
    // Seeds are whole files: their own first bytes are kept where they are of the format too.
    let file = if is_of_format(name, data) { data.to_vec() } else { [magic, rest].concat() };
    let _ = probe(&file);
    let mut options = quick(OutputFormat::Png);
    options.recover = data.len() % 2 == 1;
    judge(&compress(&file, &options));
});

/// Formats with more than one beginning: big-endian TIFF, cursors, GIF87a.
fn is_of_format(program: &str, data: &[u8]) -> bool {
    match program {
        "decode_tiff" => [b"MM\0*", b"MM\0+", b"II+\0"].iter().any(|magic| data.starts_with(*magic)),
        "decode_ico" => data.starts_with(&[0, 0, 2, 0]),
        "decode_gif" => data.starts_with(b"GIF87a"),
        _ => false,
    }
}
