//! JSON of many small values, of few long ones, and of many violations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use palisade::input::{Line, Map};
use palisade::prelude::*;

use super::{Attack, SIZES, numbered, repeated, request};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(
        length(max = 10),
        inner(
            length(chars, min = 1, max = 20),
            prefix("a"),
            suffix("z"),
            contains("-"),
            ascii
        )
    )]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(length(max = 10), inner(range(min = 1)))]
    #[serde(default)]
    bytes: Vec<u8>,
    #[garde(length(max = 10), inner(length(max = 3), inner(range(min = 1))))]
    #[serde(default)]
    lists: Vec<Vec<u128>>,
    #[garde(inner(length(max = 10), inner(inner(length(max = 3)))))]
    #[serde(default)]
    optional: Option<Vec<Option<String>>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    lines: Vec<Line<8>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    texts: BTreeSet<Line<8>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    numbers: HashSet<u64>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    nodes: Vec<Node>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    wide: Vec<Wide>,
    #[garde(
        length(max = 1_000_000),
        inner(length(bytes, max = 30), prefix("-"), suffix("-"), contains("-"))
    )]
    #[serde(default)]
    many: Vec<String>,
    #[garde(length(bytes, max = 20), ascii, contains("-"))]
    #[serde(default)]
    text: String,
    #[garde(range(max = 3))]
    #[serde(default)]
    number: u64,
}

/// Options within options.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Node {
    #[garde(dive)]
    next: Option<Box<Node>>,
    #[garde(inner(length(max = 10)))]
    name: Option<String>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    nodes: Vec<Node>,
}

/// A kilobyte in memory and two bytes in JSON.
#[derive(Default, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, default)]
struct Wide {
    #[garde(inner(range(max = 3)))]
    numbers: [u128; 32],
    #[garde(inner(length(max = 10)))]
    text: Option<String>,
    #[garde(skip)]
    flags: [Option<u128>; 16],
}

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
struct Key(#[garde(length(bytes, max = 10), ascii)] String);

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
async fn lists(Valid(Json(lists)): Valid<Json<Lists>>) -> String {
    lists.text
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn maps(Valid(Json(maps)): Valid<Json<Maps>>) -> String {
    maps.counts.len().to_string()
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn enums(Valid(Json(enums)): Valid<Json<Enums>>) -> String {
    enums.external.len().to_string()
}

type Shape = (String, String);

/// Lists of each type with items of each spelling.
fn lists_of_items(size: usize) -> Vec<Shape> {
    let members = [
        (
            "tags",
            &[
                "\"\"",
                "\"aaaaaaaaaaaaaaaaaaaaaaaa\"",
                "\"\\u0061\"",
                "null",
                "0",
                "{}",
                "[]",
            ][..],
        ),
        (
            "bytes",
            &["0", "9", "255", "256", "-1", "1e3", "\"\"", "[]"],
        ),
        ("lists", &["[]", "[0]", "[0,0,0,0]", "[[]]", "null", "{}"]),
        ("optional", &["null", "\"\"", "\"aaaa\"", "0"]),
        ("lines", &["\"\"", "\"a\"", "\"aaaaaaaaaa\"", "\"\\n\""]),
        ("texts", &["\"\"", "\"aaaaaaaaaaaa\""]),
        (
            "numbers",
            &["0", "9", "18446744073709551615", "18446744073709551616"],
        ),
        (
            "nodes",
            &[
                "{}",
                "{\"next\":null}",
                "{\"next\":{\"next\":{}}}",
                "{\"nodes\":[{},{}]}",
            ],
        ),
        ("wide", &["{}", "{\"flags\":[]}", "{\"text\":null}"]),
        ("many", &["\"aaaaaaaaaaaaaaaaaaaaaaaa\""]),
        (
            "unknown",
            &[
                "{}",
                "\"\"",
                "0",
                "[]",
                "null",
                "{\"a\":0}",
                "{\"a\":0,\"a\":0}",
            ],
        ),
    ];
    let shapes = members.iter().flat_map(|(name, items)| {
        items.iter().map(move |item| {
            let items = repeated(&format!("{item},"), size);
            (
                format!("{name} of {item}"),
                format!("{{\"{name}\":[{items}{item}]}}"),
            )
        })
    });
    shapes.collect()
}

fn long_values(size: usize) -> Vec<Shape> {
    let long = |item: &str| repeated(item, size);
    let strings = [
        "a",
        "\\n",
        "\\u0061",
        "\\ud83d\\ude00",
        "\u{e9}",
        "\u{1f600}",
    ];
    let strings = strings.iter().flat_map(|item| {
        let text = long(item);
        [
            (
                format!("text of {item}"),
                format!("{{\"text\":\"{text}\"}}"),
            ),
            (
                format!("tag of {item}"),
                format!("{{\"tags\":[\"{text}\"]}}"),
            ),
            (
                format!("line of {item}"),
                format!("{{\"lines\":[\"{text}\"]}}"),
            ),
            (
                format!("unknown name of {item}"),
                format!("{{\"{text}\":0}}"),
            ),
            (
                format!("number in a text of {item}"),
                format!("{{\"number\":\"{text}\"}}"),
            ),
        ]
    });
    let others = [
        ("digits", format!("{{\"number\":{}}}", long("9"))),
        ("fraction", format!("{{\"number\":0.{}}}", long("0"))),
        ("whitespace", format!("{{{}\"text\":\"\"}}", long(" "))),
        ("distinct unknown names", {
            format!("{{{}\"\":0}}", numbered(size, |n| format!("\"{n:x}\":0,")))
        }),
        ("distinct unknown names of objects", {
            format!(
                "{{{}\"\":0}}",
                numbered(size, |n| format!("\"{n:x}\":{{}},"))
            )
        }),
        ("distinct names in an unknown object", {
            format!(
                "{{\"u\":{{{}\"\":0}}}}",
                numbered(size, |n| format!("\"{n:x}\":0,"))
            )
        }),
        ("distinct escaped names", {
            let names = numbered(size, |n| format!("\"\\u0061{n:x}\":0,"));
            format!("{{\"u\":{{{names}\"\":0}}}}")
        }),
        ("duplicate names", format!("{{{}\"\":0}}", long("\"a\":0,"))),
        (
            "duplicates of a declared name",
            format!("{{{}\"text\":\"\"}}", long("\"text\":\"\",")),
        ),
        ("nested arrays", long("[")),
        ("nested objects", long("{\"a\":")),
        ("array instead of an object", format!("[{}0]", long("0,"))),
        (
            "array of objects instead of an object",
            format!("[{}0]", long("{},")),
        ),
        ("string instead of an object", format!("\"{}\"", long("a"))),
    ];
    let others = others.map(|(name, text)| (name.to_owned(), text));
    strings.chain(others).collect()
}

fn map_members(size: usize) -> Vec<Shape> {
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

fn enum_contents(size: usize) -> Vec<Shape> {
    let list = |items: &str| repeated(items, size);
    let mut shapes = Vec::new();
    for (name, content) in [
        ("items: 0", format!("\"items\":[{}0]", list("0,"))),
        ("items: 9", format!("\"items\":[{}9]", list("9,"))),
        ("items: {}", format!("\"items\":[{}0]", list("{},"))),
        ("texts", format!("\"texts\":[{}\"\"]", list("\"\","))),
        ("labels", {
            let labels = numbered(size, |n| format!("\"{n:x}\":\"\","));
            format!("\"labels\":{{{labels}\"last\":\"\"}}")
        }),
        (
            "unknown members",
            numbered(size, |n| format!("\"{n:x}\":0,")) + "\"last\":0",
        ),
        ("unknown list", format!("\"unknown\":[{}0]", list("0,"))),
        (
            "unknown nested lists",
            format!("\"unknown\":[{}0]", list("[[]],")),
        ),
        ("long text", format!("\"texts\":[\"{}\"]", list("\\n"))),
    ] {
        for variant in ["few", "big", "empty", "unknown"] {
            let tag = format!("\"type\":\"{variant}\"");
            let bodies = [
                (
                    "external",
                    format!("{{\"external\":[{{\"{variant}\":{{{content}}}}}]}}"),
                ),
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
                    format!("{{\"adjacent\":[{{{tag},\"content\":{{{content}}}}}]}}"),
                ),
                (
                    "adjacent, late tag",
                    format!("{{\"other\":{{\"content\":{{{content}}},{tag}}}}}"),
                ),
                (
                    "adjacent, no tag",
                    format!("{{\"other\":{{\"content\":{{{content}}}}}}}"),
                ),
            ];
            for (representation, body) in bodies {
                shapes.push((format!("{representation}, {variant}, {name}"), body));
            }
        }
    }
    for item in [
        "{\"empty\":{}}",
        "{\"type\":\"empty\"}",
        "{}",
        "\"\"",
        "{\"empty\":null}",
    ] {
        for name in ["external", "internal", "adjacent"] {
            let items = list(&format!("{item},"));
            shapes.push((
                format!("{name} of {item}"),
                format!("{{\"{name}\":[{items}{item}]}}"),
            ));
        }
    }
    shapes
}

fn attack(sizes: &[usize], path: &str, shapes: fn(usize) -> Vec<Shape>) {
    let routes = SecureRouter::new()
        .route("/lists", post(lists))
        .route("/maps", post(maps))
        .route("/enums", post(enums));
    let mut attack = Attack::new(routes);
    for size in sizes {
        for (shape, text) in shapes(*size) {
            let mut broken = text.clone();
            broken.pop();
            for (end, body) in [
                ("", text),
                (", truncated", broken.clone()),
                (", malformed", broken + "x"),
            ] {
                let shape = format!("{path}: {shape}{end}");
                attack.reject(&shape, body.len(), request(path, "application/json", body));
            }
        }
    }
    attack.finish();
}

/// Debug builds decode slowly, so only the first test uses the largest size.
const SMALL: [usize; 1] = [SIZES[0]];

#[test]
fn rejected_lists_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/lists", lists_of_items);
}

#[test]
fn rejected_long_values_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/lists", long_values);
}

#[test]
fn rejected_maps_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/maps", map_members);
}

#[test]
fn rejected_enums_take_at_most_eight_times_their_size() {
    attack(&SMALL, "/enums", enum_contents);
}

/// The factor does not grow with the size.
#[test]
fn rejected_large_body_takes_at_most_eight_times_its_size() {
    let few = |size| {
        let items = |name, item: &str| {
            let items = repeated(&format!("{item},"), size);
            (
                format!("{name} of {item}"),
                format!("{{\"{name}\":[{items}{item}]}}"),
            )
        };
        vec![
            items("tags", "\"\""),
            items("bytes", "0"),
            items("nodes", "{}"),
            items("many", "\"aaaaaaaaaaaaaaaaaaaaaaaa\""),
        ]
    };
    attack(&SIZES, "/lists", few);
}
