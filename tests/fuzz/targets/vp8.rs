//! The VP8 encoder over any pixels; an independent decoder must read what it writes.
#![no_main]

use std::io::Cursor;

use image_webp::WebPDecoder;
use libfuzzer_sys::fuzz_target;
use slimpix_vp8::{Params, encode_rgba};

fuzz_target!(|data: &[u8]| {
    let [width, height, quality, effort, pixels @ ..] = data else { return };
    let (width, height) = (usize::from(width % 70) + 1, usize::from(height % 70) + 1);
    let Ok(params) = Params::new(quality % 101, effort % 7) else { return };
    let mut rgba: Vec<u8> = pixels.iter().copied().cycle().take(width * height * 4).collect();
    rgba.resize(width * height * 4, 90);
    let frame = encode_rgba(&rgba, width, height, &params).expect("any pixels can be coded").bytes;
    let mut file = b"RIFF\0\0\0\0WEBPVP8 ".to_vec();
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(&frame);
    file.extend(&[0][..frame.len() % 2]);
    let length = (file.len() as u32 - 8).to_le_bytes();
    file[4..8].copy_from_slice(&length);
    let mut decoder = WebPDecoder::new(Cursor::new(file)).expect("a WebP");
    assert_eq!(decoder.dimensions(), (width as u32, height as u32));
    decoder.read_image(&mut vec![0; width * height * 3]).expect("every macroblock");
});
