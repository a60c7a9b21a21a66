//! Long texts, numbers and names, and many names.

use super::Shape;
use crate::memory::{numbered, repeated};

pub(super) fn shapes(size: usize) -> Vec<Shape> {
    let others = [values(size), names(size)].concat();
    let others = others
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text));
    strings(size).into_iter().chain(others).collect()
}

fn strings(size: usize) -> Vec<Shape> {
    let spellings = [
        "a",
        "\\n",
        "\\u0061",
        "\\ud83d\\ude00",
        "\u{e9}",
        "\u{1f600}",
    ];
    let shapes = spellings.iter().flat_map(|item| {
        let text = repeated(item, size);
        [
            ("text", format!("{{\"text\":\"{text}\"}}")),
            ("tag", format!("{{\"tags\":[\"{text}\"]}}")),
            ("line", format!("{{\"lines\":[\"{text}\"]}}")),
            ("unknown name", format!("{{\"{text}\":0}}")),
            ("number in a text", format!("{{\"number\":\"{text}\"}}")),
        ]
        .map(|(name, body)| (format!("{name} of {item}"), body))
    });
    shapes.collect()
}

fn values(size: usize) -> Vec<(&'static str, String)> {
    let long = |item: &str| repeated(item, size);
    vec![
        ("digits", format!("{{\"number\":{}}}", long("9"))),
        ("fraction", format!("{{\"number\":0.{}}}", long("0"))),
        ("whitespace", format!("{{{}\"number\":4}}", long(" "))),
        ("nested arrays", long("[")),
        ("nested objects", long("{\"a\":")),
        ("array instead of an object", format!("[{}0]", long("0,"))),
        (
            "objects instead of an object",
            format!("[{}0]", long("{},")),
        ),
        ("string instead of an object", format!("\"{}\"", long("a"))),
    ]
}

fn names(size: usize) -> Vec<(&'static str, String)> {
    let distinct = |value: &str| numbered(size, |n| format!("\"{n:x}\":{value},"));
    let escaped = numbered(size, |n| format!("\"\\u0061{n:x}\":0,"));
    let object = |members: &str| format!("{{{members}\"\":0}}");
    vec![
        ("distinct unknown names", object(&distinct("0"))),
        ("distinct unknown names of objects", object(&distinct("{}"))),
        (
            "distinct names in an unknown object",
            format!("{{\"u\":{}}}", object(&distinct("0"))),
        ),
        (
            "distinct escaped names",
            format!("{{\"u\":{}}}", object(&escaped)),
        ),
        ("duplicate names", object(&repeated("\"a\":0,", size))),
        (
            "duplicates of a declared name",
            object(&repeated("\"text\":\"\",", size)),
        ),
    ]
}
