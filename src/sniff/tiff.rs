//! Which of a TIFF's directories is the picture, how many pages there are, and camera raw files,
//! which are TIFFs whose first directory is often a thumbnail.
//!
//! A page is a directory of the chain that is neither a reduced copy nor a mask (TIFF 6.0, section
//! 8, NewSubfileType); the first of them is the picture.

use std::iter;

use super::Header;
use crate::container::tiff::{Directory, Tiff};
use crate::error::{Error, Result};

/// Tags of TIFF 6.0, section 8 and 18, TIFF/EP and DNG.
const NEW_SUBFILE_TYPE: u16 = 254;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const MAKE: u16 = 271;
const SAMPLES: u16 = 277;
const SUB_DIRECTORIES: u16 = 330;
const EXTRA_SAMPLES: u16 = 338;
const DNG_VERSION: u16 = 0xC612;

/// Bits of NewSubfileType: a smaller copy of another directory, and a mask.
const REDUCED: u64 = 1;
const MASK: u64 = 4;

/// NewSubfileType is the lowest tag that is used, and tags ascend.
const FIRST_ENTRIES: usize = 8;

/// More pages than any file has; a chain that goes on is followed no further.
const MAX_PAGES: usize = 100_000;

/// Directories that are looked at for signs of a camera raw file, in the chain and below each.
const SEARCHED: usize = 8;

/// Samples behind a color filter, and linear ones that nobody has developed (TIFF/EP, DNG).
const RAW_PHOTOMETRIC: [u64; 2] = [32803, 34892];

/// Compressions of camera makers: Sony, Samsung, Nikon, lossy DNG, Kodak, Pentax.
const RAW_COMPRESSION: [u64; 6] = [32767, 32770, 34713, 34892, 65000, 65535];

/// The directory that is the picture; `None` where there is none.
pub(crate) fn picture(file: &[u8]) -> Option<Directory<'_>> {
    let first = Tiff::new(file)?.first()?;
    Some(chain(first).find(is_page).unwrap_or(first))
}

/// Samples of a pixel, and how many of them are color.
pub(crate) fn channels(picture: &Directory<'_>) -> (u64, u64) {
    let samples = picture.number(SAMPLES).unwrap_or(1);
    let colors = match picture.number(PHOTOMETRIC) {
        Some(2 | 6 | 8 | 9 | 10) => 3,
        Some(5) => 4,
        _ => 1,
    };
    (samples, colors)
}

/// What the sample after the colors is: 0 where nothing is said, which readers take for alpha.
pub(crate) fn extra_sample(picture: &Directory<'_>) -> Option<u64> {
    let (samples, colors) = channels(picture);
    (samples > colors).then(|| picture.number(EXTRA_SAMPLES).unwrap_or(0))
}

pub(super) fn header(file: &[u8]) -> Result<Header> {
    let broken = || Error::corrupt("the tiff header is truncated or damaged");
    refuse_camera_raw(file)?;
    let picture = picture(file).ok_or_else(broken)?;
    let side = |tag| u32::try_from(picture.number(tag).filter(|&side| side > 0)?).ok();
    let (width, height) = side(WIDTH).zip(side(HEIGHT)).ok_or_else(broken)?;
    Ok(Header::still(width, height, extra_sample(&picture).is_some()))
}

/// How many pages there are, at least 1.
pub(super) fn pages(file: &[u8]) -> u32 {
    let first = Tiff::new(file).and_then(|tiff| tiff.first());
    first.map_or(1, |first| chain(first).filter(is_page).count().max(1) as u32)
}

fn is_page(directory: &Directory<'_>) -> bool {
    let kind = directory.early_value(NEW_SUBFILE_TYPE, FIRST_ENTRIES);
    kind.and_then(|kind| kind.number(0)).unwrap_or(0) & (REDUCED | MASK) == 0
}

/// The directories one after another; ends where the chain comes back to a place it has been at.
/// That place is found without a list of all: an anchor moves to the 1st, 2nd, 4th, … directory,
/// and once it is in the circle, the chain meets it.
fn chain(first: Directory<'_>) -> impl Iterator<Item = Directory<'_>> {
    let (mut anchor, mut steps, mut limit) = (first.place(), 0, 1);
    iter::successors(Some(first), move |directory| {
        let next = directory.next()?;
        if next.place() == anchor || next.place() == first.place() {
            return None;
        }
        steps += 1;
        if steps == limit {
            (anchor, limit) = (next.place(), 2 * limit);
        }
        Some(next)
    })
    .take(MAX_PAGES)
}

/// A camera's raw file is developed, which slimpix does not do; what it could show is a thumbnail.
fn refuse_camera_raw(file: &[u8]) -> Result<()> {
    let canon = matches!(file.get(8..10), Some(b"CR"));
    let phase_one = matches!(file.get(8..12), Some(b"IIII" | b"MMMM"));
    let Some(first) = Tiff::new(file).and_then(|tiff| tiff.first()) else { return Ok(()) };
    let searched = || chain(first).take(SEARCHED);
    let thumbnail_first = !is_page(&first) && below(first).any(|child| is_page(&child));
    let raw = canon
        || phase_one
        || thumbnail_first
        || first.value(DNG_VERSION).is_some()
        || searched().chain(searched().flat_map(below)).any(|one| holds_raw(&one));
    if !raw {
        return Ok(());
    }
    let make = maker(&first).map(|make| format!(" of {make}")).unwrap_or_default();
    Err(Error::unsupported_format(format_args!(
        "this is a camera raw file{make}, which slimpix does not develop; export it as JPEG, PNG \
         or TIFF first"
    )))
}

fn below(directory: Directory<'_>) -> impl Iterator<Item = Directory<'_>> {
    directory.children(SUB_DIRECTORIES, SEARCHED)
}

fn holds_raw(directory: &Directory<'_>) -> bool {
    let is = |tag, list: &[u64]| directory.number(tag).is_some_and(|value| list.contains(&value));
    is(PHOTOMETRIC, &RAW_PHOTOMETRIC) || is(COMPRESSION, &RAW_COMPRESSION)
}

/// The camera's maker, where it is a word or a few.
fn maker(directory: &Directory<'_>) -> Option<String> {
    let bytes = directory.value(MAKE)?.bytes()?;
    let text = str::from_utf8(bytes.get(..bytes.len().min(40))?).ok()?;
    let text = text.trim_end_matches('\0').trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,-&".contains(c);
    (!text.is_empty() && text.chars().all(plain)).then(|| text.to_owned())
}
