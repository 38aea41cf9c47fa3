//! The colour under full transparency: gone by default, kept on request, and never seen.

mod common;

use common::{case, decoded, options, scene};
use slimpix::{Image, Layout, Options, OutputFormat, compress, compress_pixels};

fn lossless() -> Options {
    let mut webp = options(OutputFormat::Webp);
    webp.lossless = true;
    webp
}

/// A disc of the scene; around it another picture, hidden.
fn cutout(hidden: impl Fn(u32, u32) -> [u8; 3]) -> Image {
    let side = 96;
    let visible = scene(side, side);
    let pixel = |i: u32| {
        let (x, y) = (i % side, i / side);
        let (dx, dy) = (x.abs_diff(48), y.abs_diff(48));
        let at = i as usize * 3;
        match dx * dx + dy * dy {
            0..1300 => [visible.data()[at], visible.data()[at + 1], visible.data()[at + 2], 255],
            _ => {
                let [r, g, b] = hidden(x, y);
                [r, g, b, 0]
            }
        }
    };
    Image::new(side, side, Layout::Rgba, (0..side * side).flat_map(pixel).collect()).unwrap()
}

fn noise(x: u32, y: u32) -> [u8; 3] {
    let mixed =
        (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
    [(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8]
}

#[test]
fn what_nobody_sees_costs_nothing_and_is_gone() {
    let mut lossy = options(OutputFormat::Webp);
    lossy.optimize = false;
    for options in [lossless(), lossy, options(OutputFormat::Avif)] {
        let size = |image| compress_pixels(image, &options).unwrap().data.len() as f64;
        let (black, hidden) = (size(cutout(|_, _| [0; 3])), size(cutout(noise)));
        assert!((hidden / black - 1.0).abs() < 0.02, "{:?}: {hidden} of {black}", options.format);
    }
    let shown = decoded(&compress_pixels(cutout(noise), &lossless()).unwrap().data);
    assert!(shown.pixels().all(|pixel| pixel[3] == 255 || pixel.0 == [0; 4]));
}

#[test]
fn exact_keeps_it() {
    let picture = cutout(noise);
    let mut exact = lossless();
    exact.exact = true;
    let kept = decoded(&compress_pixels(picture.clone(), &exact).unwrap().data);
    assert_eq!(kept.as_raw(), picture.data());
    let png = compress_pixels(picture.clone(), &options(OutputFormat::Png)).unwrap();
    assert_eq!(decoded(&png.data).as_raw(), picture.data(), "PNG is always exact");
    for format in [OutputFormat::Avif, OutputFormat::Webp] {
        let mut exact = options(format);
        let least = compress_pixels(picture.clone(), &exact).unwrap().data.len();
        exact.exact = true;
        let most = compress_pixels(picture.clone(), &exact).unwrap().data.len();
        assert!(most > 2 * least, "{format:?}: {most}, {least} without");
    }
}

#[test]
fn scores_are_of_what_is_seen() {
    for format in [OutputFormat::Avif, OutputFormat::Webp] {
        let mut scored = options(format);
        scored.score = true;
        let score = |image| compress_pixels(image, &scored).unwrap().score.unwrap();
        let (black, hidden) = (score(cutout(|_, _| [0; 3])), score(cutout(noise)));
        assert!((black - hidden).abs() < 0.5, "{format:?}: {black} and {hidden}");
    }
}

#[test]
fn given_logos_cost_what_their_own_colour_costs() {
    for (hidden, own) in [("logo-black-128", "logo-own-128"), ("logo-noise-64", "logo-own-64")] {
        let file = |name: &str| case(&format!("avif-colour-under-alpha/{name}.png"));
        let (Some(hidden_file), Some(own_file)) = (file(hidden), file(own)) else { return };
        let avif = Options::new(OutputFormat::Avif);
        let mut exact = avif.clone();
        exact.exact = true;
        let size = |file: &[u8], options| compress(file, options).unwrap().data.len() as f64;
        let [have, own, kept, whole] = [
            size(&hidden_file, &avif),
            size(&own_file, &avif),
            size(&own_file, &exact),
            size(&hidden_file, &exact),
        ];
        println!("{hidden}: {have} bytes; of its own colour {own}, {kept} exact; {whole} exact");
        assert!(have <= own * 1.05 && have <= kept * 1.12 && have < whole, "{hidden}: {have}");
    }
}

#[test]
fn given_cutout_does_not_carry_its_background() {
    let Some(file) = case("hidden-pixels-carried-on/cutout.png") else { return };
    let least = compress(&file, &lossless()).unwrap().data;
    let mut exact = lossless();
    exact.exact = true;
    let most = compress(&file, &exact).unwrap().data;
    println!("lossless WebP: {} bytes, {} exact", least.len(), most.len());
    assert!(least.len() * 4 < most.len(), "{} bytes, {} exact", least.len(), most.len());
    assert!(decoded(&least).pixels().all(|pixel| pixel[3] > 0 || pixel.0 == [0; 4]));
}
