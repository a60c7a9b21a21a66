//! Other valid values than a given one: with and without each optional part, and with each alternative.
//!
//! A check may depend on a part that is optional, or on the variant of a body. Each value has one difference
//! from the given value or from the one with the required members only.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use crate::testing::attack::schema::position::{Position, escaped, replaced};
use crate::testing::attack::schema::synthesis::{Members, synthesize};
use crate::testing::attack::schema::validate::is_valid;
use crate::testing::attack::schema::variation::{Variation, variations_with_choices};

/// A valid value that differs from a given one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::testing::attack) struct OtherValue {
    /// The difference in words: `with /note`, `without /note`, `with alternative 2 of the value`.
    pub(in crate::testing::attack) difference: String,
    pub(in crate::testing::attack) value: Value,
}

/// Returns at most `limit` other values, and whether there are more.
///
/// The part that makes the difference is the one of `value` or of the first further value of `stated` that has it.
pub(in crate::testing::attack) fn other_values(
    document: &Value,
    value: &Value,
    stated: &[Value],
    limit: usize,
) -> (Vec<OtherValue>, bool) {
    let stated: Vec<Value> = [value].into_iter().chain(stated).cloned().collect();
    let mut found = Vec::new();
    let mut seen = HashSet::from([value.to_string()]);
    let mut is_new = |other: &OtherValue| {
        is_valid(document, &other.value) && seen.insert(other.value.to_string())
    };
    let mut followed = HashSet::new();
    let mut waiting = VecDeque::from([(Position::root(document), value.clone())]);
    if let Some(required) = synthesize(document, Members::Required) {
        waiting.push_back((Position::root(document), required.clone()));
        let difference = "with only the required members".to_owned();
        let other = OtherValue {
            difference,
            value: required,
        };
        found.extend(Some(other).filter(&mut is_new));
    }
    while let Some((position, whole)) = waiting.pop_front() {
        if let Some(part) = whole.pointer(&position.pointer) {
            let without = without_each(&whole, part, &position.pointer);
            found.extend(without.into_iter().filter(&mut is_new));
        }
        for variation in variations_with_choices(document, &position, &whole, &stated) {
            let Variation {
                name,
                position,
                candidates,
            } = variation;
            for value in candidates {
                // another difference may have led to the same value, but not to those below the position
                if followed.insert((position.pointer.clone(), value.to_string())) {
                    waiting.push_back((position.clone(), value.clone()));
                }
                let difference = format!("with {name}");
                let other = OtherValue { difference, value };
                found.extend(Some(other).filter(&mut is_new));
            }
        }
        if found.len() > limit {
            found.truncate(limit);
            return (found, true);
        }
    }
    (found, false)
}

/// Returns the whole value without each member, and without the items of each list, at and below a pointer.
fn without_each(whole: &Value, part: &Value, pointer: &str) -> Vec<OtherValue> {
    let mut found = Vec::new();
    let mut push = |place: &str, value: Option<Value>| {
        let difference = format!("without {place}");
        found.extend(value.map(|value| OtherValue { difference, value }));
    };
    let mut waiting = vec![(pointer.to_owned(), part)];
    while let Some((pointer, part)) = waiting.pop() {
        match part {
            Value::Object(members) => {
                for (name, member) in members {
                    let pointer = format!("{pointer}/{}", escaped(name));
                    push(&pointer, replaced(whole, &pointer, None));
                    waiting.push((pointer, member));
                }
            }
            Value::Array(items) => {
                let empty = Value::Array(Vec::new());
                push(
                    &format!("an item of {pointer}"),
                    replaced(whole, &pointer, Some(empty)),
                );
                let items = items.iter().enumerate();
                waiting.extend(items.map(|(at, item)| (format!("{pointer}/{at}"), item)));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(schema: &Value, value: &Value) -> Vec<(String, Value)> {
        let (found, is_cut) = other_values(schema, value, &[], 100);
        assert!(!is_cut);
        found
            .into_iter()
            .map(|other| (other.difference, other.value))
            .collect()
    }

    fn named(name: &str, value: Value) -> (String, Value) {
        (name.to_owned(), value)
    }

    #[test]
    fn each_optional_member_is_left_out_and_alone() {
        let schema = json!({
            "type": "object",
            "properties": {
                "verbose": {"type": "boolean"},
                "share": {"type": "string", "maxLength": 9},
            },
            "additionalProperties": false,
        });
        let found = names(&schema, &json!({"share": "a", "verbose": true}));
        for expected in [
            named("with only the required members", json!({})),
            named("without /share", json!({"verbose": true})),
            named("without /verbose", json!({"share": "a"})),
            named(
                "with false as /verbose",
                json!({"share": "a", "verbose": false}),
            ),
            named("with false as /verbose", json!({"verbose": false})),
        ] {
            assert!(found.contains(&expected), "{expected:?}: {found:#?}");
        }
        assert_eq!(found.len(), 5, "{found:#?}");
    }

    #[test]
    fn each_variant_has_its_own_values() {
        let variant = |name: &str, extra: &Value| {
            json!({
                "type": "object",
                "properties": {"kind": {"const": name}, "note": extra},
                "required": ["kind"],
                "additionalProperties": false,
            })
        };
        let note = json!({"type": "string", "maxLength": 9});
        let schema = json!({"oneOf": [variant("close", &note), variant("move", &note)]});
        let found = names(&schema, &json!({"kind": "close", "note": "a"}));
        for value in [
            json!({"kind": "close"}),
            json!({"kind": "move"}),
            json!({"kind": "move", "note": "a"}),
        ] {
            assert!(found.iter().any(|(_, found)| *found == value), "{found:#?}");
        }
        assert_eq!(found.len(), 3, "{found:#?}");
    }

    #[test]
    fn choices_without_bounds_are_other_values() {
        let schema = json!({
            "type": "object",
            "properties": {
                "mode": {"type": "string", "enum": ["a", "b", "c"]},
                "until": {"type": ["integer", "null"], "minimum": 1},
                "tags": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
            },
            "required": ["mode", "until", "tags"],
            "additionalProperties": false,
        });
        let value = json!({"mode": "a", "tags": [1], "until": 1});
        let found = names(&schema, &value);
        for (pointer, other) in [
            ("mode", json!("b")),
            ("mode", json!("c")),
            ("until", json!(null)),
            ("tags", json!([])),
        ] {
            let mut expected = value.clone();
            expected[pointer] = other;
            assert!(
                found.iter().any(|(_, found)| *found == expected),
                "{expected}: {found:#?}"
            );
        }
    }

    #[test]
    fn part_is_the_one_of_a_stated_value() {
        let schema = json!({
            "type": "object",
            "properties": {
                "share": {"type": "string", "maxLength": 9},
                "until": {"type": "integer", "minimum": 1},
            },
            "additionalProperties": false,
        });
        let stated = [json!({"until": 7})];
        let (found, _) = other_values(&schema, &json!({"share": "s3cret"}), &stated, 100);
        let values: Vec<_> = found.into_iter().map(|other| other.value).collect();
        assert_eq!(
            values,
            [
                json!({}),
                json!({"share": "s3cret", "until": 7}),
                json!({"until": 7}),
            ]
        );
    }

    #[test]
    fn number_of_values_has_a_limit() {
        let schema = json!({"type": "integer", "enum": [1, 2, 3, 4]});
        let (found, is_cut) = other_values(&schema, &json!(1), &[], 2);
        assert_eq!((found.len(), is_cut), (2, true));
        assert_eq!(other_values(&schema, &json!(1), &[], 3).0.len(), 3);
    }
}
