//! Parameters and bodies of a document.

use palisade::input::{
    BinaryBody, Cookies, Headers, Identifier, Map, MediaTypes, MergePatch, Multipart, Patch,
    PlainText, StreamedBody, Upload,
};
use palisade::prelude::*;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
use serde_json::{Value, json};

use super::described;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[garde(range(min = 1, max = 100))]
    page: Option<u32>,
    #[garde(length(max = 3), inner(length(chars, max = 9)))]
    tags: Vec<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Aliased {
    #[serde(alias = "q")]
    #[garde(length(chars, max = 9))]
    query: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Traced {
    #[serde(rename = "x-trace")]
    #[garde(length(chars, max = 9))]
    trace: String,
    #[serde(rename = "accept")]
    #[garde(length(chars, max = 99))]
    accept: Option<String>,
}

/// Both ends are rules of the whole, which a schema does not express.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(custom(|range: &Range, (): &()| {
    if range.from <= range.to { Ok(()) } else { Err(garde::Error::new("must be in order")) }
}))]
struct Range {
    #[garde(range(max = 9))]
    from: u8,
    #[garde(range(max = 9))]
    to: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Theme {
    #[garde(length(chars, max = 9))]
    theme: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Place {
    #[garde(length(chars, max = 9))]
    shelf: String,
    #[garde(range(max = 9))]
    row: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Tree {
    #[garde(length(chars, max = 9))]
    name: String,
    #[garde(length(max = 3), dive)]
    children: Vec<Tree>,
}

mod other {
    use palisade::prelude::*;

    /// A type of the same name as another one.
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Tree {
        #[garde(range(max = 9))]
        pub(super) height: u8,
    }
}

pub(super) struct Png;

impl MediaTypes for Png {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Form {
    #[garde(length(chars, max = 9))]
    title: String,
    #[garde(skip)]
    image: Upload<Png, 100>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    #[garde(dive)]
    name: Patch<Name>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Filters(#[garde(length(max = 3))] Map<Identifier<9>, Identifier<9>>);

#[derive(Deserialize, Validate, SecureInput)]
struct Name(#[garde(length(chars, max = 9))] String);

#[secured(authenticated)]
async fn list(_: Valid<Query<Listing>>, _: Valid<Headers<Traced>>, _: Valid<Cookies<Theme>>) {}

#[secured(authenticated)]
async fn search(_: Valid<Query<Aliased>>) {}

#[secured(authenticated)]
async fn search_if_present(_: Option<Valid<Query<Aliased>>>) {}

#[secured(authenticated)]
async fn between(_: Valid<Query<Range>>) {}

#[secured(authenticated)]
async fn map(_: Valid<Query<Filters>>) {}

#[secured(authenticated)]
async fn place(_: Valid<Path<Place>>) {}

#[secured(authenticated)]
async fn pair(_: Path<(u32, bool)>) {}

#[secured(authenticated)]
async fn one(_: Path<u64>) {}

#[secured(authenticated)]
async fn ignored() {}

#[secured(authenticated)]
async fn plant(_: Valid<Json<Tree>>) {}

#[secured(authenticated)]
async fn cut(_: Option<Valid<Json<other::Tree>>>) {}

#[secured(authenticated)]
async fn send(_: Valid<Multipart<Form>>) {}

#[secured(authenticated)]
async fn change(_: Valid<MergePatch<Change>>) {}

#[secured(authenticated)]
async fn text(_: Valid<PlainText<Name>>) {}

#[secured(authenticated, body_limit = "1 MiB")]
async fn stream(_: Valid<StreamedBody<Png>>) {}

#[secured(authenticated)]
async fn upload(_: Valid<BinaryBody<Name>>) {}

pub(super) fn operation<'a>(document: &'a Value, path: &str, method: &str) -> &'a Value {
    &document["paths"][path][method]
}

/// Returns each parameter as `location name` or `location name?`.
pub(super) fn parameters(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().unwrap();
    let mut names: Vec<String> = parameters
        .iter()
        .map(|parameter| {
            let optional = if parameter["required"] == true {
                ""
            } else {
                "?"
            };
            let (location, name) = (&parameter["in"], &parameter["name"]);
            format!(
                "{} {}{optional}",
                location.as_str().unwrap(),
                name.as_str().unwrap()
            )
        })
        .collect();
    names.sort();
    names
}

pub(super) fn schema<'a>(operation: &'a Value, name: &str) -> &'a Value {
    let parameters = operation["parameters"].as_array().unwrap();
    let mut parameters = parameters.iter();
    &parameters
        .find(|parameter| parameter["name"] == name)
        .unwrap()["schema"]
}

#[tokio::test]
async fn members_are_parameters_with_their_bounds() {
    let routes = SecureRouter::new().route("/orders", get(list));
    let document = described(routes).await;
    let list = operation(&document, "/orders", "get");
    assert_eq!(
        parameters(list),
        [
            "cookie theme?",
            "header x-trace",
            "query page?",
            // an empty list is absent
            "query tags?"
        ]
    );
    let tags = schema(list, "tags");
    assert_eq!(
        (&tags["maxItems"], &tags["items"]["maxLength"]),
        (&json!(3), &json!(9))
    );
}

/// The parameters are described one by one, so that the rules of all of them have no other place.
#[tokio::test]
async fn rules_of_a_query_as_a_whole_are_in_the_description() {
    let document = described(SecureRouter::new().route("/between", get(between))).await;
    let between = operation(&document, "/between", "get");
    assert_eq!(parameters(between), ["query from", "query to"]);
    assert_eq!(
        between["description"],
        "Requires a valid access token.\n\nRules of the query as a whole: further rules apply."
    );
}

/// With an alias, exactly one of two names is required, which independent parameters cannot express.
#[tokio::test]
async fn query_whose_members_depend_on_each_other_is_one_parameter() {
    let routes = SecureRouter::new()
        .route("/search", get(search))
        .route("/optional", get(search_if_present))
        .route("/map", get(map));
    let document = described(routes).await;
    for (path, keyword, is_required) in [
        ("/search", "allOf", true),
        ("/optional", "allOf", false),
        ("/map", "maxProperties", false),
    ] {
        let operation = operation(&document, path, "get");
        let [parameter] = operation["parameters"].as_array().unwrap().as_slice() else {
            panic!("{operation:#}")
        };
        assert_eq!(
            (&parameter["style"], &parameter["explode"]),
            (&json!("form"), &json!(true))
        );
        assert!(parameter["schema"].get(keyword).is_some(), "{parameter:#}");
        let required = parameter
            .get("required")
            .is_some_and(|required| required == true);
        assert_eq!(required, is_required, "{parameter:#}");
    }
}

#[tokio::test]
async fn every_parameter_of_a_path_is_described() {
    let routes = SecureRouter::new()
        .route("/places/{shelf}/{row}", get(place))
        .route("/pairs/{a}/{b}", get(pair))
        .route("/one/{id}", get(one).post(ignored))
        .nest(
            "/users/{user}",
            SecureRouter::new().route("/files/{*rest}", get(ignored)),
        );
    let document = described(routes).await;
    for (path, method, name, expected) in [
        ("/places/{shelf}/{row}", "get", "row", "integer"),
        ("/pairs/{a}/{b}", "get", "a", "integer"),
        ("/pairs/{a}/{b}", "get", "b", "boolean"),
        ("/one/{id}", "get", "id", "integer"),
        ("/one/{id}", "post", "id", "string"),
        ("/users/{user}/files/{rest}", "get", "user", "string"),
        ("/users/{user}/files/{rest}", "get", "rest", "string"),
    ] {
        let operation = operation(&document, path, method);
        assert_eq!(schema(operation, name)["type"], expected, "{path} {name}");
    }
    let files = operation(&document, "/users/{user}/files/{rest}", "get");
    let parameters = files["parameters"].as_array().unwrap().iter();
    let descriptions = parameters.map(|parameter| (&parameter["name"], &parameter["description"]));
    let rest = "The rest of the path. OpenAPI has no parameters with slashes, so that clients encode them as `%2F`.";
    assert_eq!(
        descriptions.collect::<Vec<_>>(),
        [
            (&json!("user"), &Value::Null),
            (&json!("rest"), &json!(rest))
        ]
    );
}

#[tokio::test]
async fn routes_without_a_path_are_omitted() {
    let routes = SecureRouter::new()
        .route("/tunnel", palisade::routing::connect(ignored))
        .nest(
            "/users",
            SecureRouter::new().route("/{id}", get(one)).fallback(list),
        );
    let beside = axum::Router::new().route("/old", axum::routing::get(async || ""));
    let api = super::api(routes).await.beside(beside, "moved in spring");
    let info = palisade::openapi::Info::new("Test", "1");
    let document = palisade::openapi::Document::new(&api, info);
    assert_eq!(
        document.omitted(),
        [
            "CONNECT /tunnel",
            "routes beside the API: moved in spring",
            "the fallback `list`",
        ]
    );
    super::document(&api);
}

#[tokio::test]
async fn types_of_one_name_get_different_components() {
    let routes = SecureRouter::new()
        .route("/a", post(plant))
        .route("/b", post(cut))
        .route("/c", post(plant));
    let document = described(routes).await;
    let body = |path| &operation(&document, path, "post")["requestBody"];
    let reference = |path| &body(path)["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(reference("/a"), "#/components/schemas/Tree");
    assert_eq!(reference("/b"), "#/components/schemas/Tree2");
    assert_eq!(reference("/c"), "#/components/schemas/Tree");
    let schemas = &document["components"]["schemas"];
    let children = &schemas["Tree"]["properties"]["children"];
    assert_eq!(children["items"]["$ref"], "#/components/schemas/Tree");
    assert_eq!(schemas["Tree2"]["properties"]["height"]["maximum"], 9);
    assert_eq!(
        (&body("/a")["required"], &body("/b")["required"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn body_has_the_media_types_of_its_extractor() {
    let routes = SecureRouter::new()
        .route("/json", post(plant))
        .route("/form", post(send))
        .route("/patch", post(change))
        .route("/text", post(text))
        .route("/stream", post(stream))
        .route("/upload", post(upload));
    let document = described(routes).await;
    for (path, media_type) in [
        ("/json", "application/json"),
        ("/form", "multipart/form-data"),
        ("/patch", "application/merge-patch+json"),
        ("/text", "text/plain"),
        ("/stream", "image/png"),
        ("/upload", "application/octet-stream"),
    ] {
        let body = &operation(&document, path, "post")["requestBody"];
        let media_types: Vec<&String> = body["content"].as_object().unwrap().keys().collect();
        assert_eq!(media_types, [media_type]);
        let limit = if path == "/stream" { 1_048_576 } else { 65_536 };
        let description = body["description"].as_str().unwrap();
        assert!(
            description.contains(&format!("{limit} bytes")),
            "{description}"
        );
    }
}

#[public(reason = "lists tools only")]
async fn tools() {}

/// OpenAPI has one operation for each path and method.
#[tokio::test]
async fn handlers_that_header_fields_choose_are_one_operation() {
    let operations = HeaderRouter::new(["x-operation"])
        .route(["plant"], plant)
        .route(["cut"], cut)
        .route(["tools"], tools);
    let routes = SecureRouter::new().route("/rpc", on_headers(MethodFilter::POST, operations));
    let document = described(routes).await;
    let rpc = operation(&document, "/rpc", "post");
    assert_eq!(parameters(rpc), ["header x-operation"]);
    let values = &schema(rpc, "x-operation")["anyOf"];
    assert_eq!(
        *values,
        json!([{ "const": "plant" }, { "const": "cut" }, { "const": "tools" }])
    );
    let body = &rpc["requestBody"];
    assert_eq!(body["required"], Value::Null);
    let schemas = &body["content"]["application/json"]["schema"]["anyOf"];
    assert_eq!(schemas.as_array().unwrap().len(), 2);
    assert_eq!(rpc["security"], json!([{ "login.example": [] }, {}]));
}

/// Otherwise a client that follows the document could not choose the shorter one.
#[tokio::test]
async fn header_field_that_a_shorter_selection_lacks_is_optional() {
    let operations = HeaderRouter::new(["x-method", "x-name"])
        .route(["tools"], tools)
        .route(["call", "cut"], cut);
    let routes = SecureRouter::new().route("/rpc", on_headers(MethodFilter::POST, operations));
    let document = described(routes).await;
    let rpc = operation(&document, "/rpc", "post");
    let is_required = |name: &str| {
        let mut parameters = rpc["parameters"].as_array().unwrap().iter();
        let parameter = parameters.find(|parameter| parameter["name"] == name);
        parameter.unwrap()["required"] == true
    };
    assert!(is_required("x-method"));
    assert!(!is_required("x-name"));
}
