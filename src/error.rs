//! One error for everything that can go wrong, with a code that is API.
//!
//! The message is English, names the value and the range, and may change between versions; the
//! code may not.

use std::fmt;

/// What kind of failure this is. Stable: programs match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// An option is unknown, of the wrong type or out of range.
    InvalidOption,
    /// What was given is not a picture at all (empty, or no bytes).
    InvalidInput,
    /// The bytes are of no format that slimpix knows.
    UnsupportedFormat,
    /// The format is known, but not this use of it (12-bit JPEG, animation, decoding HEIC).
    UnsupportedFeature,
    /// The picture is damaged: truncated, or against its own specification.
    CorruptImage,
    /// The picture or the request is larger than a limit allows.
    LimitExceeded,
    /// Memory was asked for and refused.
    OutOfMemory,
    /// The encoder could not write the picture.
    EncodeFailed,
    /// No quality or size meets the target.
    TargetUnreachable,
    /// The wasm module could not be loaded or started.
    LoadFailed,
    /// A file could not be read or written.
    Io,
    /// The caller cancelled.
    Aborted,
    /// A fault of slimpix itself.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 13] = [
        Self::InvalidOption,
        Self::InvalidInput,
        Self::UnsupportedFormat,
        Self::UnsupportedFeature,
        Self::CorruptImage,
        Self::LimitExceeded,
        Self::OutOfMemory,
        Self::EncodeFailed,
        Self::TargetUnreachable,
        Self::LoadFailed,
        Self::Io,
        Self::Aborted,
        Self::Internal,
    ];

    /// The code as JavaScript and the command line show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidOption => "INVALID_OPTION",
            Self::InvalidInput => "INVALID_INPUT",
            Self::UnsupportedFormat => "UNSUPPORTED_FORMAT",
            Self::UnsupportedFeature => "UNSUPPORTED_FEATURE",
            Self::CorruptImage => "CORRUPT_IMAGE",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::OutOfMemory => "OUT_OF_MEMORY",
            Self::EncodeFailed => "ENCODE_FAILED",
            Self::TargetUnreachable => "TARGET_UNREACHABLE",
            Self::LoadFailed => "LOAD_FAILED",
            Self::Io => "IO",
            Self::Aborted => "ABORTED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// A failure: a stable [`ErrorCode`] and a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure this is.
    pub code: ErrorCode,
    /// What happened, with the value and the range.
    pub message: String,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One constructor for each code that the pipeline itself raises.
macro_rules! constructors {
    ($($name:ident => $code:ident),* $(,)?) => {
        impl Error {
            $(pub(crate) fn $name(message: impl fmt::Display) -> Self {
                Self { code: ErrorCode::$code, message: message.to_string() }
            })*
        }
    };
}

constructors! {
    target_unreachable => TargetUnreachable,
    invalid_option => InvalidOption,
    invalid_input => InvalidInput,
    unsupported_format => UnsupportedFormat,
    unsupported_feature => UnsupportedFeature,
    corrupt => CorruptImage,
    limit => LimitExceeded,
    out_of_memory => OutOfMemory,
    encode_failed => EncodeFailed,
    internal => Internal,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for Error {}
