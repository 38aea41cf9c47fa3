//! Which properties tell where a picture was taken, or what place it shows.

use super::scan::Name;

/// Namespaces, and in each the local names that are places (XMP part 2; IPTC Photo Metadata
/// Standard 2023.1; Exif in XMP, CIPA DC-010; WGS84 Geo Positioning; Dublin Core).
const PLACES: [(&str, &[&str]); 9] = [
    ("http://ns.adobe.com/photoshop/1.0", &["City", "State", "Country"]),
    ("http://iptc.org/std/Iptc4xmpCore/1.0/xmlns", &["Location", "CountryCode"]),
    (
        "http://iptc.org/std/Iptc4xmpExt/2008-02-29",
        &[
            "City",
            "CountryCode",
            "CountryName",
            "LocationId",
            "LocationName",
            "ProvinceState",
            "Sublocation",
            "WorldRegion",
        ],
    ),
    (
        "http://www.w3.org/2003/01/geo/wgs84_pos",
        &["lat", "long", "alt", "lat_long", "location", "Point"],
    ),
    ("http://purl.org/dc/elements/1.1", &["coverage"]),
    ("http://purl.org/dc/terms", &["coverage", "spatial"]),
    ("http://ns.adobe.com/xmp/1.0/DynamicMedia", &["shotLocation"]),
    ("http://ns.iview-multimedia.com/mediapro/1.0", &["Location"]),
    ("http://www.dji.com/drone-dji/1.0", &["AbsoluteAltitude", "RelativeAltitude"]),
];

/// Names that mean a place in any namespace, in small letters.
const ANYWHERE: [&str; 6] =
    ["latitude", "longitude", "locationcreated", "locationshown", "geotag", "sublocation"];

/// Whether a property tells the place. `GPS…` does in every namespace: that of Exif, and those of
/// makers of drones and of tools.
pub(super) fn tells_place(name: Name<'_>) -> bool {
    let starts_with_gps =
        name.local.get(..3).is_some_and(|three| three.eq_ignore_ascii_case("gps"));
    let space = name.space.trim_end_matches(['/', '#']);
    starts_with_gps
        || ANYWHERE.iter().any(|known| name.local.eq_ignore_ascii_case(known))
        || PLACES.iter().any(|(known, locals)| {
            known.eq_ignore_ascii_case(space) && locals.contains(&name.local)
        })
}
