//! XMP: the orientation reset, and the place removed, in the text of the packet.
//!
//! Properties are found by their namespaces, whatever prefix a file binds to them, as attributes
//! and as elements with all that is in them. What is not edited stays as it is, byte for byte, so
//! that no tool's own schema is lost.
//!
//! The scanner is written here: a parser of XML such as quick-xml writes anew what it has read,
//! and brings encodings, entities and readers that a packet has no use for; every page that uses
//! slimpix would load them. A packet that it cannot read to the end is not carried over, since
//! nothing could be promised of it.

mod place;
mod scan;

use std::ops::Range;

use super::Change;
use crate::error::Result;
use crate::image::allocate;
use scan::{Name, Part, Scanner};

/// More edits than a packet has properties that ask for one.
const MAX_EDITS: usize = 4096;

/// What is put in the place of what.
struct Edit {
    range: Range<usize>,
    with: &'static [u8],
}

/// A packet ready to be carried over; or why it cannot be.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub(super) fn tidy(
    packet: &[u8],
    change: Change,
    gps: bool,
) -> Result<Result<Option<Vec<u8>>, &'static str>> {
    let end = packet.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    let packet = &packet[..end];
    let Ok(text) = std::str::from_utf8(packet) else {
        return Ok(Err("it is not UTF-8"));
    };
    let Some(edits) = edits(text, change, gps) else {
        return Ok(Err("it is not well-formed XML"));
    };
    apply(packet, &edits).map(|edited| Ok(Some(edited)))
}

fn apply(packet: &[u8], edits: &[Edit]) -> Result<Vec<u8>> {
    let added: usize = edits.iter().map(|edit| edit.with.len()).sum();
    let mut out = allocate(packet.len() + added)?;
    out.clear();
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&packet[at..edit.range.start]);
        out.extend_from_slice(edit.with);
        at = edit.range.end;
    }
    out.extend_from_slice(&packet[at..]);
    Ok(out)
}

/// The edits in the order of the text; nothing when it cannot be read, or has too many.
fn edits(text: &str, change: Change, gps: bool) -> Option<Vec<Edit>> {
    let goes = |name: Name<'_>| {
        !gps && place::tells_place(name) || (!gps || change.size.is_some()) && is_thumbnail(name)
    };
    let mut edits: Vec<Edit> = Vec::new();
    let mut scanner = Scanner::new(text);
    // The outermost element that goes: where it starts, and how deep it is.
    let mut open: Option<(usize, usize)> = None;
    let mut orientation: Option<(usize, usize)> = None;
    while let Some(part) = scanner.next()? {
        match part {
            Part::Attribute { name, range, value } if open.is_none() => {
                if goes(name) {
                    edits.push(Edit { range, with: b"" });
                } else if change.upright && is_orientation(name) {
                    edits.push(Edit { range: value, with: b"1" });
                }
            }
            Part::Start { name, at, depth, .. } if open.is_none() && goes(name) => {
                // Its attributes go with it.
                open = Some((at, depth));
            }
            Part::Opened { name, end, depth }
                if open.is_none() && change.upright && is_orientation(name) =>
            {
                orientation = Some((end, depth));
            }
            Part::End { start, end, depth } => {
                if let Some((from, _)) = open.take_if(|(_, outer)| *outer == depth) {
                    edits.push(Edit { range: from..end, with: b"" });
                }
                if let Some((from, _)) = orientation.take_if(|(_, outer)| *outer == depth)
                    && from < start
                {
                    // Whatever stands in it, edits of its inside included.
                    edits.retain(|edit| edit.range.start < from);
                    edits.push(Edit { range: from..start, with: b"1" });
                }
            }
            _ => {}
        }
        if edits.len() > MAX_EDITS {
            return None;
        }
    }
    Some(edits)
}

fn is_orientation(name: Name<'_>) -> bool {
    name.local == "Orientation"
        && name.space.trim_end_matches('/') == "http://ns.adobe.com/tiff/1.0"
}

/// Pictures of the picture (XMP part 1, 8.4): of what was cut off, with metadata of their own.
fn is_thumbnail(name: Name<'_>) -> bool {
    name.local == "Thumbnails" && name.space.trim_end_matches('/') == "http://ns.adobe.com/xap/1.0"
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:e="http://ns.adobe.com/exif/1.0/" xmlns:p="http://ns.adobe.com/photoshop/1.0/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/""#;
    const CLOSE: &str = "</rdf:Description></rdf:RDF></x:xmpmeta>";

    fn edited(attributes: &str, elements: &str, gps: bool) -> Option<String> {
        let packet = format!("{OPEN} {attributes}>{elements}{CLOSE}");
        let change = Change { upright: true, size: None };
        let edited = tidy(packet.as_bytes(), change, gps).unwrap().ok()??;
        Some(String::from_utf8(edited).unwrap())
    }

    #[test]
    fn orientation_becomes_one_in_every_spelling() {
        let text = edited("tiff:Orientation='6'", "", true).unwrap();
        assert!(text.contains("tiff:Orientation='1'"), "{text}");
        for element in [
            "<tiff:Orientation>8</tiff:Orientation>",
            "<t:Orientation xmlns:t=\"http://ns.adobe.com/tiff/1.0/\">8</t:Orientation >",
            "<Orientation xmlns='http://ns.adobe.com/tiff/1.0/'><!-- 6 -->8</Orientation>",
            "<tiff:Orientation><![CDATA[8]]></tiff:Orientation>",
            "<tiff:Orientation>&#56;</tiff:Orientation>",
            "<tiff:Orientation><rdf:Description><rdf:value>8</rdf:value></rdf:Description></tiff:Orientation>",
        ] {
            let text = edited("", element, true).unwrap();
            let own = text.replace(OPEN, "");
            assert!(own.contains(">1</") && !own.contains('8'), "{text}");
        }
        let other = "<dc:Orientation>8</dc:Orientation>";
        assert!(edited("", other, true).unwrap().contains(other));
    }

    #[test]
    fn the_place_goes_and_all_else_stays() {
        let elements = "<dc:title>secretive</dc:title>";
        for place in [
            "<e:GPSLatitude>secret</e:GPSLatitude>",
            "<p:City>secret</p:City>",
            "<ext:LocationCreated><rdf:Bag><rdf:li ext:City='secret'/></rdf:Bag></ext:LocationCreated>",
            "<ext:LocationShown><rdf:Bag><rdf:li rdf:parseType='Resource'><ext:City>secret</ext:City></rdf:li></rdf:Bag></ext:LocationShown>",
            "<a:GPSLatitude xmlns:a='http://ns.adobe.com/exif/1.0/'><![CDATA[secret>]]></a:GPSLatitude>",
            "<a:GPSLatitude xmlns:a='http://ns.adobe.com/exif/1.0&#47;'>secret</a:GPSLatitude>",
            "<Country xmlns='http://ns.adobe.com/photoshop/1.0/'><!-- > -->secret</Country>",
            "<d:GpsLongtitude xmlns:d='http://www.dji.com/drone-dji/1.0/'>secret</d:GpsLongtitude>",
            "<rdf:Description p:State = 'secret' dc:x='y'/>",
            "<p:City><p:City>secret</p:City>secret</p:City>",
        ] {
            let text =
                edited("e:GPSLatitude=\"secret>\" dc:y='1'", &[elements, place].concat(), false);
            let text = text.unwrap();
            let rest = text.replace("secretive", "");
            assert!(!rest.contains("secret"), "{text}");
            assert!(text.contains(elements) && text.contains("dc:y='1'"), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for broken in
            ["<p:City>", "<a", "<a b=c/>", "&x;<!DOCTYPE x [<!ENTITY y 'z'>]>", "<q:City/>"]
        {
            assert_eq!(edited("", broken, false), None, "{broken}");
        }
        let change = Change { upright: true, size: None };
        assert!(tidy(&[0xFF, 0xFE, b'<', 0], change, true).unwrap().is_err());
    }

    #[test]
    fn nothing_to_edit_leaves_every_byte() {
        let packet = format!(
            "\u{feff}<?xpacket begin='' ?>{OPEN}>&amp; <!-- c -->{CLOSE}<?xpacket end='w'?>  \n"
        );
        let change = Change { upright: true, size: Some((1, 1)) };
        let edited = tidy(packet.as_bytes(), change, false).unwrap().unwrap().unwrap();
        assert_eq!(edited, packet.as_bytes());
    }

    #[test]
    fn deep_and_wide_packets_take_no_time() {
        let deep = "<a>".repeat(200_000);
        assert_eq!(edited("", &deep, false), None);
        let wide: String = (0..20_000).map(|i| format!("<a xmlns:n{i}='x'/>")).collect();
        assert!(edited("", &wide, false).is_some());
    }
}
