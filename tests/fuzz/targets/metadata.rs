//! EXIF, XMP and profiles, kept whole, without the place, and dropped, out of any file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slimpix::{MetadataPolicy, OutputFormat, compress};
use slimpix_fuzz::{judge, quick};

const FORMATS: [OutputFormat; 3] = [OutputFormat::Jpeg, OutputFormat::Webp, OutputFormat::Png];

// The first byte chooses what is kept and what is written.
fuzz_target!(|data: &[u8]| {
    let [choice, file @ ..] = data else { return };
    let flag = |bit: u8| choice >> bit & 1 == 1;
    let mut options = quick(FORMATS[usize::from(choice >> 6) % FORMATS.len()]);
    options.auto_orient = flag(0);
    options.metadata = MetadataPolicy {
        icc: flag(1),
        exif: flag(2),
        xmp: flag(3),
        gps: flag(4),
        copyright: flag(5),
    };
    let answer = compress(file, &options);
    judge(&answer);
    // What was written is read again, its metadata too.
    if let Ok(output) = answer {
        compress(&output.data, &options).expect("slimpix reads what it has written");
    }
});
