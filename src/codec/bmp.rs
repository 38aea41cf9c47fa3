//! BMP in: a file header before a device-independent bitmap.

use super::dib;
use crate::error::Result;
use crate::image::Image;
use crate::sniff::bmp;

pub(super) fn decode(file: &[u8]) -> Result<Image> {
    dib::decode(file, &bmp::bitmap(file)?, false)
}
