//! Enums in each of serde's representations.

use serde::Deserialize;

use super::{assert_accepted, assert_errors};
use crate::prelude::Validate;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    #[garde(length(chars, max = 5))]
    street: String,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(rename = "pay/by", alias = "payment")]
    #[garde(dive)]
    payment: Payment,
    #[garde(length(max = 3), dive)]
    #[serde(default)]
    more: Vec<Payment>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum Payment {
    Cash,
    #[serde(alias = "plastic")]
    Card {
        #[garde(length(bytes, min = 4, max = 8))]
        card_number: String,
        #[garde(dive)]
        bill_to: Option<Address>,
    },
    Voucher(#[garde(range(min = 1, max = 9))] u8),
    Split(
        #[garde(range(min = 0.0, max = 1.0))] f64,
        #[garde(dive)] Address,
    ),
    #[serde(skip)]
    #[expect(dead_code, reason = "never read")]
    Later(#[garde(skip)] u8),
}

#[test]
fn externally_tagged_variant_is_part_of_pointer() {
    assert_accepted::<Order>(&[
        r#"{"pay/by": "cash"}"#,
        r#"{"payment": {"cash": null}}"#,
        r#"{"pay/by": {"card": {"cardNumber": "12345", "billTo": {"street": "x"}}}}"#,
        r#"{"pay/by": {"voucher": 9}}"#,
        r#"{"pay/by": {"split": [0.5, {"street": "x"}]}, "more": ["cash", {"voucher": 1}]}"#,
    ]);
    assert_errors::<Order>(&[
        (
            r#"{"pay/by": {"voucher": 0}}"#,
            422,
            "/pay~1by/voucher",
            "range",
        ),
        (
            r#"{"payment": {"voucher": 0}}"#,
            422,
            "/payment/voucher",
            "range",
        ),
        (
            r#"{"pay/by": {"card": {"cardNumber": "1"}}}"#,
            422,
            "/pay~1by/card/cardNumber",
            "length",
        ),
        (
            r#"{"pay/by": {"plastic": {"cardNumber": "1"}}}"#,
            422,
            "/pay~1by/plastic/cardNumber",
            "length",
        ),
        (
            r#"{"pay/by": {"card": {"cardNumber": "1234", "billTo": {"street": "123456"}}}}"#,
            422,
            "/pay~1by/card/billTo/street",
            "length",
        ),
        (
            r#"{"pay/by": {"split": [1.5, {"street": "x"}]}}"#,
            422,
            "/pay~1by/split/0",
            "range",
        ),
        (
            r#"{"pay/by": {"split": [0, {"street": "123456"}]}}"#,
            422,
            "/pay~1by/split/1/street",
            "length",
        ),
        (
            r#"{"pay/by": "cash", "more": ["cash", {"voucher": 10}]}"#,
            422,
            "/more/1/voucher",
            "range",
        ),
        (
            r#"{"pay/by": {"voucher": "1"}}"#,
            422,
            "/pay~1by/voucher",
            "type",
        ),
        (
            r#"{"pay/by": {"card": ["12345", null]}}"#,
            422,
            "/pay~1by/card",
            "type",
        ),
        (
            r#"{"pay/by": {"card": {"cardNumber": "1234", "x": 1}}}"#,
            422,
            "/pay~1by/card",
            "unknown",
        ),
        (
            r#"{"pay/by": {"card": {}}}"#,
            422,
            "/pay~1by/card",
            "required",
        ),
        (r#"{"pay/by": {"later": 1}}"#, 422, "/pay~1by", "enum"),
        (r#"{"pay/by": {"hunter2": 1}}"#, 422, "/pay~1by", "enum"),
        (
            r#"{"pay/by": "cash", "payment": "cash"}"#,
            422,
            "/pay~1by",
            "unique",
        ),
    ]);
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
enum Event {
    Opened {},
    Moved {
        #[garde(range(min = 0, max = 9))]
        steps: u8,
        #[serde(default)]
        #[garde(dive)]
        to: Option<Address>,
        #[serde(default)]
        #[garde(length(max = 2), dive)]
        then: Vec<Event>,
    },
    Sent(#[garde(dive)] Address),
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Log {
    #[garde(length(max = 5), dive)]
    events: Vec<Event>,
}

#[test]
fn internally_tagged_variant_is_not_part_of_pointer() {
    assert_accepted::<Log>(&[
        r#"{"events": [{"type": "opened"}, {"steps": 1, "type": "moved"}]}"#,
        r#"{"events": [{"type": "sent", "street": "x"}]}"#,
        r#"{"events": [{"type": "moved", "steps": 1, "to": {"street": "x"}, "then": [{"type": "opened"}]}]}"#,
    ]);
    assert_errors::<Log>(&[
        (
            r#"{"events": [{"type": "moved", "steps": 10}]}"#,
            422,
            "/events/0/steps",
            "range",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "to": {"street": "123456"}}]}"#,
            422,
            "/events/0/to/street",
            "length",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "then": [{"type": "moved", "steps": 10}]}]}"#,
            422,
            "/events/0/then/0/steps",
            "range",
        ),
        (
            r#"{"events": [{"type": "sent", "street": "123456"}]}"#,
            422,
            "/events/0/street",
            "length",
        ),
        (
            r#"{"events": [{"type": "opened", "x": 1}]}"#,
            422,
            "/events/0",
            "unknown",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "x": 1}]}"#,
            422,
            "/events/0",
            "unknown",
        ),
        (
            r#"{"events": [{"type": "sent", "street": "x", "x": 1}]}"#,
            422,
            "/events/0",
            "unknown",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": "1"}]}"#,
            422,
            "/events/0",
            "type",
        ),
        (
            r#"{"events": [{"steps": 1}]}"#,
            422,
            "/events/0",
            "required",
        ),
        (
            r#"{"events": [{"type": "gone"}]}"#,
            422,
            "/events/0",
            "enum",
        ),
        (
            r#"{"events": [{"type": "opened", "type": "opened"}]}"#,
            400,
            "/events/0",
            "unique",
        ),
    ]);
}

/// serde reads a tagged enum into a buffer. From there it accepts an array for a struct and a number
/// for a name.
#[test]
fn buffered_value_of_other_shape_is_rejected() {
    assert_errors::<Log>(&[
        (r#"{"events": [["opened"]]}"#, 422, "/events/0", "type"),
        (
            r#"{"events": [["moved", {"steps": 1}]]}"#,
            422,
            "/events/0",
            "type",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "to": ["x"]}]}"#,
            422,
            "/events/0/to",
            "type",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "then": [["opened"]]}]}"#,
            422,
            "/events/0/then/0",
            "type",
        ),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "then": [{"type": 0}]}]}"#,
            422,
            "/events/0/then/0",
            "type",
        ),
        (r#"{"events": [{"type": 0}]}"#, 422, "/events/0", "type"),
        (
            r#"{"events": [{"type": "moved", "steps": 1, "to": {"street": "x", "street": "y"}}]}"#,
            400,
            "/events/0",
            "unique",
        ),
    ]);
    let deep = format!(
        r#"{{"events": [{{"type": "moved", "steps": 1, "to": {}1{}}}]}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    assert_errors::<Log>(&[(&deep, 400, "/events/0", "depth")]);
}
