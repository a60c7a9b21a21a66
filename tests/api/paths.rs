//! A bare `Path` of scalars is as strict as one in `Valid`, and answers the same.

use palisade::input::Identifier;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;
use uuid::Uuid;

#[derive(Deserialize, Validate, SecureInput)]
struct Number(#[garde(skip)] u32);

#[derive(Deserialize, Validate, SecureInput)]
struct Place(#[garde(skip)] i8, #[garde(skip)] Identifier<8>);

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
async fn show_place(Path((aisle, sku)): Path<(i8, Identifier<8>)>) -> String {
    format!("{aisle} {sku}")
}

#[public(reason = "a test")]
async fn valid_place(Valid(Path(Place(aisle, sku))): Valid<Path<Place>>) -> String {
    format!("{aisle} {sku}")
}

#[public(reason = "a test")]
async fn show_kind(Path((kind, id, hot, size)): Path<(Kind, Uuid, bool, char)>) -> String {
    format!("{kind:?} {id} {hot} {size}")
}

#[public(reason = "a test")]
async fn misdeclared(Path((_, _)): Path<(u32, u32)>) {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/bare/{number}", get(show_number))
        .route("/valid/{number}", get(valid_number))
        .route("/bare/{aisle}/{sku}", get(show_place))
        .route("/valid/{aisle}/{sku}", get(valid_place))
        .route("/kinds/{kind}/{id}/{hot}/{size}", get(show_kind))
        .route("/misdeclared/{number}", get(misdeclared))
        .route("/none", get(show_number));
    TestApi::new(routes).await
}

/// The text of what was let in; else the status, with place, rule and detail.
async fn told(api: &TestApi, path: &str) -> String {
    let answer = api.anonymous().get(path).send().await;
    if answer.status() == 200 {
        return answer.text();
    }
    let error = &answer.json::<Value>()["errors"][0];
    format!("{} {error}", answer.status().as_u16())
}

#[tokio::test]
async fn a_bare_path_answers_as_one_in_valid() {
    let api = api().await;
    let mut refused = 0;
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
        let bare = told(&api, &format!("/bare/{path}")).await;
        assert_eq!(bare, told(&api, &format!("/valid/{path}")).await, "{path}");
        refused += usize::from(bare.starts_with('4'));
    }
    assert_eq!(refused, 19);
}

/// One resource has one name: what is kept from `/bare/7` by a filter in front is not to be had by
/// another spelling (ASVS 1.5.3).
#[tokio::test]
async fn a_number_has_one_spelling() {
    let api = api().await;
    assert_eq!(told(&api, "/bare/7").await, "7");
    for spelled in ["+7", "%2B7", "07", "007"] {
        let told = told(&api, &format!("/bare/{spelled}")).await;
        assert_eq!(
            told,
            r#"422 {"detail":"must be a whole number","pointer":"number","rule":"type"}"#
        );
    }
}

#[tokio::test]
async fn every_scalar_is_read_and_pointed_at_by_its_parameter() {
    let api = api().await;
    let id = "6f9f3b1e-5f0c-4a7e-9d59-0d6e0f3f6a51";
    assert_eq!(
        told(&api, &format!("/kinds/tea/{id}/true/%C4%81")).await,
        format!("Tea {id} true \u{101}")
    );
    assert!(
        told(&api, &format!("/kinds/coffee/{id}/false/x"))
            .await
            .starts_with("Coffee")
    );
    for (path, place) in [
        (format!("Tea/{id}/true/x"), "kind"),
        ("tea/hunter2/true/x".to_owned(), "id"),
        (format!("tea/{id}/1/x"), "hot"),
        (format!("tea/{id}/true/xy"), "size"),
    ] {
        let told = told(&api, &format!("/kinds/{path}")).await;
        assert!(told.starts_with("422"), "{told}");
        assert!(told.contains(&format!("\"pointer\":\"{place}\"")), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[tokio::test]
async fn a_route_that_does_not_fit_its_handler_is_the_apis_fault() {
    let api = api().await;
    assert_eq!(told(&api, "/misdeclared/7").await, "500 null");
    assert_eq!(told(&api, "/none").await, "500 null");
}
