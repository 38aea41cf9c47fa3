//! The defaults, ranges and names that Rust and TypeScript share, as `tests/golden/options.json`:
//! this test holds Rust to it, and `tests/js/options.test.mjs` the package. After a change that is
//! meant, `SLIMPIX_BLESS=1 cargo test --test spec` writes the file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;
use slimpix::{DEFAULT_COMPRESSION_CONFIG, ErrorCode, Fit, OutputFormat, RANGES};

#[test]
fn options_are_those_that_were_written_down() {
    let bounds = RANGES.iter().map(|(key, range)| (*key, [range.start(), range.end()]));
    let spec = json!({
        "defaults": DEFAULT_COMPRESSION_CONFIG,
        "ranges": bounds.collect::<BTreeMap<_, _>>(),
        "codes": ErrorCode::ALL.map(ErrorCode::name),
        "formats": OutputFormat::ALL,
        "fits": Fit::ALL,
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/options.json");
    if std::env::var_os("SLIMPIX_BLESS").is_some() {
        fs::write(path, format!("{spec:#}\n")).unwrap();
    } else {
        let written: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!(spec, written);
    }
}
