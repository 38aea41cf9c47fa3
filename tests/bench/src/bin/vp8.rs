//! `vp8 IN.png OUT.webp QUALITY EFFORT [REPEAT [OFF]]`: encodes with slimpix-vp8, natively or under WASI.
//!
//! Encodes `REPEAT` times more, for timing from outside, with the tools named in `OFF` (comma-separated) switched off.
//! Prints the milliseconds of the fastest.

use slimpix_bench::{Picture, riff};
use slimpix_vp8::{Params, encode_rgb};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nusage: vp8 IN.png OUT.webp QUALITY EFFORT [REPEAT [OFF]]");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), String> {
    let arg = |i: usize| args.get(i).map(String::as_str).ok_or("too few arguments");
    let number = |i: usize| arg(i)?.parse::<u8>().map_err(|error| error.to_string());
    let picture = Picture::open(arg(0)?)?;
    let params = Params::new(number(2)?, number(3)?).map_err(|error| error.to_string())?;
    let params = slimpix_bench::without(params, args.get(5).map_or("-", String::as_str))?;
    let repeat = if args.len() > 4 { number(4)? } else { 0 };
    let mut best = f64::INFINITY;
    for round in 0..=repeat {
        let start = Instant::now();
        let frame = encode_rgb(&picture.rgb, picture.width, picture.height, &params)
            .map_err(|error| error.to_string())?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        if round == 0 {
            std::fs::write(arg(1)?, riff(&frame.bytes)).map_err(|error| error.to_string())?;
        }
    }
    println!("{best:.3}");
    Ok(())
}
