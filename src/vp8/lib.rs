//! Lossy WebP's VP8 key-frame encoder.
