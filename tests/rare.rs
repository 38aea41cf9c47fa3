//! GIF, BMP, ICO and TIFF, and files that are no picture: each kind that people's files have been
//! wrong or refused about, as a table of small files that are made here. The last test reads the
//! cases beside the repository, where they are.

mod common;

use common::rare::{Bmp, Value, gif, icon, strip, tiff};
use common::{file, options, scene};
use slimpix::{Animated, Error, ErrorCode, Options, OutputFormat, compress, probe};

fn png() -> Options {
    Options { animated: Animated::First, ..options(OutputFormat::Png) }
}

/// Width, height and RGBA pixels, read from the output by another decoder than ours.
type Pixels = (u32, u32, Vec<[u8; 4]>);

fn pixels(bytes: &[u8]) -> Result<Pixels, Error> {
    let output = compress(bytes, &png())?;
    let decoded = image::load_from_memory(&output.data).unwrap().into_rgba8();
    let pixels = decoded.pixels().map(|pixel| pixel.0).collect();
    Ok((decoded.width(), decoded.height(), pixels))
}

fn opaque(colors: &[[u8; 3]]) -> Vec<[u8; 4]> {
    colors.iter().map(|&[r, g, b]| [r, g, b, 255]).collect()
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];
const BLACK: [u8; 3] = [0, 0, 0];
const CLEAR: [u8; 4] = [0; 4];

#[test]
fn a_gif_screen_grows_to_its_first_frame() {
    for (screen, offset, frame, size) in [
        ((0, 0), (0, 0), (3, 2), (3, 2)),
        ((9, 0), (0, 0), (3, 2), (9, 2)),
        ((2, 1), (0, 0), (3, 2), (3, 2)),
        ((4, 4), (2, 3), (3, 2), (5, 5)),
        ((8, 8), (1, 1), (3, 2), (8, 8)),
    ] {
        let bytes = gif(screen, offset, frame, None);
        let info = probe(&bytes).unwrap();
        assert_eq!((info.width, info.height), size, "{screen:?} {offset:?}");
        assert_eq!(info.has_alpha, (u32::from(frame.0), u32::from(frame.1)) != size);
        let (width, _, pixels) = pixels(&bytes).unwrap();
        let first = u32::from(offset.1) * width + u32::from(offset.0);
        assert_eq!(pixels[first as usize..][..3], opaque(&[RED, GREEN, BLUE]));
        let covered = pixels.iter().filter(|pixel| **pixel != CLEAR).count();
        assert_eq!(covered, 6, "{screen:?} {offset:?}");
    }
    let transparent = pixels(&gif((2, 1), (0, 0), (2, 1), Some(1))).unwrap();
    assert_eq!(transparent.2, [[255, 0, 0, 255], CLEAR]);
}

/// The limit counts what would be allocated, and a few bytes are no picture of millions of pixels.
#[test]
fn a_small_file_asks_for_no_large_picture() {
    let tall = gif((1, 1), (0, 0), (5000, 5000), None);
    let short_gif = [&tall[..37], &[2, 0x44, 1, 0, 0x3B]].concat();
    let lzw = strip((16000, 16000), &[8], 5, 1, 4);
    let short_tiff = tiff(false, &[lzw], &[], &[0x80, 0x0B, 0x60, 0]);
    let mut limited = png();
    limited.limit_input_pixels = Some(100);
    for bytes in [&short_gif, &short_tiff] {
        assert_eq!(compress(bytes, &limited).unwrap_err().code, ErrorCode::LimitExceeded);
        assert_eq!(compress(bytes, &png()).unwrap_err().code, ErrorCode::CorruptImage);
    }
}

/// Two rows of two pixels, the lower first: blue, green, red.
const BGR: [u8; 16] = [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0];

#[test]
fn bmp_headers_are_read_as_browsers_do() {
    let upright = opaque(&[RED, GREEN, BLUE, WHITE]);
    let flipped = opaque(&[BLUE, WHITE, RED, GREEN]);
    let palette: Vec<u8> = [BLACK, RED, GREEN, BLUE, WHITE]
        .iter()
        .flat_map(|color| [color[2], color[1], color[0], 0])
        .chain(vec![0; 4 * 295])
        .collect();
    let four = |bmp: Bmp<'_>| Bmp { palette: &palette[..20], bits: 8, colors: 5, ..bmp }.file();
    let indices = [3, 4, 0, 0, 1, 2, 0, 0];
    let plain = Bmp { pixels: &BGR, ..Bmp::default() };
    let table = [
        ("24 bits", plain.file(), upright.clone()),
        ("top-down", Bmp { height: -2, ..plain }.file(), flipped),
        ("palette", four(Bmp { pixels: &indices, ..plain }), upright.clone()),
        (
            "300 colors",
            Bmp { palette: &palette, bits: 8, colors: 300, pixels: &indices, ..plain }.file(),
            upright.clone(),
        ),
        ("OS/2 2 of 64", Bmp { header: 64, ..plain }.file(), upright.clone()),
        ("OS/2 2 of 16", Bmp { header: 16, ..plain }.file(), upright.clone()),
        ("version 5", Bmp { header: 124, ..plain }.file(), upright.clone()),
        (
            "RLE8",
            four(Bmp { compression: 1, pixels: &[1, 3, 1, 4, 0, 0, 1, 1, 1, 2, 0, 1], ..plain }),
            upright.clone(),
        ),
        (
            "RLE8 that skips",
            four(Bmp { compression: 1, pixels: &[0, 2, 1, 1, 1, 2, 0, 1], ..plain }),
            opaque(&[BLACK, GREEN, BLACK, BLACK]),
        ),
        (
            "OS/2 RLE24",
            Bmp {
                header: 64,
                compression: 4,
                pixels: &[1, 255, 0, 0, 1, 255, 255, 255, 0, 0, 1, 0, 0, 255, 1, 0, 255, 0, 0, 1],
                ..plain
            }
            .file(),
            upright,
        ),
    ];
    for (name, bytes, expected) in table {
        assert_eq!(pixels(&bytes).unwrap(), (2, 2, expected), "{name}");
    }
}

#[test]
fn bmp_alpha_counts_where_browsers_count_it() {
    let stored: Vec<u8> = [[1, 2, 3, 0], [4, 5, 6, 128], [7, 8, 9, 255], [10, 11, 12, 64]].concat();
    let masks = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];
    for (header, compression, masks, counts) in [
        (40, 0, [0; 4], false),
        (40, 6, masks, true),
        (56, 0, masks, false),
        (56, 3, masks, true),
        (108, 0, masks, true),
        (108, 3, masks, true),
        (124, 0, [masks[0], masks[1], masks[2], 0], false),
    ] {
        // The masks of a header of 40 bytes follow it.
        let behind = if header == 40 && compression == 6 { 16 } else { 0 };
        let bmp = Bmp { header: header + behind, bits: 32, compression, masks, ..Bmp::default() };
        let mut bytes = Bmp { pixels: &stored, ..bmp }.file();
        bytes[14..18].copy_from_slice(&header.to_le_bytes());
        let alpha: Vec<u8> = pixels(&bytes).unwrap().2.iter().map(|pixel| pixel[3]).collect();
        let expected = if counts { [255, 64, 0, 128] } else { [255; 4] };
        assert_eq!(alpha, expected, "a header of {header}, compression {compression}");
        assert_eq!(probe(&bytes).unwrap().has_alpha, counts);
    }
}

#[test]
fn hostile_bitmaps_are_typed_errors() {
    let plain = Bmp { pixels: &BGR, ..Bmp::default() };
    for (name, bmp, code) in [
        ("no width", Bmp { width: 0, ..plain }, ErrorCode::CorruptImage),
        ("the least height", Bmp { height: i32::MIN, ..plain }, ErrorCode::LimitExceeded),
        ("30000 bits", Bmp { bits: 30000, ..plain }, ErrorCode::CorruptImage),
        ("missing rows", Bmp { height: 3, ..plain }, ErrorCode::CorruptImage),
        ("a JPEG inside", Bmp { compression: 4, ..plain }, ErrorCode::UnsupportedFeature),
        (
            "a mask with a gap",
            Bmp { header: 56, bits: 32, compression: 3, masks: [5, 0, 0, 0], ..plain },
            ErrorCode::CorruptImage,
        ),
        ("runs that end early", Bmp { bits: 8, compression: 1, ..plain }, ErrorCode::CorruptImage),
    ] {
        let error = pixels(&bmp.file()).expect_err(name);
        assert_eq!(error.code, code, "{name}: {error}");
    }
    let mut far = plain.file();
    far[10..14].copy_from_slice(&[0xF0, 0xFF, 0xFF, 0xFF]);
    assert_eq!(pixels(&far).unwrap_err().code, ErrorCode::CorruptImage);
}

/// 32 bits: alpha counts and the mask does not, unless every alpha is 0.
#[test]
fn icons_are_judged_by_their_own_headers() {
    let entry = |bits: u16, stored: &[u8], mask: &[u8]| {
        let pixels = [stored, mask].concat();
        Bmp { height: 4, bits, pixels: &pixels, ..Bmp::default() }.bitmap()
    };
    let colors = [[255, 0, 0], [255, 255, 255], [0, 0, 255], [0, 255, 0]];
    let with_alpha = |alpha: [u8; 4]| -> Vec<u8> {
        colors.iter().zip(alpha).flat_map(|([b, g, r], a)| [*b, *g, *r, a]).collect()
    };
    let hide_all = [0xC0, 0, 0, 0, 0xC0, 0, 0, 0];
    let hide_first = [0, 0, 0, 0, 0x80, 0, 0, 0];
    let shown = [[255, 0, 0, 255], [0, 255, 0, 128], [0, 0, 255, 9], [255, 255, 255, 255]];
    let alpha = entry(32, &with_alpha([9, 255, 255, 128]), &hide_all);
    let no_alpha = entry(32, &with_alpha([0; 4]), &hide_first);
    let masked: Vec<[u8; 4]> = [vec![CLEAR], opaque(&[GREEN, BLUE, WHITE])].concat();
    let rgb = file(scene(2, 2), OutputFormat::Png);
    for (name, bytes, expected) in [
        ("32 bits", icon(1, 32, &alpha), shown.to_vec()),
        ("a directory without bits", icon(1, 0, &alpha), shown.to_vec()),
        ("a cursor's hotspot", icon(2, 7, &alpha), shown.to_vec()),
        ("every alpha 0", icon(1, 32, &no_alpha), masked.clone()),
        ("24 bits", icon(1, 24, &entry(24, &BGR, &hide_first)), masked),
        ("a PNG", icon(1, 24, &rgb), pixels(&rgb).unwrap().2),
    ] {
        let info = probe(&bytes).unwrap();
        assert_eq!((info.width, info.height), (2, 2), "{name}");
        assert_eq!(pixels(&bytes).unwrap().2, expected, "{name}");
    }
    for cut in [22, 40, 70, 76] {
        let error = pixels(&icon(1, 32, &alpha)[..cut]).expect_err("a truncated icon");
        assert_eq!(error.code, ErrorCode::CorruptImage, "{error}");
    }
}

/// A row of four grays as each kind of TIFF holds them, in a classic one and a BigTIFF.
#[test]
fn tiffs_of_every_kind_are_read() {
    let grays = opaque(&[[0; 3], [85; 3], [170; 3], [255; 3]]);
    let ramp = [0, 85, 170, 255];
    let map: Vec<u16> = ramp.map(|level| level * 257).repeat(3);
    let float: Vec<u8> =
        [0.0_f32, 1.0 / 3.0, 2.0 / 3.0, 7.0].iter().flat_map(|f| f.to_le_bytes()).collect();
    let wide: Vec<u8> = ramp.iter().flat_map(|level| (level * 257).to_le_bytes()).collect();
    let level = ramp.map(|level| level as u8);
    let planes = level.repeat(3);
    let colors: Vec<u8> = level.iter().flat_map(|&v| [v; 3]).collect();
    // Luma of four pixels, then one of each chroma.
    let blocks = [level[0], level[1], 128, 128, level[2], level[3], 128, 128];
    // Fax of one row: white 1 (000111), black 2 (11), white 1.
    let fax = [0b0001_1111, 0b0001_1100];
    let more = |extra: &[(u16, Value)], tags: Vec<(u16, Value)>| [tags, extra.to_vec()].concat();
    let size = (4, 1);
    let tags = |bits: &[u16], compression, photometric, stored: &[u8]| {
        strip(size, bits, compression, photometric, stored.len() as u32)
    };
    let shorts = |tag: u16, values: &[u16]| (tag, Value::Shorts(values.to_vec()));
    for (name, tags, stored) in [
        ("2 bits", tags(&[2], 1, 1, &[0x1B]), &[0x1B][..]),
        ("2 bits, white is zero", tags(&[2], 1, 0, &[0xE4]), &[0xE4]),
        ("4 bits", tags(&[4], 1, 1, &[0; 2]), &[0x05, 0xAF]),
        ("8 bits", tags(&[8], 1, 1, &level), &level),
        ("16 bits", tags(&[16], 1, 1, &wide), &wide),
        ("float", more(&[shorts(339, &[3])], tags(&[32], 1, 1, &float)), &float),
        ("PackBits", tags(&[8], 32773, 1, &[0; 5]), &[3, 0, 85, 170, 255]),
        ("palette", more(&[shorts(320, &map)], tags(&[2], 1, 3, &[0x1B])), &[0x1B]),
        ("differences", more(&[shorts(317, &[2])], tags(&[8], 1, 1, &level)), &level),
        ("planes", more(&[shorts(284, &[2])], planar(&level)), &planes),
        ("RGB", tags(&[8; 3], 1, 2, &colors), &colors),
        ("smaller chroma", more(&[shorts(530, &[2, 1])], tags(&[8; 3], 1, 6, &blocks)), &blocks),
    ] {
        for big in [false, true] {
            let bytes = tiff(big, std::slice::from_ref(&tags), &[], stored);
            assert_eq!(pixels(&bytes), Ok((4, 1, grays.clone())), "{name}, BigTIFF {big}");
            assert_eq!(probe(&bytes).unwrap().pages, 1);
        }
    }
    let bilevel = opaque(&[WHITE, BLACK, BLACK, WHITE]);
    let bytes = tiff(false, &[tags(&[1], 2, 0, &fax)], &[], &fax);
    assert_eq!(pixels(&bytes), Ok((4, 1, bilevel)), "fax");
    let with_alpha = [10, 0, 20, 85, 30, 170, 40, 255];
    let bytes = tiff(
        false,
        &[more(&[shorts(338, &[2])], tags(&[8; 2], 1, 1, &with_alpha))],
        &[],
        &with_alpha,
    );
    let alpha: Vec<u8> = pixels(&bytes).unwrap().2.iter().map(|pixel| pixel[3]).collect();
    assert_eq!(alpha, level, "gray with alpha");
}

/// A JPEG in a strip is the picture that it is alone; one that is not as large as its strip, or
/// larger, or without an end, is damage.
#[test]
fn a_jpeg_in_a_tiff_fills_its_strip() {
    let jpeg = file(scene(32, 16), OutputFormat::Jpeg);
    let in_tiff = |size, jpeg: &[u8]| {
        tiff(false, &[strip(size, &[8; 3], 7, 6, jpeg.len() as u32)], &[], jpeg)
    };
    assert_eq!(pixels(&in_tiff((32, 16), &jpeg)), pixels(&jpeg));
    let cut = &jpeg[..jpeg.len() - 2];
    for (name, size, jpeg) in [
        ("short", (32, 24), &jpeg[..]),
        ("narrow", (40, 16), &jpeg),
        ("wide", (16, 16), &jpeg),
        ("without end", (32, 16), cut),
    ] {
        let error = pixels(&in_tiff(size, jpeg)).expect_err(name);
        assert_eq!(error.code, ErrorCode::CorruptImage, "{name}: {error}");
    }
}

/// Three strips, one for each plane.
fn planar(level: &[u8]) -> Vec<(u16, Value)> {
    let length = level.len() as u32;
    let mut tags = strip((4, 1), &[8; 3], 1, 2, length);
    tags.retain(|(tag, _)| !matches!(tag, 273 | 279));
    tags.push((273, Value::Pixels(vec![0, length, 2 * length])));
    tags.push((279, Value::Longs(vec![length; 3])));
    tags
}

#[test]
fn what_a_tiff_is_refused_for_is_named() {
    let tags =
        |bits: &[u16], compression, photometric| strip((4, 1), bits, compression, photometric, 100);
    for (tags, word) in [
        (tags(&[8], 50000, 1), "Zstandard"),
        (tags(&[8], 6, 1), "JPEG"),
        (tags(&[8; 3], 1, 8), "L*a*b*"),
        (tags(&[8; 3], 1, 32845), "LogLuv"),
        (tags(&[8, 8, 4], 1, 2), "different depths"),
        ([tags(&[16], 1, 1), vec![(339, Value::Shorts(vec![2]))]].concat(), "signed"),
    ] {
        let error = pixels(&tiff(false, &[tags], &[], &[0; 100])).expect_err(word);
        assert_eq!(error.code, ErrorCode::UnsupportedFeature, "{error}");
        assert!(error.message.contains(word), "{error}");
    }
}

#[test]
fn pages_are_counted_and_never_dropped_in_silence() {
    let page = strip((4, 1), &[8], 1, 1, 4);
    let kind = |kind: u32| [vec![(254, Value::Longs(vec![kind]))], page.clone()].concat();
    let stored = [0, 85, 170, 255];
    for (directories, chain, pages) in [
        (vec![kind(0)], vec![], 1),
        (vec![kind(2), kind(2), kind(2)], vec![1, 2], 3),
        // A smaller copy and a mask are no pages.
        (vec![kind(0), kind(1), kind(4)], vec![1, 2], 1),
        // Chains that go in a circle end.
        (vec![kind(0)], vec![0], 1),
        (vec![kind(0), kind(0)], vec![1, 0], 2),
        (vec![kind(0), kind(0)], vec![1, 1], 2),
    ] {
        let bytes = tiff(false, &directories, &chain, &stored);
        assert_eq!(probe(&bytes).unwrap().pages, pages, "{chain:?}");
        let strict = compress(&bytes, &options(OutputFormat::Png));
        assert_eq!(strict.is_err(), pages > 1, "{chain:?}");
        let first = compress(&bytes, &png()).unwrap();
        assert_eq!((first.width, first.animated), (4, pages > 1));
        if let Err(error) = strict {
            assert_eq!(error.code, ErrorCode::UnsupportedFeature);
            assert!(error.message.contains(&format!("{pages} pages")), "{error}");
        }
    }
}

#[test]
fn camera_raw_files_are_named_and_their_thumbnail_is_not_taken() {
    let thumbnail = [vec![(254, Value::Longs(vec![1]))], strip((1, 1), &[8], 1, 1, 1)].concat();
    let picture = [vec![(254, Value::Longs(vec![0]))], strip((2, 2), &[8], 1, 1, 4)].concat();
    let sensor = strip((2, 2), &[16], 34713, 32803, 8);
    let below = |tags: &[(u16, Value)]| [tags, &[(330, Value::Directory(1))]].concat();
    let dng = [strip((2, 2), &[8], 1, 1, 4), vec![(0xC612, Value::Longs(vec![1]))]].concat();
    for directories in [
        vec![below(&thumbnail), picture],
        vec![below(&strip((1, 1), &[8], 1, 1, 1)), sensor.clone()],
        vec![sensor],
        vec![dng],
    ] {
        let error = pixels(&tiff(false, &directories, &[], &[0; 8])).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedFormat, "{error}");
        assert!(error.message.contains("camera raw"), "{error}");
    }
}

#[test]
fn what_is_no_picture_is_named() {
    let utf16: Vec<u8> = "\u{FEFF}<svg/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let program = [b"MZ".as_slice(), &[0; 62]].concat();
    let table: &[(&[u8], &str)] = &[
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG"),
        (b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- drawn -->\n<svg:svg />", "an SVG"),
        (&utf16, "an SVG"),
        (b"<!DOCTYPE html><html><body><svg></svg></body></html>", "an HTML page"),
        (b"\n <html><head>", "an HTML page"),
        (b"<?xml version='1.0'?><rss/>", "an XML file"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video (MP4)"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "QuickTime"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "a camera raw file of Canon"),
        (b"\x1A\x45\xDF\xA3\0\0\0\0", "WebM"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (b"\xFF\x0A\0\0", "a JPEG XL"),
        (b"\0\0\0\x0CJXL \r\n\x87\n", "a JPEG XL"),
        (b"\0\0\0\x0CjP  \r\n\x87\n", "a JPEG 2000"),
        (b"8BPS\0\x01", "PSD"),
        (b"FUJIFILMCCD-RAW 0201", "a camera raw file of Fujifilm"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"\x1F\x8B\x08\0", "a gzip file"),
        (b"data:image/png;base64,iVBORw0KGgo=", "a data URL"),
        (b"{\"error\": \"not found\"}", "a text"),
        (&program, "EXE"),
        (&[0; 64], "zeros"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08", "no picture that slimpix knows"),
    ];
    for (bytes, name) in table {
        let error = probe(bytes).expect_err(name);
        assert_eq!(error.code, ErrorCode::UnsupportedFormat, "{error}");
        assert!(error.message.starts_with("this is "), "{error}");
        assert!(error.message.contains(name), "{error}, which is {name}");
    }
}

/// What each case beside the repository is, and what is right about it.
#[test]
fn cases_are_right() {
    use Expected::{Alpha, Opaque, Refused, Size};
    let Some(folder) = common::cases("") else { return };
    let table: &[(&str, Expected)] = &[
        ("bmp-headers/os2-v2.bmp", Size(4, 4)),
        ("bmp-headers/palette-300.bmp", Size(4, 4)),
        ("bmp-headers/v4-birgb-alpha.bmp", Alpha),
        ("frame-beyond-header/gif-1x1-frame-5000x5000.gif", Refused(ErrorCode::CorruptImage)),
        ("frame-beyond-header/gif-frame-beyond-screen-78B.gif", Refused(ErrorCode::CorruptImage)),
        ("gif-logical-screen/frame-larger.gif", Size(48, 32)),
        ("gif-logical-screen/screen-0x0.gif", Size(48, 32)),
        ("gif-logical-screen/screen-48x0.gif", Size(48, 32)),
        ("hostile/bmp-huge-offset.bmp", Refused(ErrorCode::CorruptImage)),
        ("hostile/bmp-min-height.bmp", Refused(ErrorCode::LimitExceeded)),
        ("hostile/bmp-pal-4G.bmp", Size(10, 10)),
        ("hostile/tiff-jpeg-strip-base-16000.tiff", Refused(ErrorCode::CorruptImage)),
        ("hostile/tiff-jpeg-strip-prog-16000.tiff", Refused(ErrorCode::CorruptImage)),
        ("hostile/tiff-lzw-empty-16000.tiff", Refused(ErrorCode::CorruptImage)),
        ("ico-entries/alpha-all-zero.ico", Opaque),
        ("ico-entries/bitcount-0.ico", Alpha),
        ("ico-entries/hotspot.cur", Alpha),
        ("ico-entries/mask-all-ones.ico", Alpha),
        ("ico-entries/png-rgb.ico", Size(32, 32)),
        ("multi-page-tiff-dropped/two-pages.tif", Size(96, 64)),
        ("raw-camera-file-as-thumbnail/nikon.nef", Refused(ErrorCode::UnsupportedFormat)),
        ("tiff-kinds/float-grey.tif", Size(96, 64)),
        ("tiff-kinds/grey-alpha.tif", Alpha),
        ("tiff-kinds/palette-4bit.tif", Size(96, 64)),
        ("tiff-kinds/palette.tif", Size(96, 64)),
        ("tiff-kinds/ycbcr-lzw.tif", Size(96, 64)),
    ];
    let wrong = table.iter().filter_map(|(name, expected)| {
        let found = pixels(&std::fs::read(folder.join(name)).unwrap());
        let alpha = |found: &Pixels, is: fn(u8) -> bool| found.2.iter().any(|pixel| is(pixel[3]));
        let right = match (expected, &found) {
            (Size(width, height), Ok(found)) => (found.0, found.1) == (*width, *height),
            (Alpha, Ok(found)) => alpha(found, |a| a > 0) && alpha(found, |a| a < 255),
            (Opaque, Ok(found)) => !alpha(found, |a| a < 255),
            (Refused(code), Err(error)) => error.code == *code,
            _ => false,
        };
        (!right).then(|| format!("{name}: {:?}", found.map(|found| (found.0, found.1))))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

enum Expected {
    /// A picture of this size.
    Size(u32, u32),
    /// Some pixels are transparent, and some are not.
    Alpha,
    Opaque,
    Refused(ErrorCode),
}
