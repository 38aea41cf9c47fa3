//! `score REF.png DIST.png [REF DIST ...]`: one SSIMULACRA2 score a line for each pair of PNG or PPM files.

use slimpix_bench::{Picture, score};
use std::process::ExitCode;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() || !paths.len().is_multiple_of(2) {
        eprintln!("usage: score REF.png DIST.png [REF DIST ...]");
        return ExitCode::FAILURE;
    }
    for pair in paths.chunks_exact(2) {
        match score_files(&pair[0], &pair[1]) {
            Ok(score) => println!("{score:.6}"),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn score_files(reference: &str, distorted: &str) -> Result<f64, String> {
    score(&Picture::open(reference)?, &Picture::open(distorted)?)
}
