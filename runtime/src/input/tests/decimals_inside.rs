//! Decimal numbers of `rust_decimal` as keys and inside enums.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::dates::read;
use crate::input::contract::InputContract;
use crate::input::decode::json;
use crate::prelude::*;

#[test]
fn key_of_map_is_in_the_same_notation() {
    type Prices = BTreeMap<Decimal, u8>;

    let prices = read::<Prices>(r#"{"1.50": 1, "2": 2}"#).unwrap();
    assert_eq!(prices.get(&Decimal::new(15, 1)), Some(&1));
    for name in ["01", "-0", "1.", "1e29", ""] {
        assert_eq!(
            read::<Prices>(&format!(r#"{{"{name}": 1}}"#)),
            None,
            "{name}"
        );
    }
}

/// serde buffers the content of a tagged enum, and a number as a float.
#[test]
fn number_in_tagged_enum_is_rejected_and_text_is_exact() {
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", deny_unknown_fields)]
    enum Internal {
        Fixed {
            #[garde(skip)]
            amount: Decimal,
        },
        Listed {
            #[garde(length(max = 3))]
            amounts: BTreeMap<Decimal, Option<Decimal>>,
        },
    }
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", content = "content", deny_unknown_fields)]
    enum Adjacent {
        Fixed(#[garde(skip)] Decimal),
    }
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[garde(skip)]
        total: Decimal,
        #[garde(dive)]
        part: Internal,
    }
    fn decode<T: serde::de::DeserializeOwned + InputContract>(text: &str) -> Option<T> {
        let decoded = json::decode::<T>(text.as_bytes(), T::shape());
        decoded.map(|decoded| decoded.value).ok()
    }
    let amount = Decimal::from_str("0.1000000000000000055511151231").unwrap();
    let fixed = Some(Internal::Fixed { amount });
    let text = r#""0.1000000000000000055511151231""#;
    assert_eq!(
        decode(&format!(r#"{{"kind": "Fixed", "amount": {text}}}"#)),
        fixed
    );
    assert_eq!(
        decode(&format!(r#"{{"amount": {text}, "kind": "Fixed"}}"#)),
        fixed
    );
    let adjacent = Some(Adjacent::Fixed(amount));
    assert_eq!(
        decode(&format!(r#"{{"kind": "Fixed", "content": {text}}}"#)),
        adjacent
    );
    assert_eq!(
        decode(&format!(r#"{{"content": {text}, "kind": "Fixed"}}"#)),
        adjacent
    );
    for value in [
        "0.1000000000000000055511151231",
        "0.1",
        "1",
        "0",
        "18446744073709551616",
        "\"-0\"",
        "\"01\"",
        "\"0.00000000000000000000000000001\"",
        "\"79228162514264337593543950336\"",
        "\"1e29\"",
        "\"1e2\"",
        "\"\\u0031\"",
        "\"+1\"",
        "\"1_000\"",
    ] {
        for text in [
            format!(r#"{{"kind": "Fixed", "amount": {value}}}"#),
            format!(r#"{{"amount": {value}, "kind": "Fixed"}}"#),
            format!(r#"{{"kind": "Listed", "amounts": {{"1": {value}}}}}"#),
        ] {
            assert_eq!(decode::<Internal>(&text), None, "{text}");
        }
        for text in [
            format!(r#"{{"kind": "Fixed", "content": {value}}}"#),
            format!(r#"{{"content": {value}, "kind": "Fixed"}}"#),
        ] {
            assert_eq!(decode::<Adjacent>(&text), None, "{text}");
        }
    }
    assert_eq!(
        decode::<Internal>(r#"{"kind": "Listed", "amounts": {"01": null}}"#),
        None
    );
    assert!(
        decode::<Internal>(r#"{"kind": "Listed", "amounts": {"1.0": null, "2": "3"}}"#).is_some()
    );
    // the comparison with the shape reads the numbers beside it, too
    let order = |total: &str| {
        decode::<Order>(&format!(
            r#"{{"total": {total}, "part": {{"amount": "1", "kind": "Fixed"}}}}"#
        ))
    };
    let total = Decimal::from_str("12345678901234567890.12").unwrap();
    assert_eq!(
        order("12345678901234567890.12").map(|order| order.total),
        Some(total)
    );
    assert_eq!(
        order("\"12345678901234567890.12\"").map(|order| order.total),
        Some(total)
    );
    assert_eq!(order("0.00000000000000000000000000001"), None);
}
