//! Strategies for messages that are valid, or nearly valid.

use std::fmt;

use axum::http::header::{CONTENT_TYPE, COOKIE, HOST};
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;

/// Text in names and values that no response may contain.
pub(super) const CANARY: &str = "hunter2";

/// A request that may not be valid HTTP.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) method: &'static str,
    pub(super) target: Vec<u8>,
    /// The length of the part of the target that selects the route.
    pub(super) fixed: usize,
    pub(super) fields: Vec<(HeaderName, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    fn get(target: &str) -> Self {
        Self {
            method: "GET",
            target: target.into(),
            fixed: target.len(),
            fields: Vec::new(),
            body: Vec::new(),
        }
    }

    fn post(target: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST",
            body: body.into(),
            ..Self::get(target).with(CONTENT_TYPE, media_type)
        }
    }

    fn then(mut self, rest: &str) -> Self {
        self.target.extend(rest.bytes());
        self
    }

    fn with(mut self, name: HeaderName, value: impl Into<Vec<u8>>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Returns the request, or `None` if the message is not valid HTTP.
    pub(super) fn request(&self) -> Option<Request<Vec<u8>>> {
        let uri = Uri::try_from(self.target.as_slice()).ok()?;
        let mut request = Request::builder().method(self.method).uri(uri);
        for (name, value) in &self.fields {
            request = request.header(name, HeaderValue::from_bytes(value).ok()?);
        }
        request.body(self.body.clone()).ok()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target.escape_ascii())?;
        for (name, value) in &self.fields {
            write!(f, "\n{name}: {}", value.escape_ascii())?;
        }
        write!(f, "\n\n{}", self.body.escape_ascii())
    }
}

/// JSON values of many kinds, most of which are valid for no member.
const ODD_JSON: &[&str] = &[
    "null",
    "true",
    "[]",
    "{}",
    r#""""#,
    r#""hunter2""#,
    r#""5""#,
    "-1",
    "0",
    "-0",
    "1.5",
    "1e0",
    "1e99",
    "1e999",
    "256",
    "4294967296",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "NaN",
    "01",
    "+1",
    r#""\u0000""#,
    r#""\u202ehunter2""#,
    r#""\ud800""#,
    r#""\ud83d\ude00""#,
    r#""overlong-hunter2""#,
    r#"{"hunter2":1}"#,
    r#"{"hunter2":"hunter2","hunter2":2}"#,
    r#"[["hunter2"]]"#,
    "hunter2",
];

/// Members of an order with values; the first value of each is valid.
const MEMBERS: &[(&str, &[&str])] = &[
    ("sku", &[r#""tea""#, r#""\u0101\u0101""#]),
    ("quantity", &["7", "100", "101"]),
    ("unitPrice", &["9.5", "1e3", "-1"]),
    (
        "lines",
        &[
            r#"["draft",{"sent":{"on":1}}]"#,
            r#"[{"pair":[1,9]},{"sent":{"on":0}}]"#,
            r#"[{"sent":[1]}]"#,
        ],
    ),
    (
        "labels",
        &[r#"{"a":"b"}"#, r#"{"a":"b","\u0061":"c"}"#, r#"{"-":"b"}"#],
    ),
    ("counts", &[r#"{"7":1}"#, r#"{"7":1,"07":2,"8":3,"9":4}"#]),
    (
        "status",
        &[
            r#""draft""#,
            r#"{"pair":[1,2]}"#,
            r#"{"draft":null}"#,
            r#"{"pair":[1]}"#,
        ],
    ),
    (
        "big",
        &["9", "-170141183460469231731687303715884105728", "1.5"],
    ),
    ("note", &[r#""a b""#]),
    (
        "next",
        &[
            r#"{"sku":"a","quantity":1}"#,
            r#"{"sku":"","quantity":0,"next":{"sku":1}}"#,
        ],
    ),
    ("hunter2", &["1"]),
];

/// Yields one of `values` mostly, and one of `odd` sometimes.
fn mostly(
    values: &'static [&'static str],
    odd: &'static [&'static str],
) -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(values[0]), 3 => select(values), 1 => select(odd)]
}

fn member(
    (name, values): &'static (&'static str, &'static [&'static str]),
) -> BoxedStrategy<String> {
    let value = mostly(values, ODD_JSON);
    value
        .prop_map(move |value| format!("\"{name}\":{value}"))
        .boxed()
}

pub(super) fn json(target: &'static str) -> BoxedStrategy<Message> {
    let required = (member(&MEMBERS[0]), member(&MEMBERS[1]));
    let others = vec(
        (0..MEMBERS.len()).prop_flat_map(|index| member(&MEMBERS[index])),
        0..3,
    );
    (required, others)
        .prop_map(move |((sku, quantity), others)| {
            let members = [vec![sku, quantity], others].concat();
            Message::post(
                target,
                "application/json",
                format!("{{{}}}", members.join(",")),
            )
        })
        .boxed()
}

/// Parameter values, most of which are valid for no parameter.
const ODD_TEXT: &[&str] = &[
    "",
    "hunter2",
    "+1",
    "%2B1",
    "-1",
    "1.5",
    "1e0",
    "NaN",
    "inf",
    "%00",
    "%",
    "%4",
    "%ff",
    "%C4%81",
    "%e2%80%ae",
    "4294967296",
    "hunter2hunter2",
    "1%20",
    "..",
    "%2F",
    "%2e%2e",
];

const PAIRS: &[(&str, &[&str])] = &[
    ("page", &["7", "%37", "100", "101"]),
    ("perPage", &["0.5", "1", "2"]),
    ("name", &["a+b", "%C4%81"]),
    ("state", &["open", "closed"]),
    ("hunter2", &["1"]),
];

fn pairs() -> BoxedStrategy<String> {
    let pair = |(name, values): &'static (&'static str, &'static [&'static str])| {
        mostly(values, ODD_TEXT).prop_map(move |value| format!("{name}={value}"))
    };
    let others = vec(
        (0..PAIRS.len()).prop_flat_map(move |index| pair(&PAIRS[index])),
        0..3,
    );
    (pair(&PAIRS[0]), others)
        .prop_map(|(page, others)| [vec![page], others].concat().join("&"))
        .boxed()
}

pub(super) fn form(target: &'static str) -> BoxedStrategy<Message> {
    let media_type = "application/x-www-form-urlencoded";
    pairs()
        .prop_map(move |pairs| Message::post(target, media_type, pairs))
        .boxed()
}

pub(super) fn query(target: &'static str) -> BoxedStrategy<Message> {
    pairs()
        .prop_map(move |pairs| Message::get(target).then(&format!("?{pairs}")))
        .boxed()
}

/// A number, followed by names.
pub(super) fn path(target: &'static str, segments: usize) -> BoxedStrategy<Message> {
    let name = mostly(&["tea", "%C4%81", "7"], ODD_TEXT);
    (mostly(&["7", "%37", "10"], ODD_TEXT), name)
        .prop_map(move |(number, name)| {
            let segments = [number, name].into_iter().take(segments);
            segments.fold(Message::get(target), |path, segment| {
                path.then("/").then(segment)
            })
        })
        .boxed()
}

const ODD_FIELD: &[&str] = &[
    "",
    "hunter2",
    "+1",
    "-1",
    "256",
    "10",
    "1 ",
    "a;b",
    "\"hunter2\"",
    "\u{101}",
    "hunter2hunter2",
    "7, 7",
];

pub(super) fn headers(target: &'static str) -> BoxedStrategy<Message> {
    let fields = (mostly(&["7", "0"], ODD_FIELD), mostly(&["a b"], ODD_FIELD));
    fields
        .prop_map(move |(level, name)| {
            let field = HeaderName::from_static;
            Message::get(target)
                .with(field("x-level"), level)
                .with(field("x-name"), name)
        })
        .boxed()
}

pub(super) fn cookies(target: &'static str) -> BoxedStrategy<Message> {
    (mostly(&["7", "0"], ODD_FIELD), mostly(&["mi"], ODD_FIELD))
        .prop_map(move |(level, name)| {
            Message::get(target).with(COOKIE, format!("level={level}; name={name}"))
        })
        .boxed()
}

pub(super) fn text(target: &'static str) -> BoxedStrategy<Message> {
    mostly(&["tea", "\u{101}\u{0}"], ODD_FIELD)
        .prop_map(move |text| Message::post(target, "text/plain; charset=utf-8", text))
        .boxed()
}

pub(super) fn binary(target: &'static str) -> BoxedStrategy<Message> {
    vec(any::<u8>(), 0..20)
        .prop_map(move |bytes| Message::post(target, "application/octet-stream", bytes))
        .boxed()
}

/// Parts of a form with contents; the first content of each is valid.
const PARTS: &[(&str, &[&str])] = &[
    ("name=\"title\"", &["a window", "\u{101}\u{0}"]),
    ("name=count", &["7", "101"]),
    ("name=\"tags\"", &["a", "b"]),
    (
        "name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png",
        &["\u{89}PNG", "\r\n--", "overlong, hunter2"],
    ),
    (
        "name=\"photos\"; filename=\"hunter2\"\r\nContent-Type: image/png",
        &["x", ""],
    ),
    (
        "name=\"photos\"; filename=\"../hunter2\"\r\nContent-Type: image/png",
        &["x"],
    ),
    ("name=\"photos\"; filename=\"\"", &[""]),
    ("name=\"hunter2\"", &["1"]),
];

pub(super) fn multipart(target: &'static str) -> BoxedStrategy<Message> {
    let part = |(head, contents): &'static (&'static str, &'static [&'static str])| {
        mostly(contents, ODD_TEXT).prop_map(move |content| {
            format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        })
    };
    let others = (0..PARTS.len()).prop_flat_map(move |index| part(&PARTS[index]));
    (part(&PARTS[0]), vec(others, 0..4))
        .prop_map(move |(title, others)| {
            let parts = [vec![title], others].concat().concat();
            let media_type = "multipart/form-data; boundary=b";
            Message::post(target, media_type, parts + "--b--\r\n")
        })
        .boxed()
}

pub(super) fn host(target: &'static str) -> BoxedStrategy<Message> {
    mostly(&["acme.test", "a-b.test", "acme"], ODD_FIELD)
        .prop_map(move |host| Message::get(target).with(HOST, host))
        .boxed()
}
