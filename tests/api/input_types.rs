//! Input types that are bounded by their parser: as members, as parameters, and on their own.

use palisade::input::{EmailAddress, Identifier, Line, PageNumber, PageRequest, PageSize};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestResponse};
use serde_json::{Value, json};

use crate::support::errors;

#[derive(Deserialize, Serialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Delivery {
    #[garde(skip)]
    sku: Identifier<16>,
    #[garde(skip)]
    recipient_name: Line<16>,
    #[garde(skip)]
    note: Option<Line<16>>,
    #[garde(length(max = 2))]
    #[serde(default)]
    notify: Vec<EmailAddress>,
    #[garde(dive)]
    #[serde(default)]
    page: PageRequest<50>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[garde(skip)]
    buyer: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(default)]
    page: PageNumber,
    #[garde(skip)]
    #[serde(default)]
    per_page: PageSize<100>,
}

#[public(reason = "a test")]
async fn deliver(Valid(Json(delivery)): Valid<Json<Delivery>>) -> Json<Delivery> {
    Json(delivery)
}

#[public(reason = "a test")]
async fn subscribe(Valid(Form(listing)): Valid<Form<Listing>>) -> String {
    listing
        .buyer
        .map_or_else(String::new, EmailAddress::into_string)
}

#[public(reason = "a test")]
async fn list(Valid(Query(listing)): Valid<Query<Listing>>) -> String {
    let page = PageRequest::new(listing.page, listing.per_page);
    format!("{} {}", page.offset(), page.limit())
}

#[public(reason = "a test")]
async fn catalog(page: Option<Valid<Query<PageRequest<10>>>>) -> String {
    page.map_or_else(
        || "all".to_owned(),
        |Valid(Query(page))| format!("{} {}", page.offset(), page.limit()),
    )
}

#[public(reason = "a test")]
async fn product(Path((aisle, sku)): Path<(Line<4>, Identifier<8>)>) -> String {
    format!("{aisle} {sku}")
}

#[public(reason = "a test")]
async fn shop(Path(shop): Path<Identifier<8>>) -> String {
    shop.into_string()
}

async fn api() -> TestApi {
    let router = SecureRouter::new()
        .route("/deliveries", post(deliver).get(list))
        .route("/subscriptions", post(subscribe))
        .route("/catalog", get(catalog))
        .route("/shops/{shop}", get(shop))
        .route("/shops/{shop}/{sku}", get(product));
    TestApi::new(router).await
}

/// Returns the status, and the body or the only error.
fn outcome(response: &TestResponse) -> (u16, String) {
    let status = response.status().as_u16();
    if status == 200 {
        return (status, response.text());
    }
    let problem = response.json::<Value>();
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
    match errors(&problem).as_slice() {
        [(pointer, detail)] => (status, format!("{pointer}: {detail}")),
        other => panic!("{other:?}"),
    }
}

async fn get_outcome(api: &TestApi, path: &str) -> (u16, String) {
    outcome(&api.anonymous().get(path).send().await)
}

const EMAIL_DOMAIN: &str = "must be an email address with an ASCII domain name after the `@`";

#[tokio::test]
async fn members_are_normalized() {
    let api = api().await;
    let input = json!({
        "sku": "tea-500g",
        "recipientName": "Ta\u{304}ne",
        "notify": ["Ana@EXAMPLE.com"],
        "page": { "page": 2 },
    });
    let response = api
        .anonymous()
        .post("/deliveries")
        .json(&input)
        .send()
        .await;
    let normalized = json!({
        "sku": "tea-500g",
        "recipientName": "T\u{101}ne",
        "note": null,
        "notify": ["Ana@example.com"],
        "page": { "page": 2, "per_page": 20 },
    });
    assert_eq!(response.json::<Value>(), normalized);
}

#[tokio::test]
async fn invalid_member_is_reported_with_pointer_and_expectation() {
    let api = api().await;
    let line = "must be a line of text";
    for (member, value, expected) in [
        (
            "sku",
            json!("hunter2/"),
            "/sku: must contain only ASCII letters".to_owned(),
        ),
        ("sku", json!(7), "/sku: must be a string".to_owned()),
        ("sku", json!(null), "/sku: must be a string".to_owned()),
        (
            "recipientName",
            json!("hunter2 hunter2 hunter2"),
            format!("/recipientName: {line} with at most 16 characters"),
        ),
        (
            "note",
            json!("hunter2\u{202e}"),
            format!("/note: {line} without"),
        ),
        (
            "note",
            json!(" "),
            format!("/note: {line} with at least one visible character"),
        ),
        (
            "notify",
            json!(["a@b", "a@hunter2_"]),
            format!("/notify/1: {EMAIL_DOMAIN}"),
        ),
        (
            "page",
            json!({ "per_page": 51 }),
            "/page/per_page: must be an integer between 1 and 50".to_owned(),
        ),
    ] {
        let mut input = json!({ "sku": "tea", "recipientName": "Ana" });
        input[member] = value;
        let response = api
            .anonymous()
            .post("/deliveries")
            .json(&input)
            .send()
            .await;
        let (status, error) = outcome(&response);
        assert_eq!(status, 422, "{error}");
        assert!(error.starts_with(&expected), "{error}, expected {expected}");
    }
}

#[tokio::test]
async fn query_and_form_errors_have_parameter_names() {
    let api = api().await;
    let accepted = |text: &str| (200, text.to_owned());
    let rejected = |text: &str| (422, text.to_owned());
    assert_eq!(get_outcome(&api, "/deliveries").await, accepted("0 20"));
    assert_eq!(
        get_outcome(&api, "/deliveries?page=3&per_page=100").await,
        accepted("200 100")
    );
    assert_eq!(
        get_outcome(&api, "/deliveries?per_page=101").await,
        rejected("per_page: must be an integer between 1 and 100")
    );
    assert_eq!(
        get_outcome(&api, "/deliveries?buyer=a@hunter2_").await,
        rejected(&format!("buyer: {EMAIL_DOMAIN}"))
    );
    let form = |buyer: &'static str| {
        api.anonymous()
            .post("/subscriptions")
            .form(&[("buyer", buyer)])
    };
    let response = form("Ana@EXAMPLE.com").send().await;
    assert_eq!(outcome(&response), accepted("Ana@example.com"));
    let response = form("a@hunter2_").send().await;
    assert_eq!(
        outcome(&response),
        rejected(&format!("buyer: {EMAIL_DOMAIN}"))
    );
}

#[tokio::test]
async fn page_request_can_be_the_whole_query() {
    let api = api().await;
    assert_eq!(get_outcome(&api, "/catalog").await, (200, "all".to_owned()));
    assert_eq!(
        get_outcome(&api, "/catalog?page=2").await,
        (200, "10 10".to_owned())
    );
    let (status, error) = get_outcome(&api, "/catalog?sort=hunter2").await;
    assert_eq!(
        (status, error.as_str()),
        (422, ": has an unknown parameter")
    );
}

#[tokio::test]
async fn path_segments_can_be_input_types() {
    let api = api().await;
    assert_eq!(
        get_outcome(&api, "/shops/tea").await,
        (200, "tea".to_owned())
    );
    for path in ["/shops/hunter2hunter2", "/shops/a%2Fb", "/shops/%2E%2E"] {
        assert_eq!(get_outcome(&api, path).await.0, 422, "{path}");
    }
    assert_eq!(
        get_outcome(&api, "/shops/T%C4%81ne/tea").await,
        (200, "T\u{101}ne tea".to_owned())
    );
    assert_eq!(get_outcome(&api, "/shops/a%0Ab/tea").await.0, 422);
}
