//! Files that are no picture that slimpix reads, by name: so that a person learns what was given
//! and what to do, and does not have to read bytes in hex.

/// What a file is, with what to do about it; `None` where nothing is recognized.
pub(super) fn describe(file: &[u8]) -> Option<String> {
    by_signature(file)
        .or_else(|| by_media_brand(file))
        .or_else(|| by_text(file))
        .or_else(|| file.iter().all(|&byte| byte == 0).then_some(ZEROS))
        .map(|Kind { name, advice }| format!("this is {name}; {advice}"))
}

const ZEROS: Kind = kind("a file of zeros", "its download or copy was cut off");

#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    advice: &'static str,
}

const fn kind(name: &'static str, advice: &'static str) -> Kind {
    Kind { name, advice }
}

const VECTORS: &str = "draw it to pixels first, for example on a canvas, or serve it as it is";
const PAGES: &str = "export its page as PNG or JPEG first";
const FRAMES: &str = "take a frame out of it first, as PNG or JPEG";
const SAVE: &str = "save it as PNG, JPEG or TIFF first";
const DEVELOP: &str = "slimpix does not develop it; export it as JPEG, PNG or TIFF first";
const UNPACK: &str = "unpack it first and give the pictures in it";
const NO_PICTURE: &str = "it holds no picture that slimpix reads";

/// Where a signature lies, its bytes, and what they mean. From the formats' specifications and,
/// where there is none, from the list of libmagic's facts.
const SIGNATURES: [(usize, &[u8], Kind); 57] = [
    (0, b"%PDF-", kind("a PDF", PAGES)),
    (0, b"%!PS", kind("a PostScript file", PAGES)),
    (0, b"\xC5\xD0\xD3\xC6", kind("an EPS file", PAGES)),
    (0, b"\xFF\x0A", kind("a JPEG XL", SAVE)),
    (0, b"\0\0\0\x0CJXL \r\n\x87\n", kind("a JPEG XL", SAVE)),
    (0, b"\0\0\0\x0CjP  \r\n\x87\n", kind("a JPEG 2000", SAVE)),
    (0, b"\xFF\x4F\xFF\x51", kind("a JPEG 2000 codestream", SAVE)),
    (0, b"II\xBC\x01", kind("a JPEG XR", SAVE)),
    (0, b"8BPS", kind("a Photoshop document (PSD)", SAVE)),
    (0, b"gimp xcf", kind("a GIMP picture (XCF)", SAVE)),
    (0, b"qoif", kind("a QOI picture", SAVE)),
    (0, b"DDS ", kind("a DDS texture", SAVE)),
    (0, b"\xABKTX ", kind("a KTX texture", SAVE)),
    (0, b"v/1\x01", kind("an OpenEXR picture", SAVE)),
    (0, b"#?RADIANCE", kind("a Radiance HDR picture", SAVE)),
    (0, b"BPG\xFB", kind("a BPG picture", SAVE)),
    (0, b"FLIF", kind("a FLIF picture", SAVE)),
    (0, b"\x8AMNG", kind("an MNG animation", FRAMES)),
    (0, b"\xD7\xCD\xC6\x9A", kind("a Windows metafile (WMF)", VECTORS)),
    (40, b" EMF", kind("an enhanced metafile (EMF)", VECTORS)),
    (0, b"AT&TFORM", kind("a DjVu document", PAGES)),
    (0, b"icns", kind("an Apple icon (ICNS)", SAVE)),
    (0, b"SIMPLE  =", kind("a FITS picture", SAVE)),
    (128, b"DICM", kind("a DICOM picture", SAVE)),
    (0, b"FUJIFILMCCD-RAW", kind("a camera raw file of Fujifilm (RAF)", DEVELOP)),
    (0, b"IIU\0", kind("a camera raw file of Panasonic or Leica (RW2)", DEVELOP)),
    (0, b"IIRO", kind("a camera raw file of Olympus (ORF)", DEVELOP)),
    (0, b"IIRS", kind("a camera raw file of Olympus (ORF)", DEVELOP)),
    (0, b"MMOR", kind("a camera raw file of Olympus (ORF)", DEVELOP)),
    (0, b"\0MRM", kind("a camera raw file of Minolta (MRW)", DEVELOP)),
    (0, b"FOVb", kind("a camera raw file of Sigma (X3F)", DEVELOP)),
    (6, b"HEAPCCDR", kind("a camera raw file of Canon (CRW)", DEVELOP)),
    (0, b"\x1A\x45\xDF\xA3", kind("a video (WebM or Matroska)", FRAMES)),
    (8, b"AVI ", kind("a video (AVI)", FRAMES)),
    (0, b"FLV\x01", kind("a video (FLV)", FRAMES)),
    (0, b"\0\0\x01\xBA", kind("a video (MPEG)", FRAMES)),
    (0, b"\0\0\x01\xB3", kind("a video (MPEG)", FRAMES)),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", kind("a video or sound file (ASF)", FRAMES)),
    (0, b"OggS", kind("a sound or video file (Ogg)", NO_PICTURE)),
    (0, b"ID3", kind("a sound file (MP3)", NO_PICTURE)),
    (0, b"fLaC", kind("a sound file (FLAC)", NO_PICTURE)),
    (8, b"WAVE", kind("a sound file (WAV)", NO_PICTURE)),
    (8, b"ACON", kind("an animated cursor (ANI)", FRAMES)),
    (0, b"PK\x03\x04", kind("a ZIP archive, or an office document in one", UNPACK)),
    (0, b"PK\x05\x06", kind("an empty ZIP archive", UNPACK)),
    (0, b"\x1F\x8B", kind("a gzip file", UNPACK)),
    (0, b"BZh", kind("a bzip2 file", UNPACK)),
    (0, b"\xFD7zXZ\0", kind("an xz file", UNPACK)),
    (0, b"\x28\xB5\x2F\xFD", kind("a Zstandard file", UNPACK)),
    (0, b"7z\xBC\xAF\x27\x1C", kind("a 7-Zip archive", UNPACK)),
    (0, b"Rar!\x1A\x07", kind("a RAR archive", UNPACK)),
    (257, b"ustar", kind("a tar archive", UNPACK)),
    (0, b"\x7FELF", kind("a program (ELF)", NO_PICTURE)),
    (0, b"\0asm", kind("a WebAssembly module", NO_PICTURE)),
    (0, b"wOF2", kind("a font", NO_PICTURE)),
    (0, b"SQLite format 3\0", kind("an SQLite database", NO_PICTURE)),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", kind("an old office document", PAGES)),
];

fn by_signature(file: &[u8]) -> Option<Kind> {
    let at =
        |start: usize, bytes: &[u8]| file.get(start..).is_some_and(|rest| rest.starts_with(bytes));
    let found = SIGNATURES.iter().find(|(start, bytes, _)| at(*start, bytes));
    // `MZ` is short: the header of a program is at least 64 bytes long and has zeros in it.
    let program = || file.starts_with(b"MZ") && file.len() >= 64 && file[..64].contains(&0);
    found
        .map(|&(_, _, kind)| kind)
        .or_else(|| program().then_some(kind("a program (EXE or DLL)", NO_PICTURE)))
}

/// Files of boxes that are neither AVIF nor HEIC, by the brand or the first box's name (ISO/IEC
/// 14496-12, 4.3; QuickTime File Format).
fn by_media_brand(file: &[u8]) -> Option<Kind> {
    let brand: &[u8] = file.get(8..12).unwrap_or_default();
    match (file.get(4..8)?, brand) {
        (b"ftyp", b"crx ") => Some(kind("a camera raw file of Canon (CR3)", DEVELOP)),
        (b"ftyp", b"qt  ") | (b"moov" | b"wide" | b"mdat", _) => {
            Some(kind("a video (QuickTime, MOV)", FRAMES))
        }
        (b"ftyp", b"M4A " | b"M4B ") => Some(kind("a sound file (M4A)", NO_PICTURE)),
        (b"ftyp", b"jxl ") => Some(kind("a JPEG XL", SAVE)),
        (b"ftyp", b"jp2 " | b"jpx ") => Some(kind("a JPEG 2000", SAVE)),
        (b"ftyp", _) => Some(kind("a video (MP4)", FRAMES)),
        _ => None,
    }
}

/// How much of a text is looked at: an SVG may have a long comment before its element.
const LOOKED_AT: usize = 4096;

fn by_text(file: &[u8]) -> Option<Kind> {
    let head = &file[..file.len().min(LOOKED_AT)];
    if matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return by_words(&narrowed(head)).or(Some(TEXT));
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    by_words(head).or_else(|| is_text(head).then_some(TEXT))
}

const TEXT: Kind = kind("a text", "give the picture itself, not its address or its data in base64");

/// The low bytes of UTF-16, which is enough to see the names of elements.
fn narrowed(head: &[u8]) -> Vec<u8> {
    head.iter().copied().filter(|&byte| byte != 0 && byte < 0x80).collect()
}

fn by_words(head: &[u8]) -> Option<Kind> {
    let text = head.trim_ascii_start();
    let starts = |word: &str| {
        text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()))
    };
    let has =
        |word: &str| text.windows(word.len()).any(|t| t.eq_ignore_ascii_case(word.as_bytes()));
    if !text.starts_with(b"<") {
        let data_url = starts("data:").then_some(kind("a data URL", "fetch it and give its bytes"));
        return data_url.or(starts("{\\rtf").then_some(kind("a rich text (RTF)", PAGES)));
    }
    if has("<svg") || has("<!doctype svg") || has(":svg ") {
        let page = starts("<!doctype html") || starts("<html");
        return Some(if page { HTML } else { kind("an SVG", VECTORS) });
    }
    if starts("<?xml") && !has("<html") {
        return Some(kind("an XML file", NO_PICTURE));
    }
    let html = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<?xml",
        "<!--",
        "<script",
        "<title",
        "<meta",
    ];
    html.into_iter().any(starts).then_some(HTML)
}

const HTML: Kind = kind(
    "an HTML page",
    "was the picture's address answered with a page, such as an error or a login?",
);

/// UTF-8, but for a last character that is cut, without control characters.
fn is_text(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let printable = |c: char| !c.is_control() || c.is_whitespace();
    text.len() >= 4 && text.chars().all(printable)
}
