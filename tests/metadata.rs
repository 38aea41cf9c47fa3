//! What is kept of EXIF and XMP is true of the output, and says nothing that was to go.

mod common;

use common::{Random, case, options, peak, png_of, scene};
use slimpix::{Fit, MetadataPolicy, Options, OutputFormat, TargetSize, compress};

const KEEP_BUT_PLACE: MetadataPolicy = MetadataPolicy { gps: false, ..MetadataPolicy::KEEP };

fn keeping(format: OutputFormat, metadata: MetadataPolicy) -> Options {
    Options { metadata, ..options(format) }
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A picture of 40x20 with these chunks.
fn png_with(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let row = [&[0][..], &[90; 120]].concat();
    png_of((40, 20), [2, 8], &row.repeat(20), chunks)
}

fn with_xmp(packet: &[u8]) -> Vec<u8> {
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", packet].concat();
    png_with(&[(b"iTXt", &text)])
}

/// A TIFF structure put together from directories whose places are known.
struct Exif {
    bytes: Vec<u8>,
    little: bool,
}

impl Exif {
    fn new(little: bool) -> Self {
        let start: &[u8] = if little { b"II*\0\x08\0\0\0" } else { b"MM\0*\0\0\0\x08" };
        Self { bytes: start.to_vec(), little }
    }

    fn two(&mut self, value: u16) {
        let bytes = if self.little { value.to_le_bytes() } else { value.to_be_bytes() };
        self.bytes.extend(bytes);
    }

    fn four(&mut self, value: u32) {
        let bytes = if self.little { value.to_le_bytes() } else { value.to_be_bytes() };
        self.bytes.extend(bytes);
    }

    /// A directory at the end of what there is; entries are tag, type, count, value.
    fn directory(&mut self, entries: &[(u16, u16, u32, u32)], next: u32) {
        self.two(entries.len() as u16);
        for &(tag, kind, count, value) in entries {
            self.two(tag);
            self.two(kind);
            self.four(count);
            if kind == 3 {
                self.two(value as u16);
                self.two(0);
            } else {
                self.four(value);
            }
        }
        self.four(next);
    }
}

/// Orientation 6, sizes of 40x20, GPS in the picture's, the camera's and the thumbnail's directory,
/// and a thumbnail at the end.
fn camera(little: bool) -> Vec<u8> {
    let directory = |entries: usize| 2 + entries as u32 * 12 + 4;
    let first = 8;
    let camera = first + directory(5);
    let thumbnail = camera + directory(3);
    let gps = thumbnail + directory(4);
    let value = gps + directory(1);
    let picture = value + 16;
    let mut exif = Exif::new(little);
    exif.directory(
        &[
            (0x100, 4, 1, 40),
            (0x101, 3, 1, 20),
            (0x112, 3, 1, 6),
            (0x8769, 4, 1, camera),
            (0x8825, 4, 1, gps),
        ],
        thumbnail,
    );
    exif.directory(&[(0x8825, 4, 1, gps), (0xA002, 3, 1, 40), (0xA003, 4, 1, 20)], 0);
    let length = (0x202, 4, 1, 9);
    exif.directory(&[(0x112, 3, 1, 6), (0x201, 4, 1, picture), length, (0x8825, 4, 1, gps)], 0);
    exif.directory(&[(1, 2, 16, value)], 0);
    exif.bytes.extend(b"forty-eight degr");
    exif.bytes.extend(b"THUMBNAIL");
    exif.bytes
}

/// The EXIF of a PNG, read by the tests' own walk.
fn exif_of(png: &[u8]) -> Option<Vec<u8>> {
    let at = png.windows(4).position(|four| four == b"eXIf")?;
    let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
    Some(png[at + 4..at + 4 + length].to_vec())
}

/// The value of a tag of the directory at `at`, and where the next directory is.
fn tag(exif: &[u8], at: usize, tag: u16) -> (Option<u32>, u32) {
    let little = exif[0] == b'I';
    let number = |at: usize, length: usize| {
        let bytes = &exif[at..at + length];
        let shift = |value: u32, &byte: &u8| value << 8 | u32::from(byte);
        if little { bytes.iter().rev().fold(0, shift) } else { bytes.iter().fold(0, shift) }
    };
    let count = number(at, 2) as usize;
    let value = (0..count)
        .map(|i| at + 2 + i * 12)
        .find(|&e| number(e, 2) == u32::from(tag))
        .map(|entry| number(entry + 8, if number(entry + 2, 2) == 3 { 2 } else { 4 }));
    (value, number(at + 2 + count * 12, 4))
}

#[test]
fn sizes_follow_and_a_stale_thumbnail_goes() {
    for little in [true, false] {
        let file = png_with(&[(b"eXIf", &camera(little))]);
        let kept = exif_of(
            &compress(&file, &keeping(OutputFormat::Png, MetadataPolicy::KEEP)).unwrap().data,
        )
        .unwrap();
        assert!(!has(&kept, b"THUMB"), "turned");
        assert!(has(&kept, b"forty-eight degr"), "the rest stays");
        let (width, thumbnail) = tag(&kept, 8, 0x100);
        assert_eq!((width, tag(&kept, 8, 0x101).0, thumbnail), (Some(20), Some(40), 0));
        let camera = tag(&kept, 8, 0x8769).0.unwrap() as usize;
        assert_eq!([0xA002, 0xA003].map(|name| tag(&kept, camera, name).0), [Some(20), Some(40)]);
        assert_eq!(tag(&kept, 8, 0x112).0, Some(1));

        let mut cut = keeping(OutputFormat::Png, MetadataPolicy::KEEP);
        cut.target_size = Some(TargetSize { width: Some(10), height: Some(10) });
        cut.fit = Fit::Cover;
        let kept = exif_of(&compress(&file, &cut).unwrap().data).unwrap();
        assert!(!has(&kept, b"THUMB"), "cut");
        assert_eq!((tag(&kept, 8, 0x100).0, tag(&kept, 8, 0x101).0), (Some(10), Some(10)));

        let mut asis = keeping(OutputFormat::Png, MetadataPolicy::KEEP);
        asis.auto_orient = false;
        let kept = exif_of(&compress(&file, &asis).unwrap().data).unwrap();
        assert_eq!(kept, self::camera(little), "nothing was done to the picture");
    }
}

#[test]
fn sizes_follow_where_bytes_took_pixels() {
    let exif = camera(true);
    let mut random = Random(7);
    let mut row = |_| [0].into_iter().chain((0..120).map(|_| random.below(256) as u8)).collect();
    let noise: Vec<u8> = (0..20).flat_map(|y| -> Vec<u8> { row(y) }).collect();
    let file = png_of((40, 20), [2, 8], &noise, &[(b"eXIf", &exif)]);
    let mut small = keeping(OutputFormat::Png, MetadataPolicy::KEEP);
    small.auto_orient = false;
    small.max_bytes = Some(1200);
    let output = compress(&file, &small).unwrap();
    assert!(output.width < 40);
    let kept = exif_of(&output.data).unwrap();
    assert_eq!(tag(&kept, 8, 0x100).0, Some(output.width));
    assert!(!has(&kept, b"THUMB"));
}

#[test]
fn every_pointer_to_the_place_goes() {
    for little in [true, false] {
        let file = png_with(&[(b"eXIf", &camera(little))]);
        for format in OutputFormat::ALL {
            let mut asis = keeping(format, KEEP_BUT_PLACE);
            asis.auto_orient = false;
            let out = compress(&file, &asis).unwrap().data;
            let pointer = if little { [0x25, 0x88] } else { [0x88, 0x25] };
            assert!(has(&out, b"THUMBNAIL"), "{format:?}");
            assert!(!has(&out, b"forty") && !has(&out, &pointer), "{format:?}");
        }
    }
}

/// IPTC and XMP inside EXIF repeat the place.
#[test]
fn packets_inside_exif_go_with_the_place() {
    let mut exif = Exif::new(true);
    exif.directory(&[(0x2BC, 1, 12, 50), (0x83BB, 7, 12, 62), (0x10F, 2, 12, 74)], 0);
    exif.bytes.extend(b"packet xmp  packet iptc maker stays");
    let file = png_with(&[(b"eXIf", &exif.bytes)]);
    let out = compress(&file, &keeping(OutputFormat::Webp, KEEP_BUT_PLACE)).unwrap().data;
    assert!(!has(&out, b"packet") && has(&out, b"maker stays"));
}

#[test]
fn xmp_that_is_no_text_is_left_out_with_a_warning() {
    let packets: [&[u8]; 3] = [b"\xFF\xFEx\0m\0p\0", b"<x>\xC3\x28</x>", b"<x><y></x>"];
    for packet in packets {
        for format in OutputFormat::ALL {
            let output =
                compress(&with_xmp(packet), &keeping(format, MetadataPolicy::KEEP)).unwrap();
            assert_eq!(output.warnings.len(), 1, "{format:?}");
            assert!(output.warnings[0].contains("XMP"), "{:?}", output.warnings);
            assert!(!has(&output.data, packet), "{format:?}");
            let stripped = compress(&with_xmp(packet), &options(format)).unwrap();
            assert!(stripped.warnings.is_empty());
        }
    }
}

#[test]
fn metadata_that_are_not_kept_are_not_copied() {
    let jpeg = common::file(scene(16, 16), OutputFormat::Jpeg);
    let segment = [&[0xFF, 0xE1, 0xFF, 0xFF][..], b"Exif\0\0", &[0; 0xFFFF - 2 - 6]].concat();
    let count = 1500;
    let mut file = Vec::with_capacity(jpeg.len() + count * segment.len());
    file.extend(&jpeg[..2]);
    (0..count).for_each(|_| file.extend(&segment));
    file.extend(&jpeg[2..]);
    let before = peak();
    let output = compress(&file, &options(OutputFormat::Jpeg)).unwrap();
    assert_eq!(output.width, 16);
    if let (Some(before), Some(after)) = (before, peak()) {
        let held = file.len() as u64 / 1024;
        assert!(after - before < held / 3, "{} kB for a file of {held} kB", after - before);
    }
}

#[test]
fn given_cases_tell_no_place() {
    let places: [(&str, &[&str]); 3] = [
        ("location-created", &["LocationCreated"]),
        ("other-prefix", &["GPSLatitude"]),
        ("place-names", &["photoshop:City", "photoshop:Country", "Iptc4xmpCore:Location"]),
    ];
    for (name, words) in places {
        let Some(file) = case(&format!("gps-false-leaves-place/{name}.jpg")) else { return };
        assert!(words.iter().all(|word| has(&file, word.as_bytes())), "{name}");
        for format in OutputFormat::ALL {
            let output = compress(&file, &keeping(format, KEEP_BUT_PLACE)).unwrap();
            let told = words.iter().find(|word| has(&output.data, word.as_bytes()));
            assert_eq!(told, None, "{name} {format:?}");
            assert_eq!(output.warnings, Vec::<String>::new(), "{name}");
            assert!(has(&output.data, b"xmpmeta"), "{name} {format:?}: the rest stays");
        }
    }
}

#[test]
fn given_thumbnail_is_not_stale() {
    let Some(file) = case("exif-thumbnail-stale/turned.jpg") else { return };
    let starts = |bytes: &[u8]| bytes.windows(3).filter(|three| three == b"\xFF\xD8\xFF").count();
    assert_eq!(starts(&file), 2);
    let output = compress(&file, &keeping(OutputFormat::Jpeg, MetadataPolicy::KEEP)).unwrap();
    assert_eq!(starts(&output.data), 1);
    assert_eq!((output.width, output.height), (120, 160));
}

#[test]
fn given_packet_that_is_not_utf8_is_left_out() {
    let Some(file) = case("hostile/xmp-not-utf8-keep-to-png.bin") else { return };
    let kept = compress(&file, &keeping(OutputFormat::Png, MetadataPolicy::KEEP)).unwrap();
    assert_eq!(kept.warnings.len(), 1);
}

/// What a job needs of memory follows from its header, metadata that inflate included.
#[test]
fn the_header_says_what_metadata_may_take() {
    assert_eq!(slimpix::probe(&png_with(&[])).unwrap().metadata_bytes, 0);
    let body = [&b"bomb\0\0"[..], &[0; 1000]].concat();
    let bytes = slimpix::probe(&png_with(&[(b"iCCP", &body)])).unwrap().metadata_bytes;
    assert!((1_000_000..2_000_000).contains(&bytes), "{bytes}");
}
