//! Types that are bounded by being parsed: as members, as parameters, alone.

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
async fn catalogue(page: Option<Valid<Query<PageRequest<10>>>>) -> String {
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
        .route("/catalogue", get(catalogue))
        .route("/shops/{shop}", get(shop))
        .route("/shops/{shop}/{sku}", get(product));
    TestApi::new(router).await
}

/// The status with what was answered, or with the one thing that is wrong.
fn judged(answer: &TestResponse) -> (u16, String) {
    let status = answer.status().as_u16();
    if status == 200 {
        return (status, answer.text());
    }
    let problem = answer.json::<Value>();
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
    match errors(&problem).as_slice() {
        [(pointer, detail)] => (status, format!("{pointer}: {detail}")),
        other => panic!("{other:?}"),
    }
}

async fn get_of(api: &TestApi, path: &str) -> (u16, String) {
    judged(&api.anonymous().get(path).send().await)
}

const EMAIL_DOMAIN: &str = "must be an e-mail address, with an ASCII domain name after the `@`";

#[tokio::test]
async fn members_hold_what_was_sent_in_one_spelling() {
    let api = api().await;
    let sent = json!({
        "sku": "tea-500g",
        "recipientName": "Ta\u{304}ne",
        "notify": ["Ana@EXAMPLE.com"],
        "page": { "page": 2 },
    });
    let answer = api.anonymous().post("/deliveries").json(&sent).send().await;
    let read = json!({
        "sku": "tea-500g",
        "recipientName": "T\u{101}ne",
        "note": null,
        "notify": ["Ana@example.com"],
        "page": { "page": 2, "per_page": 20 },
    });
    assert_eq!(answer.json::<Value>(), read);
}

#[tokio::test]
async fn a_member_that_is_none_is_pointed_at_and_told_what_it_must_be() {
    let api = api().await;
    let line = "must be one line of text";
    for (member, value, refused) in [
        (
            "sku",
            json!("hunter2/"),
            "/sku: must be ASCII letters".to_owned(),
        ),
        ("sku", json!(7), "/sku: must be a string".to_owned()),
        ("sku", json!(null), "/sku: must be a string".to_owned()),
        (
            "recipientName",
            json!("hunter2 hunter2 hunter2"),
            format!("/recipientName: {line} of at most 16 characters"),
        ),
        (
            "note",
            json!("hunter2\u{202e}"),
            format!("/note: {line}, without"),
        ),
        (
            "note",
            json!(" "),
            format!("/note: {line}, with a character"),
        ),
        (
            "notify",
            json!(["a@b", "a@hunter2_"]),
            format!("/notify/1: {EMAIL_DOMAIN}"),
        ),
        (
            "page",
            json!({ "per_page": 51 }),
            "/page/per_page: must be a whole number from 1 to 50".to_owned(),
        ),
    ] {
        let mut sent = json!({ "sku": "tea", "recipientName": "Ana" });
        sent[member] = value;
        let answer = api.anonymous().post("/deliveries").json(&sent).send().await;
        let (status, told) = judged(&answer);
        assert_eq!(status, 422, "{told}");
        assert!(told.starts_with(&refused), "{told} for {refused}");
    }
}

#[tokio::test]
async fn parameters_of_queries_and_forms_are_told_by_name() {
    let api = api().await;
    let found = |text: &str| (200, text.to_owned());
    let refused = |text: &str| (422, text.to_owned());
    assert_eq!(get_of(&api, "/deliveries").await, found("0 20"));
    assert_eq!(
        get_of(&api, "/deliveries?page=3&per_page=100").await,
        found("200 100")
    );
    assert_eq!(
        get_of(&api, "/deliveries?per_page=101").await,
        refused("per_page: must be a whole number from 1 to 100")
    );
    assert_eq!(
        get_of(&api, "/deliveries?buyer=a@hunter2_").await,
        refused(&format!("buyer: {EMAIL_DOMAIN}"))
    );
    let form = |buyer: &'static str| {
        api.anonymous()
            .post("/subscriptions")
            .form(&[("buyer", buyer)])
    };
    let answer = form("Ana@EXAMPLE.com").send().await;
    assert_eq!(judged(&answer), found("Ana@example.com"));
    let answer = form("a@hunter2_").send().await;
    assert_eq!(judged(&answer), refused(&format!("buyer: {EMAIL_DOMAIN}")));
}

#[tokio::test]
async fn a_page_request_stands_alone() {
    let api = api().await;
    assert_eq!(get_of(&api, "/catalogue").await, (200, "all".to_owned()));
    assert_eq!(
        get_of(&api, "/catalogue?page=2").await,
        (200, "10 10".to_owned())
    );
    let (status, told) = get_of(&api, "/catalogue?sort=hunter2").await;
    assert_eq!(
        (status, told.as_str()),
        (422, ": has a parameter that is not known here")
    );
}

#[tokio::test]
async fn a_segment_of_a_path_needs_no_struct() {
    let api = api().await;
    assert_eq!(get_of(&api, "/shops/tea").await, (200, "tea".to_owned()));
    for path in ["/shops/hunter2hunter2", "/shops/a%2Fb", "/shops/%2E%2E"] {
        assert_eq!(get_of(&api, path).await.0, 422, "{path}");
    }
    assert_eq!(
        get_of(&api, "/shops/T%C4%81ne/tea").await,
        (200, "T\u{101}ne tea".to_owned())
    );
    assert_eq!(get_of(&api, "/shops/a%0Ab/tea").await.0, 422);
}
