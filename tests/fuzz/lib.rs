//! What the fuzz targets share: options that keep an execution short, and what must hold of every
//! answer.

use slimpix::{Animated, Error, ErrorCode, Options, Output, OutputFormat, Result};

/// Small pictures in, smaller ones out: a fuzzer learns from executions, not from pixels.
#[must_use]
pub fn quick(format: OutputFormat) -> Options {
    let mut options = Options::new(format);
    options.max_dimension = Some(24);
    options.optimize = false;
    options.avif_speed = Some(10);
    options.animated = Animated::First;
    options.limit_input_pixels = Some(1 << 18);
    options
}

/// Every answer is a picture or an error that is not slimpix' own fault.
pub fn judge(answer: &Result<Output>) {
    match answer {
        Ok(output) => assert!(!output.data.is_empty() && output.width > 0 && output.height > 0),
        Err(Error { code, message, .. }) => {
            assert!(*code != ErrorCode::Internal, "INTERNAL: {message}");
            assert!(!message.is_empty());
        }
    }
}
