//! Values inside a schema, at its edges and beyond, made of nothing but the schema.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Number, Value, json};

type Values = BoxedStrategy<Value>;

/// The levels below which no further objects are made.
const DEPTH: u32 = 5;

/// Values that a document is about.
pub fn values(document: &Value) -> Values {
    Walk { document }.below(document, 0)
}

/// Mostly the one, sometimes the other: an object of many members has to be right now and then.
fn mostly<T: std::fmt::Debug + 'static>(
    usual: impl Strategy<Value = T> + 'static,
    other: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![20 => usual, 1 => other].boxed()
}

struct Walk<'a> {
    document: &'a Value,
}

impl<'a> Walk<'a> {
    fn below(&self, schema: &'a Value, depth: u32) -> Values {
        mostly(self.meant(schema, depth), anything())
    }

    fn meant(&self, schema: &'a Value, depth: u32) -> Values {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            return self.meant(self.document.pointer(pointer).unwrap(), depth);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(forms) = schema[choice].as_array() {
                let plain = |form: &&Value| depth < DEPTH || form["$ref"].is_null();
                let forms = forms.iter().filter(plain);
                return Union::new(forms.map(|form| self.meant(form, depth))).boxed();
            }
        }
        if let Some(names) = schema["enum"].as_array() {
            return select(names.clone()).boxed();
        }
        match &schema["type"] {
            Value::String(kind) => self.of(kind, schema, depth),
            Value::Array(kinds) => {
                let kinds = kinds
                    .iter()
                    .map(|kind| self.of(kind.as_str().unwrap(), schema, depth));
                Union::new(kinds).boxed()
            }
            _ => anything(),
        }
    }

    fn of(&self, kind: &str, schema: &'a Value, depth: u32) -> Values {
        match kind {
            "null" => Just(Value::Null).boxed(),
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "string" => text(schema).prop_map(Value::from).boxed(),
            "integer" => whole(schema),
            "number" => number(schema),
            "array" => self.array(schema, depth),
            "object" if schema["properties"].is_object() => self.object(schema, depth),
            "object" => self.map(schema, depth),
            other => panic!("{other}"),
        }
    }

    fn array(&self, schema: &'a Value, depth: u32) -> Values {
        let Some(parts) = schema["prefixItems"].as_array() else {
            if depth >= DEPTH {
                return Just(json!([])).boxed();
            }
            let item = self.below(&schema["items"], depth + 1);
            return counted(item, schema, "Items").prop_map(Value::from).boxed();
        };
        let parts: Vec<_> = parts
            .iter()
            .map(|part| self.below(part, depth + 1))
            .collect();
        let most = parts.len();
        (parts, mostly(Just(most), 0..=most + 1))
            .prop_map(|(mut parts, length)| {
                parts.resize(length, json!(0));
                Value::from(parts)
            })
            .boxed()
    }

    /// What is required and some of the rest, but one of those that exclude each other.
    fn object(&self, schema: &'a Value, depth: u32) -> Values {
        let properties = schema["properties"].as_object().unwrap();
        let members: Vec<_> = properties
            .iter()
            .map(|(name, member)| (Just(name.clone()), self.below(member, depth + 1)))
            .collect();
        let required: Vec<String> = required(schema).map(str::to_owned).collect();
        let rules = schema["allOf"].as_array().into_iter().flatten();
        let groups: Vec<Vec<String>> = rules.map(group).collect();
        let all: Vec<String> = properties.keys().cloned().collect();
        let some = subsequence(all.clone(), 0..=all.len());
        let one_of_each: Vec<_> = groups.iter().map(|names| select(names.clone())).collect();
        let fitting = (some.clone(), one_of_each).prop_map(move |(mut names, one_of_each)| {
            names.retain(|name| !groups.iter().flatten().any(|other| other == name));
            names.extend(one_of_each);
            names.extend(required.clone());
            names
        });
        let kept = mostly(fitting, prop_oneof![some, Just(all)]);
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
        // of several names that mean the same key, and of a key's whole range
        let digits = "-?0{0,2}[0-3]|[0-9]{3}".prop_map(Value::from);
        let names = &schema["propertyNames"];
        let name = if names["$comment"].is_null() {
            let other = select(vec!["true", "false", "x"]).prop_map(Value::from);
            mostly(self.meant(names, depth + 1), prop_oneof![digits, other])
        } else {
            digits.boxed()
        };
        let value = self.below(&schema["additionalProperties"], depth + 1);
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

/// The names of which one may be there.
fn group(rule: &Value) -> Vec<String> {
    let each = rule["oneOf"].as_array().into_iter().flatten();
    each.flat_map(required).map(str::to_owned).collect()
}

/// How many there are: at an end or between; and one too few or too many.
fn count(schema: &Value, of: &str, usual: usize) -> BoxedStrategy<usize> {
    let end = |end: &str| {
        let end = schema[format!("{end}{of}")].as_u64();
        end.map(|end| usize::try_from(end).unwrap())
    };
    let (least, most) = (end("min").unwrap_or(0), end("max"));
    let beyond = select(vec![
        least.saturating_sub(1),
        most.map_or(usual, |most| most + 1),
    ]);
    let most = most.unwrap_or(usual.max(least));
    mostly(prop_oneof![select(vec![least, most]), least..=most], beyond)
}

fn counted<S>(item: S, schema: &Value, of: &str) -> BoxedStrategy<Vec<S::Value>>
where
    S: Strategy + 'static,
    S::Value: 'static,
{
    let item = item.boxed();
    let count = count(schema, of, 3);
    count
        .prop_flat_map(move |count| vec(item.clone(), count))
        .boxed()
}

fn text(schema: &Value) -> BoxedStrategy<String> {
    // of one to four bytes, of which some are no letters, or are made of another character
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
    let plain = count(schema, "Length", 5).prop_flat_map(move |count| {
        let repeated = odd.clone().prop_map(move |odd| odd.repeat(count));
        let mixed = vec(letters.clone(), count).prop_map(|parts| parts.concat());
        let texts = prop_oneof![3 => mixed, 1 => repeated];
        texts.prop_map(move |text| text.chars().take(count).collect::<String>())
    });
    let patterns = std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
    let fitting = patterns
        .filter_map(|rule| string_regex(&unanchored(rule["pattern"].as_str()?)).ok())
        .map(|strategy| (9, strategy.boxed()));
    Union::new_weighted(fitting.chain([(1, plain.boxed())]).collect()).boxed()
}

/// proptest makes texts of the whole pattern, and knows no anchors.
fn unanchored(pattern: &str) -> String {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    pattern.replace(r"\/", "/")
}

fn whole(schema: &Value) -> Values {
    let end = |end: &str| schema[end].as_number().and_then(Number::as_i128);
    let (least, most) = (end("minimum"), end("maximum"));
    let value = |edge: i128| Number::from_i128(edge).map(Value::Number);
    let beyond = [least.map(|end| end - 1), most.map(|end| end + 1)];
    let mut beyond: Vec<Value> = beyond.into_iter().flatten().filter_map(value).collect();
    beyond.extend([
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(i64::MIN),
    ]);
    let least = least.unwrap_or(0);
    let ends = [Some(least), most].into_iter().flatten().filter_map(value);
    let ends: Vec<_> = ends.collect();
    let most = most.unwrap_or(least + 100).min(least + 100);
    let between = (least..=most).prop_map(move |number| value(number).unwrap());
    mostly(prop_oneof![select(ends), between], select(beyond))
}

fn number(schema: &Value) -> Values {
    let end = |end: &str| schema[end].as_f64().unwrap();
    let (least, most) = (end("minimum"), end("maximum"));
    let beyond = [
        least - 1.0,
        least - 0.25,
        most + 0.25,
        most + 1.0,
        1e300,
        -1e300,
    ];
    let beyond = beyond.map(Value::from).to_vec();
    let between =
        (0..=16_u8).prop_map(move |part| json!((least + f64::from(part) / 4.0).min(most)));
    let ends = select(vec![json!(least), json!(most)]);
    mostly(prop_oneof![ends, between], select(beyond))
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
