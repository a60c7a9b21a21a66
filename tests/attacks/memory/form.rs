//! Forms and queries of many parameters, and of few long ones.

use axum::body::Body;
use axum::http::Request;
use palisade::input::Map;
use palisade::prelude::*;

use super::{Attack, SIZES, numbered, repeated, request};

const FORM: &str = "application/x-www-form-urlencoded";

/// The longest request target that the `http` crate accepts is 65,534 bytes.
const MAX_QUERY: usize = 65_000;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(alias = "q")]
    #[garde(length(bytes, max = 100), ascii, contains("-"))]
    query: Option<String>,
    #[garde(range(max = 100))]
    page: Option<u8>,
    #[garde(length(chars, max = 10))]
    tag: Option<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)]
struct Label(#[garde(length(bytes, max = 10))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Labels {
    #[garde(length(max = 10), inner(length(bytes, max = 10)))]
    labels: Map<Label, String>,
}

#[public(reason = "a test", body_limit = "16 MiB", parameter_limit = 10_000)]
async fn form(Valid(Form(search)): Valid<Form<Search>>) -> String {
    search.query.unwrap_or_default()
}

#[public(reason = "a test", parameter_limit = 10_000)]
async fn query(Valid(Query(search)): Valid<Query<Search>>) -> String {
    search.query.unwrap_or_default()
}

#[public(reason = "a test", body_limit = "16 MiB", parameter_limit = 10_000)]
async fn labels(Valid(Form(labels)): Valid<Form<Labels>>) -> String {
    labels.labels.len().to_string()
}

/// Texts of about `size` bytes, none of which is a valid search.
fn shapes(size: usize) -> Vec<(&'static str, String)> {
    let pairs = |item: &str| repeated(item, size);
    vec![
        ("unknown names", pairs("a&")),
        ("empty names", pairs("=&")),
        ("empty parameters, then an unknown name", pairs("&") + "a"),
        ("unknown escaped names", pairs("%61&")),
        (
            "distinct unknown names",
            numbered(size, |n| format!("{n:x}&")),
        ),
        (
            "distinct escaped names",
            numbered(size, |n| format!("%61{n:x}&")),
        ),
        ("duplicates of a declared name", pairs("query&")),
        ("long unknown name", pairs("a")),
        ("long escaped name", pairs("%61")),
        ("long name of spaces", pairs("+")),
        ("long value", "query=".to_owned() + &pairs("a")),
        ("long escaped value", "q=".to_owned() + &pairs("%61")),
        ("long value of spaces", "query=".to_owned() + &pairs("+")),
        (
            "long value of spaces and escapes",
            "query=".to_owned() + &pairs("+%2B"),
        ),
        (
            "long value of multi-byte text",
            "q=".to_owned() + &pairs("%C3%A9"),
        ),
        (
            "long value, one escape",
            "query=".to_owned() + &pairs("a") + "%20",
        ),
        ("long integer", "page=".to_owned() + &pairs("9")),
        ("long values of all fields", {
            let third = repeated("%61", size / 3);
            format!("query={third}&q={third}&tag={third}")
        }),
        ("malformed escape at the end", pairs("query=+&") + "%"),
        (
            "malformed escape after a long value",
            "query=".to_owned() + &pairs("+%20") + "%",
        ),
        (
            "invalid UTF-8 at the end",
            "query=".to_owned() + &pairs("%61") + "%ff",
        ),
        (
            "unknown name at the end",
            "query=".to_owned() + &pairs("%61") + "&hunter2",
        ),
        (
            "type mismatch at the end",
            "query=".to_owned() + &pairs("%61") + "&page=x",
        ),
        (
            "duplicate at the end",
            "query=".to_owned() + &pairs("%61") + "&query=%61",
        ),
    ]
}

#[test]
fn rejected_form_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", post(form)));
    for size in SIZES {
        for (shape, text) in shapes(size) {
            attack.reject(shape, text.len(), request("/", FORM, text));
        }
    }
    attack.finish();
}

#[test]
fn rejected_query_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", get(query)));
    for (shape, text) in shapes(MAX_QUERY) {
        let request = Request::get(format!("/?{text}")).body(Body::empty());
        attack.reject(shape, text.len(), request.unwrap());
    }
    attack.finish();
}

/// A map accepts names that no type declares.
#[test]
fn rejected_map_of_parameters_takes_at_most_eight_times_its_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", post(labels)));
    for size in SIZES {
        let pairs = |item: &str| repeated(item, size);
        for (shape, text) in [
            ("distinct names", numbered(size, |n| format!("{n:x}&"))),
            (
                "distinct escaped names",
                numbered(size, |n| format!("%61{n:x}=%62&")),
            ),
            ("duplicates", pairs("a&")),
            ("long name", pairs("%61") + "=1"),
            ("long value", "a=".to_owned() + &pairs("+%61")),
            ("many long values", {
                let value = repeated("%61", size / 256);
                numbered(size, |n| format!("{n}={value}&"))
            }),
            ("many long names", {
                let name = repeated("%61", size / 256);
                numbered(size, |n| format!("{n}{name}&"))
            }),
        ] {
            attack.reject(shape, text.len(), request("/", FORM, text));
        }
    }
    attack.finish();
}
