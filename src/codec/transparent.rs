//! Colour that nobody sees.
//!
//! Under fully transparent pixels files keep whatever was there: a background that was cut away,
//! noise that costs bytes, hard edges that leave rings around what is visible. Unless `exact` is
//! asked for it is replaced by what is cheapest: nothing at all where coding is lossless, and in
//! AVIF by visible colours, carried on and ever more blurred away from them: every size of
//! transform then finds a smooth picture. Squares of one mean each, which serve VP8 well, have
//! steps between them that took a tenth more bytes on logos of 128 pixels.

use crate::error::Result;
use crate::image::{Image, Layout};

/// The picture with nothing under full transparency; `None` where there is nothing to blank.
pub(super) fn blank(image: &Image) -> Result<Option<Image>> {
    if !hides(image) {
        return Ok(None);
    }
    let mut copy = image.duplicate()?;
    for pixel in copy.data_mut().as_chunks_mut::<4>().0.iter_mut().filter(|p| p[3] == 0) {
        *pixel = [0; 4];
    }
    Ok(Some(copy))
}

/// The picture with visible colours carried on; `None` where there is nothing to carry them to.
#[cfg(feature = "avif")]
pub(super) fn carry_on(image: &Image) -> Result<Option<Image>> {
    if !hides(image) {
        return Ok(None);
    }
    let mut copy = image.duplicate()?;
    fill(&mut copy)?;
    Ok(Some(copy))
}

fn hides(image: &Image) -> bool {
    image.layout() == Layout::Rgba && image.pixels::<4>().iter().any(|p| p[3] == 0)
}

/// Gives each pixel of alpha 0 a colour from the picture at half its size, in which the same has
/// been done before; alpha stays.
#[cfg(feature = "avif")]
fn fill(image: &mut Image) -> Result<()> {
    let mut small = half(image)?;
    if (small.width(), small.height()) != (1, 1) && hides(&small) {
        fill(&mut small)?;
    }
    let (width, columns) = (image.width() as usize, small.width() as usize);
    let rows = small.height() as usize;
    let source = small.pixels::<4>();
    for (y, line) in image.data_mut().chunks_exact_mut(width * 4).enumerate() {
        let near = &source[y / 2 * columns..][..columns];
        let far = &source[beside(y, rows) * columns..][..columns];
        for (x, pixel) in line.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            if pixel[3] == 0 {
                let (here, there) = (x / 2, beside(x, columns));
                for (c, sample) in pixel[..3].iter_mut().enumerate() {
                    let blend =
                        |row: &[[u8; 4]]| 3 * u32::from(row[here][c]) + u32::from(row[there][c]);
                    *sample = ((3 * blend(near) + blend(far) + 8) / 16) as u8;
                }
            }
        }
    }
    Ok(())
}

/// Of the halved samples beside the nearest one that on the other side of this pixel.
#[cfg(feature = "avif")]
fn beside(at: usize, count: usize) -> usize {
    let other = if at.is_multiple_of(2) { (at / 2).saturating_sub(1) } else { at / 2 + 1 };
    other.min(count - 1)
}

/// The mean of what is visible of each square of four; alpha is 255 where anything is.
#[cfg(feature = "avif")]
fn half(image: &Image) -> Result<Image> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut out =
        Image::zeroed(image.width().div_ceil(2), image.height().div_ceil(2), Layout::Rgba)?;
    let columns = out.width() as usize;
    let source = image.pixels::<4>();
    for (at, target) in out.data_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (at % columns * 2, at / columns * 2);
        let mut sums = [0u32; 3];
        let mut count = 0;
        for row in source.chunks_exact(width).skip(y).take(2.min(height - y)) {
            for pixel in row[x..].iter().take(2).filter(|pixel| pixel[3] > 0) {
                sums.iter_mut().zip(pixel).for_each(|(sum, &sample)| *sum += u32::from(sample));
                count += 1;
            }
        }
        if count > 0 {
            let [r, g, b] = sums.map(|sum| ((sum + count / 2) / count) as u8);
            *target = [r, g, b, 255];
        }
    }
    Ok(out)
}

#[cfg(all(test, feature = "avif"))]
mod tests {
    use super::*;

    #[test]
    fn one_colour_is_carried_everywhere_and_what_is_seen_stays() {
        for (width, height) in [(1, 1), (5, 1), (1, 7), (37, 21), (64, 64)] {
            let count = width * height;
            let pixel = |i: u32| if i == count / 3 { [9, 80, 200, 1] } else { [i as u8, 0, 7, 0] };
            let image =
                Image::new(width, height, Layout::Rgba, (0..count).flat_map(pixel).collect());
            let image = image.unwrap();
            let carried = carry_on(&image).unwrap().unwrap_or_else(|| image.clone());
            for (old, new) in image.pixels::<4>().iter().zip(carried.pixels::<4>()) {
                assert_eq!(
                    (new[..3].to_vec(), new[3]),
                    (vec![9, 80, 200], old[3]),
                    "{width}x{height}"
                );
            }
        }
    }

    #[test]
    fn nothing_visible_is_nothing() {
        let image = Image::new(9, 5, Layout::Rgba, [1, 2, 3, 0].repeat(45)).unwrap();
        assert_eq!(carry_on(&image).unwrap().unwrap().data(), [0; 4].repeat(45));
    }
}
