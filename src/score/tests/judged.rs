//! The score is what the metric is: by a twin that works in `f64`, and by the `ssimulacra2` crate.
//!
//! The crate is the judge that knows nothing of this one, but a coarse one: it blurs by recursion in `f32`, whose
//! rounding adds up along rows and counts as errors where there are next to none. At scores over 95 that is up to 4
//! points, mostly downwards, and elsewhere mostly hundredths. The twin does as the metric is written down, and sees no
//! rounding.
//!
//! The corpus is taken where it lies beside the repository: tests say what they skip.

mod pictures;
mod twin;

use pictures::{Bytes, HARMS, Harm, drawn};
use slimpix_score::score;
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, Xyb, compute_frame_ssimulacra2};
use std::path::{Path, PathBuf};

/// One picture after one harm, and what is said of it.
struct Verdict {
    of: String,
    own: f64,
    twin: f64,
    judge: f64,
}

impl Verdict {
    fn twin_gap(&self) -> f64 {
        (self.own - self.twin).abs()
    }

    fn judge_gap(&self) -> f64 {
        (self.own - self.judge).abs()
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { of, own, twin, judge } = self;
        write!(f, "{of}: {own:.4}, the twin {twin:.4}, the judge {judge:.4}")
    }
}

fn xyb(picture: &Bytes) -> Xyb {
    let pixel = |p: &[u8]| [0, 1, 2].map(|i| f32::from(p[i]) / 255.0);
    let pixels = picture.rgb.chunks(3).map(pixel).collect();
    let (curve, primaries) = (TransferCharacteristic::SRGB, ColorPrimaries::BT709);
    Rgb::new(pixels, picture.width, picture.height, curve, primaries).unwrap().try_into().unwrap()
}

fn judge(reference: &Bytes, distorted: &Bytes) -> f64 {
    compute_frame_ssimulacra2(xyb(reference), xyb(distorted)).unwrap()
}

/// What is said of a picture after one harm.
fn verdict(name: &str, reference: &Bytes, (harm, change): Harm) -> Verdict {
    let distorted = change(reference);
    Verdict {
        of: format!("{name}, {harm}"),
        own: score(&reference.picture(), &distorted.picture()).unwrap(),
        twin: twin::score(reference, &distorted),
        judge: judge(reference, &distorted),
    }
}

/// The twin is met to 0.005 points; the judge to 0.05 in most, and to 0.75 where there is more to see than its
/// rounding.
fn agree(mut verdicts: Vec<Verdict>) {
    verdicts.sort_by(|a, b| a.twin_gap().total_cmp(&b.twin_gap()));
    let farthest = verdicts.last().unwrap();
    println!("farthest from the twin: {farthest}");
    assert!(farthest.twin_gap() < 0.005, "{farthest}");

    verdicts.sort_by(|a, b| a.judge_gap().total_cmp(&b.judge_gap()));
    let middle = &verdicts[verdicts.len() / 2];
    println!("half are nearer to the judge than {:.4}: {middle}", middle.judge_gap());
    assert!(middle.judge_gap() < 0.05, "{middle}");
    let seen = verdicts.iter().rfind(|verdict| verdict.own < 90.0).unwrap();
    println!("farthest from the judge below 90: {seen}");
    assert!(seen.judge_gap() < 0.75, "{seen}");
}

#[test]
fn drawn_pictures() {
    let sizes = [(8, 8), (9, 13), (33, 47), (64, 64), (65, 200), (130, 131), (257, 129)];
    let mut verdicts = Vec::new();
    for (width, height) in sizes {
        for (i, drawn) in drawn(width, height).iter().enumerate() {
            let name = format!("{width}x{height} no. {i}");
            verdicts.extend(HARMS.map(|harm| verdict(&name, drawn, harm)));
        }
    }
    agree(verdicts);
}

/// One harm to each picture, in turn.
#[test]
fn photos() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/kodak");
    let Ok(entries) = std::fs::read_dir(&path) else {
        return println!("skipped: no corpus at {}", path.display());
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut pictures: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|of| of == "png")).collect();
    pictures.sort();
    let of_picture = |(path, &harm): (&PathBuf, &Harm)| {
        let image = image::open(path).unwrap().to_rgb8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let picture = Bytes { width, height, rgb: image.into_raw() };
        verdict(&path.display().to_string(), &picture, harm)
    };
    agree(pictures.iter().zip(HARMS.iter().cycle()).map(of_picture).collect());
}
