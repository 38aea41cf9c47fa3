//! Where a rising curve crosses a goal, found in few tries: each is where the line through the two
//! nearest known points crosses it, and the search ends when that is a level that is known. A curve
//! that lines approach too slowly is halved.
//!
//! Lines are drawn over what levels are usually worth and not over the levels themselves, since a
//! format's dial has bends: where its quantiser gets steeper, where chroma becomes whole.

use std::ops::RangeInclusive;

/// Tries for one goal: lines, and then as many halvings as come to the crossing from anywhere.
const MOST_TRIES: usize = MOST_LINES + 7;
const MOST_LINES: usize = 6;

/// So near to the goal, in points of worth, a met level is the one when the line says so.
const CLOSE: f64 = 1.5;

/// What a fraction of a level may be by rounding alone.
const ROUNDING: f64 = 1e-6;

/// What a value has to be; the goal itself will do.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
        }
    }

    const fn value(self) -> f64 {
        match self {
            Self::AtLeast(goal) | Self::AtMost(goal) => goal,
        }
    }
}

/// What levels are usually worth: points of a rising curve, with lines between them.
#[derive(Clone, Copy)]
pub(super) struct Worth(pub &'static [(f64, f64)]);

impl Worth {
    fn of(self, level: u8) -> f64 {
        between(self.0.iter().copied(), f64::from(level))
    }

    /// The level of that worth, in fractions.
    pub fn level(self, worth: f64) -> f64 {
        between(self.0.iter().map(|&(level, worth)| (worth, level)), worth)
    }
}

/// On the lines between points that rise; beyond them the nearest one.
fn between(points: impl Iterator<Item = (f64, f64)>, x: f64) -> f64 {
    let mut last = (f64::NEG_INFINITY, f64::NAN);
    for point in points {
        if x <= point.0 {
            let share = (x - last.0) / (point.0 - last.0);
            return if last.1.is_nan() { point.1 } else { last.1 + share * (point.1 - last.1) };
        }
        last = point;
    }
    last.1
}

/// A level that was tried, and how far beyond the goal it came out.
#[derive(Clone, Copy)]
struct Point {
    level: u8,
    beyond: f64,
    /// How much of that counts for the line.
    pull: f64,
}

/// The search for a goal.
pub(super) struct Crossing {
    goal: Goal,
    /// Levels that may be tried.
    levels: RangeInclusive<u8>,
    /// The first one, in fractions.
    start: f64,
    worth: Worth,
    /// How much the curve usually rises with worth.
    slope: f64,
    /// The nearest known points on both sides of the goal.
    below: Option<Point>,
    above: Option<Point>,
    /// The point before the last, where both are on one side.
    before: Option<Point>,
    tries: usize,
}

impl Crossing {
    pub const fn new(
        goal: Goal,
        levels: RangeInclusive<u8>,
        start: f64,
        worth: Worth,
        slope: f64,
    ) -> Self {
        let (below, above, before) = (None, None, None);
        Self { goal, levels, start, worth, slope, below, above, before, tries: 0 }
    }

    /// Whether the level's value meets the goal.
    pub fn learn(&mut self, level: u8, value: f64) -> bool {
        let is_met = self.goal.is_met(value);
        let is_above = is_met == matches!(self.goal, Goal::AtLeast(_));
        let (side, other) = if is_above {
            (&mut self.above, &mut self.below)
        } else {
            (&mut self.below, &mut self.above)
        };
        // A far end that stays lets lines creep: it is pulled nearer (the Illinois algorithm).
        if let (Some(_), Some(other)) = (&side, other) {
            other.pull /= 2.0;
        }
        self.before = side.replace(Point { level, beyond: value - self.goal.value(), pull: 1.0 });
        is_met
    }

    /// The level to try next; `None` when nothing better is to be expected.
    pub fn next(&mut self) -> Option<u8> {
        let lowest = self.below.map_or(*self.levels.start(), |point| point.level + 1);
        let highest = self.above.map_or(*self.levels.end(), |point| point.level - 1);
        self.tries += 1;
        if lowest > highest || self.tries > MOST_TRIES {
            return None;
        }
        if self.tries > MOST_LINES {
            return Some(match (self.below, self.above) {
                (Some(_), None) => highest,
                (None, Some(_)) => lowest,
                _ => lowest.midpoint(highest),
            });
        }
        let (met, level) = match self.goal {
            Goal::AtLeast(_) => (self.above, (self.by_line() - ROUNDING).ceil() as u8),
            Goal::AtMost(_) => (self.below, (self.by_line() + ROUNDING) as u8),
        };
        let is_close = |point: Point| point.beyond.abs() < CLOSE * self.slope;
        let is_known = !(lowest..=highest).contains(&level) && met.is_some_and(is_close);
        (!is_known).then(|| level.clamp(lowest, highest))
    }

    /// Where the line crosses the goal, as a level.
    fn by_line(&self) -> f64 {
        let (one, other) = match (self.below, self.above) {
            (None, None) => return self.start,
            (Some(one), None) | (None, Some(one)) => (one, self.before),
            (Some(below), Some(above)) => (below, Some(above)),
        };
        let (from, beyond) = (self.worth.of(one.level), one.beyond * one.pull);
        let rise = |other: Point| {
            let slope = (other.beyond * other.pull - beyond) / (self.worth.of(other.level) - from);
            if slope.is_finite() { slope.max(self.slope / 8.0) } else { self.slope }
        };
        self.worth.level(from - beyond / other.map_or(self.slope, rise))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRAIGHT: Worth = Worth(&[(1.0, 1.0), (100.0, 100.0)]);

    /// The level that is kept, and how many were tried.
    fn search(goal: Goal, curve: impl Fn(u8) -> f64) -> (Option<u8>, usize) {
        let mut crossing = Crossing::new(goal, 1..=100, 80.0, STRAIGHT, 0.6);
        let (mut kept, mut tries) = (None, 0);
        while let Some(level) = crossing.next() {
            tries += 1;
            if crossing.learn(level, curve(level)) {
                kept = Some(level);
            }
        }
        (kept, tries)
    }

    #[test]
    fn straight_curves_take_few_tries() {
        let line = |level| f64::from(level) * 0.8;
        for goal in 20..80 {
            let (level, tries) = search(Goal::AtLeast(f64::from(goal)), line);
            assert_eq!(level, Some((f64::from(goal) / 0.8).ceil() as u8));
            assert!(tries <= 4, "{goal}: {tries}");
            let (level, tries) = search(Goal::AtMost(f64::from(goal)), line);
            assert_eq!(level, Some((f64::from(goal) / 0.8).floor() as u8));
            assert!(tries <= 4, "{goal}: {tries}");
        }
    }

    #[test]
    fn broken_curves_end_at_the_crossing() {
        let step = |at: u8| move |level: u8| if level < at { -50.0 } else { 99.0 };
        for at in 1..=100 {
            assert_eq!(search(Goal::AtLeast(85.0), step(at)).0, Some(at));
            assert_eq!(
                search(Goal::AtMost(85.0), step(at)).0,
                at.checked_sub(1).filter(|&l| l > 0)
            );
        }
    }

    #[test]
    fn goals_that_all_or_no_levels_meet_end_at_an_end() {
        assert_eq!(search(Goal::AtLeast(85.0), |_| 10.0).0, None);
        assert_eq!(search(Goal::AtLeast(85.0), |_| 99.0).0, Some(1));
        assert_eq!(search(Goal::AtMost(85.0), |_| 10.0).0, Some(100));
        assert_eq!(search(Goal::AtMost(85.0), |_| 99.0).0, None);
    }

    #[test]
    fn lines_go_over_what_levels_are_worth() {
        let bent = Worth(&[(1.0, 0.0), (80.0, 40.0), (100.0, 90.0)]);
        assert_eq!([bent.of(1), bent.of(80), bent.of(90)], [0.0, 40.0, 65.0]);
        assert_eq!([bent.level(-5.0), bent.level(65.0), bent.level(99.0)], [1.0, 90.0, 100.0]);
    }
}
