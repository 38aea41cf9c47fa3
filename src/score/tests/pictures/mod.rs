//! What the tests share: pictures that they draw, and what is done to them.

use slimpix_score::Picture;

/// An 8-bit picture, three bytes a pixel.
pub struct Bytes {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Bytes {
    /// A picture by what each of its bytes is, of column, row and channel.
    pub fn draw(width: usize, height: usize, byte: impl FnMut([usize; 3]) -> u8) -> Self {
        let place = |i: usize| [i / 3 % width, i / 3 / width, i % 3];
        Self { width, height, rgb: (0..width * height * 3).map(place).map(byte).collect() }
    }

    pub fn picture(&self) -> Picture<'_> {
        Picture::new(self.width, self.height, &self.rgb).unwrap()
    }

    /// The byte of a place; beyond the edges, of the nearest one.
    pub fn at(&self, [x, y, channel]: [usize; 3]) -> u8 {
        self.rgb[(y.min(self.height - 1) * self.width + x.min(self.width - 1)) * 3 + channel]
    }

    /// The same size, each byte by its place.
    fn changed(&self, byte: impl FnMut([usize; 3]) -> u8) -> Self {
        Self::draw(self.width, self.height, byte)
    }

    /// Fewer levels: without the lower bits.
    pub fn coarse(&self, bits: u32) -> Self {
        self.changed(|at| self.at(at) >> bits << bits | 1 << (bits - 1))
    }

    /// Each byte the mean of a square.
    pub fn boxed(&self, side: usize) -> Self {
        self.changed(|[x, y, c]| {
            let square = (0..side * side).map(|i| [x + i % side, y + i / side, c]);
            (square.map(|at| usize::from(self.at(at))).sum::<usize>() / (side * side)) as u8
        })
    }

    pub fn noisy(&self, strength: usize) -> Self {
        let mut seed = 5;
        self.changed(|at| {
            let noise = random(&mut seed) % strength;
            (usize::from(self.at(at)) + noise).saturating_sub(strength / 2).min(255) as u8
        })
    }
}

/// Numbers that are the same in every run.
fn random(seed: &mut u32) -> usize {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 16) as usize
}

/// A soft gradient, patches of noise, hard edges as of text, and flat fields.
pub fn drawn(width: usize, height: usize) -> [Bytes; 4] {
    let mut seed = (width * 31 + height) as u32;
    let draw = |byte: &mut dyn FnMut([usize; 3]) -> usize| {
        Bytes::draw(width, height, |place| byte(place) as u8)
    };
    [
        draw(&mut |[x, y, c]| 40 + x * 180 / width + y * (c + 1) * 9 / height),
        draw(&mut |[x, y, _]| {
            if (x / 20 + y / 12) % 3 == 0 { random(&mut seed) } else { x * 3 + y }
        }),
        draw(&mut |[x, y, _]| if (x * x + 3 * y) % 17 < 5 && y % 12 < 8 { 20 } else { 245 }),
        draw(&mut |[x, y, c]| x / 16 * 50 + y / 16 * 70 + c * 90),
    ]
}

/// What is done to a picture, and its name.
pub type Harm = (&'static str, fn(&Bytes) -> Bytes);

/// From what nobody sees to what spoils a picture.
pub const HARMS: [Harm; 8] = [
    ("one level up in every seventh pixel", |of| {
        of.changed(|at| of.at(at).saturating_add(u8::from((at[0] + at[1] * 3) % 7 == 0)))
    }),
    ("32 levels", |of| of.coarse(3)),
    ("4 levels", |of| of.coarse(6)),
    ("blurred", |of| of.boxed(2)),
    ("blurred much", |of| of.boxed(7)),
    ("shifted", |of| of.changed(|[x, y, c]| of.at([x + 1, y, c]))),
    ("noise", |of| of.noisy(16)),
    ("much noise", |of| of.noisy(120)),
];
