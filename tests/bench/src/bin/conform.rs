//! `conform IN.png`: encodes a picture at each quality and effort of the tests and asks every decoder, one line each:
//! `qQUALITY eEFFORT same`, or what is wrong.

use slimpix_bench::Picture;
use slimpix_bench::judges::{EFFORTS, QUALITIES, judge};
use slimpix_vp8::{Params, encode_rgb};
use std::process::ExitCode;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).ok_or_else(|| "usage: conform IN.png".into());
    match path.and_then(|path| Picture::open(&path)).and_then(|picture| run(&picture)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(picture: &Picture) -> Result<(), String> {
    for quality in QUALITIES {
        for effort in EFFORTS {
            let params = Params::new(quality, effort).map_err(|error| error.to_string())?;
            let params = Params { keep_decoded: true, ..params };
            let frame = encode_rgb(&picture.rgb, picture.width, picture.height, &params)
                .map_err(|error| error.to_string())?;
            let verdict = judge(&frame).map_or_else(|wrong| wrong, |()| "same".into());
            println!("q{quality} e{effort} {verdict}");
        }
    }
    Ok(())
}
