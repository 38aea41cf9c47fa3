//! ICC profile, EXIF and XMP: found in any container, and cut down to what the caller keeps.
//!
//! Finding is one walk over the file that copies and inflates nothing ([`locate`]): headers ask
//! for no more. What an output keeps is copied from there once, with memory that may be refused
//! ([`Located::read`]); a file may have a hundred megabytes of metadata and keep none.
//!
//! Reading is here for all formats, since what is read is the same everywhere; writing is each
//! codec's own, since every container has its own slots. EXIF is held as the bare TIFF structure,
//! without the `Exif\0\0` that some containers put before it.

mod coded;
pub(crate) mod exif;
mod inflate;
mod locate;
mod xmp;

pub(crate) use coded::{CodedColor, Primaries, REC2020, SRGB, Transfer};
pub(crate) use locate::locate;

use crate::error::Result;
use crate::image::copied;
use crate::options::MetadataPolicy;

/// What a file says about its pixels beside the pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// EXIF: a TIFF structure, starting with its byte order.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
}

/// What was done to the pixels that metadata describe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// The orientation has been applied, and must not be applied again.
    pub upright: bool,
    /// The size of the output, where the picture was turned, cropped or resized: what metadata say
    /// of size and what they show as a thumbnail is then no longer so.
    pub size: Option<(u32, u32)>,
}

impl Metadata {
    /// What the policy keeps, and a sentence for each piece that cannot be kept.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub(crate) fn keep(
        &self,
        policy: &MetadataPolicy,
        change: Change,
    ) -> Result<(Self, Vec<String>)> {
        let mut warnings = Vec::new();
        let exif = match self.exif.as_deref() {
            Some(exif) if policy.exif => exif::tidy(copied(exif)?, change, policy.gps),
            Some(exif) if policy.copyright => exif::copyright_alone(exif),
            _ => None,
        };
        let xmp = match self.xmp.as_deref().filter(|_| policy.xmp) {
            Some(packet) => xmp::tidy(packet, change, policy.gps)?.unwrap_or_else(|why| {
                warnings.push(format!("the XMP packet is left out: {why}"));
                None
            }),
            None => None,
        };
        let icc = self.icc.as_deref().filter(|_| policy.icc).map(copied).transpose()?;
        Ok((Self { icc, exif, xmp }, warnings))
    }

    /// A copy that describes the picture in another size.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub(crate) fn resized(&self, size: (u32, u32)) -> Result<Self> {
        let mut copy = self.duplicate()?;
        let change = Change { upright: false, size: Some(size) };
        copy.exif = copy.exif.and_then(|exif| exif::tidy(exif, change, true));
        Ok(copy)
    }

    /// A copy; `OUT_OF_MEMORY` when it cannot be had, where `clone` would trap.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn duplicate(&self) -> Result<Self> {
        let copy = |part: &Option<Vec<u8>>| part.as_deref().map(copied).transpose();
        Ok(Self { icc: copy(&self.icc)?, exif: copy(&self.exif)?, xmp: copy(&self.xmp)? })
    }
}
