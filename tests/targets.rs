//! Targets that are met by searching: bytes, scores, and the best of several formats.
//!
//! A score is judged by the `ssimulacra2` crate on what the `image` crate decodes, neither of which
//! is slimpix'.

mod common;

use common::{Random, fading_scene, options, scene};
use slimpix::{
    Error, ErrorCode, Finished, Image, Layout, Metadata, Options, Output, OutputFormat, Quality,
    compress_pixels,
};
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, compute_frame_ssimulacra2};

const LOSSY: [OutputFormat; 3] = [OutputFormat::Avif, OutputFormat::Webp, OutputFormat::Jpeg];

/// A picture of 240x160 pixels with grain, which takes some bytes.
fn photo() -> Image {
    let smooth = scene(240, 160);
    let mut random = Random(7);
    let grain = |level: &u8| level.saturating_add(random.below(24) as u8);
    let data = smooth.data().iter().map(grain).collect();
    Image::new(240, 160, Layout::Rgb, data).unwrap()
}

fn compressed(image: Image, options: &Options) -> Output {
    compress_pixels(image, options).unwrap()
}

/// SSIMULACRA2 of two pictures of three bytes a pixel, by somebody else.
fn judged(width: u32, height: u32, [reference, distorted]: [&[u8]; 2]) -> f64 {
    let frame = |rgb: &[u8]| {
        let pixel = |p: &[u8; 3]| p.map(|level| f32::from(level) / 255.0);
        let data = rgb.as_chunks().0.iter().map(pixel).collect();
        let (width, height) = (width as usize, height as usize);
        let transfer = TransferCharacteristic::SRGB;
        Rgb::new(data, width, height, transfer, ColorPrimaries::BT709).unwrap()
    };
    compute_frame_ssimulacra2(frame(reference), frame(distorted)).unwrap()
}

#[test]
fn bytes_are_met_and_used() {
    for format in LOSSY {
        let whole = compressed(photo(), &options(format)).data.len() as u64;
        for share in [0.9, 0.6, 0.3] {
            let limit = (whole as f64 * share) as u64;
            let wanted = Options { max_bytes: Some(limit), ..options(format) };
            let output = compressed(photo(), &wanted);
            let bytes = output.data.len() as u64;
            assert!(bytes <= limit, "{format:?}: {bytes} of {limit}");
            assert!(bytes * 10 >= limit * 7, "{format:?}: {bytes} of {limit} are too few");
            assert_eq!((output.width, output.height), (240, 160), "{format:?} at {share}");
        }
    }
}

#[test]
fn bytes_that_are_enough_change_nothing() {
    for format in OutputFormat::ALL {
        let plain = compressed(fading_scene(90, 60), &options(format));
        let bound = plain.data.len() as u64;
        let wanted = Options { max_bytes: Some(bound), ..options(format) };
        assert_eq!(compressed(fading_scene(90, 60), &wanted).data, plain.data, "{format:?}");
    }
}

#[test]
fn what_is_lossless_meets_bytes_by_its_sides() {
    for (format, lossless) in [(OutputFormat::Png, false), (OutputFormat::Webp, true)] {
        let plain = Options { lossless, ..options(format) };
        let limit = compressed(photo(), &plain).data.len() as u64 / 3;
        let wanted = Options { max_bytes: Some(limit), ..plain.clone() };
        let output = compressed(photo(), &wanted);
        assert!(output.data.len() as u64 <= limit && output.width < 240, "{format:?}");
        assert_eq!(output.quality, None);
        let kept = Options { always_keep_resolution: true, ..wanted };
        assert_eq!(refused(&kept).code, ErrorCode::TargetUnreachable, "{format:?}");
    }
}

#[test]
fn sides_that_must_stay_stay() {
    let least = Options { quality: Some(Quality::Level(12)), ..options(OutputFormat::Jpeg) };
    let few = compressed(photo(), &least).data.len() as u64;
    let bound = Options { max_bytes: Some(few), ..options(OutputFormat::Jpeg) };
    let smaller = compressed(photo(), &bound);
    assert!(smaller.width < 240 && smaller.quality >= Some(20), "{:?}", smaller.quality);
    let kept = compressed(photo(), &Options { always_keep_resolution: true, ..bound });
    assert_eq!((kept.width, kept.height), (240, 160));
    assert!((Some(11)..=Some(12)).contains(&kept.quality), "{:?}", kept.quality);
    assert!(kept.data.len() as u64 <= few && smaller.data.len() as u64 <= few);
}

#[test]
fn bytes_that_no_file_has_are_refused() {
    for format in OutputFormat::ALL {
        let error = refused(&Options { max_bytes: Some(9), ..options(format) });
        assert_eq!(error.code, ErrorCode::TargetUnreachable);
        assert!(error.message.starts_with("maxBytes is 9; the smallest"), "{}", error.message);
    }
}

fn refused(options: &Options) -> Error {
    compress_pixels(photo(), options).unwrap_err()
}

#[test]
fn scores_are_those_of_the_judge() {
    let picture = photo();
    for (format, slack) in [(OutputFormat::Webp, 0.1), (OutputFormat::Jpeg, 1.0)] {
        for quality in [40, 75, 95] {
            let quality = Some(Quality::Level(quality));
            let wanted = Options { score: true, quality, ..options(format) };
            let output = compressed(picture.clone(), &wanted);
            let seen = image::load_from_memory(&output.data).unwrap().to_rgb8();
            let judged = judged(240, 160, [picture.data(), seen.as_raw()]);
            let score = output.score.unwrap();
            assert!((score - judged).abs() < slack, "{format:?} {quality:?}: {score}, {judged}");
        }
    }
}

#[test]
fn scores_are_reached_by_as_little_as_it_takes() {
    for format in LOSSY {
        let at = |quality| {
            let quality = Some(quality);
            let output = compressed(photo(), &Options { quality, score: true, ..options(format) });
            (output.score.unwrap(), output.data.len())
        };
        let curve: Vec<_> = (1..=50).map(|half| at(Quality::Level(2 * half))).collect();
        for target in [50.0, 70.0, 85.0] {
            let (score, bytes) = at(Quality::Score(target));
            let reaching = curve.iter().filter(|(score, _)| *score >= target);
            let least = reaching.map(|(_, bytes)| *bytes).min().unwrap();
            assert!(score >= target, "{format:?} {target}: {score}");
            assert!(
                bytes * 10 <= least * 11,
                "{format:?} {target}: {bytes} bytes, {least} will do"
            );
        }
    }
}

#[test]
fn scores_that_a_format_cannot_reach_are_told() {
    let quality = Some(Quality::Score(99.0));
    let webp = compressed(photo(), &Options { quality, ..options(OutputFormat::Webp) });
    assert_eq!(webp.quality, Some(100));
    assert!(webp.warnings[0].starts_with("the score of 99 is not to be had in webp"));
    let png = compressed(photo(), &Options { quality, ..options(OutputFormat::Png) });
    assert_eq!((png.quality, png.warnings.len()), (None, 0), "what is lossless reaches any");
}

/// Two colours in large shapes.
fn chart() -> Image {
    let color =
        |x: u32, y: u32| if (x / 20 + y / 30).is_multiple_of(2) { [20, 60, 200] } else { [255; 3] };
    let data = (0..160).flat_map(|y| (0..240).flat_map(move |x| color(x, y))).collect();
    Image::new(240, 160, Layout::Rgb, data).unwrap()
}

fn choice(formats: &[OutputFormat]) -> Options {
    Options { formats: formats.to_vec(), ..options(formats[0]) }
}

#[test]
fn the_format_with_the_fewest_bytes_at_the_score_is_chosen() {
    let chosen = |image: Image| compressed(image, &choice(&OutputFormat::ALL));
    assert_eq!(chosen(chart()).format, OutputFormat::Png);
    let best = chosen(photo());
    for format in OutputFormat::ALL {
        let alone = Options { quality: Some(Quality::AUTO), ..options(format) };
        assert!(best.data.len() <= compressed(photo(), &alone).data.len(), "{format:?}");
    }
    assert!(best.format != OutputFormat::Png && best.score >= Some(80.0));
}

#[test]
fn within_bytes_the_format_with_the_best_score_is_chosen() {
    let limit = Some(2500);
    let wanted = Options { max_bytes: limit, ..choice(&LOSSY) };
    let best = compressed(photo(), &wanted);
    assert!(best.data.len() <= 2500);
    for format in LOSSY {
        let quality = Some(Quality::AUTO);
        let alone = Options { max_bytes: limit, quality, ..options(format) };
        let alone = compressed(photo(), &alone);
        assert!((best.width, best.score) >= (alone.width, alone.score), "{format:?}");
    }
}

#[test]
fn a_format_that_cannot_hold_the_picture_is_passed_over() {
    let wide = || scene(17000, 2);
    let both = [OutputFormat::Webp, OutputFormat::Png];
    assert_eq!(compressed(wide(), &choice(&both)).format, OutputFormat::Png);
    let error = compress_pixels(wide(), &choice(&both[..1])).unwrap_err();
    assert_eq!(error.code, ErrorCode::LimitExceeded);
}

#[test]
fn a_level_for_several_formats_is_refused() {
    let quality = Some(Quality::Level(80));
    let error = refused(&Options { quality, ..choice(&LOSSY) });
    assert_eq!(error.code, ErrorCode::InvalidOption);
    let error = refused(&Options { lossless: true, ..choice(&LOSSY) });
    assert_eq!(error.message, "lossless is true, and avif among the formats is never lossless");
}

#[test]
fn progress_goes_one_way() {
    let finished = Finished::new(photo(), Metadata::default());
    let wanted = Options { max_bytes: Some(2500), ..choice(&LOSSY) };
    let mut heard = Vec::new();
    finished.encode_telling(&wanted, &mut |ratio| heard.push(ratio)).unwrap();
    assert!(heard.len() > 6 && heard.is_sorted() && heard.iter().all(|r| (0.0..=1.0).contains(r)));
}

#[test]
fn bytes_that_are_enough_for_the_score_do_not_change_the_choice() {
    let ample = Options { max_bytes: Some(1_000_000), ..choice(&OutputFormat::ALL) };
    let free = compressed(photo(), &choice(&OutputFormat::ALL));
    assert_eq!(compressed(photo(), &ample).data, free.data);
}

#[test]
fn pictures_of_any_shape_have_targets() {
    for (width, height) in [(1, 1), (2, 9), (300, 1), (7, 7), (33, 5)] {
        for format in OutputFormat::ALL {
            for image in [scene(width, height), fading_scene(width, height)] {
                let quality = Some(Quality::AUTO);
                let output = compressed(image, &Options { quality, ..options(format) });
                assert!(output.score >= Some(80.0) || !output.warnings.is_empty(), "{output:?}");
                assert_eq!((output.width, output.height), (width, height));
            }
        }
    }
}
