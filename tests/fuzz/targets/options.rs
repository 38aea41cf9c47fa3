//! Options of any value over a picture of any small size.
#![no_main]

use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use slimpix::{
    Color, Fit, Image, Layout, Options, OutputFormat, Quality, TargetSize, compress_pixels,
};
use slimpix_fuzz::{judge, quick};

#[derive(Arbitrary, Debug)]
struct Input {
    width: u8,
    height: u8,
    pixels: Vec<u8>,
    format: u8,
    formats: Vec<u8>,
    level: Option<u16>,
    score: Option<f64>,
    max_bytes: Option<u16>,
    max_dimension: Option<u8>,
    target: Option<(Option<u16>, Option<u16>)>,
    fit: u8,
    background: [u8; 3],
    effort: Option<u8>,
    alpha_quality: Option<u8>,
    avif_speed: Option<u8>,
    flags: u8,
}

/// AVIF takes a hundred times as long as the others, and is a twentieth of the formats.
fn format(byte: u8) -> OutputFormat {
    match byte % 20 {
        0 => OutputFormat::Avif,
        1..=7 => OutputFormat::Webp,
        8..=13 => OutputFormat::Jpeg,
        _ => OutputFormat::Png,
    }
}

fn options(input: &Input) -> Options {
    let flag = |bit: u8| input.flags >> bit & 1 == 1;
    let mut options = quick(format(input.format));
    options.formats = input.formats.iter().take(3).map(|byte| format(*byte)).collect();
    options.quality = match (input.level, input.score) {
        (Some(level), _) => Some(Quality::Level(level.into())),
        (None, score) => score.map(Quality::Score),
    };
    options.max_bytes = input.max_bytes.map(u64::from);
    options.max_dimension = input.max_dimension.map(u32::from);
    // No larger than a thumbnail, so that enlarging is quick.
    let side = |side: u16| u32::from(side % 200);
    options.target_size = input.target.map(|(width, height)| TargetSize {
        width: width.map(side),
        height: height.map(side),
    });
    options.fit = Fit::ALL[usize::from(input.fit) % Fit::ALL.len()];
    options.background = Color(input.background);
    options.effort = input.effort.map(u32::from);
    options.alpha_quality = input.alpha_quality.map(u32::from);
    options.avif_speed = input.avif_speed.map(u32::from);
    options.without_enlargement = flag(0);
    options.lossless = flag(1);
    options.optimize = flag(2);
    options.score = flag(3);
    options.always_keep_resolution = flag(4);
    options
}

fuzz_target!(|input: Input| {
    let (width, height) = (u32::from(input.width % 40) + 1, u32::from(input.height % 40) + 1);
    let length = (width * height * 4) as usize;
    let mut data: Vec<u8> = input.pixels.iter().copied().cycle().take(length).collect();
    data.resize(length, 200);
    let image = Image::new(width, height, Layout::Rgba, data).expect("its own size");
    judge(&compress_pixels(image, &options(&input)));
});
