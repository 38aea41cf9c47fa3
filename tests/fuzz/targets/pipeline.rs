//! Whole jobs: any file, several outputs of one decode, other sizes and forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slimpix::{Fit, MetadataPolicy, OutputFormat, Picture, TargetSize};
use slimpix_fuzz::{judge, quick};

// The first three bytes choose the outputs.
fuzz_target!(|data: &[u8]| {
    let [form, width, height, file @ ..] = data else { return };
    let mut boxed = quick(OutputFormat::ALL[1 + usize::from(form % 3)]);
    boxed.fit = Fit::ALL[usize::from(form >> 2) % Fit::ALL.len()];
    boxed.target_size = Some(TargetSize {
        width: Some(u32::from(*width % 64) + 1),
        height: Some(u32::from(*height % 64) + 1),
    });
    boxed.without_enlargement = form & 0x20 == 0;
    boxed.metadata = if form & 0x40 == 0 { MetadataPolicy::STRIP } else { MetadataPolicy::KEEP };
    let mut small = quick(OutputFormat::Webp);
    small.max_bytes = Some(400);
    let targets = [boxed, small];
    let Ok(picture) = Picture::decode(file, &targets) else { return };
    for options in &targets {
        judge(&picture.finish(options).and_then(|finished| finished.encode(options)));
    }
});
