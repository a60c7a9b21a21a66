//! Changes of input types.

use super::{at, sentences};
use crate::input::Identifier;
use crate::prelude::*;
use crate::{Unvalidated, secured};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(length(chars, max = 500), custom(polite))]
    note: String,
}

/// The same input in another order and under other names.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Purchase {
    #[serde(rename = "note")]
    #[garde(length(chars, max = 500), custom(polite))]
    text: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(skip)]
    sku: Identifier<64>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct MoreAtOnce {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 1000))]
    quantity: u32,
    #[garde(length(chars, max = 500), custom(polite))]
    note: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct WithoutCustomRule {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(length(chars, max = 500))]
    note: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct UncheckedNote {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(skip)]
    #[secure(unvalidated = "printed on paper only")]
    note: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct OptionalNote {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[serde(default)]
    #[garde(length(chars, max = 500), custom(polite))]
    note: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct WithPrice {
    #[garde(skip)]
    sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(length(chars, max = 500), custom(polite))]
    note: String,
    #[garde(range(max = 9))]
    price: Option<u32>,
}

/// Inputs with one field, under one or several names.
macro_rules! named {
    ($($handler:ident $input:ident: #[$attribute:meta] $ty:ty;)*) => {$(
        #[derive(Deserialize, Validate, SecureInput)]
        #[serde(deny_unknown_fields)]
        struct $input {
            #[$attribute]
            #[garde(range(max = 9))]
            number: $ty,
        }

        #[secured(authenticated)]
        async fn $handler(_: Valid<Json<$input>>) {}
    )*};
}

named! {
    one_name OneName: #[serde(rename = "number")] u8;
    two_names TwoNames: #[serde(alias = "no")] u8;
    three_names ThreeNames: #[serde(alias = "no", alias = "count")] u8;
    two_optional_names TwoOptionalNames: #[serde(alias = "no")] Option<u8>;
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature of garde's custom rules"
)]
fn polite(text: &str, (): &()) -> garde::Result {
    if text.ends_with('?') {
        Err(garde::Error::new("must not be a question"))
    } else {
        Ok(())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Pair {
    #[garde(range(max = 9))]
    from: u8,
    #[garde(range(max = 9))]
    to: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(custom(|pair: &PairInOrder, (): &()| {
    if pair.from <= pair.to { Ok(()) } else { Err(garde::Error::new("must be in order")) }
}))]
struct PairInOrder {
    #[garde(range(max = 9))]
    from: u8,
    #[garde(range(max = 9))]
    to: u8,
}

#[secured(authenticated)]
async fn pair(_: Valid<Json<Pair>>) {}

#[secured(authenticated)]
async fn pair_in_order(_: Valid<Json<PairInOrder>>) {}

#[secured(authenticated)]
async fn order(Valid(Json(_)): Valid<Json<Order>>) {}

#[secured(authenticated)]
async fn purchase(Valid(Json(_)): Valid<Json<Purchase>>) {}

#[secured(authenticated)]
async fn order_more(Valid(Json(_)): Valid<Json<MoreAtOnce>>) {}

#[secured(authenticated)]
async fn order_without_custom_rule(Valid(Json(_)): Valid<Json<WithoutCustomRule>>) {}

#[secured(authenticated)]
async fn order_with_unchecked_note(Valid(Json(order)): Valid<Json<UncheckedNote>>) -> String {
    order.note
}

#[secured(authenticated)]
async fn order_with_optional_note(Valid(Json(_)): Valid<Json<OptionalNote>>) {}

#[secured(authenticated)]
async fn order_with_price(Valid(Json(_)): Valid<Json<WithPrice>>) {}

#[secured(authenticated)]
async fn optional_order(_: Option<Valid<Json<Order>>>) {}

#[secured(authenticated)]
async fn order_in_a_form(Valid(Form(_)): Valid<Form<Order>>) {}

#[secured(authenticated, unvalidated = "parsed by the former program")]
async fn raw_order(_: Unvalidated<String>) {}

#[test]
fn change_of_input_names_the_field_and_a_value() {
    for (old, new, expected) in [
        (post(order), post(purchase), &[][..]),
        (
            post(order),
            post(order_more),
            &[
                "weaker: `POST /orders`: `/quantity` in the body: 101 is now accepted (`maximum` was 100, is 1000)",
            ],
        ),
        (
            post(order_more),
            post(order),
            &[
                "stronger: `POST /orders`: `/quantity` in the body: 101 is no longer accepted (`maximum` was 1000, is 100)",
            ],
        ),
        (
            post(order),
            post(order_without_custom_rule),
            &[
                "weaker: `POST /orders`: `/note` in the body: its rule \"further rules apply\" was removed",
            ],
        ),
        (
            post(order),
            post(order_with_optional_note),
            &["weaker: `POST /orders`: `/note` in the body: a request without it is now accepted"],
        ),
        (
            post(order),
            post(order_with_price),
            &["weaker: `POST /orders`: `/price` in the body: a value is now accepted"],
        ),
        (
            post(order_with_price),
            post(order),
            &["stronger: `POST /orders`: `/price` in the body: a value is no longer accepted"],
        ),
        (
            post(pair_in_order),
            post(pair),
            &["weaker: `POST /orders`: the body: its rule \"further rules apply\" was removed"],
        ),
        (
            post(order),
            post(optional_order),
            &["weaker: `POST /orders`: a request without the body is now accepted"],
        ),
    ] {
        assert_eq!(
            sentences(&at("/orders", old), &at("/orders", new)),
            expected
        );
    }
}

#[test]
fn lifted_validation_is_weaker_and_lists_the_reason() {
    let all = sentences(
        &at("/orders", post(order)),
        &at("/orders", post(order_with_unchecked_note)),
    );
    let field = "weaker: `POST /orders`: unvalidated field /note in the body, because \"printed on paper only\", is new";
    assert!(all.iter().any(|sentence| sentence == field), "{all:?}");
    let length = "weaker: `POST /orders`: `/note` in the body: a text of 501 characters is now accepted (`maxLength` was 500, is absent)";
    assert!(all.iter().any(|sentence| sentence == length), "{all:?}");

    let all = sentences(&at("/orders", post(order)), &at("/orders", post(raw_order)));
    let argument = "weaker: `POST /orders`: unvalidated argument Unvalidated<String>, because \"parsed by the former program\", is new";
    assert!(all.iter().any(|sentence| sentence == argument), "{all:?}");
    let body = "incomparable, counts as weaker: `POST /orders`: the body is no longer validated, so that any is accepted";
    assert!(all.iter().any(|sentence| sentence == body), "{all:?}");

    let all = sentences(&at("/orders", post(raw_order)), &at("/orders", post(order)));
    assert!(
        all.iter()
            .any(|sentence| sentence.starts_with("stronger") && sentence.ends_with("is gone")),
        "{all:?}"
    );
}

#[test]
fn form_instead_of_json_is_weaker() {
    let all = sentences(
        &at("/orders", post(order)),
        &at("/orders", post(order_in_a_form)),
    );
    let form = "weaker: `POST /orders`: input in the form is now read";
    assert!(all.iter().any(|sentence| sentence == form), "{all:?}");
}

/// A person reads the sentence: it names the members, and has no JSON.
#[test]
fn change_of_the_names_of_a_field_is_a_sentence() {
    for (old, new, expected) in [
        (
            post(one_name),
            post(two_names),
            "stronger: `POST /a`: the body: its rule \"exactly one of `number` and `no`\" is new",
        ),
        (
            post(two_names),
            post(one_name),
            "weaker: `POST /a`: the body: its rule \"exactly one of `number` and `no`\" was removed",
        ),
        (
            post(two_names),
            post(two_optional_names),
            "incomparable, counts as weaker: `POST /a`: the body: its rule was \"exactly one of `number` and `no`\", is \"at most one of `number` and `no`\"",
        ),
        (
            post(three_names),
            post(two_names),
            "incomparable, counts as weaker: `POST /a`: the body: its rule was \"exactly one of `number`, `no` and `count`\", is \"exactly one of `number` and `no`\"",
        ),
    ] {
        let all = sentences(&at("/a", old), &at("/a", new));
        let of_rules: Vec<&String> = all.iter().filter(|one| one.contains("rule")).collect();
        assert_eq!(of_rules, [expected], "{all:?}");
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[garde(length(max = 9), inner(range(max = 9)))]
    ids: Vec<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct FiltersWithDefault {
    #[serde(default)]
    #[garde(length(max = 9), inner(range(max = 9)))]
    ids: Vec<u8>,
}

#[secured(authenticated)]
async fn filtered(_: Valid<Query<Filters>>) {}

#[secured(authenticated)]
async fn filtered_with_default(_: Valid<Query<FiltersWithDefault>>) {}

#[secured(authenticated)]
async fn filtered_by_form(_: Valid<Form<Filters>>) {}

#[secured(authenticated)]
async fn filtered_by_form_with_default(_: Valid<Form<FiltersWithDefault>>) {}

#[secured(authenticated)]
async fn filtered_by_json(_: Valid<Json<Filters>>) {}

#[secured(authenticated)]
async fn filtered_by_json_with_default(_: Valid<Json<FiltersWithDefault>>) {}

/// A query or form without the name of a list is accepted with and without the attribute; a JSON body is not.
#[test]
fn default_of_a_list_changes_what_a_json_body_accepts_only() {
    for (old, new) in [
        (post(filtered), post(filtered_with_default)),
        (post(filtered_by_form), post(filtered_by_form_with_default)),
    ] {
        assert_eq!(
            sentences(&at("/orders", old), &at("/orders", new)),
            <[&str; 0]>::default()
        );
    }
    assert_eq!(
        sentences(
            &at("/orders", post(filtered_by_json)),
            &at("/orders", post(filtered_by_json_with_default))
        ),
        ["weaker: `POST /orders`: `/ids` in the body: a request without it is now accepted"]
    );
}
