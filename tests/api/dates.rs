//! Dates and times of other crates in every part of a request.

use std::collections::BTreeMap;

use palisade::input::{Cookies, Headers, Map, Multipart, PlainText, within};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestResponse};
use serde_json::{Value, json};

const FIRST: jiff::civil::Date = jiff::civil::date(2026, 1, 1);
const LAST: jiff::civil::Date = jiff::civil::date(2026, 12, 31);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Leave {
    #[garde(custom(within(FIRST..=LAST)))]
    from: jiff::civil::Date,
    #[garde(inner(custom(within(FIRST..))))]
    until: Option<jiff::civil::Date>,
    #[garde(skip)]
    at: time::OffsetDateTime,
    #[garde(skip)]
    #[serde(default)]
    seen: Option<chrono::DateTime<chrono::Utc>>,
    #[garde(length(max = 3))]
    #[serde(default)]
    days: Vec<time::Date>,
}

impl Leave {
    fn describe(&self) -> String {
        let Self {
            from,
            until,
            at,
            seen,
            days,
        } = self;
        let at = at.unix_timestamp();
        let seen = seen.map(|seen| seen.timestamp());
        format!("{from} {until:?} {at} {seen:?} {}", days.len())
    }
}

#[public(reason = "a test")]
async fn in_json(Valid(Json(leave)): Valid<Json<Leave>>) -> String {
    leave.describe()
}

#[public(reason = "a test")]
async fn in_form(Valid(Form(leave)): Valid<Form<Leave>>) -> String {
    leave.describe()
}

#[public(reason = "a test")]
async fn in_query(Valid(Query(leave)): Valid<Query<Leave>>) -> String {
    leave.describe()
}

#[public(reason = "a test")]
async fn in_multipart(Valid(Multipart(leave)): Valid<Multipart<Leave>>) -> String {
    leave.describe()
}

#[derive(Deserialize, Validate, SecureInput)]
struct Day(#[garde(skip)] time::Date);

#[public(reason = "a test")]
async fn in_path(Path((day, time)): Path<(time::Date, chrono::NaiveTime)>) -> String {
    format!("{day} {time}")
}

#[public(reason = "a test")]
async fn alone_in_path(Path(day): Path<time::Date>) -> String {
    day.to_string()
}

#[public(reason = "a test")]
async fn checked_in_path(Valid(Path(Day(day))): Valid<Path<Day>>) -> String {
    day.to_string()
}

#[public(reason = "a test")]
async fn in_text(Valid(PlainText(Day(day))): Valid<PlainText<Day>>) -> String {
    day.to_string()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Since {
    #[garde(skip)]
    since: time::UtcDateTime,
}

#[public(reason = "a test")]
async fn in_header(Valid(Headers(since)): Valid<Headers<Since>>) -> String {
    since.since.unix_timestamp().to_string()
}

#[public(reason = "a test")]
async fn in_cookie(Valid(Cookies(since)): Valid<Cookies<Since>>) -> String {
    since.since.unix_timestamp().to_string()
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Hours {
    #[garde(length(max = 3))]
    worked: BTreeMap<time::Date, u8>,
    #[garde(length(max = 3), inner(range(min = 0.0, max = 24.0)))]
    planned: Map<jiff::civil::Date, f64>,
}

#[public(reason = "a test")]
async fn as_keys(Valid(Json(hours)): Valid<Json<Hours>>) -> String {
    format!("{} {}", hours.worked.len(), hours.planned.len())
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/json", post(in_json))
        .route("/form", post(in_form))
        .route("/query", get(in_query))
        .route("/multipart", post(in_multipart))
        .route("/path/{day}", get(alone_in_path))
        .route("/path/{day}/{time}", get(in_path))
        .route("/checked/{day}", get(checked_in_path))
        .route("/text", post(in_text))
        .route("/header", get(in_header))
        .route("/cookie", get(in_cookie))
        .route("/keys", post(as_keys));
    TestApi::new(routes).await
}

async fn send(api: &TestApi, path: &str, body: String, media_type: &str) -> TestResponse {
    let request = api.anonymous().post(path);
    request.body(body, media_type).send().await
}

fn first_error(response: &TestResponse) -> Value {
    assert_eq!(response.status(), 422, "{}", response.text());
    let problem: Value = response.json();
    problem["errors"][0].clone()
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Returns the form's fields as parts.
fn parts(fields: &[(&str, &str)]) -> String {
    let parts = fields.iter().map(|(name, value)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    parts.chain(["--x--\r\n".to_owned()]).collect()
}

#[tokio::test]
async fn dates_are_read_in_every_body_and_query() {
    let api = api().await;
    let expected = "2026-11-28 Some(2026-11-30) 1764275400 Some(1) 2";
    let body = json!({
        "from": "2026-11-28",
        "until": "2026-11-30",
        "at": "2025-11-28T09:30:00+13:00",
        "seen": "1970-01-01T00:00:01Z",
        "days": ["2026-11-28", "2024-02-29"],
    });
    let response = send(&api, "/json", body.to_string(), "application/json").await;
    assert_eq!(response.text(), expected);

    let fields = [
        ("from", "2026-11-28"),
        ("until", "2026-11-30"),
        ("at", "2025-11-28T09:30:00+13:00"),
        ("seen", "1970-01-01T00:00:01Z"),
        ("days", "2026-11-28"),
        ("days", "2024-02-29"),
    ];
    let pairs = fields.map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")));
    let pairs = pairs.join("&");
    let response = api.anonymous().get(&format!("/query?{pairs}")).send().await;
    assert_eq!(response.text(), expected);
    let response = send(&api, "/form", pairs, FORM).await;
    assert_eq!(response.text(), expected);
    let multipart = "multipart/form-data; boundary=x";
    let response = send(&api, "/multipart", parts(&fields), multipart).await;
    assert_eq!(response.text(), expected);

    // an empty input of a form is absent
    let fields = [
        ("from", "2026-11-28"),
        ("until", ""),
        ("at", "1970-01-01T00:00:00Z"),
    ];
    let response = send(&api, "/multipart", parts(&fields), multipart).await;
    assert_eq!(response.text(), "2026-11-28 None 0 None 0");
}

#[tokio::test]
async fn other_notation_is_rejected_in_every_body_and_query() {
    let api = api().await;
    for (at, day) in [
        ("2026-11-28 09:30:00Z", "2026-11-28"),
        ("2026-11-28T09:30:00Z", "2026-11-8"),
        ("2016-12-31T23:59:60Z", "2026-11-28"),
        ("2026-11-28T09:30:00Z", "20261128"),
    ] {
        let body = json!({ "from": day, "at": at }).to_string();
        let response = send(&api, "/json", body, "application/json").await;
        first_error(&response);
        let pairs = format!("from={day}&at={}", at.replace(' ', "+"));
        let response = api.anonymous().get(&format!("/query?{pairs}")).send().await;
        first_error(&response);
        first_error(&send(&api, "/form", pairs, FORM).await);
        let multipart = "multipart/form-data; boundary=x";
        let body = parts(&[("from", day), ("at", at)]);
        first_error(&send(&api, "/multipart", body, multipart).await);
    }
    let list = "from=2026-11-28&at=2026-11-28T09:30:00Z&days=2026-11-28&days=2026-332";
    let error = first_error(&send(&api, "/form", list.to_owned(), FORM).await);
    assert_eq!(error["pointer"], "days/1");
    assert_eq!(error["detail"], "must be a date such as `2026-11-28`");
}

#[tokio::test]
async fn date_outside_range_names_its_ends() {
    let api = api().await;
    let send = |body: Value| send(&api, "/json", body.to_string(), "application/json");
    let at = "2026-11-28T09:30:00Z";
    let error = first_error(&send(json!({ "from": "2027-01-01", "at": at })).await);
    let detail = "must be at least 2026-01-01 and at most 2026-12-31";
    assert_eq!(
        (&error["pointer"], &error["detail"]),
        (&json!("/from"), &json!(detail))
    );
    let body = json!({ "from": "2026-12-31", "until": "2025-12-31", "at": at });
    let error = first_error(&send(body).await);
    let detail = "must be at least 2026-01-01";
    assert_eq!(
        (&error["pointer"], &error["detail"]),
        (&json!("/until"), &json!(detail))
    );
}

#[tokio::test]
async fn dates_are_read_in_path_text_header_and_cookie() {
    let api = api().await;
    let text = async |path: &str| {
        let response = api.anonymous().get(path).send().await;
        (response.status().as_u16(), response.text())
    };
    let ok = |text: &str| (200, text.to_owned());
    assert_eq!(text("/path/2026-11-28").await, ok("2026-11-28"));
    assert_eq!(text("/checked/2026-11-28").await, ok("2026-11-28"));
    let both = text("/path/2026-11-28/09:30:00").await;
    assert_eq!(both, ok("2026-11-28 09:30:00"));
    for path in [
        "/path/2026-11-8",
        "/checked/2026-332",
        "/path/2026-11-28/09:30",
        "/path/2026-11-28/23:59:60",
    ] {
        assert_ne!(text(path).await.0, 200, "{path}");
    }

    let response = send(&api, "/text", "2026-11-28".to_owned(), "text/plain").await;
    assert_eq!(response.text(), "2026-11-28");
    first_error(&send(&api, "/text", "2026-11-28\n".to_owned(), "text/plain").await);

    for (at, is_valid) in [("1970-01-01T13:00:00+13:00", true), ("1970-01-01", false)] {
        let request = api.anonymous().get("/header").header("since", at);
        let response = request.send().await;
        assert_eq!(response.status() == 200, is_valid, "{at}");
        let request = api.anonymous().get("/cookie");
        let request = request.header("cookie", &format!("since={at}"));
        let response = request.send().await;
        assert_eq!(response.status() == 200, is_valid, "{at}");
        if is_valid {
            assert_eq!(response.text(), "0");
        }
    }
}

#[tokio::test]
async fn dates_are_names_of_members() {
    let api = api().await;
    let send = |body: Value| send(&api, "/keys", body.to_string(), "application/json");
    let body = json!({ "worked": { "2026-11-28": 8 }, "planned": { "2026-11-29": 7.5 } });
    assert_eq!(send(body).await.text(), "1 1");
    let body = json!({ "worked": { "2026-11-8": 8 }, "planned": {} });
    first_error(&send(body).await);
    let body = json!({ "worked": {}, "planned": { "20261129": 7.5 } });
    first_error(&send(body).await);
}

const NOON: chrono::NaiveTime = chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap();
const START: time::UtcDateTime = time::UtcDateTime::UNIX_EPOCH;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Ranges {
    #[garde(range(min = FIRST, max = LAST))]
    #[serde(default)]
    day: Option<jiff::civil::Date>,
    #[garde(range(max = NOON))]
    #[serde(default)]
    at: Option<chrono::NaiveTime>,
    #[garde(range(min = START))]
    #[serde(default)]
    since: Option<time::UtcDateTime>,
    #[garde(length(max = 2), inner(range(min = chrono::DateTime::UNIX_EPOCH)))]
    #[serde(default)]
    seen: Vec<chrono::DateTime<chrono::Utc>>,
}

#[public(reason = "a test")]
async fn in_range(_: Valid<Json<Ranges>>) {}

#[tokio::test]
async fn range_applies_to_dates_and_times() {
    let api = TestApi::new(SecureRouter::new().route("/dates", post(in_range))).await;
    for (member, value, error) in [
        ("day", json!("2026-01-01"), None),
        ("day", json!("2026-12-31"), None),
        ("day", json!(null), None),
        (
            "day",
            json!("2025-12-31"),
            Some(("/day", "must be at least 2026-01-01")),
        ),
        (
            "day",
            json!("2027-01-01"),
            Some(("/day", "must be at most 2026-12-31")),
        ),
        ("at", json!("12:00:00"), None),
        (
            "at",
            json!("12:00:00.000000001"),
            Some(("/at", "must be at most 12:00:00")),
        ),
        ("since", json!("1970-01-01T00:00:00Z"), None),
        ("since", json!("1970-01-01T13:00:00+13:00"), None),
        (
            "since",
            json!("1970-01-01T12:59:59+13:00"),
            Some(("/since", "must be at least 1970-01-01 0:00:00.0 +00")),
        ),
        ("seen", json!(["1970-01-01T00:00:00Z"]), None),
        (
            "seen",
            json!(["2026-01-01T00:00:00Z", "1969-12-31T23:59:59Z"]),
            Some(("/seen/1", "must be at least 1970-01-01 00:00:00 UTC")),
        ),
    ] {
        let body = json!({ member: value }).to_string();
        let response = send(&api, "/dates", body, "application/json").await;
        match error {
            None => assert_eq!(response.status(), 200, "{member} {value}"),
            Some((pointer, detail)) => {
                let error = first_error(&response);
                assert_eq!(
                    (&error["pointer"], &error["rule"]),
                    (&json!(pointer), &json!("range"))
                );
                assert_eq!(error["detail"], detail);
            }
        }
    }
}
