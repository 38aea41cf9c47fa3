//! Colour nobody sees.
//!
//! Under fully transparent pixels files keep whatever was there: noise that costs bytes, hard edges that leave rings
//! around what is visible. It can be replaced by what is cheapest.

/// Side of the squares that are smoothed, the transform's unit for chroma: 4:2:0 halves it.
const SIDE: usize = 8;

/// Replaces the colour of fully transparent pixels of interleaved RGBA, `width` to a row: in squares that show
/// something by the mean of what they show, in others by the colour last used on the left. Visible pixels and alpha
/// stay as they are.
pub fn smooth_transparent(pixels: &mut [u8], width: usize) {
    if width == 0 {
        return;
    }
    for band in pixels.chunks_mut(width * 4 * SIDE) {
        let mut colour = [0; 3];
        for x in (0..width).step_by(SIDE) {
            let across = x * 4..(x + SIDE).min(width) * 4;
            if let Some(mean) = visible_mean(band, width, across.clone()) {
                colour = mean;
            }
            for row in band.chunks_exact_mut(width * 4) {
                for pixel in row[across.clone()].chunks_exact_mut(4).filter(|pixel| pixel[3] == 0) {
                    pixel[..3].copy_from_slice(&colour);
                }
            }
        }
    }
}

/// Mean colour of the pixels of a square that are not fully transparent, if there are any.
fn visible_mean(band: &[u8], width: usize, across: std::ops::Range<usize>) -> Option<[u8; 3]> {
    let mut sums = [0u32; 3];
    let mut count = 0;
    for row in band.chunks_exact(width * 4) {
        for pixel in row[across.clone()].chunks_exact(4).filter(|pixel| pixel[3] > 0) {
            sums.iter_mut().zip(pixel).for_each(|(sum, &c)| *sum += u32::from(c));
            count += 1;
        }
    }
    (count > 0).then(|| sums.map(|sum| ((sum + count / 2) / count) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_sees_changes() {
        let (width, height) = (21, 13);
        let mut pixels: Vec<u8> = (0..width * height * 4).map(|i| (i * 37 % 251) as u8).collect();
        for (i, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            pixel[3] = [0, 0, 9, 255][i % 4];
        }
        let before = pixels.clone();
        smooth_transparent(&mut pixels, width);
        for (old, new) in before.chunks_exact(4).zip(pixels.chunks_exact(4)) {
            assert_eq!(old[3], new[3]);
            assert!(old[3] == 0 || old == new, "{old:?} {new:?}");
        }
        assert_ne!(before, pixels);
    }

    #[test]
    fn a_square_takes_the_mean_of_what_it_shows() {
        let mut pixels = [[10, 20, 30, 255], [30, 40, 50, 1], [200, 200, 200, 0]].concat();
        smooth_transparent(&mut pixels, 3);
        assert_eq!(pixels[8..], [20, 30, 40, 0]);
    }
}
