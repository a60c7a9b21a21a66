//! Maps of many members, whose names the client chooses.

use std::collections::{BTreeMap, HashMap};

use palisade::input::{Line, Map};
use palisade::prelude::*;

use super::Shape;
use crate::memory::{numbered, repeated};

/// Maps, whose names the client chooses.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Maps {
    #[garde(length(max = 10), inner(range(max = 3)))]
    #[serde(default)]
    counts: Map<Key, u64>,
    #[garde(length(max = 10))]
    #[serde(default)]
    labels: BTreeMap<Key, Line<3>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    flags: HashMap<Key, bool>,
    #[garde(length(max = 10), inner(length(max = 3), inner(range(max = 3))))]
    #[serde(default)]
    lists: Map<Key, Vec<u8>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)]
pub(super) struct Key(#[garde(length(bytes, max = 10), ascii)] String);

#[public(reason = "a test", body_limit = "16 MiB")]
pub(super) async fn maps(Valid(Json(maps)): Valid<Json<Maps>>) -> String {
    maps.counts.len().to_string()
}

pub(super) fn shapes(size: usize) -> Vec<Shape> {
    let values = [
        (
            "counts",
            &["0", "9", "\"\"", "{}", "18446744073709551616"][..],
        ),
        ("labels", &["\"\"", "\"aaaa\"", "null"]),
        ("flags", &["true", "0", "null"]),
        ("lists", &["[]", "[9]", "[0,0,0,0]", "[9,9,9,9]"]),
    ];
    let shapes = values.iter().flat_map(|(name, values)| {
        values.iter().flat_map(move |value| {
            let distinct = numbered(size, |n| format!("\"{n:x}\":{value},"));
            let long_names = numbered(size, |n| format!("\"aaaaaaaaaaaa{n:x}\":{value},"));
            let duplicates = repeated(&format!("\"\":{value},"), size);
            [
                ("distinct", distinct),
                ("long", long_names),
                ("equal", duplicates),
            ]
            .map(|(names, members)| {
                let members = format!("{members}\"last\":{value}");
                (
                    format!("{names} {name}: {value}"),
                    format!("{{\"{name}\":{{{members}}}}}"),
                )
            })
        })
    });
    let one = |text: String| format!("{{\"lists\":{{\"a\":[{text}0]}}}}");
    let long_list = ("long list in a map".to_owned(), one(repeated("0,", size)));
    let long_name = repeated("a", size);
    let long_name = (
        "long name in a map".to_owned(),
        format!("{{\"counts\":{{\"{long_name}\":0}}}}"),
    );
    shapes.chain([long_list, long_name]).collect()
}
