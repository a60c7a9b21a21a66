//! The names of schemas: types with the same name, recursive types, and names with special characters.

use std::collections::BTreeMap;

use palisade::prelude::*;
use palisade::schemars::{self, JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::described;

/// Declares modules whose types have the same name and different schemas.
macro_rules! modules {
    ($($module:ident: $max:literal;)*) => {$(
        mod $module {
            use palisade::prelude::*;
            use palisade::schemars::{self, JsonSchema};

            #[derive(Deserialize, Serialize, Validate, SecureInput, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub(super) struct Item {
                #[garde(range(max = $max))]
                pub(super) count: u8,
            }

            /// The same text in each module, which refers to another item.
            #[derive(Deserialize, Serialize, Validate, SecureInput, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub(super) struct List {
                #[garde(length(max = 3), dive)]
                pub(super) items: Vec<Item>,
            }

            #[secured(authenticated)]
            pub(super) async fn item(_: Valid<Json<Item>>) {}

            #[secured(authenticated)]
            pub(super) async fn list(_: Valid<Json<List>>) {}
        }
    )*};
}

modules! {
    first: 1;
    second: 2;
    third: 3;
    fourth: 4;
}

/// A type whose name looks like that of a second `Item`.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Item2 {
    #[garde(range(max = 99))]
    count: u8,
}

#[secured(authenticated)]
async fn item2(_: Valid<Json<Item2>>) {}

/// Returns the schema of the body of `POST` at a path.
fn body<'a>(document: &'a Value, path: &str) -> &'a Value {
    let body = &document["paths"][path]["post"]["requestBody"];
    resolved(document, &body["content"]["application/json"]["schema"])
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(target) => document.pointer(target.strip_prefix('#').unwrap()).unwrap(),
        None => schema,
    }
}

#[tokio::test]
async fn types_of_one_name_keep_their_own_bounds() {
    let routes = SecureRouter::new()
        .route("/1", post(first::item))
        .route("/2", post(second::item))
        .route("/3", post(third::item))
        .route("/4", post(fourth::item))
        .route("/99", post(item2))
        .route("/list/1", post(first::list))
        .route("/list/2", post(second::list))
        .route("/list/3", post(third::list))
        .route("/list/4", post(fourth::list));
    let document = described(routes).await;
    for max in [1, 2, 3, 4, 99] {
        let item = body(&document, &format!("/{max}"));
        assert_eq!(item["properties"]["count"]["maximum"], max, "{item}");
    }
    for max in [1, 2, 3, 4] {
        let list = body(&document, &format!("/list/{max}"));
        let item = resolved(&document, &list["properties"]["items"]["items"]);
        assert_eq!(item["properties"]["count"]["maximum"], max, "{item}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    // four lists, five items, and the problem
    assert_eq!(schemas.len(), 10, "{:?}", schemas.keys());
}

/// The order of the routes does not decide which type a reference names.
#[tokio::test]
async fn types_of_one_name_are_distinguished_in_any_order() {
    let routes = SecureRouter::new()
        .route("/list/2", post(second::list))
        .route("/99", post(item2))
        .route("/1", post(first::item))
        .route("/2", post(second::item))
        .route("/list/1", post(first::list));
    let document = described(routes).await;
    for (path, max) in [("/1", 1), ("/2", 2), ("/99", 99)] {
        let item = body(&document, path);
        assert_eq!(item["properties"]["count"]["maximum"], max, "{path}");
    }
    for (path, max) in [("/list/1", 1), ("/list/2", 2)] {
        let list = body(&document, path);
        let item = resolved(&document, &list["properties"]["items"]["items"]);
        assert_eq!(item["properties"]["count"]["maximum"], max, "{path}");
    }
}

#[derive(Deserialize, Serialize, Validate, SecureInput, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Direct {
    #[garde(dive)]
    next: Option<Box<Direct>>,
}

#[derive(Deserialize, Serialize, Validate, SecureInput, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Even {
    #[garde(length(max = 3), dive)]
    odd: Vec<Odd>,
}

#[derive(Deserialize, Serialize, Validate, SecureInput, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Odd {
    #[garde(length(max = 4), dive)]
    even: Vec<Even>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Branch {
    Leaf(u8),
    Pair(Box<Branch>, Box<Branch>),
}

#[secured(authenticated)]
async fn branch() -> Json<Branch> {
    let leaf = || Box::new(Branch::Leaf(1));
    Json(Branch::Pair(leaf(), leaf()))
}

macro_rules! handlers {
    ($($name:ident: $ty:ty;)*) => {$(
        #[secured(authenticated)]
        async fn $name(Valid(Json(value)): Valid<Json<$ty>>) -> Json<$ty> {
            Json(value)
        }
    )*};
}

handlers! {
    direct: Direct;
    even: Even;
    odd: Odd;
}

#[tokio::test]
async fn recursive_type_refers_to_itself() {
    let routes = SecureRouter::new()
        .route("/direct", post(direct))
        .route("/even", post(even))
        .route("/odd", post(odd))
        .route("/branch", get(branch));
    let document = described(routes).await;
    let root: BTreeMap<&str, &Value> = ["/direct", "/even", "/odd"]
        .into_iter()
        .map(|path| (path, body(&document, path)))
        .collect();
    let odd = &root["/even"]["properties"]["odd"];
    assert_eq!(odd["maxItems"], 3);
    assert_eq!(resolved(&document, &odd["items"]), root["/odd"]);
    let even = &root["/odd"]["properties"]["even"];
    assert_eq!(resolved(&document, &even["items"]), root["/even"]);
    let next = root["/direct"]["properties"]["next"].to_string();
    assert!(next.contains("#/components/schemas/Direct"), "{next}");
    let branch = &document["components"]["schemas"]["Branch"].to_string();
    assert!(branch.contains("#/components/schemas/Branch"), "{branch}");
}

/// Names that a component cannot have, and two that it can.
const NAMES: [&str; 9] = [
    "Größe",
    "Page<Order>",
    "Map<K, Vec<V>>",
    "a/b",
    "a~b",
    "a b",
    "a%20b",
    "",
    "a_b",
];

/// An output type with one of these names.
#[derive(Serialize)]
struct Named<const AT: usize>(u32);

impl<const AT: usize> JsonSchema for Named<AT> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        NAMES[AT].into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "title": NAMES[AT] })
    }
}

macro_rules! named {
    ($($handler:ident: $at:literal;)*) => {$(
        #[secured(authenticated)]
        async fn $handler() -> Json<Named<$at>> {
            Json(Named(1))
        }
    )*};
}

named! {
    umlauts: 0;
    generic: 1;
    nested: 2;
    slash: 3;
    tilde: 4;
    space: 5;
    percent: 6;
    empty: 7;
    underscores: 8;
}

#[tokio::test]
async fn name_with_special_characters_becomes_a_separate_component() {
    let routes = SecureRouter::new()
        .route("/0", get(umlauts))
        .route("/1", get(generic))
        .route("/2", get(nested))
        .route("/3", get(slash))
        .route("/4", get(tilde))
        .route("/5", get(space))
        .route("/6", get(percent))
        .route("/7", get(empty))
        .route("/8", get(underscores));
    let document = described(routes).await;
    for (at, title) in NAMES.iter().enumerate() {
        let response = &document["paths"][&format!("/{at}")]["get"]["responses"]["200"];
        let content = &response["content"]["application/json"];
        let schema = resolved(&document, &content["schema"]);
        assert_eq!(schema["title"], *title, "{response}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    for name in schemas.keys() {
        assert!(!name.is_empty() && name.chars().all(is_allowed), "{name:?}");
    }
    assert_eq!(json!(schemas.len()), 10);
}
