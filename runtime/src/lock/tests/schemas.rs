//! The comparison of schemas against brute force.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::lock::Verdict;
use crate::lock::schema::LockedSchema;
use crate::lock::schema_change::schema_changes;

pub(super) fn verdicts(old: &Value, new: &Value) -> Vec<(Verdict, String)> {
    let (old, new) = (LockedSchema::of(old), LockedSchema::of(new));
    let changes = schema_changes("body", &old, &new);
    changes
        .into_iter()
        .map(|change| (change.verdict, change.detail))
        .collect()
}

fn is_weaker(old: &Value, new: &Value) -> bool {
    verdicts(old, new)
        .iter()
        .any(|(verdict, _)| verdict.is_weaker())
}

/// Evaluates the keywords that the random schemas have.
fn accepts(schema: &Value, value: &Value) -> bool {
    let Value::Object(keywords) = schema else {
        return *schema == Value::Bool(true);
    };
    keywords
        .iter()
        .all(|(keyword, limit)| match keyword.as_str() {
            "type" => type_names(limit).contains(type_of(value)),
            "enum" => limit.as_array().unwrap().contains(value),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| number >= limit.as_i64().unwrap()),
            "maximum" => value
                .as_i64()
                .is_none_or(|number| number <= limit.as_i64().unwrap()),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 >= limit.as_u64().unwrap()),
            "maxLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 <= limit.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= limit.as_u64().unwrap()),
            "maxItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 <= limit.as_u64().unwrap()),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| accepts(limit, item))),
            "required" => value.as_object().is_none_or(|members| {
                limit
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| members.contains_key(name.as_str().unwrap()))
            }),
            "properties" => value.as_object().is_none_or(|members| {
                let known = limit.as_object().unwrap();
                members.iter().all(|(name, member)| {
                    known.get(name).is_none_or(|schema| accepts(schema, member))
                })
            }),
            "additionalProperties" => value.as_object().is_none_or(|members| {
                let known = keywords.get("properties").and_then(Value::as_object);
                let others = members
                    .iter()
                    .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
                others.into_iter().all(|(_, member)| accepts(limit, member))
            }),
            other => panic!("{other}"),
        })
}

fn type_names(types: &Value) -> BTreeSet<&str> {
    match types {
        Value::String(name) => BTreeSet::from([name.as_str()]),
        list => list
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Values on both sides of every limit of the random schemas.
fn values() -> Vec<Value> {
    let mut scalars = vec![Value::Null];
    scalars.extend((-1..=4).map(Value::from));
    scalars.extend((0..=4).map(|len| Value::from("x".repeat(len))));
    let mut values = scalars.clone();
    for len in 0..=4 {
        values.extend(
            scalars
                .iter()
                .map(|item| Value::from(vec![item.clone(); len])),
        );
    }
    let absent_or = |some: &Value| [None, Some(some.clone())];
    for one in &scalars {
        for other in &scalars {
            for (one, other) in absent_or(one)
                .into_iter()
                .flat_map(|one| absent_or(other).map(|other| (one.clone(), other)))
            {
                let members = [("a", one), ("b", other)].into_iter();
                let members = members.filter_map(|(name, value)| Some((name.to_owned(), value?)));
                values.push(Value::Object(members.collect()));
            }
        }
    }
    values
}

fn scalar_schemas() -> impl Strategy<Value = Value> {
    let limit = || proptest::option::of(0_i64..4);
    let bounded = |name: &'static str, min: &'static str, max: &'static str| {
        (limit(), limit(), any::<bool>()).prop_map(move |(low, high, nullable)| {
            let mut schema = Map::new();
            schema.insert(
                "type".to_owned(),
                if nullable {
                    json!([name, "null"])
                } else {
                    json!(name)
                },
            );
            for (keyword, value) in [(min, low), (max, high)] {
                schema.extend(value.map(|value| (keyword.to_owned(), value.into())));
            }
            Value::Object(schema)
        })
    };
    prop_oneof![
        4 => bounded("integer", "minimum", "maximum"),
        4 => bounded("string", "minLength", "maxLength"),
        1 => Just(json!(true)),
        1 => Just(json!(false)),
        2 => proptest::collection::btree_set(prop_oneof![Just("x"), Just("xx"), Just("xxx")], 1..3)
            .prop_map(|names| json!({ "enum": names })),
    ]
}

fn schemas() -> impl Strategy<Value = Value> {
    let list = (
        scalar_schemas(),
        proptest::option::of(0_u32..4),
        proptest::option::of(0_u32..4),
    )
        .prop_map(|(items, min, max)| {
            let mut schema = json!({ "type": "array", "items": items });
            for (keyword, limit) in [("minItems", min), ("maxItems", max)] {
                if let Some(limit) = limit {
                    schema[keyword] = limit.into();
                }
            }
            schema
        });
    let member = || proptest::option::of((scalar_schemas(), any::<bool>()));
    let object =
        (member(), member(), proptest::option::of(scalar_schemas())).prop_map(|(a, b, others)| {
            let mut schema = json!({ "type": "object", "properties": {}, "required": [] });
            for (name, member) in [("a", a), ("b", b)] {
                let Some((member, is_required)) = member else {
                    continue;
                };
                schema["properties"][name] = member;
                if is_required {
                    schema["required"].as_array_mut().unwrap().push(name.into());
                }
            }
            if let Some(others) = others {
                schema["additionalProperties"] = others;
            }
            schema
        });
    prop_oneof![3 => scalar_schemas(), 2 => list, 4 => object]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No value is newly accepted without a weaker verdict.
    #[test]
    fn newly_accepted_value_is_always_weaker(old in schemas(), new in schemas()) {
        let value = values().into_iter().find(|value| accepts(&new, value) && !accepts(&old, value));
        if let Some(value) = value {
            prop_assert!(is_weaker(&old, &new), "{old} -> {new} accepts {value}");
        }
    }

    /// For one bounded value, the verdict is exact in both directions.
    #[test]
    fn verdict_on_bounds_is_exact(old in bounds(), new in bounds()) {
        let accepted: Vec<_> = [&old, &new].map(|schema| (-5..=15).filter(|n| accepts(schema, &json!(n))).collect::<Vec<i32>>()).into();
        let wider = accepted[1].iter().any(|n| !accepted[0].contains(n));
        let narrower = accepted[0].iter().any(|n| !accepted[1].contains(n));
        let verdicts = verdicts(&old, &new);
        prop_assert_eq!(is_weaker(&old, &new), wider, "{} -> {}: {:?}", old, new, verdicts);
        let is_stronger = verdicts.iter().any(|(verdict, _)| *verdict == Verdict::Stronger);
        prop_assert_eq!(is_stronger, narrower, "{} -> {}: {:?}", old, new, verdicts);
    }

    #[test]
    fn schema_is_equal_to_itself(schema in schemas()) {
        prop_assert_eq!(verdicts(&schema, &schema), []);
    }
}

/// Bounds between which a value exists.
fn bounds() -> impl Strategy<Value = Value> {
    (
        proptest::option::of(-4_i32..4),
        proptest::option::of(5_i32..14),
    )
        .prop_map(|(min, max)| {
            let mut schema = json!({ "type": "integer" });
            for (keyword, limit) in [("minimum", min), ("maximum", max)] {
                if let Some(limit) = limit {
                    schema[keyword] = limit.into();
                }
            }
            schema
        })
}
