//! Colours that a PNG names by numbers: `cICP`, or `gAMA` and `cHRM` (PNG, third edition, 11.3.2).
//!
//! They are read as Chromium reads them, since that is how the picture was seen: `cHRM` counts
//! beside `gAMA` alone; a `gAMA` alone that is near that of sRGB is sRGB, and beside `cHRM` the
//! power that it says; code points that are reserved, of limited range or with a matrix count as
//! absent. What no picture can mean, such as a gamma of 0, counts as absent too.

use crate::container::be32;

/// x and y of white, red, green and blue (CIE 1931).
pub(crate) type Primaries = [[f32; 2]; 4];

/// A colour space given by numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CodedColor {
    pub primaries: Primaries,
    pub transfer: Transfer,
}

/// From a sample to light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Transfer {
    /// IEC 61966-2-1.
    Srgb,
    /// A power of the sample.
    Power(f64),
    /// SMPTE 240M.
    Smpte240,
    /// SMPTE ST 428-1, digital cinema.
    Cinema,
    /// SMPTE ST 2084: light up to 10000 cd/m².
    Pq,
    /// ARIB STD-B67: light relative to a display's peak.
    Hlg,
}

const D65: [f32; 2] = [0.3127, 0.329];
/// CIE illuminant C.
const C: [f32; 2] = [0.31, 0.316];

/// Primaries of sRGB (ITU-R BT.709).
pub(crate) const SRGB: Primaries = [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]];
/// Primaries of ITU-R BT.2020.
pub(crate) const REC2020: Primaries = [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]];

/// ITU-T H.273, table 2.
fn primaries_of(code: u8) -> Option<Primaries> {
    Some(match code {
        1 => SRGB,
        4 => [C, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]],
        5 => [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
        6 | 7 => [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
        8 => [C, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]],
        9 => REC2020,
        11 => [[0.314, 0.351], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
        12 => [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
        22 => [D65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]],
        _ => return None,
    })
}

/// ITU-T H.273, table 3. Video's curves are shown as ITU-R BT.1886 has it, a power of 2.4.
fn transfer_of(code: u8) -> Option<Transfer> {
    Some(match code {
        1 | 6 | 11 | 14 | 15 => Transfer::Power(2.4),
        4 => Transfer::Power(2.2),
        5 => Transfer::Power(2.8),
        7 => Transfer::Smpte240,
        8 => Transfer::Power(1.0),
        13 => Transfer::Srgb,
        16 => Transfer::Pq,
        17 => Transfer::Cinema,
        18 => Transfer::Hlg,
        _ => return None,
    })
}

/// Gamma times 100000, as `gAMA` has it, of what is shown as sRGB.
const SRGB_GAMMA: f64 = 45455.0;

/// How far a `gAMA` alone may be from that.
const NEAR: f64 = 0.05;

/// A `gAMA` beyond is nonsense: a hundredth to a hundred.
const GAMMAS: std::ops::RangeInclusive<u32> = 1_000..=10_000_000;

/// The chunks of one file, the first of each.
#[derive(Default)]
pub(super) struct Chunks<'a> {
    cicp: Option<&'a [u8]>,
    srgb: bool,
    gama: Option<&'a [u8]>,
    chrm: Option<&'a [u8]>,
}

impl<'a> Chunks<'a> {
    pub fn add(&mut self, name: &[u8; 4], body: &'a [u8]) {
        match name {
            b"cICP" => _ = self.cicp.get_or_insert(body),
            b"sRGB" => self.srgb = true,
            b"gAMA" => _ = self.gama.get_or_insert(body),
            b"cHRM" => _ = self.chrm.get_or_insert(body),
            _ => {}
        }
    }

    /// The colour space; nothing for sRGB, and where a profile names it.
    pub fn color(&self, profile: bool) -> Option<CodedColor> {
        self.code_points().or_else(|| {
            let free = !profile && !self.srgb;
            free.then(|| self.gamma()).flatten()
        })
    }

    /// Whether the code points say it, which then stand above a profile.
    pub fn wins_over_profile(&self) -> bool {
        self.code_points().is_some()
    }

    fn code_points(&self) -> Option<CodedColor> {
        let [primaries, transfer, 0, 1] = *self.cicp? else { return None };
        let primaries = primaries_of(primaries)?;
        Some(CodedColor { primaries, transfer: transfer_of(transfer)? })
    }

    fn gamma(&self) -> Option<CodedColor> {
        let gamma = be32(self.gama?, 0).filter(|gamma| GAMMAS.contains(gamma))?;
        let primaries = self.chrm.and_then(chromaticities);
        if primaries.is_none() && (f64::from(gamma) / SRGB_GAMMA - 1.0).abs() < NEAR {
            return None;
        }
        let transfer = Transfer::Power(100_000.0 / f64::from(gamma));
        Some(CodedColor { primaries: primaries.unwrap_or(SRGB), transfer })
    }
}

/// Eight numbers times 100000, where they span a triangle around white.
fn chromaticities(body: &[u8]) -> Option<Primaries> {
    let mut points = [[0.0; 2]; 4];
    for (at, value) in points.iter_mut().flatten().enumerate() {
        *value = be32(body, at * 4)? as f32 / 100_000.0;
    }
    let [white, red, green, blue] = points;
    let area = |[ax, ay]: [f32; 2], [bx, by]: [f32; 2], [cx, cy]: [f32; 2]| {
        (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    };
    let inside = [(red, green), (green, blue), (blue, red)]
        .map(|(from, to)| area(from, to, white))
        .into_iter()
        .all(|side| side > 1e-3);
    let real = points.iter().all(|[x, y]| *x < 1.0 && (1e-3..1.0).contains(y));
    (inside && real).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADOBE: [u32; 8] = [31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000];

    fn color(chunks: &[(&[u8; 4], &[u8])], profile: bool) -> Option<CodedColor> {
        let mut found = Chunks::default();
        chunks.iter().for_each(|(name, body)| found.add(name, body));
        found.color(profile)
    }

    fn numbers<const N: usize>(values: [u32; N]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    #[test]
    fn gamma_counts_where_nothing_above_it_speaks() {
        let linear = numbers([100_000]);
        let power = |chunks: &[(&[u8; 4], &[u8])]| color(chunks, false).map(|c| c.transfer);
        assert_eq!(power(&[(b"gAMA", &linear)]), Some(Transfer::Power(1.0)));
        assert_eq!(power(&[(b"gAMA", &linear), (b"sRGB", &[0])]), None);
        assert_eq!(color(&[(b"gAMA", &linear)], true), None);
        assert_eq!(power(&[(b"gAMA", &linear), (b"cICP", &[12, 13, 0, 1])]), Some(Transfer::Srgb));
        assert_eq!(
            power(&[(b"gAMA", &linear), (b"cICP", &[2, 2, 0, 1])]),
            Some(Transfer::Power(1.0))
        );
        for absurd in [0, 1, 999, u32::MAX] {
            assert_eq!(power(&[(b"gAMA", &numbers([absurd]))]), None, "{absurd}");
        }
        for srgb in [45455, 44000, 47000] {
            assert_eq!(power(&[(b"gAMA", &numbers([srgb]))]), None, "{srgb}");
        }
    }

    #[test]
    fn chromaticities_count_beside_gamma_alone() {
        let (gamma, adobe) = (numbers([45455]), numbers(ADOBE));
        assert_eq!(color(&[(b"cHRM", &adobe)], false), None);
        let both = color(&[(b"cHRM", &adobe), (b"gAMA", &gamma)], false).unwrap();
        assert_eq!(both.primaries[2], [0.21, 0.71]);
        let flat = numbers([31270, 32900, 64000, 33000, 64000, 33000, 64000, 33000]);
        for nonsense in [numbers([0; 8]), flat, vec![1, 2]] {
            assert_eq!(color(&[(b"cHRM", &nonsense), (b"gAMA", &gamma)], false), None);
        }
    }

    #[test]
    fn code_points_that_pixels_cannot_have_are_absent() {
        for body in [[1, 2, 0, 1], [3, 13, 0, 1], [12, 13, 1, 1], [12, 13, 0, 0]] {
            assert_eq!(color(&[(b"cICP", &body)], false), None, "{body:?}");
        }
        assert_eq!(color(&[(b"cICP", &[12, 13, 0])], false), None);
        assert!(color(&[(b"cICP", &[9, 16, 0, 1])], true).is_some(), "above a profile");
    }
}
