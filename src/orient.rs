//! Turns a picture upright by its EXIF orientation (Exif 2.32, tag 0x0112).
//!
//! Each of the eight values is a choice of three moves: mirror across the diagonal, then left to
//! right, then top to bottom. Rows are handled in bands so that the diagonal move, which walks
//! one side by columns, stays within the cache.

use crate::error::Result;
use crate::image::Image;

/// Rows of the output that are filled together while source columns are in the cache.
const BAND: usize = 16;

/// The moves that make a picture of this orientation upright.
struct Moves {
    transpose: bool,
    mirror: bool,
    flip: bool,
}

impl Moves {
    const fn of(orientation: u8) -> Self {
        Self {
            transpose: matches!(orientation, 5..=8),
            mirror: matches!(orientation, 2 | 3 | 6 | 7),
            flip: matches!(orientation, 3 | 4 | 7 | 8),
        }
    }
}

/// Whether this orientation swaps width and height.
pub(crate) const fn transposes(orientation: u8) -> bool {
    Moves::of(orientation).transpose
}

/// The picture upright.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn apply(image: Image, orientation: u8) -> Result<Image> {
    if !(2..=8).contains(&orientation) {
        return Ok(image);
    }
    match image.layout().channels() {
        1 => turn::<1>(&image, &Moves::of(orientation)),
        2 => turn::<2>(&image, &Moves::of(orientation)),
        3 => turn::<3>(&image, &Moves::of(orientation)),
        _ => turn::<4>(&image, &Moves::of(orientation)),
    }
}

fn turn<const N: usize>(image: &Image, moves: &Moves) -> Result<Image> {
    let (mut width, mut height) = (image.width(), image.height());
    if moves.transpose {
        (width, height) = (height, width);
    }
    let mut out = Image::zeroed(width, height, image.layout())?;
    let source = image.pixels::<N>();
    let (columns, rows, stride) = (width as usize, height as usize, image.width() as usize);
    let targets = out.data_mut().as_chunks_mut::<N>().0;
    for (band, lines) in targets.chunks_mut(columns * BAND).enumerate() {
        for x in 0..columns {
            let from_x = if moves.mirror { columns - 1 - x } else { x };
            for (y, line) in lines.chunks_exact_mut(columns).enumerate() {
                let y = band * BAND + y;
                let from_y = if moves.flip { rows - 1 - y } else { y };
                let at = if moves.transpose {
                    from_x * stride + from_y
                } else {
                    from_y * stride + from_x
                };
                line[x] = source[at];
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    /// Figure 2 of the Exif specification's appendix: where the upright `[[1, 2, 3], [4, 5, 6]]`
    /// lies in a file of each orientation.
    const STORED: [(u8, u32, [u8; 6]); 8] = [
        (1, 3, [1, 2, 3, 4, 5, 6]),
        (2, 3, [3, 2, 1, 6, 5, 4]),
        (3, 3, [6, 5, 4, 3, 2, 1]),
        (4, 3, [4, 5, 6, 1, 2, 3]),
        (5, 2, [1, 4, 2, 5, 3, 6]),
        (6, 2, [3, 6, 2, 5, 1, 4]),
        (7, 2, [6, 3, 5, 2, 4, 1]),
        (8, 2, [4, 1, 5, 2, 6, 3]),
    ];

    #[test]
    fn all_eight_come_out_upright() {
        for (orientation, width, stored) in STORED {
            let image = Image::new(width, 6 / width, Layout::Gray, stored.to_vec()).unwrap();
            let upright = apply(image, orientation).unwrap();
            assert_eq!((upright.width(), upright.height()), (3, 2), "orientation {orientation}");
            assert_eq!(upright.data(), [1, 2, 3, 4, 5, 6], "orientation {orientation}");
        }
    }
}
