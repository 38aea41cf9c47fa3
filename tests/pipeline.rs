//! Laws of the whole pipeline, on pictures that the tests draw.

mod common;

use common::{fading_scene, file, options, scene};
use slimpix::{
    Animated, Color, Error, ErrorCode, Finished, Fit, Image, Layout, MetadataPolicy, Options,
    OutputFormat, Picture, Quality, TargetSize, compress, compress_pixels, probe,
};

fn png() -> Options {
    options(OutputFormat::Png)
}

/// Decodes by compressing to PNG and reading that with another decoder than ours.
fn pixels(bytes: &[u8]) -> Image {
    let png = compress(bytes, &png()).unwrap().data;
    let decoded = image::load_from_memory(&png).unwrap().into_rgba8();
    Image::new(decoded.width(), decoded.height(), Layout::Rgba, decoded.into_raw()).unwrap()
}

fn mean_difference(a: &Image, b: &Image) -> f64 {
    assert_eq!((a.width(), a.height(), a.layout()), (b.width(), b.height(), b.layout()));
    let sum: u64 = a.data().iter().zip(b.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.data().len() as f64
}

fn with_alpha(image: &Image) -> Image {
    let data = image.data().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Image::new(image.width(), image.height(), Layout::Rgba, data).unwrap()
}

#[test]
fn lossless_formats_keep_every_pixel() {
    let mut webp = options(OutputFormat::Webp);
    webp.lossless = true;
    webp.exact = true;
    for (width, height) in [(1, 1), (1, 9), (17, 3), (64, 64), (129, 65)] {
        let picture = fading_scene(width, height);
        for lossless in [&png(), &webp] {
            let written = compress_pixels(picture.clone(), lossless).unwrap().data;
            assert_eq!(pixels(&written), picture, "{width}x{height} {:?}", lossless.format);
        }
    }
}

#[test]
fn png_forms_are_exact_and_small() {
    let flat = |pixel: &dyn Fn(u32) -> [u8; 4]| {
        let data = (0..64 * 64).flat_map(pixel).collect();
        Image::new(64, 64, Layout::Rgba, data).unwrap()
    };
    let pictures: [(&str, Image, usize); 6] = [
        ("two colours", flat(&|i| if i % 3 == 0 { [9, 8, 7, 255] } else { [1, 2, 3, 255] }), 150),
        (
            "one bit of grey",
            flat(&|i| {
                [(i % 2 * 255) as u8; 3]
                    .into_iter()
                    .chain([255])
                    .collect::<Vec<_>>()
                    .try_into()
                    .unwrap()
            }),
            100,
        ),
        (
            "sixteen greys",
            flat(&|i| {
                let v = (i % 16 * 17) as u8;
                [v, v, v, 255]
            }),
            200,
        ),
        (
            "all greys",
            flat(&|i| {
                let v = (i % 256) as u8;
                [v, v, v, 255]
            }),
            500,
        ),
        ("clear and solid", flat(&|i| if i % 5 == 0 { [0; 4] } else { [200, 10, 10, 255] }), 200),
        (
            "grey and alpha",
            flat(&|i| {
                let v = (i / 16) as u8;
                [v, v, v, (i % 251) as u8]
            }),
            6000,
        ),
    ];
    for (name, picture, most) in pictures {
        let written = compress_pixels(picture.clone(), &png()).unwrap().data;
        assert_eq!(pixels(&written), picture, "{name}");
        assert!(written.len() < most, "{name}: {} bytes, at most {most}", written.len());
    }
}

#[test]
fn lossy_jpeg_stays_close_and_quality_orders_sizes() {
    let picture = scene(160, 120);
    let mut last = 0;
    for quality in [20, 50, 80, 95] {
        let mut jpeg = options(OutputFormat::Jpeg);
        jpeg.quality = Some(Quality::Level(quality));
        let written = compress_pixels(picture.clone(), &jpeg).unwrap().data;
        assert!(written.len() > last, "quality {quality}: {} after {last}", written.len());
        last = written.len();
    }
    let best = pixels(&file(picture.clone(), OutputFormat::Jpeg));
    assert!(mean_difference(&best, &with_alpha(&picture)) < 4.0);
}

#[test]
fn eight_orientations_of_one_picture_are_one_picture() {
    let upright = scene(48, 32);
    let plain = file(upright.clone(), OutputFormat::Png);
    for orientation in 1..=8_u8 {
        let exif =
            [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation, 0, 0][..], &[0; 4]]
                .concat();
        let stored = stored_as(&upright, orientation);
        let tagged = with_exif(&file(stored, OutputFormat::Png), &exif);
        assert_eq!(probe(&tagged).unwrap().oriented_size(), (48, 32));
        assert_eq!(compress(&tagged, &png()).unwrap().data, plain, "orientation {orientation}");

        let mut keep = png();
        keep.metadata = MetadataPolicy::KEEP;
        let kept = compress(&tagged, &keep).unwrap();
        assert_eq!(probe(&kept.data).unwrap().orientation, 1, "applied once, then reset");

        let mut cover = png();
        cover.fit = Fit::Cover;
        cover.target_size = Some(TargetSize { width: Some(20), height: Some(30) });
        let cut = compress(&tagged, &cover).unwrap();
        assert_eq!((cut.width, cut.height), (20, 30), "targets are as shown");
    }
}

/// The file that a camera held in this orientation would have written: the inverse of upright.
fn stored_as(upright: &Image, orientation: u8) -> Image {
    let (w, h) = (upright.width() as usize, upright.height() as usize);
    let (sw, sh) = if orientation >= 5 { (h, w) } else { (w, h) };
    let mut data = vec![0; w * h * 3];
    for y in 0..h {
        for x in 0..w {
            let (sx, sy) = match orientation {
                1 => (x, y),
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (y, w - 1 - x),
                7 => (h - 1 - y, w - 1 - x),
                _ => (h - 1 - y, x),
            };
            let (from, to) = ((y * w + x) * 3, (sy * sw + sx) * 3);
            data[to..to + 3].copy_from_slice(&upright.data()[from..from + 3]);
        }
    }
    Image::new(sw as u32, sh as u32, Layout::Rgb, data).unwrap()
}

/// Puts an `eXIf` chunk after IHDR.
fn with_exif(png: &[u8], exif: &[u8]) -> Vec<u8> {
    let body = [b"eXIf", exif].concat();
    let crc = crc32fast::hash(&body).to_be_bytes();
    let chunk = [&(exif.len() as u32).to_be_bytes()[..], &body, &crc].concat();
    [&png[..33], &chunk, &png[33..]].concat()
}

#[test]
fn metadata_is_stripped_unless_kept_and_travels_to_every_format() {
    let exif = exif_with_gps();
    let tagged = with_exif(&file(scene(40, 30), OutputFormat::Png), &exif);
    for format in OutputFormat::ALL {
        let mut options = options(format);
        options.lossless = format == OutputFormat::Webp;
        let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);

        let stripped = compress(&tagged, &options).unwrap().data;
        assert!(!has(&stripped, b"slimpix phone"), "{format:?} strips by default");

        options.metadata = MetadataPolicy::KEEP;
        let kept = compress(&tagged, &options).unwrap().data;
        assert!(has(&kept, b"slimpix phone") && has(&kept, b"\x12\x34\x56\x78place"), "{format:?}");

        options.metadata.gps = false;
        let placeless = compress(&tagged, &options).unwrap().data;
        assert!(has(&placeless, b"slimpix phone"), "{format:?} keeps the rest");
        assert!(!has(&placeless, b"\x12\x34\x56\x78place"), "{format:?} blanks the place");
        assert!(!has(&placeless, &[0x25, 0x88]), "{format:?} drops the pointer to it");
    }
}

/// A little-endian EXIF: a model, a pointer to a GPS directory of one long tag.
fn exif_with_gps() -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0\x02\0".to_vec();
    out.extend(b"\x10\x01\x02\0\x0e\0\0\0\x26\0\0\0"); // model, 14 bytes at 38
    out.extend(b"\x25\x88\x04\0\x01\0\0\0\x34\0\0\0"); // GPS directory at 52
    out.extend([0; 4]);
    out.extend(b"slimpix phone\0");
    out.extend(b"\x01\0\x02\0\x05\0\x09\0\0\0\x46\0\0\0"); // one entry, 9 bytes at 70
    out.extend([0; 4]);
    out.extend(b"\x12\x34\x56\x78place");
    out
}

#[test]
fn transparency_over_jpeg_is_the_background() {
    let clear = Image::new(8, 8, Layout::Rgba, vec![0; 8 * 8 * 4]).unwrap();
    let mut jpeg = options(OutputFormat::Jpeg);
    assert_eq!(first_pixel(&clear, &jpeg), [255, 255, 255]);
    jpeg.background = Color::try_from("#00f".to_owned()).unwrap();
    let [r, g, b] = first_pixel(&clear, &jpeg);
    assert!(r < 4 && g < 4 && b > 250, "{r} {g} {b}");
}

fn first_pixel(image: &Image, options: &Options) -> [u8; 3] {
    let written = compress_pixels(image.clone(), options).unwrap().data;
    *pixels(&written).data().first_chunk().unwrap()
}

#[test]
fn a_thumbnail_of_a_jpeg_equals_one_of_its_pixels() {
    let jpeg = file(scene(640, 480), OutputFormat::Jpeg);
    let whole = pixels(&jpeg);
    let mut thumbnail = png();
    for side in [300, 160, 79, 33] {
        thumbnail.max_dimension = Some(side);
        let reduced = compress(&jpeg, &thumbnail).unwrap().data;
        let full = compress_pixels(whole.clone(), &thumbnail).unwrap().data;
        let difference = mean_difference(&pixels(&reduced), &pixels(&full));
        assert!(difference < 2.5, "side {side}: {difference} levels");
    }
}

#[test]
fn jpegs_of_odd_sides_are_scaled_to_every_size() {
    let jpeg = file(scene(321, 243), OutputFormat::Jpeg);
    for side in 1..=321 {
        for fit in [Fit::Inside, Fit::Cover] {
            let mut small = png();
            small.optimize = false;
            small.fit = fit;
            small.target_size = Some(TargetSize { width: Some(side), height: Some(side) });
            let output = compress(&jpeg, &small).unwrap();
            assert_eq!(output.width, side, "{fit:?}");
        }
    }
}

#[test]
fn options_out_of_range_name_key_value_and_range() {
    let refused = |change: &dyn Fn(&mut Options)| -> Error {
        let mut options = png();
        change(&mut options);
        compress_pixels(scene(4, 4), &options).unwrap_err()
    };
    let quality = refused(&|o| o.quality = Some(Quality::Level(101)));
    assert_eq!(quality.code, ErrorCode::InvalidOption);
    assert_eq!(quality.message, "quality is 101; it must be from 1 to 100");
    assert!(refused(&|o| o.avif_speed = Some(0)).message.contains("avifSpeed is 0"));
    assert!(refused(&|o| o.max_dimension = Some(0)).message.contains("maxDimension is 0"));
    assert!(
        refused(&|o| o.target_size = Some(TargetSize::default())).message.contains("targetSize")
    );
    assert!(refused(&|o| o.lossless = true).message.contains("lossless"));
    for text in ["white", "#12", "#ggg", "ffffff"] {
        assert_eq!(Color::try_from(text.to_owned()).unwrap_err().code, ErrorCode::InvalidOption);
    }
}

#[test]
fn animation_is_never_dropped_silently() {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
    let error = compress(gif, &png()).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnsupportedFeature);
    let mut first = png();
    first.animated = Animated::First;
    assert!(compress(gif, &first).unwrap().animated);
}

#[test]
fn avif_is_the_same_bytes_every_time_and_bounded_by_its_limits() {
    let picture = fading_scene(96, 64);
    let avif = options(OutputFormat::Avif);
    let first = compress_pixels(picture.clone(), &avif).unwrap().data;
    assert_eq!(compress_pixels(picture, &avif).unwrap().data, first);
    let info = probe(&first).unwrap();
    assert_eq!((info.width, info.height, info.has_alpha), (96, 64, true));
    assert_eq!(compress(&first, &avif).unwrap_err().code, ErrorCode::UnsupportedFeature);
}

#[test]
fn many_targets_of_one_picture_are_each_as_if_alone() {
    let file = file(scene(97, 61), OutputFormat::Png);
    let mut targets: Vec<Options> = OutputFormat::ALL.map(options).into();
    targets[1].max_dimension = Some(40);
    targets[3].target_size = Some(TargetSize { width: Some(20), height: Some(20) });
    targets[3].fit = Fit::Cover;
    let picture = Picture::decode(&file, &targets).unwrap();
    for options in &targets {
        let together = picture.finish(options).unwrap().encode(options).unwrap();
        assert_eq!(together.data, compress(&file, options).unwrap().data, "{:?}", options.format);
    }
    let last = &targets[0];
    let finished = picture.into_finished(last).unwrap();
    let elsewhere = Finished::new(finished.image.clone(), finished.metadata.clone());
    assert_eq!(
        elsewhere.encode(last).unwrap().data,
        finished.encode(last).unwrap().data,
        "another worker encodes the same"
    );
}

#[test]
fn one_target_that_may_not_have_the_picture_ends_all_before_it_is_decoded() {
    let file = file(scene(97, 61), OutputFormat::Png);
    let mut strict = png();
    strict.limit_input_pixels = Some(97 * 61 - 1);
    let refused = Picture::decode(&file, &[png(), strict]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::LimitExceeded);
}

/// Columns of light and dark, four pixels wide.
fn stripes(width: u32, height: u32) -> Image {
    let level = |i: u32| if (i % width / 4).is_multiple_of(2) { 40 } else { 210 };
    let data = (0..width * height).flat_map(|i| [level(i); 3]).collect();
    Image::new(width, height, Layout::Rgb, data).unwrap()
}

#[test]
fn a_jpeg_is_decoded_with_the_detail_that_both_sides_need() {
    for (width, height, flat) in [(800, 600, 8), (800, 1, 1), (800, 7, 3)] {
        let jpeg = file(stripes(width, height), OutputFormat::Jpeg);
        let mut flattened = options(OutputFormat::Png);
        flattened.fit = Fit::Fill;
        flattened.target_size = Some(TargetSize { width: Some(width), height: Some(flat) });
        let output = compress(&jpeg, &flattened).unwrap();
        let seen = image::load_from_memory(&output.data).unwrap().to_luma8();
        let contrast = |x: u32| seen.get_pixel(x + 4, 0).0[0].abs_diff(seen.get_pixel(x, 0).0[0]);
        assert!((10..700).step_by(97).all(|x| contrast(x) > 100), "{width}x{height}");
    }
}

/// Chromium's decoder takes 32768 pixels a side, and AVIF could hold twice as many.
#[test]
fn an_avif_that_no_browser_shows_is_not_written() {
    let row = |width: u32| Image::new(width, 1, Layout::Rgb, vec![90; width as usize * 3]).unwrap();
    let avif = options(OutputFormat::Avif);
    let error = compress_pixels(row(32769), &avif).unwrap_err();
    assert_eq!(error.code, ErrorCode::LimitExceeded);
    assert!(error.message.contains("32768"), "{error}");
    assert_eq!(compress_pixels(row(32768), &avif).unwrap().width, 32768);
}
