//! The HEIF container of an AVIF still: one coded picture, its alpha, its metadata.
//!
//! Written here because `avif-serialize` has no place for ICC profiles and XMP. Box layouts are
//! from ISO/IEC 14496-12 (meta, iloc, iinf, iref), ISO/IEC 23008-12 (ispe, pixi, auxC, Exif) and
//! the AV1-ISOBMFF and AVIF specifications (av1C, brands).

use slimpix_av1::Coded;

use crate::error::Result;
use crate::image::joined;
use crate::metadata::Metadata;

/// Bits a sample of every coded picture.
const DEPTH: u8 = 8;

/// A whole still picture.
pub(super) struct Still<'a> {
    pub width: u32,
    pub height: u32,
    pub color: Coded,
    pub alpha: Option<Coded>,
    /// Matrix coefficients of the coded colour (ITU-T H.273).
    pub matrix: u16,
    /// Chroma at full resolution: AV1's High profile.
    pub full_chroma: bool,
    pub metadata: &'a Metadata,
}

/// sRGB in the code points of ITU-T H.273: BT.709 primaries, IEC 61966-2-1 transfer.
const SRGB: [u16; 2] = [1, 13];

const COLOR_ID: u16 = 1;

/// One entry of the item list.
struct Item<'a> {
    id: u16,
    kind: &'static [u8; 4],
    /// What follows the name in `infe`.
    extra: &'static [u8],
    /// A reference to the picture: its type, for all but the picture itself.
    reference: Option<&'static [u8; 4]>,
    /// Properties by their place in `ipco`, from 1; the high bit marks an essential one.
    properties: Vec<u8>,
    /// Its parts one after the other.
    data: [&'a [u8]; 2],
}

impl Item<'_> {
    fn length(&self) -> usize {
        self.data.iter().map(|part| part.len()).sum()
    }
}

/// The file.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub(super) fn write(still: &Still<'_>) -> Result<Vec<u8>> {
    let file_type = file_type(still.full_chroma);
    let mut properties = Properties::default();
    let items = items(still, &mut properties);
    let meta = |first_byte: usize| meta(&items, &properties, first_byte);
    let first_byte = file_type.len() + meta(0).len() + 8;
    let length: usize = items.iter().map(Item::length).sum();
    let data_header = [&(length as u32 + 8).to_be_bytes()[..], b"mdat"].concat();
    let meta = meta(first_byte);
    let boxes = [&file_type[..], &meta, &data_header];
    joined(boxes.into_iter().chain(items.iter().flat_map(|item| item.data)))
}

fn file_type(full_chroma: bool) -> Vec<u8> {
    let profile = if full_chroma { b"MA1A" } else { b"MA1B" };
    boxed(b"ftyp", &[b"avif", &[0; 4], b"avif", b"mif1", b"miaf", profile])
}

/// The boxes of `ipco`, each once.
#[derive(Default)]
struct Properties(Vec<Vec<u8>>);

impl Properties {
    /// The place of a property, from 1.
    fn add(&mut self, property: Vec<u8>) -> u8 {
        if let Some(at) = self.0.iter().position(|known| *known == property) {
            return at as u8 + 1;
        }
        self.0.push(property);
        self.0.len() as u8
    }
}

/// Marks a property without which the item cannot be shown.
const ESSENTIAL: u8 = 0x80;

fn items<'a>(still: &'a Still<'_>, properties: &mut Properties) -> Vec<Item<'a>> {
    let size = [still.width.to_be_bytes(), still.height.to_be_bytes()].concat();
    let extents = full_box(b"ispe", 0, &[&size]);
    let coded = |coded: &Coded, channels: usize| {
        let depths = vec![DEPTH; channels];
        let pixel_info = full_box(b"pixi", 0, &[&[channels as u8], &depths]);
        (pixel_info, boxed(b"av1C", &[&coded.config]))
    };
    let (pixel_info, config) = coded(&still.color, 3);
    let mut color_properties = vec![
        properties.add(extents.clone()),
        properties.add(pixel_info),
        ESSENTIAL | properties.add(config),
    ];
    if let Some(icc) = &still.metadata.icc {
        color_properties.push(properties.add(boxed(b"colr", &[b"prof", icc])));
    }
    color_properties.push(properties.add(coded_color(still.matrix)));
    let data = [&still.color.data[..], &[]];
    let mut items = vec![item(COLOR_ID, b"av01", &[], None, color_properties, data)];
    if let Some(alpha) = &still.alpha {
        let (pixel_info, config) = coded(alpha, 1);
        let auxiliary = full_box(b"auxC", 0, &[b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"]);
        let places = vec![
            properties.add(extents),
            properties.add(pixel_info),
            ESSENTIAL | properties.add(config),
            ESSENTIAL | properties.add(auxiliary),
        ];
        items.push(item(2, b"av01", &[], Some(b"auxl"), places, [&alpha.data, &[]]));
    }
    if let Some(exif) = &still.metadata.exif {
        // ExifDataBlock: how far the TIFF header is from here, then the header itself.
        let block = [&[0; 4][..], exif];
        items.push(item(3, b"Exif", &[], Some(b"cdsc"), Vec::new(), block));
    }
    if let Some(xmp) = &still.metadata.xmp {
        items.push(item(
            4,
            b"mime",
            b"application/rdf+xml\0",
            Some(b"cdsc"),
            Vec::new(),
            [xmp, &[]],
        ));
    }
    items
}

fn item<'a>(
    id: u16,
    kind: &'static [u8; 4],
    extra: &'static [u8],
    reference: Option<&'static [u8; 4]>,
    properties: Vec<u8>,
    data: [&'a [u8]; 2],
) -> Item<'a> {
    Item { id, kind, extra, reference, properties, data }
}

/// `colr` of the coded code points: primaries, transfer, matrix, full range.
fn coded_color(matrix: u16) -> Vec<u8> {
    let points: Vec<u8> = [SRGB[0], SRGB[1], matrix].iter().flat_map(|p| p.to_be_bytes()).collect();
    boxed(b"colr", &[b"nclx", &points, &[0x80]])
}

fn meta(items: &[Item<'_>], properties: &Properties, first_byte: usize) -> Vec<u8> {
    let handler = full_box(b"hdlr", 0, &[&[0; 4], b"pict", &[0; 13]]);
    let primary = full_box(b"pitm", 0, &[&COLOR_ID.to_be_bytes()]);
    let parts = [
        handler,
        primary,
        locations(items, first_byte),
        infos(items),
        references(items),
        associations(items, properties),
    ];
    full_box(b"meta", 0, &[&parts.concat()])
}

/// `iloc` version 0 with 32-bit offsets and lengths, one extent an item.
fn locations(items: &[Item<'_>], first_byte: usize) -> Vec<u8> {
    let mut body = vec![0x44, 0];
    body.extend((items.len() as u16).to_be_bytes());
    let mut at = first_byte as u32;
    for item in items {
        body.extend([item.id.to_be_bytes(), [0; 2], 1u16.to_be_bytes()].concat());
        body.extend([at.to_be_bytes(), (item.length() as u32).to_be_bytes()].concat());
        at += item.length() as u32;
    }
    full_box(b"iloc", 0, &[&body])
}

fn infos(items: &[Item<'_>]) -> Vec<u8> {
    let entries = items.iter().flat_map(|item| {
        full_box(b"infe", 2, &[&item.id.to_be_bytes(), &[0; 2], item.kind, &[0], item.extra])
    });
    let count = (items.len() as u16).to_be_bytes();
    full_box(b"iinf", 0, &[&count, &entries.collect::<Vec<u8>>()])
}

fn references(items: &[Item<'_>]) -> Vec<u8> {
    let entries: Vec<u8> = items
        .iter()
        .filter_map(|item| Some((item.reference?, item.id)))
        .flat_map(|(kind, id)| boxed(kind, &[&id.to_be_bytes(), &[0, 1], &COLOR_ID.to_be_bytes()]))
        .collect();
    if entries.is_empty() { entries } else { full_box(b"iref", 0, &[&entries]) }
}

fn associations(items: &[Item<'_>], properties: &Properties) -> Vec<u8> {
    let described: Vec<&Item<'_>> =
        items.iter().filter(|item| !item.properties.is_empty()).collect();
    let mut body = (described.len() as u32).to_be_bytes().to_vec();
    for item in described {
        body.extend(item.id.to_be_bytes());
        body.push(item.properties.len() as u8);
        body.extend(&item.properties);
    }
    let all = boxed(b"ipco", &[&properties.0.concat()]);
    boxed(b"iprp", &[&all, &full_box(b"ipma", 0, &[&body])])
}

fn full_box(name: &[u8; 4], version: u8, parts: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&[version, 0, 0, 0], &parts.concat()])
}

fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    [&(length as u32 + 8).to_be_bytes()[..], name, &parts.concat()].concat()
}
