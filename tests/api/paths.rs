//! A bare `Path` of scalars is as strict as one in `Valid`, with the same responses.

use palisade::input::Identifier;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize, Validate, SecureInput)]
struct Number(#[garde(skip)] u32);

#[derive(Deserialize, Validate, SecureInput)]
struct Shelf(#[garde(skip)] i8, #[garde(skip)] Identifier<8>);

#[derive(Debug, Clone, Copy, Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Tea,
    Coffee,
}

#[public(reason = "a test")]
async fn show_number(Path(number): Path<u32>) -> String {
    number.to_string()
}

#[public(reason = "a test")]
async fn valid_number(Valid(Path(Number(number))): Valid<Path<Number>>) -> String {
    number.to_string()
}

#[public(reason = "a test")]
async fn show_shelf(Path((aisle, sku)): Path<(i8, Identifier<8>)>) -> String {
    format!("{aisle} {sku}")
}

#[public(reason = "a test")]
async fn valid_shelf(Valid(Path(Shelf(aisle, sku))): Valid<Path<Shelf>>) -> String {
    format!("{aisle} {sku}")
}

#[public(reason = "a test")]
async fn show_kind(Path((kind, id, hot, size)): Path<(Kind, Uuid, bool, char)>) -> String {
    format!("{kind:?} {id} {hot} {size}")
}

#[public(reason = "a test")]
async fn mismatched(Path((_, _)): Path<(u32, u32)>) {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/bare/{number}", get(show_number))
        .route("/valid/{number}", get(valid_number))
        .route("/bare/{aisle}/{sku}", get(show_shelf))
        .route("/valid/{aisle}/{sku}", get(valid_shelf))
        .route("/kinds/{kind}/{id}/{hot}/{size}", get(show_kind))
        .route("/mismatched/{number}", get(mismatched))
        .route("/without-parameter", get(show_number));
    TestApi::new(routes).await
}

/// Returns the body of a successful response, or the status and the first error.
async fn outcome(api: &TestApi, path: &str) -> String {
    let response = api.anonymous().get(path).send().await;
    if response.status() == 200 {
        return response.text();
    }
    let error = &response.json::<Value>()["errors"][0];
    format!("{} {error}", response.status().as_u16())
}

#[tokio::test]
async fn bare_path_responds_like_a_validated_path() {
    let api = api().await;
    let mut rejected = 0;
    for path in [
        "7",
        "0",
        "%37",
        "4294967295",
        "4294967296",
        "+7",
        "%2B7",
        "007",
        "-0",
        "-1",
        "7.0",
        "7%20",
        "seven",
        "%ff",
        "-1/tea",
        "-128/a",
        "-129/a",
        "+1/tea",
        "01/tea",
        "1/-",
        "1/tea-500-grams",
        "x/y",
        "%ff/tea",
        "1/%ff",
    ] {
        let bare = outcome(&api, &format!("/bare/{path}")).await;
        assert_eq!(
            bare,
            outcome(&api, &format!("/valid/{path}")).await,
            "{path}"
        );
        rejected += usize::from(bare.starts_with('4'));
    }
    assert_eq!(rejected, 19);
}

/// Each resource has one path: another spelling cannot bypass a filter on `/bare/7` (ASVS 1.5.3).
#[tokio::test]
async fn number_in_a_path_has_one_spelling() {
    let api = api().await;
    assert_eq!(outcome(&api, "/bare/7").await, "7");
    for spelled in ["+7", "%2B7", "07", "007"] {
        let response = outcome(&api, &format!("/bare/{spelled}")).await;
        let violation = response.strip_prefix("422 ").unwrap();
        let violation: Value = violation.parse().unwrap();
        let detail = "must be an integer";
        let expected = json!({ "pointer": "number", "rule": "type", "detail": detail });
        assert_eq!(violation, expected);
    }
}

#[tokio::test]
async fn scalar_errors_name_the_path_parameter() {
    let api = api().await;
    let id = "6f9f3b1e-5f0c-4a7e-9d59-0d6e0f3f6a51";
    assert_eq!(
        outcome(&api, &format!("/kinds/tea/{id}/true/%C4%81")).await,
        format!("Tea {id} true \u{101}")
    );
    assert!(
        outcome(&api, &format!("/kinds/coffee/{id}/false/x"))
            .await
            .starts_with("Coffee")
    );
    for (path, parameter) in [
        (format!("Tea/{id}/true/x"), "kind"),
        ("tea/hunter2/true/x".to_owned(), "id"),
        (format!("tea/{id}/1/x"), "hot"),
        (format!("tea/{id}/true/xy"), "size"),
    ] {
        let response = outcome(&api, &format!("/kinds/{path}")).await;
        assert!(response.starts_with("422"), "{response}");
        assert!(
            response.contains(&format!("\"pointer\":\"{parameter}\"")),
            "{response}"
        );
        assert!(!response.contains("hunter2"), "{response}");
    }
}

#[tokio::test]
async fn route_that_does_not_match_its_handler_returns_500() {
    let api = api().await;
    assert_eq!(outcome(&api, "/mismatched/7").await, "500 null");
    assert_eq!(outcome(&api, "/without-parameter").await, "500 null");
}
