//! Adjacently tagged enums.

use garde::Validate;
use serde::Deserialize;

use super::enums::Address;
use super::{assert_accepted, assert_errors};

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "kind", content = "of", deny_unknown_fields)]
enum Shipment {
    None,
    Post(#[garde(dive)] Address),
    Air {
        #[garde(range(min = 1, max = 9))]
        legs: u8,
    },
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Parcel {
    #[garde(dive)]
    by: Shipment,
}

#[test]
fn adjacently_tagged_content_is_part_of_pointer() {
    assert_accepted::<Parcel>(&[
        r#"{"by": {"kind": "None"}}"#,
        r#"{"by": {"kind": "Post", "of": {"street": "x"}}}"#,
        r#"{"by": {"of": {"legs": 1}, "kind": "Air"}}"#,
    ]);
    assert_errors::<Parcel>(&[
        (
            r#"{"by": {"kind": "Post", "of": {"street": "123456"}}}"#,
            422,
            "/by/of/street",
            "length",
        ),
        (
            r#"{"by": {"of": {"legs": 0}, "kind": "Air"}}"#,
            422,
            "/by/of/legs",
            "range",
        ),
        (
            r#"{"by": {"kind": "Air", "of": {"legs": 1, "x": 1}}}"#,
            422,
            "/by/of",
            "unknown",
        ),
        (
            r#"{"by": {"kind": "Air", "of": {"legs": 1}, "x": 1}}"#,
            422,
            "/by",
            "unknown",
        ),
        (
            r#"{"by": {"kind": "Air", "of": [1]}}"#,
            422,
            "/by/of",
            "type",
        ),
        (r#"{"by": {"of": [1], "kind": "Air"}}"#, 422, "/by", "type"),
        (r#"{"by": ["Air", {"legs": 1}]}"#, 422, "/by", "type"),
        (r#"{"by": {"kind": 0}}"#, 422, "/by/kind", "type"),
        (r#"{"by": {"kind": "Air"}}"#, 422, "/by", "required"),
    ]);
}
