//! What the fuzzers have found, one file each, named after the target that found it: each stays a
//! picture or a typed error, whatever is kept of it and written.

mod common;

use common::files_below;
use slimpix::{Animated, ErrorCode, MetadataPolicy, Options, OutputFormat, compress, probe};

fn jobs() -> impl Iterator<Item = Options> {
    let formats = [OutputFormat::Jpeg, OutputFormat::Webp, OutputFormat::Png];
    formats.into_iter().flat_map(|format| {
        let mut options = common::options(format);
        options.max_dimension = Some(24);
        options.animated = Animated::First;
        options.limit_input_pixels = Some(1 << 20);
        let kept = Options { metadata: MetadataPolicy::KEEP, recover: true, ..options.clone() };
        let placeless = MetadataPolicy { gps: false, ..MetadataPolicy::KEEP };
        [Options { metadata: placeless, ..options.clone() }, kept, options]
    })
}

#[test]
fn every_finding_is_a_picture_or_a_typed_error() {
    let files = files_below(&common::root().join("tests/findings"));
    for path in files.iter().filter(|path| path.extension().is_none()) {
        let file = std::fs::read(path).unwrap();
        let _ = probe(&file);
        for options in jobs() {
            if let Err(error) = compress(&file, &options) {
                assert_ne!(error.code, ErrorCode::Internal, "{}: {error}", path.display());
            }
        }
    }
}
