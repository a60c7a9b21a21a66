//! serde's words in combination: each spelling of a value that serde accepts is checked by the rules.
//!
//! CWE-20 (improper input validation).

use std::borrow::Cow;

use palisade::input::Patch;
use palisade::prelude::*;
use palisade::testing::TestApi;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(
    rename = "Renamed",
    rename_all(deserialize = "camelCase", serialize = "snake_case"),
    default,
    deny_unknown_fields,
    expecting = "an object"
)]
struct Renamed {
    #[garde(length(chars, max = 3))]
    #[serde(alias = "first", alias = "one")]
    first_name: String,
    #[garde(range(max = 3))]
    #[serde(rename(deserialize = "n", serialize = "firstName"), alias = "number")]
    count_of: u8,
    #[garde(length(max = 2), inner(length(chars, max = 3)))]
    #[serde(skip_serializing_if = "Vec::is_empty", alias = "Tags")]
    all_tags: Vec<String>,
    #[garde(range(max = 3))]
    #[serde(skip_serializing, default = "two")]
    r#type: u8,
    #[garde(range(max = 3))]
    #[serde(skip_deserializing)]
    hidden: u8,
}

impl Default for Renamed {
    fn default() -> Self {
        Self {
            first_name: "a".to_owned(),
            count_of: 1,
            all_tags: Vec::new(),
            r#type: two(),
            hidden: 0,
        }
    }
}

fn two() -> u8 {
    2
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "SCREAMING_SNAKE_CASE",
    deny_unknown_fields
)]
enum Internal {
    #[serde(alias = "person")]
    NaturalPerson {
        #[garde(length(chars, max = 3))]
        #[serde(alias = "name")]
        full_name: String,
        #[garde(dive)]
        #[serde(default)]
        nested: Option<Box<Internal>>,
    },
    #[serde(rename = "co", rename_all = "PascalCase")]
    Company {
        #[garde(range(max = 3))]
        share_count: Patch<u8>,
    },
    Wrapped(#[garde(dive)] Renamed),
    #[serde(skip_deserializing)]
    #[expect(dead_code, reason = "serde never constructs it")]
    Hidden {
        #[garde(range(max = 3))]
        share_count: u8,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(
    tag = "t",
    content = "c",
    rename_all = "UPPERCASE",
    deny_unknown_fields
)]
enum Adjacent {
    #[serde(alias = "text")]
    Text(#[garde(length(bytes, max = 3))] Cow<'static, str>),
    Pair(
        #[garde(range(max = 3))] u8,
        #[garde(length(max = 1), inner(range(max = 3)))] Vec<u8>,
    ),
    #[serde(rename_all = "camelCase")]
    Object {
        #[garde(range(max = 3))]
        #[serde(alias = "no")]
        the_number: Option<u8>,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent, rename = "T")]
struct Transparent {
    #[garde(length(max = 2), inner(length(max = 1), inner(range(max = 3))))]
    #[serde(alias = "ignored")]
    lists: Vec<Vec<u8>>,
    #[serde(skip)]
    #[garde(range(max = 3))]
    skipped: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
struct Generic<T: Validate<Context = ()>> {
    #[garde(length(max = 1), dive)]
    #[serde(alias = "items", default)]
    all_items: Vec<T>,
    #[garde(dive)]
    #[serde(rename = "extra", default)]
    more: Option<T>,
}

/// Handlers that return the status only.
macro_rules! handlers {
    ($($name:ident: $ty:ty;)*) => {$(
        #[public(reason = "a test")]
        async fn $name(_: Valid<Json<$ty>>) {}
    )*};
}

handlers! {
    renamed: Renamed;
    internal: Internal;
    adjacent: Adjacent;
    transparent: Transparent;
    generic: Generic<Internal>;
}

/// The path, and a body that is accepted or one that is rejected because of a rule.
const ACCEPTED: &[(&str, &str)] = &[
    ("/renamed", "{}"),
    (
        "/renamed",
        r#"{"firstName":"abc","n":3,"allTags":["abc"],"type":3}"#,
    ),
    ("/renamed", r#"{"one":"abc","number":3,"Tags":[]}"#),
    (
        "/internal",
        r#"{"kind":"natural-person","FULL_NAME":"abc"}"#,
    ),
    (
        "/internal",
        r#"{"name":"abc","kind":"person","NESTED":{"kind":"co","ShareCount":null}}"#,
    ),
    ("/internal", r#"{"kind":"wrapped","firstName":"abc"}"#),
    ("/adjacent", r#"{"t":"TEXT","c":"abc"}"#),
    ("/adjacent", r#"{"c":[3,[3]],"t":"PAIR"}"#),
    ("/adjacent", r#"{"t":"OBJECT","c":{"no":3}}"#),
    ("/transparent", "[[3],[]]"),
    (
        "/generic",
        r#"{"items":[{"kind":"co","ShareCount":3}],"extra":{"kind":"co"}}"#,
    ),
];

const REJECTED: &[(&str, &str)] = &[
    ("/renamed", r#"{"firstName":"abcd"}"#),
    ("/renamed", r#"{"first":"abcd"}"#),
    ("/renamed", r#"{"one":"abcd"}"#),
    ("/renamed", r#"{"n":4}"#),
    ("/renamed", r#"{"number":4}"#),
    ("/renamed", r#"{"allTags":["a","b","c"]}"#),
    ("/renamed", r#"{"Tags":["abcd"]}"#),
    ("/renamed", r#"{"type":4}"#),
    (
        "/internal",
        r#"{"kind":"natural-person","FULL_NAME":"abcd"}"#,
    ),
    ("/internal", r#"{"name":"abcd","kind":"person"}"#),
    ("/internal", r#"{"kind":"co","ShareCount":4}"#),
    ("/internal", r#"{"ShareCount":4,"kind":"co"}"#),
    (
        "/internal",
        r#"{"kind":"person","name":"a","NESTED":{"kind":"co","ShareCount":4}}"#,
    ),
    (
        "/internal",
        r#"{"kind":"person","name":"a","NESTED":{"name":"a","NESTED":{"name":"abcd","kind":"person"},"kind":"person"}}"#,
    ),
    ("/internal", r#"{"kind":"wrapped","one":"abcd"}"#),
    ("/internal", r#"{"Tags":["a","b","c"],"kind":"wrapped"}"#),
    ("/adjacent", r#"{"t":"TEXT","c":"abcd"}"#),
    ("/adjacent", r#"{"c":"abcd","t":"text"}"#),
    ("/adjacent", r#"{"t":"PAIR","c":[4,[]]}"#),
    ("/adjacent", r#"{"c":[3,[3,3]],"t":"PAIR"}"#),
    ("/adjacent", r#"{"t":"PAIR","c":[3,[4]]}"#),
    ("/adjacent", r#"{"c":{"theNumber":4},"t":"OBJECT"}"#),
    ("/adjacent", r#"{"t":"OBJECT","c":{"no":4}}"#),
    ("/transparent", "[[],[],[]]"),
    ("/transparent", "[[3,3]]"),
    ("/transparent", "[[4]]"),
    ("/generic", r#"{"allItems":[{"kind":"co"},{"kind":"co"}]}"#),
    ("/generic", r#"{"items":[{"ShareCount":4,"kind":"co"}]}"#),
    ("/generic", r#"{"extra":{"kind":"person","name":"abcd"}}"#),
];

/// Bodies with a name or form that serde does not accept, or would accept without the derive.
const UNKNOWN: &[(&str, &str)] = &[
    ("/renamed", r#"{"first_name":"a"}"#),
    ("/renamed", r#"{"countOf":1}"#),
    ("/renamed", r#"{"hidden":1}"#),
    ("/renamed", r#"{"r#type":1}"#),
    ("/renamed", r#"["a"]"#),
    ("/renamed", r#"{"first":"a","one":"a"}"#),
    (
        "/internal",
        r#"{"kind":"hidden","share_count":1,"SHARE_COUNT":1}"#,
    ),
    ("/internal", r#"{"kind":"co","SHARE_COUNT":1}"#),
    ("/internal", r#"{"kind":"person","fullName":"a"}"#),
    ("/internal", r#"{"kind":"anything"}"#),
    ("/internal", r#"["co",4]"#),
    (
        "/internal",
        r#"{"kind":"person","name":"a","NESTED":["co",4]}"#,
    ),
    ("/internal", r#"{"kind":"wrapped","hidden":9}"#),
    ("/adjacent", r#"["TEXT","abcd"]"#),
    ("/adjacent", r#"{"t":"TEXT","c":"abc","x":1}"#),
    ("/adjacent", r#"{"t":"OBJECT","c":[4]}"#),
    ("/adjacent", r#"{"c":[4],"t":"OBJECT"}"#),
    ("/transparent", r#"{"lists":[]}"#),
    ("/transparent", r#"{"ignored":[]}"#),
    ("/generic", r#"{"more":{"kind":"co"}}"#),
    ("/generic", r#"{"items":[],"allItems":[]}"#),
];

#[tokio::test]
async fn every_spelling_of_a_value_is_checked() {
    let routes = SecureRouter::new()
        .route("/renamed", post(renamed))
        .route("/internal", post(internal))
        .route("/adjacent", post(adjacent))
        .route("/transparent", post(transparent))
        .route("/generic", post(generic));
    let api = TestApi::new(routes).await;
    for (bodies, status, title) in [
        (ACCEPTED, 200, ""),
        (REJECTED, 422, "Invalid input"),
        (UNKNOWN, 422, "Type mismatch"),
    ] {
        for (path, body) in bodies {
            let request = api.anonymous().post(path).body(*body, "application/json");
            let response = request.send().await;
            let text = response.text();
            assert_eq!(response.status(), status, "{path} {body}: {text}");
            assert!(text.contains(title), "{path} {body}: {text}");
        }
    }
}
