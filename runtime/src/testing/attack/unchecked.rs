//! Attacks with unexpected data on everything that states that it is not checked.

use axum::body::Bytes;
use serde_json::{Value, json};

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::routing::{Exception, ExceptionKind, Route};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::part::{Parts, is_body};
use crate::testing::attack::schema::Encoding;

/// The length of a text that a type without a bound accepts.
const LONG: usize = 10_000;

const CLASS: AttackClass = AttackClass::UncheckedData;

impl RouteAttack<'_> {
    /// Sends data that no rule could accept to everything that states that it is not checked.
    pub(super) async fn unchecked(&mut self, parts: &Parts) {
        let exceptions = self.target.route.into_iter().flat_map(Route::exceptions);
        for exception in exceptions.collect::<Vec<_>>() {
            match exception.kind() {
                ExceptionKind::UnvalidatedArgument | ExceptionKind::CustomDecoding => {
                    self.unchecked_argument(&exception).await;
                }
                ExceptionKind::UnvalidatedField | ExceptionKind::CustomScalar => {
                    self.unchecked_field(parts, &exception).await;
                }
                ExceptionKind::TrustedArgument
                | ExceptionKind::TrustedRequestExtension
                | ExceptionKind::UncheckedMessages => {
                    self.not_covered(CLASS, &format!("the {exception}"));
                }
            }
        }
    }

    async fn unchecked_argument(&mut self, exception: &Exception) {
        let unknown = json!({"palisade_attack": [[[{"a": null}]]]}).to_string();
        for (kind, text, media_type) in [
            ("unknown JSON", unknown, "application/json"),
            ("long text", "a".repeat(LONG), "text/plain"),
        ] {
            let mut request = self.base.clone();
            request.set_body(Bytes::from(text), media_type);
            let description = format!("{kind} to the {exception}");
            self.attempt_input(CLASS, &description, &request).await;
        }
    }

    async fn unchecked_field(&mut self, parts: &Parts, exception: &Exception) {
        let position = exception.location().and_then(|location| {
            let is_part =
                |other: InputLocation| other == location || (is_body(other) && is_body(location));
            let mut all = parts.list.iter().enumerate();
            all.find(|(_, part)| is_part(part.location))
        });
        let Some((at, part)) = position else {
            let reason = format!("{exception}: it is in no part of the request");
            self.not_covered(CLASS, &reason);
            return;
        };
        let texts = [json!("a".repeat(LONG)), json!("\u{202e}<script>")];
        let nested = json!({"palisade_attack": [[[null]]]});
        let nested = (part.encoding() == Encoding::Json).then_some(nested);
        for junk in texts.into_iter().chain(nested) {
            let place = exception.field().unwrap_or_default();
            let Some(value) = with_junk(&part.value, place, &junk) else {
                let reason = format!("{exception}: the accepted request does not have it");
                self.not_covered(CLASS, &reason);
                continue;
            };
            let request = self.target.request(&parts.with(at, value));
            let description = format!("unexpected data to the {exception}");
            self.attempt_input(CLASS, &description, &request).await;
        }
    }
}

/// Returns a value with the parts at a pointer replaced; a star in it is every item or entry.
fn with_junk(value: &Value, pointer: &str, junk: &Value) -> Option<Value> {
    let Some(rest) = pointer.strip_prefix('/') else {
        return pointer.is_empty().then(|| junk.clone());
    };
    let (name, rest) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let name = name.replace("~1", "/").replace("~0", "~");
    let mut value = value.clone();
    let members: Vec<&mut Value> = match &mut value {
        Value::Object(members) if name == "*" => members.values_mut().collect(),
        Value::Object(members) => vec![members.entry(name).or_insert(Value::Null)],
        Value::Array(items) if name == "*" => items.iter_mut().collect(),
        Value::Array(items) => vec![items.get_mut(name.parse::<usize>().ok()?)?],
        _ => return None,
    };
    if members.is_empty() {
        return None;
    }
    for member in members {
        *member = with_junk(member, rest, junk)?;
    }
    Some(value)
}
