//! What a service does when it is told nothing else.

use serde::Serialize;

/// The side and the qualities of one size variant.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SizeVariant {
    /// The longest side at most, in pixels.
    pub max_dimension: u32,
    /// JPEG quality, 1 to 100.
    pub jpeg_quality: u32,
    /// WebP quality, 1 to 100.
    pub webp_quality: u32,
    /// AVIF quality, 1 to 100.
    pub avif_quality: u32,
}

/// The size variants that every service knows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SizeVariants {
    /// For lists.
    pub thumbnail: SizeVariant,
    /// For a page.
    pub preview: SizeVariant,
    /// For a whole screen.
    pub full: SizeVariant,
}

/// The service's configuration; JavaScript merges a caller's own over it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompressionDefaults {
    /// The longest side at most, in pixels.
    pub max_dimension: u32,
    /// JPEG quality, 1 to 100.
    pub jpeg_quality: u32,
    /// WebP quality, 1 to 100.
    pub webp_quality: u32,
    /// AVIF quality, 1 to 100.
    pub avif_quality: u32,
    /// AVIF speed, 1 (small) to 10 (fast).
    pub avif_speed: u32,
    /// The size variants.
    pub size_variants: SizeVariants,
    /// Image workers at most.
    pub max_threads: u32,
    /// Files of a batch at a time.
    pub chunk_size: u32,
    /// AVIF workers or threads at most.
    pub avif_threads: u32,
}

/// The defaults; the same object as `DEFAULT_COMPRESSION_CONFIG` in JavaScript.
pub const DEFAULT_COMPRESSION_CONFIG: CompressionDefaults = CompressionDefaults {
    max_dimension: 2048,
    jpeg_quality: 85,
    webp_quality: 80,
    avif_quality: 75,
    avif_speed: 6,
    size_variants: SizeVariants {
        thumbnail: SizeVariant {
            max_dimension: 150,
            jpeg_quality: 80,
            webp_quality: 75,
            avif_quality: 70,
        },
        preview: SizeVariant {
            max_dimension: 500,
            jpeg_quality: 85,
            webp_quality: 80,
            avif_quality: 75,
        },
        full: SizeVariant {
            max_dimension: 2048,
            jpeg_quality: 90,
            webp_quality: 85,
            avif_quality: 80,
        },
    },
    max_threads: 4,
    chunk_size: 10,
    avif_threads: 2,
};
