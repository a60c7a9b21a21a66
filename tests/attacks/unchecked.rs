//! Ways by which unchecked input reaches a handler: each is refused, checked, or in the inventory with a reason.
//!
//! CWE-20 (improper input validation). `tests/ui/fail/sealed` has the ways that do not compile.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use palisade::TrustedExtension;
use palisade::input::{InputExtractor, InputLocation, Map};
use palisade::prelude::*;
use palisade::routing::{Exception, ExceptionKind};
use palisade::testing::TestApi;
use serde_json::{Value, json};

/// The body of an extractor of the API, with the rule that the extractor does not apply.
#[derive(Validate, SecureInput)]
struct Short(#[garde(length(max = 3))] Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Short {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self(body.to_vec())),
            Err(_) => Err(StatusCode::BAD_REQUEST.into()),
        }
    }
}

impl InputExtractor for Short {
    const ACCEPTS: &'static str = "a body of any media type";
}

#[public(reason = "a test")]
async fn short(Valid(Short(body)): Valid<Short>) -> String {
    format!("handler got {} bytes", body.len())
}

/// An extractor could return one object to check, and pass another one to the handler.
#[tokio::test]
async fn input_extractor_passes_the_checked_value_to_the_handler() {
    let api = TestApi::new(SecureRouter::new().route("/", post(short))).await;
    let answer = |length: usize| {
        let request = api.anonymous().post("/");
        request.body("x".repeat(length), "text/plain").send()
    };
    assert_eq!(answer(3).await.text(), "handler got 3 bytes");
    for length in [4, 60_000] {
        let answer = answer(length).await;
        assert_eq!(answer.status(), 422, "{length}");
        assert!(!answer.text().contains("handler got"));
    }
}

#[derive(Clone)]
struct App;

/// The second extractor of an input type: it applies no rule.
impl FromRequest<App> for Valid<Header> {
    type Rejection = Problem;

    async fn from_request(_: Request, _: &App) -> Result<Self, Problem> {
        Ok(Self(Header("unchecked".repeat(99))))
    }
}

#[derive(Validate, SecureInput)]
struct Header(#[garde(length(bytes, max = 3))] String);

impl FromRequestParts<App> for Header {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get("x-name")
            .and_then(|value| value.to_str().ok());
        Ok(Self(value.unwrap_or_default().to_owned()))
    }
}

impl InputExtractor for Header {
    const ACCEPTS: &'static str = "one header field";
    const LOCATION: InputLocation = InputLocation::Header;
}

#[public(reason = "a test")]
async fn header(Valid(Header(value)): Valid<Header>) -> String {
    format!("handler got {value}")
}

/// The orphan rule lets an API implement axum's traits for `Valid` of its own type and state.
#[tokio::test]
async fn hand_written_extraction_of_valid_has_no_effect() {
    let routes = SecureRouter::new().route("/", get(header)).with_state(App);
    let api = TestApi::new(routes).await;
    let answer = |value: &'static str| api.anonymous().get("/").header("x-name", value).send();
    assert_eq!(answer("abc").await.text(), "handler got abc");
    assert_eq!(answer("abcd").await.status(), 422);
}

/// Any JSON in a newtype without rules.
#[derive(Deserialize, SecureInput)]
#[serde(transparent)]
#[secure(scalar = "any JSON, which is stored and never interpreted")]
struct Anything(Value);

/// A scalar that decodes from text.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, SecureInput)]
#[serde(try_from = "String")]
#[secure(scalar = "a currency code of three upper-case letters")]
struct Currency([u8; 3]);

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).ok();
        let code = code.filter(|code| code.iter().all(u8::is_ascii_uppercase));
        code.map(Self).ok_or("must be three upper-case letters")
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Inner<T: Validate<Context = ()>> {
    #[garde(dive)]
    content: T,
    #[garde(skip)]
    #[serde(rename = "curRency")]
    currency: Currency,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "kind", deny_unknown_fields)]
enum Event {
    Moved {
        #[garde(skip)]
        #[secure(unvalidated = "the payload is opaque")]
        #[expect(dead_code, reason = "the test reads the inventory")]
        payload: String,
    },
    Sent {
        #[garde(length(max = 3), dive)]
        next: Vec<Event>,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Outer {
    #[garde(length(max = 3), dive)]
    lists: Option<Vec<Inner<Event>>>,
    #[garde(length(max = 3))]
    rates: Map<Currency, u32>,
    #[garde(length(max = 3))]
    extra: std::collections::BTreeMap<String16, Option<Anything>>,
    #[garde(skip)]
    any: Option<Box<Anything>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
struct String16(#[garde(length(chars, max = 16))] String);

#[public(reason = "a test")]
async fn outer(Valid(Json(outer)): Valid<Json<Outer>>) -> String {
    let Outer {
        lists,
        rates,
        extra,
        any,
    } = outer;
    let rates = rates.len();
    let extra = extra.into_values().flatten().count();
    let inner = lists
        .into_iter()
        .flatten()
        .map(|inner| (inner.content, inner.currency.0));
    let any = any.map(|any| any.0.to_string());
    format!("{} {rates} {extra} {any:?}", inner.count())
}

pub(super) fn exceptions(routes: &SecureRouter) -> Vec<String> {
    let routes = routes.inventory().iter();
    let exceptions = routes.flat_map(|route| route.exceptions().collect::<Vec<_>>());
    exceptions.map(|exception| exception.to_string()).collect()
}

#[test]
fn fields_without_rules_are_in_the_inventory_at_every_depth() {
    let routes = SecureRouter::new().route("/", post(outer));
    let currency = "a currency code of three upper-case letters";
    let any = "any JSON, which is stored and never interpreted";
    assert_eq!(
        exceptions(&routes),
        [
            "unvalidated field /lists/*/content/payload in the body: the payload is opaque"
                .to_owned(),
            format!("scalar /lists/*/curRency in the body: {currency}"),
            format!("scalar /rates/* in the body: {currency}"),
            format!("scalar /extra/* in the body: {any}"),
            format!("scalar /any in the body: {any}"),
        ]
    );
}

#[tokio::test]
async fn scalar_of_the_api_is_decoded_by_its_own_parser() {
    let api = TestApi::new(SecureRouter::new().route("/", post(outer))).await;
    let send = |body: Value| api.anonymous().post("/").json(&body).send();
    let accepted =
        json!({ "lists": [], "rates": { "NZD": 1 }, "extra": { "a": [{}] }, "any": { "a": [1] } });
    assert_eq!(send(accepted).await.text(), r#"0 1 1 Some("{\"a\":[1]}")"#);
    let refused = json!({ "lists": [], "rates": { "nzd": 1 }, "extra": {} });
    assert_eq!(send(refused).await.status(), 422);
}

#[derive(Clone)]
struct Number(u64);

impl TrustedExtension for Number {
    const REASON: &'static str = "a layer counts the requests";
}

struct Language(&'static str);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self("en"))
    }
}

impl TrustedExtractor for Language {
    const REASON: &'static str = "yields a constant";
}

#[public(reason = "a test", unvalidated = "the signature covers the bytes")]
async fn every_kind(
    Extension(Number(number)): Extension<Number>,
    Language(language): Language,
    Path((first, second)): Path<(u32, Currency)>,
    Unvalidated(body): Unvalidated<Bytes>,
) -> String {
    format!("{number} {language} {first} {:?} {}", second.0, body.len())
}

#[tokio::test]
async fn every_exception_is_in_the_inventory_with_its_reason() {
    let routes = SecureRouter::new()
        .route("/{first}/{second}", post(every_kind))
        .route("/short", post(short))
        .layer(Extension(Number(7)));
    let expected = [
        "trusted extension Extension<Number>: a layer counts the requests",
        "trusted extractor Language: yields a constant",
        "scalar /1 in the path: a currency code of three upper-case letters",
        "unvalidated argument Unvalidated<Bytes>: the signature covers the bytes",
        "input extractor Valid<Short>: a body of any media type",
    ];
    assert_eq!(exceptions(&routes), expected);
    let table = routes.inventory().to_string();
    for line in expected {
        assert!(table.contains(&format!("\n  {line}\n")), "{table}");
    }
    let inventory = routes.inventory().routes()[0].exceptions();
    let kinds: Vec<ExceptionKind> = inventory.map(|exception| exception.kind()).collect();
    assert_eq!(
        kinds,
        [
            ExceptionKind::TrustedRequestExtension,
            ExceptionKind::TrustedArgument,
            ExceptionKind::CustomScalar,
            ExceptionKind::UnvalidatedArgument
        ]
    );
    let route = &routes.inventory().routes()[0];
    let reasons: Vec<&str> = route.exceptions().map(|found| found.reason()).collect();
    assert_eq!(
        reasons,
        [
            "a layer counts the requests",
            "yields a constant",
            "a currency code of three upper-case letters",
            "the signature covers the bytes"
        ]
    );
    assert_eq!(route.trusted().collect::<Vec<_>>(), ["yields a constant"]);
    let api = TestApi::new(routes).await;
    let answer = api
        .anonymous()
        .post("/1/NZD")
        .body("xy", "text/plain")
        .send()
        .await;
    assert_eq!(answer.text(), "7 en 1 [78, 90, 68] 2");
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Node {
    #[garde(length(max = 2), dive)]
    children: Vec<Node>,
    #[garde(skip)]
    #[secure(unvalidated = "drawn as it is")]
    label: String,
}

#[public(reason = "a test")]
async fn tree(Valid(Query(query)): Valid<Query<Label>>, root: Option<Valid<Json<Node>>>) -> String {
    let root = root.map(|Valid(Json(root))| (root.children.len(), root.label));
    format!("{} {root:?}", query.label)
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Label {
    #[garde(skip)]
    #[secure(unvalidated = "compared with a constant")]
    label: String,
}

#[test]
fn recursive_and_optional_input_is_in_the_inventory_once() {
    let routes = SecureRouter::<()>::new().route("/", post(tree));
    let exceptions: Vec<Exception> = routes.inventory().routes()[0].exceptions().collect();
    let found: Vec<_> = exceptions
        .iter()
        .map(|exception| {
            (
                exception.location(),
                exception.field(),
                exception.argument(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                Some(InputLocation::Query),
                Some("/label"),
                "Valid<Query<Label>>"
            ),
            (
                Some(InputLocation::Body),
                Some("/label"),
                "Option<Valid<Json<Node>>>"
            ),
        ]
    );
}

/// The variants have a member in common, and not what it accepts.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Amount {
    Exact {
        #[garde(skip)]
        currency: Currency,
    },
    Rounded {
        #[garde(skip)]
        currency: Currency,
    },
    Foreign {
        #[garde(skip)]
        currency: Anything,
    },
}

#[public(reason = "a test")]
async fn amount(Valid(Json(amount)): Valid<Json<Amount>>) -> String {
    match amount {
        Amount::Exact { currency } | Amount::Rounded { currency } => format!("{:?}", currency.0),
        Amount::Foreign { currency } => currency.0.to_string(),
    }
}

#[test]
fn each_statement_about_a_member_is_in_the_inventory_once() {
    let routes = SecureRouter::new().route("/", post(amount));
    assert_eq!(
        exceptions(&routes),
        [
            "scalar /currency in the body: a currency code of three upper-case letters",
            "scalar /currency in the body: any JSON, which is stored and never interpreted",
        ]
    );
}
