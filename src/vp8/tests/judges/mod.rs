//! Independent decoders, and whether they show what the encoder says is shown.
//!
//! `image-webp` always judges; libwebp's `dwebp` and `webpinfo` do where they are installed. The tests of this crate ask
//! on a few hundred files, `npm run bench -- webp conformance` on thousands.

use slimpix_vp8::{Frame, Planes};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Qualities over the whole scale.
pub const QUALITIES: [u8; 6] = [1, 30, 50, 75, 90, 100];

/// All efforts.
pub const EFFORTS: [u8; 7] = [0, 1, 2, 3, 4, 5, 6];

/// A still WebP file round a VP8 frame.
pub fn riff(frame: &[u8]) -> Vec<u8> {
    let pad = frame.len() % 2;
    let mut file = b"RIFF".to_vec();
    file.extend(((frame.len() + pad + 12) as u32).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    file.extend(&[0][..pad]);
    file
}

/// Nothing where all decoders show the frame's own reconstruction, byte for byte, and else who does not.
pub fn judge(frame: &Frame) -> Result<(), String> {
    let own = flat(frame.decoded.as_ref().ok_or("the frame was encoded without keep_decoded")?);
    if own != image_webp(&frame.bytes)? {
        return Err("image-webp shows other pixels".into());
    }
    match libwebp(&frame.bytes)? {
        Some(planes) if planes != own => Err("libwebp shows other pixels".into()),
        _ => Ok(()),
    }
}

/// The planes without padding, one after the other, as `dwebp -yuv` writes them.
pub fn flat(planes: &Planes) -> Vec<u8> {
    cropped([&planes.y, &planes.uv[0], &planes.uv[1]], planes.width(), planes.height())
}

/// Y, U and V in whole macroblocks, cropped.
fn cropped([y, u, v]: [&[u8]; 3], width: usize, height: usize) -> Vec<u8> {
    let stride = width.div_ceil(16) * 16;
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let luma = y.chunks_exact(stride).take(height).flat_map(|row| &row[..width]);
    let chroma = [u, v].into_iter().flat_map(|plane| {
        plane.chunks_exact(stride / 2).take(half_height).flat_map(|row| &row[..half_width])
    });
    luma.chain(chroma).copied().collect()
}

fn image_webp(frame: &[u8]) -> Result<Vec<u8>, String> {
    let decoded = image_webp::vp8::Vp8Decoder::decode_frame(frame)
        .map_err(|error| format!("image-webp refuses the frame: {error}"))?;
    let (width, height) = (usize::from(decoded.width), usize::from(decoded.height));
    Ok(cropped([&decoded.ybuf, &decoded.ubuf, &decoded.vbuf], width, height))
}

/// A path of its own for each file.
fn scratch() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("slimpix-vp8-{}-{count}", std::process::id()))
}

/// What libwebp shows; nothing where it is not installed.
fn libwebp(frame: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let (input, output) = (scratch(), scratch());
    let told = |error: std::io::Error| error.to_string();
    std::fs::write(&input, riff(frame)).map_err(told)?;
    let decoded =
        Command::new("dwebp").arg(&input).args(["-quiet", "-yuv", "-o"]).arg(&output).status();
    let fault = webpinfo(&input);
    std::fs::remove_file(&input).map_err(told)?;
    fault?;
    match decoded {
        Ok(status) if status.success() => {
            let planes = std::fs::read(&output).map_err(told)?;
            std::fs::remove_file(output).map_err(told)?;
            Ok(Some(planes))
        }
        Ok(_) => Err("libwebp refuses the file".into()),
        Err(_) => Ok(None),
    }
}

/// What `webpinfo` finds wrong, where it is installed.
fn webpinfo(file: &Path) -> Result<(), String> {
    match Command::new("webpinfo").arg("-quiet").arg(file).output() {
        Ok(info) if !info.status.success() => {
            Err(format!("webpinfo: {}", String::from_utf8_lossy(&info.stdout)))
        }
        _ => Ok(()),
    }
}
