//! What holds of every score, and what is answered where there is none.

mod pictures;

use pictures::{Bytes, HARMS, drawn};
use slimpix_score::{Error, Picture, score};

/// The score, of pictures that have one.
fn scored(reference: &Bytes, distorted: &Bytes) -> f64 {
    score(&reference.picture(), &distorted.picture()).unwrap()
}

#[test]
fn the_same_is_100() {
    for (width, height) in [(1, 1), (8, 8), (9, 13), (64, 300), (257, 129)] {
        for picture in drawn(width, height) {
            assert_eq!(scored(&picture, &picture), 100.0, "{width}x{height}");
        }
    }
}

#[test]
fn every_harm_costs() {
    for picture in drawn(257, 129) {
        for (harm, change) in HARMS {
            assert!(scored(&picture, &change(&picture)) < 99.0, "{harm}");
        }
    }
}

#[test]
fn more_harm_is_a_lower_score() {
    for picture in drawn(257, 129) {
        let noise = [4, 16, 64, 200].map(|strength| picture.noisy(strength));
        let blurred = [2, 3, 5, 8].map(|side| picture.boxed(side));
        for growing in [noise, blurred] {
            let scores = growing.map(|distorted| scored(&picture, &distorted));
            assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
        }
    }
}

#[test]
fn small_sides_are_the_edge_repeated() {
    for (width, height) in [(1, 1), (3, 5), (7, 40), (300, 2)] {
        let [_, small, ..] = drawn(width, height);
        let extended = |of: &Bytes| Bytes::draw(width.max(8), height.max(8), |at| of.at(at));
        let harmed = small.noisy(60);
        let score = scored(&small, &harmed);
        assert!(score < 100.0);
        assert_eq!(score, scored(&extended(&small), &extended(&harmed)), "{width}x{height}");
    }
}

#[test]
fn pictures_of_two_sizes_have_no_score() {
    let bytes = vec![0; 8 * 9 * 3];
    let picture = |width, height| Picture::new(width, height, &bytes).unwrap();
    let answer = score(&picture(8, 9), &picture(9, 8));
    assert_eq!(answer, Err(Error::Sizes { reference: (8, 9), distorted: (9, 8) }));
}

#[test]
fn bytes_that_are_no_picture() {
    let bytes = [0; 40];
    let sizes = [(0, 0), (0, 9), (4, 3), (5, 3), (13, 1), (usize::MAX, 3), (usize::MAX / 2 + 1, 2)];
    for (width, height) in sizes {
        for len in [0, 39, 40] {
            let made = Picture::new(width, height, &bytes[..len]).map(|_| ());
            let fits = (width, height, len) == (13, 1, 39);
            let wrong = Error::Pixels { width, height, bytes: len };
            assert_eq!(made, if fits { Ok(()) } else { Err(wrong) });
        }
    }
}

/// One run's score of the native build. Wasm must give it too, with SIMD and without:
/// `CARGO_TARGET_WASM32_WASIP1_RUNNER="node ../../tests/wasi.mjs" cargo test -p slimpix-score --test laws --target wasm32-wasip1`,
/// once without and once with `RUSTFLAGS=-Ctarget-feature=+simd128`. The last digits are `powf`'s.
#[test]
fn one_score_on_every_machine() {
    let [_, picture, ..] = drawn(257, 129);
    let score = scored(&picture, &picture.noisy(60));
    assert!((score - GOLDEN).abs() < 1e-11, "{score:?}");
}

const GOLDEN: f64 = 42.769_225_683_981_34;
