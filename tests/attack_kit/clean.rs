//! Nothing is found in APIs without a planted weakness.

use palisade::evidence::{AttackClass, AttackResults};
use palisade::input::{Cookies, Headers, Identifier, MediaTypes, Multipart, PlainText, Upload};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected, Sample};
use uuid::Uuid;

use crate::support::admitted;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(length(chars, max = 500))]
    note: Option<String>,
    #[garde(length(max = 3), dive)]
    lines: Vec<Line>,
    #[garde(range(min = 0.0, max = 1.0))]
    discount: f64,
    #[garde(skip)]
    kind: Kind,
    #[garde(pattern("^[A-Z]{3}-[0-9]{4}$"), length(bytes, max = 8))]
    code: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(length(chars, min = 2, max = 10))]
    text: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Gift,
    Plain,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[garde(range(min = 1, max = 50))]
    page: Option<u32>,
    #[garde(length(max = 3), inner(length(chars, max = 5)))]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(length(max = 3), inner(range(max = 9)))]
    ids: Vec<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Names {
    #[garde(length(chars, min = 2, max = 8), ascii)]
    shop: String,
    #[garde(range(max = 99))]
    shelf: u16,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fields {
    #[garde(length(chars, min = 1, max = 20), ascii)]
    x_trace: String,
}

struct Pictures;

impl MediaTypes for Pictures {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Report {
    #[garde(length(chars, max = 20))]
    title: String,
    #[garde(skip)]
    photo: Upload<Pictures, 1024>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Note(#[garde(length(chars, max = 50))] String);

#[secured(scopes = any("admin", all("orders:write", "orders:create")))]
async fn create(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    let NewOrder {
        sku,
        quantity,
        note,
        lines,
        discount,
        kind,
        code,
    } = order;
    let kind = matches!(kind, Kind::Gift | Kind::Plain);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    format!("{sku} {quantity} {note:?} {texts:?} {discount} {kind} {code}")
}

#[secured(scopes = "orders:read")]
async fn list(Valid(Query(listing)): Valid<Query<Listing>>) -> String {
    format!("{:?} {:?} {:?}", listing.page, listing.tags, listing.ids)
}

#[secured(roles = all("clerk", "auditor"))]
async fn show(Path(id): Path<Uuid>) -> String {
    id.to_string()
}

#[secured(scopes = "shelves:read", roles = any("clerk", "manager"))]
async fn shelf(Valid(Path(names)): Valid<Path<Names>>) -> String {
    format!("{} {}", names.shop, names.shelf)
}

#[secured(authenticated)]
async fn fields(
    Valid(Headers(fields)): Valid<Headers<Fields>>,
    _: Option<Valid<Cookies<Fields>>>,
) -> String {
    fields.x_trace
}

#[secured(authenticated)]
async fn form(Valid(Form(names)): Valid<Form<Names>>) -> String {
    names.shop
}

#[secured(authenticated)]
async fn report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
    let _ = report.photo;
    report.title
}

#[secured(authenticated, body_limit = "100 B", header_limit = 20)]
async fn note(Valid(PlainText(note)): Valid<PlainText<Note>>) -> String {
    note.0
}

#[secured(authenticated)]
async fn pair(Path((number, name)): Path<(u32, Identifier<9>)>) -> String {
    format!("{number} {name}")
}

#[secured(authenticated)]
async fn rest(Path(rest): Path<Identifier<9>>) -> String {
    rest.to_string()
}

#[public(reason = "reveals nothing")]
async fn health() -> &'static str {
    "ok"
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/health", get(health))
        .route("/orders", get(list).post(create))
        .route("/orders/{id}", get(show).delete(show))
        .route("/shops/{shop}/{shelf}", put(shelf))
        .route("/fields", get(fields))
        .route("/forms", post(form))
        .route("/reports", post(report))
        .route("/notes", patch(note))
        .route("/pairs/{number}/{name}", get(pair))
        .route("/names/{*rest}", get(rest))
}

#[tokio::test]
async fn careful_api_has_no_finding() {
    let api = TestApi::new(routes()).await;
    let results = Attack::new(&api).run().await.assert_refused();
    assert_eq!(results.routes().len(), 12);
    let class = |method: &str, path: &str, class: AttackClass| {
        let route = results.route(method, path).unwrap();
        let found = route
            .class(class)
            .unwrap_or_else(|| panic!("{path} {class}"));
        assert!(found.is_evidence(), "{path} {found:?}");
        found.refused()
    };
    assert!(class("POST", "/orders", AttackClass::BrokenToken) > 30);
    assert!(class("POST", "/orders", AttackClass::MissingScope) > 3);
    assert!(class("GET", "/orders/{id}", AttackClass::MissingRole) > 3);
    assert!(class("POST", "/orders", AttackClass::Bound) > 20);
    assert_eq!(class("POST", "/orders", AttackClass::UnknownMember), 2);
    assert_eq!(class("GET", "/orders", AttackClass::UnknownMember), 1);
    assert_eq!(class("POST", "/orders", AttackClass::SlowBody), 1);
    assert_eq!(class("POST", "/orders", AttackClass::EarlyRefusal), 3);
    assert!(class("PUT", "/shops/{shop}/{shelf}", AttackClass::Bound) >= 3);
    assert!(class("GET", "/fields", AttackClass::Bound) >= 2);
    assert!(class("POST", "/forms", AttackClass::Bound) >= 3);
    assert!(class("POST", "/reports", AttackClass::Bound) >= 1);
    assert!(class("PATCH", "/notes", AttackClass::Oversize) >= 3);
    assert!(class("PATCH", "/notes", AttackClass::MediaType) >= 5);
    assert!(class("GET", "/orders", AttackClass::PathSpelling) >= 10);
    assert!(class("GET", "/orders", AttackClass::Method) >= 6);
    assert!(
        results
            .route("GET", "/health")
            .unwrap()
            .class(AttackClass::NoToken)
            .is_none()
    );
}

/// An empty list has no name in a query or form, and an empty text of a form is an absent one.
#[tokio::test]
async fn optional_members_that_cannot_be_empty_are_no_finding() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        #[garde(inner(length(min = 1, max = 3)))]
        tags: Option<Vec<u32>>,
        #[garde(inner(length(chars, min = 1, max = 3)))]
        name: Option<String>,
        #[garde(range(max = 9))]
        number: u8,
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Documents {
        #[garde(inner(length(chars, min = 1, max = 3)))]
        name: Option<String>,
        #[garde(skip)]
        scan: Option<Upload<Pictures, 1000>>,
    }

    #[secured(authenticated)]
    async fn by_query(_: Valid<Query<Filter>>) {}

    #[secured(authenticated)]
    async fn by_form(_: Valid<Form<Filter>>) {}

    #[secured(authenticated)]
    async fn in_parts(_: Valid<Multipart<Documents>>) {}

    let routes = SecureRouter::new()
        .route("/filter", get(by_query).post(by_form))
        .route("/documents", post(in_parts));
    let api = TestApi::new(routes).await;
    let results = Attack::new(&api).run().await.assert_refused();
    for (method, path) in [
        ("GET", "/filter"),
        ("POST", "/filter"),
        ("POST", "/documents"),
    ] {
        let route = results.route(method, path).unwrap();
        let bounds = route.class(AttackClass::Bound).unwrap();
        assert!(bounds.is_evidence(), "{method} {path} {bounds:?}");
    }
}

/// The rest of a refused body is discarded by another task, which may run beside the attack.
#[tokio::test(flavor = "multi_thread")]
async fn discarded_body_on_another_thread_is_no_finding() {
    let api = TestApi::new(SecureRouter::new().route("/orders", post(create))).await;
    for _ in 0..30 {
        Attack::new(&api).run().await.assert_refused();
    }
}

#[tokio::test]
async fn results_are_deterministic_and_written() {
    let first = TestApi::new(routes()).await;
    let second = TestApi::new(routes()).await;
    let one = Attack::new(&first).run().await;
    let other = Attack::new(&second).run().await;
    assert_eq!(one.results().to_json(), other.results().to_json());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attack.json");
    let written = one.write(&file);
    assert_eq!(&AttackResults::read(&file).unwrap(), written.results());
}

/// The handlers of a `HeaderRouter` share their method and path.
#[tokio::test]
async fn handlers_that_header_fields_choose_have_their_own_results() {
    use palisade::routing::{HeaderRouter, MethodFilter, on_headers};

    #[secured(scopes = "orders:read")]
    async fn list_operation() {}

    #[secured(scopes = "orders:write")]
    async fn create_operation() {}

    let operations = HeaderRouter::new(["operation"])
        .route(["list"], list_operation)
        .route(["create"], create_operation);
    let routes = SecureRouter::new().route("/rpc", on_headers(MethodFilter::POST, operations));
    let api = TestApi::new(routes).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attack.json");
    let report = Attack::new(&api).run().await.write(&file);
    let results = report.assert_refused();
    for selection in ["operation: list", "operation: create"] {
        let of_handler = results.selected_route("POST", "/rpc", Some(selection));
        let class = of_handler.unwrap().class(AttackClass::MissingScope);
        assert!(class.unwrap().is_evidence(), "{selection}");
    }
    assert_eq!(AttackResults::read(&file).unwrap(), results);
}

/// A rule that no schema has refuses what follows from the schema: the route is reported.
#[tokio::test]
#[should_panic(
    expected = "POST /evens: the API answers the request that should be accepted with status 422 (invalid_input); state one with `sample`"
)]
async fn route_that_refuses_the_valid_request_is_not_covered() {
    let api = TestApi::new(evens()).await;
    Attack::new(&api).run().await.assert_refused();
}

#[tokio::test]
async fn sample_covers_a_route_with_further_rules() {
    let api = TestApi::new(evens()).await;
    let sample = Sample::new().json(&serde_json::json!({"number": 4}));
    let results = Attack::new(&api)
        .sample("POST /evens", sample)
        .run()
        .await
        .assert_refused();
    let route = &results.routes()[0];
    assert!(route.class(AttackClass::Bound).unwrap().is_evidence());
}

#[tokio::test]
async fn skipped_route_is_listed_with_its_reason() {
    let api = TestApi::new(evens()).await;
    let report = Attack::new(&api)
        .skip("POST /evens", "tested by hand")
        .run()
        .await;
    assert!(
        report
            .to_string()
            .contains("skipped POST /evens: tested by hand"),
        "{report}"
    );
    assert!(report.assert_refused().routes().is_empty());
}

#[tokio::test]
async fn limit_of_requests_is_reported() {
    let api = TestApi::new(SecureRouter::new().route("/orders", get(list))).await;
    let report = Attack::new(&api).request_limit(10).run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::Bound)
        .unwrap();
    assert!(!class.is_evidence());
    assert_eq!(class.not_covered(), ["the request limit was reached"]);
}

#[tokio::test]
#[should_panic(expected = "the API has no route `GET /order`; its routes are")]
async fn misspelled_route_panics() {
    let api = TestApi::new(evens()).await;
    let _ = Attack::new(&api)
        .skip("GET /order", "a mistake")
        .run()
        .await;
}

#[tokio::test]
#[should_panic(expected = "the excuse of POST /evens for bound excuses nothing; remove it")]
async fn unused_excuse_fails() {
    let api = TestApi::new(evens()).await;
    let sample = Sample::new().json(&serde_json::json!({"number": 4}));
    let attack = Attack::new(&api).sample("POST /evens", sample);
    attack
        .excuse("POST /evens", AttackClass::Bound, "none")
        .run()
        .await
        .assert_refused();
}

fn evens() -> SecureRouter {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Even {
        #[garde(range(min = 1, max = 9), custom(is_even))]
        number: u8,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of garde")]
    fn is_even(number: &u8, (): &()) -> garde::Result {
        if number.is_multiple_of(2) {
            Ok(())
        } else {
            Err(garde::Error::new("must be even"))
        }
    }

    #[secured(authenticated)]
    async fn store(Valid(Json(even)): Valid<Json<Even>>) -> String {
        even.number.to_string()
    }

    SecureRouter::new().route("/evens", post(store))
}

#[tokio::test]
async fn expected_public_mutation_is_no_finding() {
    #[public(reason = "anyone may sign up")]
    async fn sign_up() {}

    let api = TestApi::new(SecureRouter::new().route("/accounts", post(sign_up))).await;
    assert_eq!(admitted(&api).await.len(), 1);
    let attack = Attack::new(&api).expect("POST /accounts", Expected::public());
    attack.run().await.assert_refused();
}
