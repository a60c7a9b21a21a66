//! Enums in three representations; serde buffers two of them.

use std::collections::BTreeMap;

use palisade::input::Line;
use palisade::prelude::*;

use super::Shape;
use super::maps::Key;
use crate::memory::{numbered, repeated};

/// Enums in three representations; serde buffers two of them.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Enums {
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    external: Vec<External>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    internal: Vec<Internal>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    adjacent: Vec<Adjacent>,
    #[garde(dive)]
    #[serde(default)]
    one: Option<Internal>,
    #[garde(dive)]
    #[serde(default)]
    other: Option<Adjacent>,
}

macro_rules! variants {
    ($name:ident $(, $attribute:meta)*) => {
        #[derive(Deserialize, Validate, SecureInput)]
        #[serde(deny_unknown_fields, rename_all = "lowercase" $(, $attribute)*)]
        #[expect(clippy::large_enum_variant, reason = "the size of a variant is the attack")]
        enum $name {
            Empty {},
            Few {
                #[garde(length(max = 3), inner(range(max = 3)))]
                items: Vec<u8>,
            },
            Big {
                #[garde(inner(range(max = 3)))]
                numbers: [u128; 32],
                #[garde(length(max = 3), inner(length(max = 3)))]
                texts: Vec<String>,
                #[garde(length(max = 3))]
                labels: BTreeMap<Key, Line<3>>,
            },
        }
    };
}

variants!(External);
variants!(Internal, tag = "type");
variants!(Adjacent, tag = "type", content = "content");

#[public(reason = "a test", body_limit = "16 MiB")]
pub(super) async fn enums(Valid(Json(enums)): Valid<Json<Enums>>) -> String {
    enums.external.len().to_string()
}

pub(super) fn shapes(size: usize) -> Vec<Shape> {
    let mut shapes = lists_of_variants(size);
    for (name, content) in contents(size) {
        for variant in ["few", "big", "empty", "unknown"] {
            for (representation, body) in bodies(variant, &content) {
                shapes.push((format!("{representation}, {variant}, {name}"), body));
            }
        }
    }
    shapes
}

fn lists_of_variants(size: usize) -> Vec<Shape> {
    let items = [
        "{\"empty\":{}}",
        "{\"type\":\"empty\"}",
        "{}",
        "\"\"",
        "{\"empty\":null}",
    ];
    let shapes = items.iter().flat_map(|item| {
        let items = repeated(&format!("{item},"), size);
        ["external", "internal", "adjacent"].map(|name| {
            let body = format!("{{\"{name}\":[{items}{item}]}}");
            (format!("{name} of {item}"), body)
        })
    });
    shapes.collect()
}

fn contents(size: usize) -> Vec<(&'static str, String)> {
    let list = |items: &str| repeated(items, size);
    let labels = numbered(size, |n| format!("\"{n:x}\":\"\","));
    let unknown = numbered(size, |n| format!("\"{n:x}\":0,"));
    vec![
        ("items: 0", format!("\"items\":[{}0]", list("0,"))),
        ("items: 9", format!("\"items\":[{}9]", list("9,"))),
        ("items: {}", format!("\"items\":[{}0]", list("{},"))),
        ("texts", format!("\"texts\":[{}\"\"]", list("\"\","))),
        ("long text", format!("\"texts\":[\"{}\"]", list("\\n"))),
        ("labels", format!("\"labels\":{{{labels}\"last\":\"\"}}")),
        ("unknown members", format!("{unknown}\"last\":0")),
        ("unknown list", format!("\"unknown\":[{}0]", list("0,"))),
        (
            "unknown nested lists",
            format!("\"unknown\":[{}0]", list("[[]],")),
        ),
    ]
}

/// The content in each representation, with the tag first, last, and missing.
fn bodies(variant: &str, content: &str) -> [(&'static str, String); 7] {
    let tag = format!("\"type\":\"{variant}\"");
    let external = format!("{{\"{variant}\":{{{content}}}}}");
    let adjacent = format!("\"content\":{{{content}}}");
    [
        ("external", format!("{{\"external\":[{external}]}}")),
        (
            "internal",
            format!("{{\"internal\":[{{{tag},{content}}}]}}"),
        ),
        (
            "internal, late tag",
            format!("{{\"one\":{{{content},{tag}}}}}"),
        ),
        ("internal, no tag", format!("{{\"one\":{{{content}}}}}")),
        (
            "adjacent",
            format!("{{\"adjacent\":[{{{tag},{adjacent}}}]}}"),
        ),
        (
            "adjacent, late tag",
            format!("{{\"other\":{{{adjacent},{tag}}}}}"),
        ),
        ("adjacent, no tag", format!("{{\"other\":{{{adjacent}}}}}")),
    ]
}
