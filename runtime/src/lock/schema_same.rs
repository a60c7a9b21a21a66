//! Schemas with the same meaning: equal, whatever the positions of their definitions.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lock::schema::LockedSchema;

/// Returns whether two parts of schemas are equal, and the definitions that they refer to.
pub(super) fn is_same(
    (old_schemas, old): (&LockedSchema, &Value),
    (new_schemas, new): (&LockedSchema, &Value),
) -> bool {
    let mut same = Same {
        old: old_schemas,
        new: new_schemas,
        pairs: BTreeSet::new(),
    };
    same.values(old, new)
}

struct Same<'a> {
    old: &'a LockedSchema,
    new: &'a LockedSchema,
    /// The references that are being compared, or were: recursive types have no end.
    pairs: BTreeSet<(String, String)>,
}

impl Same<'_> {
    fn values(&mut self, old: &Value, new: &Value) -> bool {
        match (old, new) {
            (Value::Object(olds), Value::Object(news)) => {
                let has_same_keys = olds.len() == news.len();
                has_same_keys
                    && olds.iter().all(|(keyword, value)| {
                        let Some(other) = news.get(keyword) else {
                            return false;
                        };
                        if keyword == "$ref" && value.is_u64() && other.is_u64() {
                            self.references(old, new)
                        } else {
                            self.values(value, other)
                        }
                    })
            }
            (Value::Array(olds), Value::Array(news)) => {
                let mut pairs = olds.iter().zip(news);
                olds.len() == news.len() && pairs.all(|(old, new)| self.values(old, new))
            }
            _ => old == new,
        }
    }

    /// Compares the definitions that two schemas refer to.
    fn references(&mut self, old: &Value, new: &Value) -> bool {
        let position =
            |schema: &Value| schema.get("$ref").map(Value::to_string).unwrap_or_default();
        if !self.pairs.insert((position(old), position(new))) {
            return true;
        }
        match (self.old.definition(old), self.new.definition(new)) {
            (Some(old), Some(new)) => self.values(old, new),
            // a reference without a definition has no known meaning
            _ => false,
        }
    }
}
