//! Points of a rate and score curve, one line each: `quality bytes score milliseconds`.
//!
//! `curve slimpix EFFORT OFF REF.png QUALITY...` encodes with slimpix-vp8, the tools named in `OFF` (comma-separated, or
//! `-`) switched off. `curve files REF.png FILE.webp...` scores what somebody else has encoded; quality and time are 0.

use slimpix_bench::{Picture, riff, score};
use slimpix_vp8::{Params, encode_rgb};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["slimpix", effort, off, reference, qualities @ ..] => {
            own(effort, off, reference, qualities)
        }
        ["files", reference, files @ ..] => others(reference, files),
        _ => Err(
            "usage: curve slimpix EFFORT OFF REF.png QUALITY... | curve files REF.png FILE.webp..."
                .into(),
        ),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn own(effort: &str, off: &str, reference: &str, qualities: &[&str]) -> Result<(), String> {
    let picture = Picture::open(reference)?;
    for quality in qualities {
        let number = |text: &str| text.parse::<u8>().map_err(|error| format!("{text}: {error}"));
        let params =
            Params::new(number(quality)?, number(effort)?).map_err(|error| error.to_string())?;
        let params = slimpix_bench::without(params, off)?;
        let start = Instant::now();
        let frame = encode_rgb(&picture.rgb, picture.width, picture.height, &params)
            .map_err(|error| error.to_string())?;
        let time = start.elapsed().as_secs_f64() * 1e3;
        let file = riff(&frame.bytes);
        print(&picture, quality, &file, time)?;
    }
    Ok(())
}

fn others(reference: &str, files: &[&str]) -> Result<(), String> {
    let picture = Picture::open(reference)?;
    for path in files {
        let file = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        print(&picture, "0", &file, 0.0)?;
    }
    Ok(())
}

fn print(picture: &Picture, quality: &str, file: &[u8], time: f64) -> Result<(), String> {
    let score = score(picture, &Picture::read(file)?)?;
    println!("{quality} {} {score:.4} {time:.2}", file.len());
    Ok(())
}
