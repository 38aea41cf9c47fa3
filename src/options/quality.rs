//! Quality, as a level of the format's own or as a score.

use std::fmt;

use serde::de::Unexpected::Str;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// How good a lossy output is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quality {
    /// The format's own dial: 1 (smallest) to 100 (best).
    Level(u32),
    /// The level is searched that just reaches this SSIMULACRA2, 1 to 100: the same dial for all
    /// formats. 90 cannot be told from the original, 70 is good, 50 is middling.
    Score(f64),
}

impl Quality {
    /// What `"auto"` stands for: differences that hardly anybody sees side by side.
    pub const AUTO: Self = Self::Score(Self::AUTO_SCORE);
    pub(crate) const AUTO_SCORE: f64 = 80.0;
}

/// As JavaScript writes it: a level, `"auto"` or `{target: score}`. By hand, since what serde derives
/// for such a choice weighs 9 kB in the wasm.
impl<'de> Deserialize<'de> for Quality {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QualityVisitor)
    }
}

struct QualityVisitor;

impl<'de> Visitor<'de> for QualityVisitor {
    type Value = Quality;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer from 1 to 100, \"auto\" or {target: SCORE}")
    }

    fn visit_i64<E: de::Error>(self, level: i64) -> Result<Quality, E> {
        self.visit_f64(level as f64)
    }

    fn visit_u64<E: de::Error>(self, level: u64) -> Result<Quality, E> {
        self.visit_f64(level as f64)
    }

    fn visit_f64<E: de::Error>(self, level: f64) -> Result<Quality, E> {
        let whole = level.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&level);
        if whole { Ok(Quality::Level(level as u32)) } else { Err(E::custom(WHOLE_QUALITY)) }
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Quality, E> {
        if word == "auto" { Ok(Quality::AUTO) } else { Err(E::invalid_value(Str(word), &self)) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Quality, A::Error> {
        let target = Target::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Quality::Score(target.target))
    }
}

const WHOLE_QUALITY: &str = "a quality is a whole number from 1 to 100";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    target: f64,
}
