//! `to-ppm IN.png`: the picture as PPM on standard output, for programs that read no PNG.

use slimpix_bench::Picture;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_default();
    match Picture::open(&path)
        .and_then(|picture| write(&picture).map_err(|error| error.to_string()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nusage: to-ppm IN.png");
            ExitCode::FAILURE
        }
    }
}

fn write(picture: &Picture) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "P6\n{} {}\n255\n", picture.width, picture.height)?;
    out.write_all(&picture.rgb)
}
