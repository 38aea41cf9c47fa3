//! Where a rising curve crosses a goal, found in few tries: each is where the line between the two
//! nearest known points crosses it; a curve that such lines approach too slowly is halved.

use std::ops::RangeInclusive;

/// Tries for one goal; those that only halve come to the crossing from anywhere.
const MOST_TRIES: usize = 11;

/// So many tries follow lines; those after them halve what is left.
const MOST_LINES: usize = 4;

/// A value to meet.
pub(super) struct Goal {
    pub value: f64,
    /// How near is near enough.
    pub close: f64,
    pub side: Side,
}

/// On which side of the goal a value meets it.
pub(super) enum Side {
    Above,
    Below,
}

impl Goal {
    /// The goal itself meets it too.
    pub fn is_met(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value >= self.value,
            Side::Below => value <= self.value,
        }
    }
}

/// A rising curve over levels, and what is known of it.
pub(super) struct Crossing {
    /// Levels that may be tried.
    levels: RangeInclusive<u8>,
    /// The first one.
    start: u8,
    /// How much a level adds, where only one point is known.
    slope: f64,
    /// The nearest known points on both sides of the goal: level and value.
    below: Option<(u8, f64)>,
    above: Option<(u8, f64)>,
    tries: usize,
}

impl Crossing {
    pub fn new(levels: RangeInclusive<u8>, start: u8, slope: f64) -> Self {
        Self { levels, start, slope, below: None, above: None, tries: 0 }
    }

    pub fn learn(&mut self, level: u8, value: f64, goal: f64) {
        let side = if value < goal { &mut self.below } else { &mut self.above };
        *side = Some((level, value));
    }

    /// The level to try next; `None` when the two nearest neighbours are known.
    pub fn next(&mut self, goal: f64) -> Option<u8> {
        self.tries += 1;
        let lowest = self.below.map_or(*self.levels.start(), |(level, _)| level + 1);
        let highest = self.above.map_or(*self.levels.end(), |(level, _)| level - 1);
        if lowest > highest || self.tries > MOST_TRIES {
            return None;
        }
        let (first, last) = (f64::from(lowest), f64::from(highest));
        let by_line = self.tries <= MOST_LINES;
        let guess = match (self.below, self.above) {
            (None, None) => f64::from(self.start),
            (Some((level, value)), None) if by_line => {
                f64::from(level) + (goal - value) / self.slope
            }
            (None, Some((level, value))) if by_line => {
                f64::from(level) - (value - goal) / self.slope
            }
            (Some(_), None) => last,
            (None, Some(_)) => first,
            (Some(below), Some(above)) if by_line => crossing(below, above, goal),
            (Some(_), Some(_)) => (first + last) / 2.0,
        };
        Some((guess.round() as u8).clamp(lowest, highest))
    }
}

/// Where the line between two points crosses the goal.
fn crossing(below: (u8, f64), above: (u8, f64), goal: f64) -> f64 {
    let rise = (above.1 - below.1).max(f64::EPSILON);
    f64::from(below.0) + (goal - below.1) / rise * f64::from(above.0 - below.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tries for a goal on a curve, the last being the one that is kept.
    fn search(curve: impl Fn(u8) -> f64, value: f64) -> (u8, usize) {
        let goal = Goal { value, close: 0.5, side: Side::Above };
        let mut crossing = Crossing::new(1..=100, 80, 0.6);
        let (mut kept, mut tries) = (100, 0);
        while let Some(level) = crossing.next(value) {
            let value = curve(level);
            crossing.learn(level, value, goal.value);
            tries += 1;
            if goal.is_met(value) {
                kept = level;
                if value - goal.value < goal.close {
                    break;
                }
            }
        }
        (kept, tries)
    }

    #[test]
    fn straight_curves_take_few_tries() {
        let (level, tries) = search(|level| f64::from(level) * 0.8, 60.0);
        assert_eq!(level, 75);
        assert!(tries <= 3, "{tries}");
    }

    #[test]
    fn steep_flat_and_broken_curves_end_at_the_crossing() {
        let knee = |level: u8| if level < 97 { f64::from(level) / 100.0 } else { 90.0 };
        let step = |level: u8| if level < 12 { -50.0 } else { 99.0 };
        assert_eq!(search(knee, 85.0).0, 97);
        assert_eq!(search(step, 85.0).0, 12);
        assert_eq!(search(|_| 10.0, 85.0).0, 100, "a goal that is never met ends at the top");
        assert_eq!(search(|_| 99.0, 85.0).0, 1, "a goal that is always met ends at the bottom");
    }
}
