//! The same input and options give the same bytes: today as when they were last looked at, and
//! natively as in WebAssembly.
//!
//! `tests/golden/jobs.json` holds the jobs and the SHA-256 of each output, natively and from wasm;
//! `tests/js/golden.test.mjs` runs the same jobs through the package. The inputs in
//! `tests/fixtures` were drawn once and are never written again, so that a changed hash means a
//! changed codec: then look at the pictures, and write the new hashes down by
//! `SLIMPIX_BLESS=1 cargo test --test golden` and `SLIMPIX_BLESS=1 npm run test:js`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use slimpix::Options;

/// One line of `jobs.json`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Job {
    input: String,
    options: serde_json::Value,
    native: String,
    wasm: String,
    /// Where the hashes differ: the dependency that computes otherwise natively, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    differs: Option<String>,
}

#[test]
fn native_bytes_are_the_golden_ones() {
    let list = tests().join("golden/jobs.json");
    let mut jobs: Vec<Job> = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    let mut changed = Vec::new();
    for job in &mut jobs {
        // What differs in wasm differs between processors too; x86-64 stands for native.
        let bound = job.differs.is_none() || cfg!(target_arch = "x86_64");
        let hash = hash_of_output(job);
        if bound && hash != job.native {
            changed.push(format!("{} {}: {hash}", job.input, job.options));
            job.native = hash;
        }
    }
    if std::env::var_os("SLIMPIX_BLESS").is_some() {
        let lines: Vec<String> =
            jobs.iter().map(|job| serde_json::to_string(job).unwrap()).collect();
        fs::write(list, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    } else {
        assert!(changed.is_empty(), "other bytes than before:\n{}", changed.join("\n"));
    }
}

fn hash_of_output(job: &Job) -> String {
    let options: Options = serde_json::from_value(job.options.clone()).unwrap();
    let input = fs::read(tests().join("fixtures").join(&job.input)).unwrap();
    let output = slimpix::compress(&input, &options).unwrap();
    Sha256::digest(output.data).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}
