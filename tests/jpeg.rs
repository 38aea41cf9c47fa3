//! JPEGs as they are found: without their end, with their data cut short, with colors that only
//! markers and component numbers tell; and what slimpix writes of small ones.

mod common;

use common::{Random, file, options, scene};
use slimpix::{
    ErrorCode, Image, Layout, Options, OutputFormat, Quality, compress, compress_pixels,
};

const END: [u8; 2] = [0xFF, 0xD9];

/// Progressive with `optimize`, else baseline: with noise, since small files are always baseline.
fn written(optimize: bool) -> Vec<u8> {
    let mut jpeg = options(OutputFormat::Jpeg);
    jpeg.optimize = optimize;
    let mut picture = scene(640, 480);
    let mut random = Random(5);
    picture.data_mut().iter_mut().for_each(|v| *v = v.saturating_add(random.below(24) as u8));
    let bytes = compress_pixels(picture, &jpeg).unwrap().data;
    assert_eq!(is_progressive(&bytes), optimize);
    bytes
}

/// The pixels, by way of PNG and a decoder that is not ours.
fn pixels(jpeg: &[u8], options: &Options) -> slimpix::Result<(Vec<u8>, Vec<String>)> {
    let output = compress(jpeg, options)?;
    let rgb = image::load_from_memory(&output.data).unwrap().into_rgb8().into_raw();
    Ok((rgb, output.warnings))
}

fn png() -> Options {
    options(OutputFormat::Png)
}

fn recovering() -> Options {
    let mut options = png();
    options.recover = true;
    options
}

fn is_progressive(jpeg: &[u8]) -> bool {
    jpeg.windows(2).any(|pair| pair == [0xFF, 0xC2])
}

#[test]
fn only_the_end_marker_may_be_missing() {
    for jpeg in [written(true), written(false)] {
        let whole = pixels(&jpeg, &png()).unwrap();
        let data = jpeg.strip_suffix(&END).unwrap();
        let endings: [&[u8]; 4] = [&[], &[0xFF], &[0; 64], &[0; 5]];
        for ending in endings {
            assert_eq!(pixels(&[data, ending].concat(), &png()).as_ref(), Ok(&whole), "{ending:?}");
        }
    }
}

#[test]
fn data_that_end_early_are_an_error_with_an_end_marker_too() {
    for jpeg in [written(true), written(false)] {
        let start = jpeg.len() / 4;
        for length in (start..jpeg.len() - 40).step_by(jpeg.len() / 50) {
            for ending in [&END[..], &[]] {
                let cut = [&jpeg[..length], ending].concat();
                let error = pixels(&cut, &png()).expect_err("half a picture");
                assert_eq!(error.code, ErrorCode::CorruptImage, "{length}: {error}");
            }
        }
    }
}

#[test]
fn recovering_gives_what_there_is_and_says_so() {
    let jpeg = written(false);
    let whole = pixels(&jpeg, &png()).unwrap().0;
    let (half, warnings) = pixels(&jpeg[..jpeg.len() * 2 / 3], &recovering()).unwrap();
    let rows = whole.chunks(640 * 3).zip(half.chunks(640 * 3));
    let same = rows.take_while(|(whole, half)| whole == half).count();
    assert!((200..480).contains(&same), "{same} rows are as they were");
    assert_eq!(warnings.len(), 1, "{warnings:?}");

    assert_eq!(pixels(&jpeg, &recovering()).unwrap(), (whole, Vec::new()));
}

/// The scan headers say what is missing, though every scan that is there is whole.
#[test]
fn a_progressive_file_without_its_last_scan_is_not_whole() {
    let jpeg = written(true);
    let last = jpeg.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    for ending in [&END[..], &[]] {
        let cut = [&jpeg[..last], ending].concat();
        assert_eq!(pixels(&cut, &png()).unwrap_err().code, ErrorCode::CorruptImage);
        assert_eq!(pixels(&cut, &recovering()).unwrap().1.len(), 1);
    }
}

/// A segment between the start marker and the rest.
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&[0xFF, 0xD8, 0xFF, marker], &length[..], body, &jpeg[2..]].concat()
}

/// The file without its APP0, and its components under other numbers, in the frame header and in
/// the headers of all scans.
fn renumbered(jpeg: &[u8], ids: [u8; 3]) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    let length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    assert_eq!(bytes[3], 0xE0);
    bytes.drain(2..4 + length);
    let at = |marker| move |pair: &[u8]| pair == [0xFF, marker];
    let frame = bytes.windows(2).position(at(0xC0)).unwrap();
    let scan = bytes.windows(2).position(at(0xDA)).unwrap();
    for (index, id) in ids.into_iter().enumerate() {
        bytes[frame + 10 + 3 * index] = id;
        bytes[scan + 5 + 2 * index] = id;
    }
    bytes
}

/// As libjpeg and with it every browser decides: JFIF, then Adobe, then the numbers.
#[test]
fn markers_and_component_numbers_tell_the_colors() {
    const ADOBE_RGB: &[u8] = b"Adobe\0\x64\0\0\0\0\0";
    const ADOBE_YCC: &[u8] = b"Adobe\0\x64\0\0\0\0\x01";
    const JFIF: &[u8] = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let jpeg = written(false);
    let ycc = pixels(&jpeg, &png()).unwrap().0;
    let plain = renumbered(&jpeg, [1, 2, 3]);
    let named = renumbered(&jpeg, *b"RGB");
    let rgb = pixels(&named, &png()).unwrap().0;
    assert_ne!(rgb, ycc);
    let cases = [
        (plain.clone(), &ycc),
        (with_segment(&plain, 0xEE, ADOBE_RGB), &rgb),
        (with_segment(&plain, 0xEE, ADOBE_YCC), &ycc),
        (with_segment(&named, 0xE0, JFIF), &ycc),
        (with_segment(&named, 0xEE, ADOBE_YCC), &ycc),
        (with_segment(&with_segment(&plain, 0xEE, ADOBE_RGB), 0xE0, JFIF), &ycc),
        (renumbered(&jpeg, [0, 1, 2]), &ycc),
        (renumbered(&jpeg, *b"rgb"), &ycc),
    ];
    for (number, (bytes, expected)) in cases.into_iter().enumerate() {
        assert!(pixels(&bytes, &png()).unwrap().0 == *expected, "case {number}");
    }
}

#[test]
fn a_fill_byte_before_a_marker_changes_nothing() {
    let jpeg = written(true);
    let filled = [&jpeg[..2], &[0xFF], &jpeg[2..]].concat();
    assert_eq!(pixels(&filled, &png()), pixels(&jpeg, &png()));
}

#[test]
fn thousands_of_segments_are_no_work() {
    let comment = [0xFF, 0xFE, 0, 2].repeat(1 << 20);
    let jpeg = written(false);
    let bytes = [&jpeg[..2], &comment, &jpeg[2..]].concat();
    assert_eq!(pixels(&bytes, &png()), pixels(&jpeg, &png()));

    let tables = [0xFF, 0xDD, 0, 4, 0, 0].repeat(1 << 16);
    let bytes = [&jpeg[..2], &tables, &jpeg[2..]].concat();
    assert_eq!(pixels(&bytes, &png()).unwrap_err().code, ErrorCode::LimitExceeded);
}

#[test]
fn a_small_file_is_never_larger_for_being_optimized() {
    for side in [8, 16, 32, 64, 128, 200] {
        for quality in [10, 50, 90] {
            let mut fast = options(OutputFormat::Jpeg);
            fast.quality = Some(Quality::Level(quality));
            fast.optimize = false;
            let small = Options { optimize: true, ..fast.clone() };
            let [fast, small] = [fast, small]
                .map(|options| compress_pixels(scene(side, side), &options).unwrap().data);
            assert!(small.len() <= fast.len(), "{side}: {} > {}", small.len(), fast.len());
        }
    }
}

/// The upper half of a table's first byte says whether its steps have 16 bits (T.81, B.2.4.1).
#[test]
fn steps_have_eight_bits_at_every_quality() {
    for quality in [1, 3, 10, 24, 50] {
        let mut jpeg = options(OutputFormat::Jpeg);
        jpeg.quality = Some(Quality::Level(quality));
        for side in [24, 700] {
            let bytes = compress_pixels(scene(side, side), &jpeg).unwrap().data;
            let table = bytes.windows(2).position(|pair| pair == [0xFF, 0xDB]).unwrap();
            assert_eq!(bytes[table + 4] >> 4, 0, "quality {quality}, {side} pixels");
        }
    }
}

/// Ink is stored inverted by every program, with Adobe's marker or without.
#[test]
fn cmyk_is_inverted_with_and_without_its_marker() {
    let plate = |level: u8| vec![level; 64];
    let jpeg = four_inks(&[plate(255), plate(255), plate(255), plate(128)]);
    let gray = pixels(&jpeg, &png()).unwrap().0;
    assert!(gray.iter().all(|level| level.abs_diff(128) <= 2), "{:?}", &gray[..3]);
    let marked = with_segment(&jpeg, 0xEE, b"Adobe\0\x64\0\0\0\0\0");
    assert_eq!(pixels(&marked, &png()).unwrap().0, gray);
}

/// An 8x8 picture of four flat components: a grayscale file of each, put into one frame of four
/// scans.
fn four_inks(planes: &[Vec<u8>; 4]) -> Vec<u8> {
    let mut frame = None;
    let mut scans = Vec::new();
    for (index, plane) in planes.iter().enumerate() {
        let id = index as u8 + 1;
        let data = plane.iter().flat_map(|&v| [v; 3]).collect();
        let gray = Image::new(8, 8, Layout::Rgb, data).unwrap();
        let mut baseline = options(OutputFormat::Jpeg);
        baseline.optimize = false;
        baseline.quality = Some(Quality::Level(100));
        let bytes = compress_pixels(gray, &baseline).unwrap().data;
        let (mut at, mut tables) = (2, Vec::new());
        while bytes[at + 1] != 0xDA {
            let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            match bytes[at + 1] {
                0xDB if frame.is_none() => scans.extend_from_slice(&bytes[at..end]),
                0xC4 => tables.extend_from_slice(&bytes[at..end]),
                _ => {}
            }
            at = end;
        }
        if frame.is_none() {
            let part = |id| [id, 0x11, 0];
            let parts = (1..=4).flat_map(part).collect::<Vec<u8>>();
            frame = Some([&[0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4], &parts[..]].concat());
            scans.extend_from_slice(frame.as_deref().unwrap());
        }
        scans.extend_from_slice(&tables);
        let mut scan = bytes[at..bytes.len() - 2].to_vec();
        scan[5] = id;
        scans.extend_from_slice(&scan);
    }
    [&[0xFF, 0xD8], &scans[..], &END].concat()
}

#[test]
fn a_thumbnail_of_a_truncated_file_is_an_error_as_well() {
    let jpeg = file(scene(1200, 900), OutputFormat::Jpeg);
    let mut small = png();
    small.max_dimension = Some(40);
    let cut = [&jpeg[..jpeg.len() * 3 / 4], &END].concat();
    assert_eq!(compress(&cut, &small).unwrap_err().code, ErrorCode::CorruptImage);
}

/// Files from reports about other programs, where they are on this machine.
#[test]
fn the_reported_files_are_whole_pictures_or_errors() {
    let Some(folder) = common::cases("jpeg-without-eoi") else { return };
    for name in ["baseline.jpg", "progressive.jpg", "zero-padded.jpg"] {
        let output = compress(&std::fs::read(folder.join(name)).unwrap(), &png()).unwrap();
        assert_eq!((output.width, output.height), (96, 64), "{name}");
    }
    let half = std::fs::read(folder.join("half.jpg")).unwrap();
    assert_eq!(compress(&half, &png()).unwrap_err().code, ErrorCode::CorruptImage);
    assert_eq!(compress(&half, &recovering()).unwrap().height, 64);

    let Some(folder) = common::cases("cmyk-jpeg-without-adobe-marker") else { return };
    let inks = std::fs::read(folder.join("four-inks.jpg")).unwrap();
    let output = compress(&inks, &png()).unwrap();
    let picture = image::load_from_memory(&output.data).unwrap().into_rgb8();
    let (width, height) = picture.dimensions();
    let quadrants = [(1, 1), (3, 1), (1, 3), (3, 3)];
    let expected = [[0, 255, 255], [255, 0, 255], [255, 255, 0], [127, 127, 127]];
    for ((x, y), color) in quadrants.into_iter().zip(expected) {
        let pixel = picture.get_pixel(width * x / 4, height * y / 4).0;
        let near = pixel.iter().zip(color).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 3);
        assert!(near, "{pixel:?} is not {color:?}");
    }

    let Some(folder) = common::cases("small-jpeg-overhead") else { return };
    for path in common::files_below(&folder)
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "png"))
    {
        let png = std::fs::read(path).unwrap();
        let mut jpeg = options(OutputFormat::Jpeg);
        jpeg.quality = Some(Quality::Level(50));
        let small = compress(&png, &jpeg).unwrap().data.len();
        jpeg.optimize = false;
        assert!(small <= compress(&png, &jpeg).unwrap().data.len(), "{}", path.display());
    }
}
