//! Bounds of members, items, entries and alternatives that the first request lacks.

use std::collections::BTreeMap;

use palisade::evidence::{AttackClass, ClassResults};
use palisade::prelude::*;
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Sample};
use serde_json::{Value, json};

use crate::support::{assert_finds, found};

/// A percentage that its own code does not check.
#[derive(SecureInput)]
#[secure(scalar = "a test", schema = percent)]
struct Percent;

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        u32::deserialize(decoder).map(|_| Self)
    }
}

fn percent(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": 100 })
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(skip)]
    discount: Option<Percent>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
enum Payment {
    Voucher(#[garde(range(max = 9))] u8),
    Shares(#[garde(skip)] Percent),
}

#[expect(
    clippy::zero_sized_map_values,
    reason = "the value only shows that it was accepted"
)]
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(skip)]
    discount: Option<Percent>,
    #[garde(length(max = 3), dive)]
    lines: Vec<Line>,
    #[garde(length(max = 2))]
    rates: BTreeMap<Key, Percent>,
    #[garde(dive)]
    payment: Payment,
}

/// A key of a map.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
struct Key(#[garde(length(chars, max = 4))] String);

#[secured(scopes = "orders:write")]
async fn create(Valid(Json(order)): Valid<Json<Order>>) -> String {
    let Order {
        discount,
        lines,
        rates,
        payment,
    } = order;
    let discounts = lines.iter().filter(|line| line.discount.is_some()).count();
    let keys: usize = rates.keys().map(|key| key.0.len()).sum();
    let payment = match payment {
        Payment::Voucher(number) => number,
        Payment::Shares(Percent) => 0,
    };
    format!("{} {discounts} {keys} {payment}", discount.is_some())
}

/// Attacks an order without its optional parts.
async fn attack_on(order: Value) -> Vec<String> {
    let api = TestApi::new(SecureRouter::new().route("/orders", post(create))).await;
    let attack = Attack::new(&api).sample("POST /orders", Sample::new().json(&order));
    found(&attack.run().await)
}

#[tokio::test]
async fn bounds_of_parts_that_the_sample_lacks_are_attacked() {
    let empty = json!({"lines": [], "rates": {}, "payment": {"Voucher": 1}});
    let admitted = attack_on(empty).await;
    for position in [
        "/discount",
        "/lines/0/discount",
        "/rates/a0",
        "/payment/Shares",
    ] {
        for mistake in ["is 0, at least 1", "is 101, at most 100"] {
            assert_finds(
                &admitted,
                &format!("POST /orders: bound: in the body, {position} {mistake} (status 200)"),
            );
        }
    }
    assert_eq!(admitted.len(), 8, "{admitted:#?}");
}

#[tokio::test]
async fn bounds_of_a_query_without_its_optional_parameter_are_attacked() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        #[garde(inner(custom(is_even)))]
        page: Option<u8>,
        #[garde(skip)]
        share: Option<Percent>,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of garde")]
    fn is_even(page: &u8, (): &()) -> garde::Result {
        if page.is_multiple_of(2) {
            Ok(())
        } else {
            Err(garde::Error::new("must be even"))
        }
    }

    #[secured(scopes = "orders:read")]
    async fn list(Valid(Query(filter)): Valid<Query<Filter>>) -> String {
        format!("{:?} {}", filter.page, filter.share.is_some())
    }

    let api = TestApi::new(SecureRouter::new().route("/orders", get(list))).await;
    // the request with all parameters is refused because of the page, the one with the required ones has none
    let report = Attack::new(&api).run().await;
    let admitted = found(&report);
    assert_finds(
        &admitted,
        "GET /orders: bound: in the query, /share is 101, at most 100 (status 200)",
    );
    let class = bound(report.results().routes().first());
    assert_eq!(
        class.not_covered(),
        [
            "in the query, /page: the API answers a value that follows from its schema with status 422; state one that it accepts in a further `sample`"
        ]
    );
    // the further sample gives the page that the API accepts
    let sample = |page: Option<&str>| match page {
        Some(page) => Sample::new().query("page", page).query("share", "5"),
        None => Sample::new(),
    };
    let attack = Attack::new(&api).sample("GET /orders", sample(None));
    let report = attack.sample("GET /orders", sample(Some("2"))).run().await;
    let class = bound(report.results().routes().first());
    assert_eq!(class.not_covered(), [""; 0]);
    assert!(class.refused() > 0);
}

fn bound(route: Option<&palisade::evidence::RouteResults>) -> ClassResults {
    route.unwrap().class(AttackClass::Bound).unwrap().clone()
}

#[tokio::test]
async fn checked_parts_that_the_sample_lacks_are_no_finding() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[garde(length(chars, max = 20))]
        title: String,
        #[garde(length(chars, min = 2, max = 500))]
        text: Option<String>,
        #[garde(length(max = 3), inner(range(max = 5)))]
        #[serde(default)]
        marks: Vec<u8>,
    }

    #[secured(scopes = "notes:write")]
    async fn write(Valid(Json(note)): Valid<Json<Note>>) -> String {
        let Note { title, text, marks } = note;
        format!("{title} {text:?} {marks:?}")
    }

    let api = TestApi::new(SecureRouter::new().route("/notes", post(write))).await;
    let run = async |note: Value| {
        let attack = Attack::new(&api).sample("POST /notes", Sample::new().json(&note));
        let results = attack.run().await.assert_refused();
        bound(results.routes().first())
    };
    let complete = run(json!({"title": "a", "text": "aa", "marks": [1]})).await;
    let short = run(json!({"title": "a"})).await;
    assert!(complete.is_evidence() && short.is_evidence(), "{short:?}");
    assert_eq!(complete.refused(), short.refused());
}

/// A member without any valid value is a gap, not evidence.
#[tokio::test]
async fn member_without_a_value_is_not_covered() {
    #[derive(SecureInput)]
    #[secure(scalar = "a test", schema = impossible)]
    struct Impossible;

    impl<'de> Deserialize<'de> for Impossible {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            String::deserialize(decoder).map(|_| Self)
        }
    }

    fn impossible(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^b{3}$", "maxLength": 2 })
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[garde(range(max = 5))]
        size: u8,
        #[garde(skip)]
        code: Option<Impossible>,
    }

    #[secured(scopes = "items:write")]
    async fn store(Valid(Json(item)): Valid<Json<Item>>) -> String {
        format!("{} {}", item.size, item.code.is_some())
    }

    let api = TestApi::new(SecureRouter::new().route("/items", post(store))).await;
    let report = Attack::new(&api).run().await;
    let class = bound(report.results().routes().first());
    assert_eq!(
        class.not_covered(),
        ["in the body, /code: no value follows from its schema; state one in a further `sample`"]
    );
    assert!(!class.is_evidence() && class.refused() > 0);
}

#[tokio::test]
async fn bounds_of_a_body_of_bytes_are_not_covered() {
    let api = TestApi::new(SecureRouter::new().route("/orders", post(create))).await;
    let body = r#"{"lines": [], "rates": {}, "payment": {"Voucher": 1}}"#;
    let sample = Sample::new().body(body, "application/json");
    let report = Attack::new(&api).sample("POST /orders", sample).run().await;
    let class = bound(report.results().routes().first());
    assert_eq!(
        class.not_covered(),
        [
            "the sample states the body as bytes, which are not changed; state a value with `Sample::json`, or, if the API accepts none, excuse the class with `.excuse(\"POST /orders\", AttackClass::Bound, \"the reason\")`"
        ]
    );
}

#[tokio::test]
async fn further_sample_that_cannot_be_used_is_not_covered() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[garde(length(chars, max = 20))]
        title: String,
    }

    #[derive(SecureInput)]
    #[secure(scalar = "a test", schema = impossible)]
    struct Impossible;

    impl<'de> Deserialize<'de> for Impossible {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            String::deserialize(decoder).map(|_| Self)
        }
    }

    fn impossible(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^b{3}$", "maxLength": 2 })
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Coded {
        #[garde(skip)]
        code: Impossible,
    }

    #[secured(scopes = "notes:write")]
    async fn write(Valid(Json(note)): Valid<Json<Note>>) -> String {
        note.title
    }

    #[secured(scopes = "notes:write")]
    async fn code(Valid(Json(coded)): Valid<Json<Coded>>) {
        let Coded { code: Impossible } = coded;
    }

    let routes = SecureRouter::new().route("/notes", post(write).put(code));
    let api = TestApi::new(routes).await;
    let coded = || Sample::new().json(&json!({"code": "bb"}));
    let not_covered = async |route: &str, first: Sample, further: Sample| {
        let attack = Attack::new(&api).sample("PUT /notes", coded());
        let attack = attack.sample(route, first).sample(route, further);
        let report = attack.run().await;
        let (method, path) = route.split_once(' ').unwrap();
        bound(report.results().route(method, path))
            .not_covered()
            .to_vec()
    };
    let title = |title: Value| Sample::new().json(&json!({ "title": title }));
    let post = async |further| not_covered("POST /notes", title(json!("a")), further).await;
    assert_eq!(post(title(json!("b"))).await, [""; 0]);
    assert_eq!(
        post(Sample::new().body(r#"{"title": "b"}"#, "application/json")).await,
        [
            "a further sample cannot be used: the sample states the body as bytes, which are not changed; state a value with `Sample::json`, or, if the API accepts none, excuse the class with `.excuse(\"POST /notes\", AttackClass::Bound, \"the reason\")`"
        ]
    );
    assert_eq!(
        post(title(json!(5))).await,
        ["a further sample cannot be used: its body does not satisfy the schema"]
    );
    let put = not_covered("PUT /notes", coded(), Sample::new()).await;
    let expected = "a further sample cannot be used: no value of the body is found from its schema";
    assert!(put.contains(&expected.to_owned()), "{put:?}");
}
