//! Cookies, header fields and paths.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use palisade::input::{Cookies, Headers, Identifier};
use palisade::prelude::*;

use super::{Attack, numbered, repeated};

/// The size of a cookie, and the sizes of all fields together.
const SIZES: [usize; 2] = [64 << 10, 1 << 20];

/// The longest request target that the `http` crate accepts is 65,534 bytes.
const MAX_PATH: usize = 65_000;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Preferences {
    #[serde(alias = "lang")]
    #[garde(length(bytes, max = 35), ascii, contains("-"))]
    locale: Option<String>,
    #[garde(range(max = 3))]
    size: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tracing {
    #[garde(length(bytes, max = 35), ascii, contains("-"))]
    x_request_id: Option<String>,
    #[garde(range(max = 3))]
    x_hops: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Item {
    #[garde(length(chars, max = 35), contains("-"))]
    id: String,
}

#[public(reason = "a test", header_limit = 1000)]
async fn cookies(Valid(Cookies(preferences)): Valid<Cookies<Preferences>>) -> String {
    preferences.locale.unwrap_or_default()
}

#[public(reason = "a test")]
async fn optional(preferences: Option<Valid<Cookies<Preferences>>>) -> &'static str {
    preferences.map_or("absent", |_| "present")
}

#[public(reason = "a test", header_limit = 1000)]
async fn headers(Valid(Headers(tracing)): Valid<Headers<Tracing>>) -> String {
    tracing.x_request_id.unwrap_or_default()
}

#[public(reason = "a test")]
async fn item(Valid(Path(item)): Valid<Path<Item>>) -> String {
    item.id
}

#[public(reason = "a test")]
async fn identifier(Path(id): Path<Identifier<8>>) -> String {
    id.to_string()
}

fn with_cookie(path: &str, cookie: &str) -> Request<Body> {
    let request = Request::get(path).header("cookie", cookie);
    request.body(Body::empty()).unwrap()
}

#[test]
fn rejected_cookies_take_at_most_eight_times_their_size() {
    let routes = SecureRouter::new()
        .route("/", get(cookies))
        .route("/optional", get(optional));
    let mut attack = Attack::new(routes);
    for size in SIZES {
        let pairs = |item: &str| repeated(item, size);
        for (shape, cookie) in [
            ("many pairs", pairs("=;") + "size=x"),
            (
                "many distinct pairs",
                numbered(size, |n| format!("{n:x}=;")) + "size=9",
            ),
            (
                "many distinct pairs, a violation",
                numbered(size, |n| format!("{n:x}=;")) + "lang=x",
            ),
            ("many separators", pairs(";") + "locale=x"),
            ("many duplicates", pairs("locale=;")),
            ("long value", "locale=".to_owned() + &pairs("a")),
            (
                "long malformed value",
                "locale=".to_owned() + &pairs("a") + ",",
            ),
            ("long name", pairs("a") + "=; size=4"),
            ("long integer", "size=".to_owned() + &pairs("9")),
        ] {
            attack.reject(shape, cookie.len(), with_cookie("/", &cookie));
            attack.reject(shape, cookie.len(), with_cookie("/optional", &cookie));
        }
        let cookie = pairs("a=;");
        attack.send(
            "foreign cookies",
            cookie.len(),
            with_cookie("/optional", &cookie),
        );
    }
    attack.finish();
}

#[test]
fn rejected_header_fields_take_at_most_eight_times_their_size() {
    let mut attack = Attack::new(SecureRouter::new().route("/", get(headers)));
    for size in SIZES {
        let mut requests = Vec::new();
        let mut many = Request::get("/").header("x-request-id", "x");
        for n in 0..900 {
            many = many.header(format!("x-{n}"), "a".repeat(size / 1000));
        }
        requests.push(("many fields", many));
        let mut duplicates = Request::get("/");
        for _ in 0..900 {
            duplicates = duplicates.header("x-request-id", "a".repeat(size / 1000));
        }
        requests.push(("many duplicates", duplicates));
        for (shape, name, value) in [
            ("long value", "x-request-id", "a".repeat(size).into_bytes()),
            (
                "long value that is not ASCII",
                "x-request-id",
                vec![0xFF; size],
            ),
            ("long integer", "x-hops", "9".repeat(size).into_bytes()),
        ] {
            let name = HeaderName::from_static(name);
            let value = HeaderValue::from_bytes(&value).unwrap();
            requests.push((shape, Request::get("/").header(name, value)));
        }
        for (shape, request) in requests {
            attack.reject(shape, size, request.body(Body::empty()).unwrap());
        }
    }
    attack.finish();
}

#[test]
fn rejected_path_takes_at_most_eight_times_its_size() {
    let routes = SecureRouter::new()
        .route("/items/{id}", get(item))
        .route("/identifiers/{id}", get(identifier));
    let mut attack = Attack::new(routes);
    for (shape, segment) in [
        ("long segment", repeated("a", MAX_PATH)),
        ("long escaped segment", repeated("%61", MAX_PATH)),
        (
            "long escaped segment of multi-byte text",
            repeated("%C3%A9", MAX_PATH),
        ),
        (
            "segment that is not UTF-8 at the end",
            repeated("%61", MAX_PATH) + "%ff",
        ),
        ("segment with one escape", repeated("a", MAX_PATH) + "%2F"),
    ] {
        for path in ["/items/", "/identifiers/"] {
            let request = Request::get(path.to_owned() + &segment);
            attack.reject(shape, segment.len(), request.body(Body::empty()).unwrap());
        }
    }
    attack.finish();
}
