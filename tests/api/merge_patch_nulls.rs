//! Null in a merge patch where serde does not present it as a member of a struct.

use palisade::input::{Map, MergePatch, Patch};
use palisade::prelude::*;
use palisade::testing::TestApi;

use crate::support::errors;

const MERGE_PATCH: &str = "application/merge-patch+json";

/// Types in which an `Option` is not a direct member of a struct.
#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Hidden {
    #[garde(dive)]
    contact: Patch<Contact>,
    #[garde(dive)]
    reply: Option<Reply>,
    #[garde(dive)]
    #[serde(default)]
    title: Title,
    #[garde(inner(length(max = 2)), length(max = 2))]
    #[serde(default)]
    notes: Map<Key, Option<String>>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Contact {
    Post {
        #[garde(range(max = 9))]
        floor: Option<u8>,
        #[garde(length(max = 2), dive)]
        lines: Patch<Vec<Line>>,
        #[garde(dive)]
        address: Patch<Address>,
        #[garde(inner(length(max = 99)), inner(inner(range(max = 9))))]
        codes: Patch<Vec<u8>>,
    },
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(
    tag = "by",
    content = "to",
    rename_all = "lowercase",
    deny_unknown_fields
)]
enum Reply {
    Phone(#[garde(range(max = 9))] Option<u8>),
    Post(#[garde(dive)] Address),
}

#[derive(Deserialize, Validate, SecureInput, Debug, Default)]
struct Title(#[garde(length(chars, max = 8))] Option<String>);

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Address {
    #[garde(length(chars, max = 8))]
    street: Patch<String>,
    #[garde(range(max = 99))]
    number: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1, max = 9))]
    count: Option<u8>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput, Debug)]
struct Key(#[garde(length(chars, max = 4))] String);

#[public(reason = "a test")]
async fn json(Valid(Json(input)): Valid<Json<Hidden>>) -> String {
    format!("{input:?}")
}

#[public(reason = "a test")]
async fn merge(Valid(MergePatch(input)): Valid<MergePatch<Hidden>>) -> String {
    format!("{input:?}")
}

#[public(reason = "a test")]
async fn contact(Valid(MergePatch(input)): Valid<MergePatch<Contact>>) -> String {
    format!("{input:?}")
}

/// serde buffers a tagged enum before it knows the variant, and a newtype is no member.
#[tokio::test]
async fn null_never_reaches_an_option_in_a_tagged_enum_or_newtype() {
    let routes = SecureRouter::new()
        .route("/json", patch(json))
        .route("/merge", patch(merge))
        .route("/contact", patch(contact));
    let api = TestApi::new(routes).await;
    let send = |media_type: &str, path: &str, body: &str| {
        let request = api.anonymous().patch(path);
        request.body(body, media_type).send()
    };
    for (body, pointer) in [
        (
            r#"{"contact":{"type":"post","floor":null}}"#,
            "/contact/floor",
        ),
        (
            r#"{"contact":{"floor":null,"type":"post"}}"#,
            "/contact/floor",
        ),
        (
            r#"{"contact":{"type":"post","address":{"number": null }}}"#,
            "/contact/address/number",
        ),
        (r#"{"reply":{"by":"phone","to":null}}"#, "/reply/to"),
        (
            r#"{"reply":{"by":"post","to":{"number":null}}}"#,
            "/reply/to/number",
        ),
        (r#"{"reply":null}"#, "/reply"),
        (r#"{"title":null}"#, "/title"),
    ] {
        let json = send("application/json", "/json", body).await;
        assert_eq!(json.status(), 200, "{body}");
        let merge = send(MERGE_PATCH, "/merge", body).await;
        assert_eq!(merge.status(), 422, "{body}: {}", merge.text());
        let found = errors(&merge.json()).remove(0);
        assert_eq!(found, (pointer.to_owned(), "must not be null".to_owned()));
    }
    for body in [
        r#"{"contact":null}"#,
        r#"{"contact":{"type":"post","address":null,"lines":null}}"#,
        r#"{"contact":{"type":"post","address":{"street":null}}}"#,
        r#"{"contact":{"type":"post","lines":[{"count":null}],"floor":1}}"#,
        r#"{"reply":{"by":"phone"}}"#,
        r#"{"reply":{"by":"phone","to":7}}"#,
        // the handler sees which entry is null
        r#"{"notes":{"a":null}}"#,
    ] {
        let response = send(MERGE_PATCH, "/merge", body).await;
        assert_eq!(response.status(), 200, "{body}: {}", response.text());
    }
    // many buffered values are compared with the shape before they are decoded
    for codes in ["1", &["1"; 80].join(",")] {
        let body = format!(r#"{{"type":"post","codes":[{codes}],"floor":null}}"#);
        let response = send(MERGE_PATCH, "/contact", &body).await;
        assert_eq!(errors(&response.json()).remove(0).0, "/floor", "{codes}");
    }
}
