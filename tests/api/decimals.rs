//! Decimal numbers and URLs of other crates in every part of a request.

use std::collections::BTreeMap;

use palisade::input::{Cookies, Headers, Map, MergePatch, Multipart, Patch, PlainText, scale};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestResponse};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use url::Url;

const MIN: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
const MAX: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Payment {
    #[garde(range(min = MIN, max = MAX), custom(scale(2)))]
    amount: Decimal,
    #[garde(range(max = Decimal::ONE), inner(custom(scale(4))))]
    tax: Option<Decimal>,
    #[garde(skip)]
    receipt: Option<Url>,
    #[garde(length(max = 2), inner(range(min = MIN, max = MAX)))]
    #[serde(default)]
    parts: Vec<Decimal>,
    #[garde(length(max = 2))]
    #[serde(default)]
    links: Vec<Url>,
}

impl Payment {
    fn describe(&self) -> String {
        let Self {
            amount,
            tax,
            receipt,
            parts,
            links,
        } = self;
        let receipt = receipt.as_ref().map(Url::as_str);
        format!("{amount} {tax:?} {receipt:?} {parts:?} {}", links.len())
    }
}

#[public(reason = "a test")]
async fn in_json(Valid(Json(payment)): Valid<Json<Payment>>) -> String {
    payment.describe()
}

#[public(reason = "a test")]
async fn in_form(Valid(Form(payment)): Valid<Form<Payment>>) -> String {
    payment.describe()
}

#[public(reason = "a test")]
async fn in_query(Valid(Query(payment)): Valid<Query<Payment>>) -> String {
    payment.describe()
}

#[public(reason = "a test")]
async fn in_multipart(Valid(Multipart(payment)): Valid<Multipart<Payment>>) -> String {
    payment.describe()
}

#[derive(Deserialize, Validate, SecureInput)]
struct Amount(#[garde(range(min = MIN))] Decimal);

#[public(reason = "a test")]
async fn in_path(Path((amount, url)): Path<(Decimal, Url)>) -> String {
    format!("{amount} {url}")
}

#[public(reason = "a test")]
async fn checked_in_path(Valid(Path(Amount(amount))): Valid<Path<Amount>>) -> String {
    amount.to_string()
}

#[public(reason = "a test")]
async fn in_text(Valid(PlainText(Amount(amount))): Valid<PlainText<Amount>>) -> String {
    amount.to_string()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Limit {
    #[garde(range(max = MAX))]
    limit: Decimal,
    #[garde(skip)]
    origin: Url,
}

#[public(reason = "a test")]
async fn in_header(Valid(Headers(limit)): Valid<Headers<Limit>>) -> String {
    format!("{} {}", limit.limit, limit.origin)
}

#[public(reason = "a test")]
async fn in_cookie(Valid(Cookies(limit)): Valid<Cookies<Limit>>) -> String {
    format!("{} {}", limit.limit, limit.origin)
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Prices {
    #[garde(length(max = 3))]
    from_weight: BTreeMap<Decimal, Decimal>,
    #[garde(length(max = 3), inner(range(min = MIN, max = MAX)))]
    of_link: Map<Url, Decimal>,
}

#[public(reason = "a test")]
async fn as_keys(Valid(Json(prices)): Valid<Json<Prices>>) -> String {
    let weights: Vec<_> = prices.from_weight.keys().map(Decimal::to_string).collect();
    format!("{} {}", weights.join(","), prices.of_link.len())
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(range(min = MIN, max = MAX), inner(custom(scale(2))))]
    price: Patch<Decimal>,
    #[garde(skip)]
    link: Patch<Url>,
    #[garde(range(min = FIRST, max = LAST))]
    due: Patch<jiff::civil::Date>,
}

const FIRST: jiff::civil::Date = jiff::civil::date(2026, 1, 1);
const LAST: jiff::civil::Date = jiff::civil::date(2026, 12, 31);

#[public(reason = "a test")]
async fn in_patch(Valid(MergePatch(change)): Valid<MergePatch<Change>>) -> String {
    format!(
        "{:?} {:?} {:?}",
        change.price,
        change.link.map(String::from),
        change.due
    )
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/json", post(in_json))
        .route("/form", post(in_form))
        .route("/query", get(in_query))
        .route("/multipart", post(in_multipart))
        .route("/path/{amount}/{url}", get(in_path))
        .route("/checked/{amount}", get(checked_in_path))
        .route("/text", post(in_text))
        .route("/header", get(in_header))
        .route("/cookie", get(in_cookie))
        .route("/keys", post(as_keys))
        .route("/patch", post(in_patch));
    TestApi::new(routes).await
}

async fn send(api: &TestApi, path: &str, body: impl ToString, media_type: &str) -> TestResponse {
    let request = api.anonymous().post(path);
    request.body(body.to_string(), media_type).send().await
}

fn first_error(response: &TestResponse) -> Value {
    assert_eq!(response.status(), 422, "{}", response.text());
    let problem: Value = response.json();
    problem["errors"][0].clone()
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[tokio::test]
async fn decimal_and_url_are_read_in_every_body_and_query() {
    let api = api().await;
    let expected = "129.90 Some(0.15) Some(\"https://example.com/r/1\") [1, 2.50] 1";
    for amount in ["129.90", "\"129.90\"", "12990e-2"] {
        let body = format!(
            r#"{{"amount": {amount}, "tax": "0.15", "receipt": "https://example.com/r/1",
                "parts": [1, "2.50"], "links": ["https://example.com"]}}"#
        );
        assert_eq!(send(&api, "/json", body, JSON).await.text(), expected);
    }
    let fields = [
        ("amount", "129.90"),
        ("tax", "0.15"),
        ("receipt", "https://example.com/r/1"),
        ("parts", "1"),
        ("parts", "2.50"),
        ("links", "https://example.com/"),
    ];
    let pairs = fields
        .map(|(name, value)| format!("{name}={value}"))
        .join("&");
    let response = api.anonymous().get(&format!("/query?{pairs}")).send().await;
    assert_eq!(response.text(), expected);
    assert_eq!(send(&api, "/form", &pairs, FORM).await.text(), expected);
    let parts = fields.map(|(name, value)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let body = format!("{}--x--\r\n", parts.concat());
    let media_type = "multipart/form-data; boundary=x";
    let response = send(&api, "/multipart", body, media_type).await;
    assert_eq!(response.text(), expected);

    // an empty input of a form is absent
    let response = send(&api, "/form", "amount=1&tax=&receipt=", FORM).await;
    assert_eq!(response.text(), "1 None None [] 0");
}

#[tokio::test]
async fn inexact_decimal_and_unsafe_url_are_rejected_in_every_body_and_query() {
    let api = api().await;
    let number = "must be a decimal number with at most 28 digits, such as `12.50`";
    for amount in [
        "0.1000000000000000055511151231257827",
        "1e-29",
        "1e29",
        "-0",
        "-0.00",
    ] {
        for value in [amount.to_owned(), format!("\"{amount}\"")] {
            let body = format!(r#"{{"amount": {value}}}"#);
            let error = first_error(&send(&api, "/json", body, JSON).await);
            assert_eq!(
                (&error["pointer"], &error["detail"]),
                (&json!("/amount"), &json!(number))
            );
        }
        let pair = format!("amount={amount}");
        let query = api.anonymous().get(&format!("/query?{pair}")).send().await;
        assert_eq!(first_error(&query)["detail"], number);
        let form = send(&api, "/form", pair, FORM).await;
        assert_eq!(first_error(&form)["detail"], number);
    }
    for amount in ["1e1000000", "01", "+1", "1."] {
        let response = send(&api, "/json", format!(r#"{{"amount": {amount}}}"#), JSON).await;
        assert_eq!(response.status(), 400, "{amount}");
        let response = send(&api, "/json", json!({ "amount": amount }), JSON).await;
        assert_eq!(first_error(&response)["detail"], number);
    }
    for receipt in [
        "http://user:secret@example.com/",
        "file:///etc/passwd",
        "https://exam\tple.com/",
        "https://example.com/ ",
        "https://127.1/",
        "https://example.com\\@example.org/",
    ] {
        let body = json!({ "amount": 1, "receipt": receipt });
        let response = send(&api, "/json", body, JSON).await;
        assert_eq!(first_error(&response)["pointer"], "/receipt", "{receipt}");
        assert!(!response.text().contains("secret"));
    }
}

#[tokio::test]
async fn range_and_scale_are_checked_on_numbers_and_texts() {
    let api = api().await;
    for (amount, detail) in [
        ("0.01", None),
        ("10000", None),
        ("10000.00", None),
        ("0.00", Some("must be at least 0.01")),
        ("-1", Some("must be at least 0.01")),
        ("0.009", Some("must have at most 2 digits after the point")),
        ("10000.01", Some("must be at most 10000")),
        ("1.005", Some("must have at most 2 digits after the point")),
        ("1.500", Some("must have at most 2 digits after the point")),
        ("15e-3", Some("must have at most 2 digits after the point")),
    ] {
        for value in [amount.to_owned(), format!("\"{amount}\"")] {
            let body = format!(r#"{{"amount": {value}}}"#);
            let response = send(&api, "/json", body, JSON).await;
            match detail {
                None => assert_eq!(response.status(), 200, "{value}"),
                Some(detail) => assert_eq!(first_error(&response)["detail"], detail, "{value}"),
            }
        }
    }
    let body = json!({ "amount": "0.00" });
    assert_eq!(
        first_error(&send(&api, "/json", body, JSON).await)["rule"],
        "range"
    );
    for (member, value, pointer) in [
        ("tax", json!("1.1"), "/tax"),
        ("tax", json!(0.12345), "/tax"),
        ("parts", json!([1, "0"]), "/parts/1"),
        ("parts", json!([1, 2, 3]), "/parts"),
    ] {
        let body = json!({ "amount": 1, member: value });
        let error = first_error(&send(&api, "/json", body, JSON).await);
        assert_eq!(error["pointer"], pointer);
    }
}

#[tokio::test]
async fn decimal_and_url_are_read_in_path_text_header_and_cookie() {
    let api = api().await;
    let text = async |path: &str| {
        let response = api.anonymous().get(path).send().await;
        (response.status().as_u16(), response.text())
    };
    let ok = |text: &str| (200, text.to_owned());
    let path = "/path/1.50/https:%2F%2Fexample.com%2F";
    assert_eq!(text(path).await, ok("1.50 https://example.com/"));
    assert_eq!(text("/checked/1e2").await, ok("100"));
    for path in [
        "/path/01.50/https:%2F%2Fexample.com%2F",
        "/path/1.50/ftp:%2F%2Fexample.com%2F",
        "/path/1.50/https:%2F%2Fu@example.com%2F",
        "/checked/-0",
        "/checked/0",
        "/checked/1%20",
    ] {
        assert_ne!(text(path).await.0, 200, "{path}");
    }

    assert_eq!(
        send(&api, "/text", "12.50", "text/plain").await.text(),
        "12.50"
    );
    first_error(&send(&api, "/text", "12.50\n", "text/plain").await);

    for (limit, origin, is_valid) in [
        ("10000", "https://example.com/", true),
        ("10001", "https://example.com/", false),
        ("1.", "https://example.com/", false),
        ("1", "example.com", false),
    ] {
        let request = api.anonymous().get("/header").header("limit", limit);
        let response = request.header("origin", origin).send().await;
        assert_eq!(response.status() == 200, is_valid, "{limit} {origin}");
        let cookie = format!("limit={limit}; origin={origin}");
        let request = api.anonymous().get("/cookie").header("cookie", &cookie);
        let response = request.send().await;
        assert_eq!(response.status() == 200, is_valid, "{cookie}");
    }
}

#[tokio::test]
async fn decimals_and_urls_are_names_of_members() {
    let api = api().await;
    let send = |body: &str| send(&api, "/keys", body.to_owned(), JSON);
    let body =
        r#"{"from_weight": {"0.5": 1.20, "1.50": "2"}, "of_link": {"https://example.com/": 1}}"#;
    assert_eq!(send(body).await.text(), "0.5,1.50 1");
    for body in [
        r#"{"from_weight": {"01": 1}, "of_link": {}}"#,
        r#"{"from_weight": {}, "of_link": {"example.com": 1}}"#,
        r#"{"from_weight": {}, "of_link": {"https://example.com/": 0}}"#,
        // equal keys
        r#"{"from_weight": {}, "of_link": {"https://example.com/": 1, "https://EXAMPLE.com": 1}}"#,
    ] {
        first_error(&send(body).await);
    }
}

#[tokio::test]
async fn patch_of_decimal_url_and_date_has_their_rules() {
    let api = api().await;
    let send = |body: Value| send(&api, "/patch", body, "application/merge-patch+json");
    assert_eq!(send(json!({})).await.text(), "Absent Absent Absent");
    let body = json!({ "price": null, "link": null, "due": null });
    assert_eq!(send(body).await.text(), "Null Null Null");
    let body = json!({ "price": "1.50", "link": "https://example.com/", "due": "2026-11-28" });
    let expected = "Value(1.50) Value(\"https://example.com/\") Value(2026-11-28)";
    assert_eq!(send(body).await.text(), expected);
    for (body, pointer) in [
        (json!({ "price": 0 }), "/price"),
        (json!({ "price": "1.505" }), "/price"),
        (json!({ "price": "x" }), "/price"),
        (json!({ "link": "x" }), "/link"),
        (json!({ "due": "2027-01-01" }), "/due"),
    ] {
        assert_eq!(first_error(&send(body).await)["pointer"], pointer);
    }
}
