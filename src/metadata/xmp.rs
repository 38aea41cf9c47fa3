//! XMP: the orientation reset and the place removed, in the text of the packet.
//!
//! The two properties are written as attributes or as elements, in the namespaces that Exif in
//! XMP fixes (CIPA DC-010): `tiff:Orientation` and `exif:GPS…`. Everything else stays as it is,
//! byte for byte, so that no tool's own schema is lost.

/// A packet ready to be carried over; `None` when the place is to go and the packet is not UTF-8,
/// the only encoding in which its removal can be vouched for.
pub(super) fn tidy(packet: Vec<u8>, upright: bool, gps: bool) -> Option<Vec<u8>> {
    let mut text = match String::from_utf8(packet) {
        Ok(text) => text,
        Err(other) => return gps.then(|| other.into_bytes()),
    };
    if upright {
        text = reset_orientation(&text);
    }
    if !gps {
        text = drop_properties(&text, "exif:GPS");
    }
    Some(text.into_bytes())
}

/// The digit of `tiff:Orientation="6"` or `<tiff:Orientation>6<` becomes 1.
fn reset_orientation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, piece) in text.split("tiff:Orientation").enumerate() {
        if i == 0 {
            out.push_str(piece);
            continue;
        }
        out.push_str("tiff:Orientation");
        let digit = piece.find(|c: char| c.is_ascii_digit());
        match digit.filter(|&at| piece[..at].chars().all(|c| " =\"'>\n\r\t".contains(c))) {
            Some(at) => out.extend([&piece[..at], "1", &piece[at + 1..]]),
            None => out.push_str(piece),
        }
    }
    out
}

/// Takes out every attribute and every element whose name starts with `prefix`.
fn drop_properties(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, property) = rest.split_at(at);
        let element = before.ends_with('<');
        out.push_str(before.strip_suffix('<').unwrap_or(before));
        let end = if element { element_end(property) } else { attribute_end(property) };
        rest = &property[end..];
    }
    out.push_str(rest);
    out
}

/// Past the closing quote of `name="value"`.
fn attribute_end(property: &str) -> usize {
    let Some(open) = property.find(['"', '\'']) else { return property.len() };
    let quote = char::from(property.as_bytes()[open]);
    property[open + 1..].find(quote).map_or(property.len(), |close| open + 1 + close + 1)
}

/// Past `</name>` of `name …>…</name>`, or past the `/>` of an empty element.
fn element_end(property: &str) -> usize {
    let name_end = property
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .unwrap_or(property.len());
    let Some(open_end) = property.find('>') else { return property.len() };
    if property[..open_end].ends_with('/') {
        return open_end + 1;
    }
    let closing = format!("</{}>", &property[..name_end]);
    property.find(&closing).map_or(property.len(), |at| at + closing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = r#"<x tiff:Orientation="6" exif:GPSLatitude="1,2N" a="b"><tiff:Orientation>8</tiff:Orientation><exif:GPSLongitude>3</exif:GPSLongitude><exif:GPSTag/>end</x>"#;

    #[test]
    fn orientation_becomes_one_in_both_spellings() {
        let text = reset_orientation(PACKET);
        assert!(text.contains("tiff:Orientation=\"1\""));
        assert!(text.contains("<tiff:Orientation>1</tiff:Orientation>"));
    }

    #[test]
    fn the_place_goes_and_all_else_stays() {
        let text = drop_properties(PACKET, "exif:GPS");
        assert_eq!(
            text,
            r#"<x tiff:Orientation="6"  a="b"><tiff:Orientation>8</tiff:Orientation>end</x>"#
        );
    }

    #[test]
    fn a_packet_that_is_not_utf8_goes_whole_when_the_place_must_go() {
        assert_eq!(tidy(vec![0xFF, 0xFE], true, false), None);
        assert_eq!(tidy(vec![0xFF, 0xFE], true, true), Some(vec![0xFF, 0xFE]));
    }
}
