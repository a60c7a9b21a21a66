//! Strategies for values that satisfy a schema, or nearly do, from the schema alone.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Number, Value, json};

type Values = BoxedStrategy<Value>;

/// The maximum depth of recursive values.
const MAX_DEPTH: u32 = 5;

/// Yields values for a schema document, most of which satisfy it.
pub fn values(document: &Value) -> Values {
    Generator { document }.value(document, 0)
}

/// Yields `usual` in 20 of 21 cases, so that objects with many members are often valid.
fn mostly<T: std::fmt::Debug + 'static>(
    usual: impl Strategy<Value = T> + 'static,
    other: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![20 => usual, 1 => other].boxed()
}

struct Generator<'a> {
    document: &'a Value,
}

impl<'a> Generator<'a> {
    /// Mostly values that satisfy a schema, sometimes any other.
    fn value(&self, schema: &'a Value, depth: u32) -> Values {
        mostly(self.valid(schema, depth), anything())
    }

    /// Values that satisfy a schema, apart from members and items.
    fn valid(&self, schema: &'a Value, depth: u32) -> Values {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            return self.valid(self.document.pointer(pointer).unwrap(), depth);
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[keyword].as_array() {
                let is_shallow = |choice: &&Value| depth < MAX_DEPTH || choice["$ref"].is_null();
                let choices = choices.iter().filter(is_shallow);
                return Union::new(choices.map(|choice| self.valid(choice, depth))).boxed();
            }
        }
        if let Some(names) = schema["enum"].as_array() {
            return select(names.clone()).boxed();
        }
        match &schema["type"] {
            Value::String(name) => self.of_type(name, schema, depth),
            Value::Array(names) => {
                let types = names
                    .iter()
                    .map(|name| self.of_type(name.as_str().unwrap(), schema, depth));
                Union::new(types).boxed()
            }
            _ => anything(),
        }
    }

    fn of_type(&self, name: &str, schema: &'a Value, depth: u32) -> Values {
        match name {
            "null" => Just(Value::Null).boxed(),
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "string" => string(schema).prop_map(Value::from).boxed(),
            "integer" => integer(schema),
            "number" => number(schema),
            "array" => self.array(schema, depth),
            "object" if schema["properties"].is_object() => self.object(schema, depth),
            "object" => self.map(schema, depth),
            other => panic!("{other}"),
        }
    }

    fn array(&self, schema: &'a Value, depth: u32) -> Values {
        let Some(items) = schema["prefixItems"].as_array() else {
            if depth >= MAX_DEPTH {
                return Just(json!([])).boxed();
            }
            let item = self.value(&schema["items"], depth + 1);
            return counted(item, schema, "Items").prop_map(Value::from).boxed();
        };
        let items: Vec<_> = items
            .iter()
            .map(|item| self.value(item, depth + 1))
            .collect();
        let length = items.len();
        (items, mostly(Just(length), 0..=length + 1))
            .prop_map(|(mut items, length)| {
                items.resize(length, json!(0));
                Value::from(items)
            })
            .boxed()
    }

    /// Objects with the required members and some others, but one of each exclusive group.
    fn object(&self, schema: &'a Value, depth: u32) -> Values {
        let properties = schema["properties"].as_object().unwrap();
        let members: Vec<_> = properties
            .iter()
            .map(|(name, member)| (Just(name.clone()), self.value(member, depth + 1)))
            .collect();
        let required: Vec<String> = required(schema).map(str::to_owned).collect();
        let rules = schema["allOf"].as_array().into_iter().flatten();
        let groups: Vec<Vec<String>> = rules.map(group).collect();
        let all: Vec<String> = properties.keys().cloned().collect();
        let some = subsequence(all.clone(), 0..=all.len());
        let one_of_each: Vec<_> = groups.iter().map(|names| select(names.clone())).collect();
        let valid = (some.clone(), one_of_each).prop_map(move |(mut names, one_of_each)| {
            names.retain(|name| !groups.iter().flatten().any(|other| other == name));
            names.extend(one_of_each);
            names.extend(required.clone());
            names
        });
        let kept = mostly(valid, prop_oneof![some, Just(all)]);
        let unknown = mostly(Just(None), "[a-z]{1,4}".prop_map(Some));
        (members, kept, unknown)
            .prop_map(|(members, kept, unknown)| {
                let kept = members.into_iter().filter(|(name, _)| kept.contains(name));
                let unknown = unknown.map(|name| (name, json!(1)));
                Value::Object(kept.chain(unknown).collect())
            })
            .boxed()
    }

    fn map(&self, schema: &'a Value, depth: u32) -> Values {
        // several spellings of the same key, and the whole range of a key
        let digits = "-?0{0,2}[0-3]|[0-9]{3}".prop_map(Value::from);
        let names = &schema["propertyNames"];
        let name = if names["$comment"].is_null() {
            let other = select(vec!["true", "false", "x"]).prop_map(Value::from);
            mostly(self.valid(names, depth + 1), prop_oneof![digits, other])
        } else {
            digits.boxed()
        };
        let value = self.value(&schema["additionalProperties"], depth + 1);
        counted((name, value), schema, "Properties")
            .prop_map(|members| {
                let named = members.into_iter().map(|(name, value)| match name {
                    Value::String(name) => (name, value),
                    other => (other.to_string(), value),
                });
                Value::Object(named.collect::<Map<_, _>>())
            })
            .boxed()
    }
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str)
}

/// Returns the names of a group of exclusive members.
fn group(rule: &Value) -> Vec<String> {
    let choices = rule["oneOf"].as_array().into_iter().flatten();
    choices.flat_map(required).map(str::to_owned).collect()
}

/// Yields a length between the limits of a schema, and sometimes one below or above.
fn length(schema: &Value, of: &str, default_max: usize) -> BoxedStrategy<usize> {
    let limit = |end: &str| {
        let limit = schema[format!("{end}{of}")].as_u64();
        limit.map(|limit| usize::try_from(limit).unwrap())
    };
    let (min, max) = (limit("min").unwrap_or(0), limit("max"));
    let outside = select(vec![
        min.saturating_sub(1),
        max.map_or(default_max, |max| max + 1),
    ]);
    let max = max.unwrap_or(default_max.max(min));
    mostly(prop_oneof![select(vec![min, max]), min..=max], outside)
}

fn counted<S>(item: S, schema: &Value, of: &str) -> BoxedStrategy<Vec<S::Value>>
where
    S: Strategy + 'static,
    S::Value: 'static,
{
    let item = item.boxed();
    length(schema, of, 3)
        .prop_flat_map(move |length| vec(item.clone(), length))
        .boxed()
}

fn string(schema: &Value) -> BoxedStrategy<String> {
    // characters of one to four bytes; some are not letters, and one has a combining mark
    let odd = [
        "-",
        "_",
        ".",
        "@",
        "/",
        " ",
        "\u{e9}",
        "e\u{301}",
        "\u{20ac}",
        "\u{1f600}",
        "\u{661}",
        "\u{202e}",
        "\r",
        "\n",
        "\0",
    ];
    let odd = select(odd.map(str::to_owned).to_vec());
    let letters = mostly("[a-z0-9]", odd.clone());
    let plain = length(schema, "Length", 5).prop_flat_map(move |length| {
        let repeated = odd.clone().prop_map(move |odd| odd.repeat(length));
        let mixed = vec(letters.clone(), length).prop_map(|parts| parts.concat());
        let texts = prop_oneof![3 => mixed, 1 => repeated];
        texts.prop_map(move |text| text.chars().take(length).collect::<String>())
    });
    let patterns = std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
    let matching = patterns
        .filter_map(|rule| string_regex(&unanchored(rule["pattern"].as_str()?)).ok())
        .map(|strategy| (9, strategy.boxed()));
    Union::new_weighted(matching.chain([(1, plain.boxed())]).collect()).boxed()
}

/// Removes the anchors, which proptest does not support; its strings match the whole pattern.
fn unanchored(pattern: &str) -> String {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    pattern.replace(r"\/", "/")
}

fn integer(schema: &Value) -> Values {
    let limit = |name: &str| schema[name].as_number().and_then(Number::as_i128);
    let (min, max) = (limit("minimum"), limit("maximum"));
    let value = |edge: i128| Number::from_i128(edge).map(Value::Number);
    let outside = [min.map(|end| end - 1), max.map(|end| end + 1)];
    let mut outside: Vec<Value> = outside.into_iter().flatten().filter_map(value).collect();
    outside.extend([
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(i64::MIN),
    ]);
    let min = min.unwrap_or(0);
    let limits = [Some(min), max].into_iter().flatten().filter_map(value);
    let limits: Vec<_> = limits.collect();
    let max = max.unwrap_or(min + 100).min(min + 100);
    let between = (min..=max).prop_map(move |number| value(number).unwrap());
    mostly(prop_oneof![select(limits), between], select(outside))
}

fn number(schema: &Value) -> Values {
    let limit = |name: &str| schema[name].as_f64().unwrap();
    let (min, max) = (limit("minimum"), limit("maximum"));
    let outside = [min - 1.0, min - 0.25, max + 0.25, max + 1.0, 1e300, -1e300];
    let outside = outside.map(Value::from).to_vec();
    let between = (0..=16_u8).prop_map(move |part| json!((min + f64::from(part) / 4.0).min(max)));
    let limits = select(vec![json!(min), json!(max)]);
    mostly(prop_oneof![limits, between], select(outside))
}

fn anything() -> Values {
    select(vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-7),
        json!(1.5),
        json!("x"),
        json!(""),
        json!([]),
        json!([1, 2]),
        json!({}),
        json!({ "x": 1 }),
    ])
    .boxed()
}
