//! Names of members: cases, renames, aliases, defaults.

use serde::Deserialize;

use super::{assert_accepted, assert_errors};
use crate::prelude::Validate;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[derive(Default)]
struct Named {
    #[garde(range(min = 0, max = 9))]
    unit_price: u8,
    #[serde(rename = "a/b~c", alias = "abc", alias = "a.b.c")]
    #[garde(range(min = 0, max = 9))]
    renamed: u8,
    #[garde(length(max = 1), dive)]
    r#type: Vec<Named>,
}

#[test]
fn pointer_has_name_used_by_input() {
    assert_accepted::<Named>(&["{}", r#"{"unitPrice": 1, "abc": 1, "type": [{}]}"#]);
    assert_errors::<Named>(&[
        (r#"{"unitPrice": 10}"#, 422, "/unitPrice", "range"),
        (r#"{"a/b~c": 10}"#, 422, "/a~1b~0c", "range"),
        (r#"{"abc": 10}"#, 422, "/abc", "range"),
        (r#"{"a.b.c": 10}"#, 422, "/a.b.c", "range"),
        (r#"{"a.b.c": "1"}"#, 422, "/a.b.c", "type"),
        (r#"{"type": [{"abc": 10}]}"#, 422, "/type/0/abc", "range"),
        (
            r#"{"type": [{"type": [{}, {}]}]}"#,
            422,
            "/type/0/type",
            "length",
        ),
        (r#"{"unit_price": 1}"#, 422, "", "unknown"),
    ]);
}
