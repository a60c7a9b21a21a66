//! A document of an API with every extractor.

use std::collections::BTreeSet;

use axum::extract::{FromRequest, Request};
use palisade::input::{
    BinaryBody, Cookies, Headers, InputExtractor, MediaTypes, MergePatch, Multipart, Patch,
    PlainText, StreamedBody, Upload,
};
use palisade::prelude::*;
use palisade::{Ticket, TicketError, Tickets, Upgrade};
use serde_json::{Value, json};

use super::{api, described, document};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(rename = "x-name")]
    #[garde(length(chars, max = 9))]
    name: Option<String>,
    #[serde(rename = "x-count")]
    #[garde(range(max = 9))]
    count: Option<u32>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(length(chars, max = 9))]
    name: String,
    #[garde(length(max = 3), inner(length(chars, max = 9)))]
    tags: Vec<String>,
    #[garde(range(max = 9))]
    count: Option<u32>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Place {
    #[garde(length(chars, max = 9))]
    shelf: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    #[garde(dive)]
    name: Patch<Name>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Name(#[garde(length(chars, max = 9))] String);

struct Image;

impl MediaTypes for Image {
    const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Album {
    #[garde(length(chars, max = 9))]
    title: String,
    #[garde(skip)]
    cover: Upload<Image, 100>,
    #[garde(length(max = 3))]
    pages: Vec<Upload<Image, 100>>,
    #[garde(skip)]
    back: Option<Upload<Image, 100>>,
    #[garde(range(max = 9))]
    year: Option<u32>,
}

/// A body that the API reads itself.
#[derive(Validate, SecureInput)]
#[garde(transparent)]
struct Signed(#[garde(dive)] Name);

impl<S: Send + Sync> FromRequest<S> for Signed {
    type Rejection = StatusCode;

    async fn from_request(_: Request, _: &S) -> Result<Self, StatusCode> {
        Err(StatusCode::PAYMENT_REQUIRED)
    }
}

impl InputExtractor for Signed {
    const ACCEPTS: &'static str = "a signed text";
}

#[secured(authenticated)]
async fn head(
    _: Caller,
    _: Valid<Path<Place>>,
    _: Valid<Query<Lists>>,
    _: Valid<Headers<Members>>,
    _: Valid<Cookies<Members>>,
) {
}

#[secured(authenticated)]
async fn number(_: Path<u32>) {}

#[secured(authenticated)]
async fn numbers(_: Path<(u32, u64)>) {}

#[secured(authenticated)]
async fn json_body(_: Valid<Json<Lists>>) {}

#[secured(authenticated)]
async fn optional(_: Option<Valid<Query<Lists>>>, _: Option<Valid<Json<Lists>>>) {}

#[secured(authenticated)]
async fn merge_patch(_: Valid<MergePatch<Change>>) {}

#[secured(authenticated)]
async fn form(_: Valid<Form<Lists>>) {}

#[secured(authenticated)]
async fn multipart(_: Valid<Multipart<Album>>) {}

#[secured(authenticated)]
async fn text(_: Valid<PlainText<Name>>) {}

#[secured(authenticated)]
async fn bytes(_: Valid<BinaryBody<Name>>) {}

#[secured(authenticated)]
async fn stream(_: Valid<StreamedBody<Image>>) {}

#[secured(authenticated)]
async fn signed(_: Valid<Signed>) {}

#[secured(
    authenticated,
    unvalidated = "a webhook, whose signature covers the body"
)]
async fn raw(_: Unvalidated<String>) {}

#[secured(authenticated)]
async fn socket(upgrade: Upgrade) -> Response {
    upgrade.on_upgrade(async |_| {})
}

#[secured(scopes = "events:read")]
async fn ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

#[secured(scopes = "events:read", ticket)]
async fn events() {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/head/{shelf}", get(head).head(head))
        .route("/number/{number}", get(number))
        .route("/numbers/{a}/{b}", get(numbers))
        .route("/json", post(json_body).put(optional))
        .route("/patch", patch(merge_patch))
        .route("/form", post(form))
        .route("/multipart", post(multipart))
        .route("/text", post(text))
        .route("/bytes", post(bytes))
        .route("/stream", put(stream))
        .route("/signed", post(signed))
        .route("/raw", post(raw))
        .route("/socket", get(socket))
        .route("/ticket", post(ticket))
        .route("/events", get(events))
}

fn statuses(operation: &Value) -> BTreeSet<&str> {
    let responses = operation["responses"].as_object().unwrap();
    responses.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn document_of_every_extractor_is_valid_and_the_same_each_time() {
    let first = document(&api(routes()).await);
    let paths = first["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 15);
    let again = document(&api(routes()).await);
    assert_eq!(first.to_string(), again.to_string());
}

#[tokio::test]
async fn body_of_every_extractor_can_be_refused_for_its_size_type_and_time() {
    let document = described(routes()).await;
    for (path, method) in [
        ("/json", "post"),
        ("/patch", "patch"),
        ("/form", "post"),
        ("/multipart", "post"),
        ("/text", "post"),
        ("/bytes", "post"),
        ("/stream", "put"),
        ("/signed", "post"),
        ("/raw", "post"),
    ] {
        let statuses = statuses(&document["paths"][path][method]);
        for status in ["400", "408", "413", "415", "422"] {
            assert!(statuses.contains(status), "{path} {status}");
        }
    }
    for (path, method) in [
        ("/head/{shelf}", "get"),
        ("/socket", "get"),
        ("/ticket", "post"),
    ] {
        let statuses = statuses(&document["paths"][path][method]);
        for status in ["408", "413", "415"] {
            assert!(!statuses.contains(status), "{path} {status}");
        }
    }
    let unsupported = &document["components"]["responses"]["UnsupportedMediaType"]["headers"];
    for field in ["Accept", "Accept-Encoding", "Accept-Patch", "Accept-Post"] {
        assert!(unsupported.get(field).is_some(), "{field}");
    }
}

/// `default` is a problem: Palisade replaces the text of such a rejection.
#[tokio::test]
async fn extractor_of_the_api_refuses_with_a_problem_of_any_status() {
    let document = described(routes()).await;
    for (path, method, is_custom) in [
        ("/signed", "post", true),
        ("/raw", "post", true),
        ("/json", "post", false),
        ("/head/{shelf}", "get", false),
    ] {
        let operation = &document["paths"][path][method];
        let other = operation["responses"].get("default");
        let expected = json!({ "$ref": "#/components/responses/OtherProblem" });
        assert_eq!(other, is_custom.then_some(&expected), "{path}");
    }
    // the extractor decides which media types it accepts
    let content = &document["paths"]["/signed"]["post"]["requestBody"]["content"];
    let media_types: Vec<&String> = content.as_object().unwrap().keys().collect();
    assert_eq!(media_types, ["*/*"]);
}

#[tokio::test]
async fn handshake_switches_protocols_or_is_refused() {
    let document = described(routes()).await;
    let socket = statuses(&document["paths"]["/socket"]["get"]);
    assert!(
        socket.contains("101") && socket.contains("426"),
        "{socket:?}"
    );
    let other = statuses(&document["paths"]["/events"]["get"]);
    assert!(
        !other.contains("101") && !other.contains("426"),
        "{other:?}"
    );
}

#[tokio::test]
async fn response_to_head_has_no_content() {
    let document = described(routes()).await;
    let of = |method: &str| document["paths"]["/head/{shelf}"][method]["responses"].clone();
    let (get, head) = (of("get"), of("head"));
    let statuses = |responses: &Value| -> Vec<String> {
        responses.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(statuses(&get), statuses(&head));
    for (status, response) in head.as_object().unwrap() {
        assert!(response.get("content").is_none(), "{status}");
        assert!(response["description"].is_string(), "{status}");
    }
    let challenge = &head["401"]["headers"]["WWW-Authenticate"];
    assert_eq!(challenge["required"], true);
}

#[tokio::test]
async fn member_of_a_form_has_its_encoding() {
    let document = described(routes()).await;
    let encoding = |path: &str, media_type: &str| {
        document["paths"][path]["post"]["requestBody"]["content"][media_type]["encoding"].clone()
    };
    let files = json!({ "contentType": "image/png, image/jpeg" });
    assert_eq!(
        encoding("/multipart", "multipart/form-data"),
        json!({
            "cover": files,
            "pages": files,
            "back": files,
        })
    );
    assert_eq!(
        encoding("/form", "application/x-www-form-urlencoded"),
        json!({ "tags": { "style": "form", "explode": true } })
    );
    assert_eq!(encoding("/json", "application/json"), Value::Null);
}
