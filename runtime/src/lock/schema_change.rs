//! The comparison of two schemas: which input one of them accepts and the other does not.
//!
//! Each keyword restricts the input. The newer schema accepts no more if each restriction of the older one follows from
//! a restriction of the newer one; a keyword without a known order is compared as a whole.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::lock::bound::{self, BOUNDS};
use crate::lock::schema::LockedSchema;
use crate::lock::schema_forms::{alias_rule, branches, by_name, names};
use crate::lock::schema_same::is_same;
use crate::lock::verdict::Verdict;
use crate::lock::word::{ascii_json, quoted};

/// A difference between two schemas: its effect, and a sentence with a witness.
pub(super) struct SchemaChange {
    pub(super) verdict: Verdict,
    pub(super) detail: String,
}

/// Returns the differences between two versions of the schema of an input at `location`.
pub(super) fn schema_changes(
    location: &str,
    old: &LockedSchema,
    new: &LockedSchema,
) -> Vec<SchemaChange> {
    let mut comparison = SchemaComparison {
        location,
        old,
        new,
        pairs: BTreeSet::new(),
        changes: Vec::new(),
    };
    comparison.schema("", &old.root, &new.root);
    comparison.changes
}

struct SchemaComparison<'a> {
    location: &'a str,
    old: &'a LockedSchema,
    new: &'a LockedSchema,
    /// The pairs of schemas with references that are being compared, or were: recursive types have no end.
    pairs: BTreeSet<(String, String)>,
    changes: Vec<SchemaChange>,
}

impl SchemaComparison<'_> {
    fn schema(&mut self, path: &str, old: &Value, new: &Value) {
        let has_reference = |schema: &Value| schema.to_string().contains("\"$ref\"");
        if has_reference(old) || has_reference(new) {
            if !self.pairs.insert((old.to_string(), new.to_string())) {
                return;
            }
        } else if old == new {
            return;
        }
        let (Some(old), Some(new)) = (branches(self.old, old, 0), branches(self.new, new, 0))
        else {
            self.push(path, Verdict::Incomparable, "its schema changed");
            return;
        };
        self.alternatives(path, &old, &new);
    }

    /// Compares the forms that a value may have.
    fn alternatives(&mut self, path: &str, old: &[Map<String, Value>], new: &[Map<String, Value>]) {
        match (old, new) {
            ([], []) => return,
            ([], _) => return self.accepted(path, "a value is"),
            (_, []) => return self.rejected(path, "a value is"),
            ([old], [new]) => return self.keywords(path, old, new),
            _ => {}
        }
        let (Some(mut old_forms), Some(new_forms)) = (by_name(old), by_name(new)) else {
            return self.unnamed(path, old, new);
        };
        for (name, new) in new_forms {
            match old_forms.remove(&name) {
                Some(old) => self.keywords(path, old, new),
                None => self.accepted(path, &format!("the form {} is", quoted(&name))),
            }
        }
        for name in old_forms.keys() {
            self.rejected(path, &format!("the form {} is", quoted(name)));
        }
    }

    /// Compares forms without names; those that both versions have are the same.
    fn unnamed(&mut self, path: &str, old: &[Map<String, Value>], new: &[Map<String, Value>]) {
        let [old, new] = [old, new].map(|forms| {
            let forms = forms.iter().cloned().map(Value::Object);
            forms.collect::<Vec<_>>()
        });
        let (lost, gained) = self.different(&old, &new);
        match (lost.is_empty(), gained.is_empty()) {
            (true, true) => {}
            (true, false) => self.accepted(path, "a value of another alternative is"),
            (false, true) => self.rejected(path, "a value of one alternative is"),
            (false, false) => self.push(path, Verdict::Incomparable, "its alternatives changed"),
        }
    }

    /// Returns the schemas that only one of two lists has.
    fn different<'s>(
        &self,
        old: &'s [Value],
        new: &'s [Value],
    ) -> (Vec<&'s Value>, Vec<&'s Value>) {
        let (mut lost, mut gained): (Vec<&Value>, Vec<&Value>) = (old.iter().collect(), Vec::new());
        for schema in new {
            match lost.iter().position(|other| self.is_same(other, schema)) {
                Some(at) => {
                    lost.remove(at);
                }
                None => gained.push(schema),
            }
        }
        (lost, gained)
    }

    fn keywords(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        self.types(path, old.get("type"), new.get("type"));
        self.values(path, old.get("enum"), new.get("enum"));
        for bound in &BOUNDS {
            if let Some((is_wider, detail)) = bound.compare(old, new) {
                self.change(path, is_wider, &detail);
            }
        }
        self.members(path, old, new);
        self.elements(path, old, new);
        self.set_of_rules(path, "pattern", &patterns(old), &patterns(new));
        self.other_parts(path, old.get("allOf"), new.get("allOf"));
        self.set_of_rules(
            path,
            "format",
            &texts(old.get("format")),
            &texts(new.get("format")),
        );
        self.comments(path, old.get("$comment"), new.get("$comment"));
        let known = |keyword: &&String| {
            !KNOWN.contains(&keyword.as_str())
                && BOUNDS.iter().all(|bound| bound.keyword != **keyword)
        };
        let others: BTreeSet<&String> = old.keys().chain(new.keys()).filter(known).collect();
        for keyword in others {
            match (old.get(keyword), new.get(keyword)) {
                (Some(old), Some(new)) if self.is_same(old, new) => {}
                (Some(_), Some(_)) => self.push(
                    path,
                    Verdict::Incomparable,
                    &format!("its rule `{keyword}` changed"),
                ),
                (Some(_), None) => self.push(
                    path,
                    Verdict::Weaker,
                    &format!("its rule `{keyword}` was removed"),
                ),
                (None, _) => self.push(
                    path,
                    Verdict::Stronger,
                    &format!("its rule `{keyword}` is new"),
                ),
            }
        }
    }

    /// Returns whether two parts are equal, and the definitions that they refer to.
    fn is_same(&self, old: &Value, new: &Value) -> bool {
        is_same((self.old, old), (self.new, new))
    }

    fn types(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        match (old.map(names), new.map(names)) {
            (None, None) => {}
            (Some(_), None) => self.accepted(path, "a value of any type is"),
            (None, Some(_)) => self.rejected(path, "a value of any type is"),
            (Some(old), Some(new)) => {
                let covers = |types: &BTreeSet<String>, name: &String| {
                    types.contains(name) || (name == "integer" && types.contains("number"))
                };
                for name in new.iter().filter(|name| !covers(&old, name)) {
                    self.accepted(path, &format!("a value of type `{name}` is"));
                }
                for name in old.iter().filter(|name| !covers(&new, name)) {
                    self.rejected(path, &format!("a value of type `{name}` is"));
                }
            }
        }
    }

    fn values(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        match (old.map(json_texts), new.map(json_texts)) {
            (None, None) => {}
            (Some(_), None) => self.accepted(path, "a value outside the former list is"),
            (None, Some(_)) => self.rejected(path, "a value outside the new list is"),
            (Some(old), Some(new)) => {
                for name in new.difference(&old) {
                    self.accepted(path, &format!("the value `{name}` is"));
                }
                for name in old.difference(&new) {
                    self.rejected(path, &format!("the value `{name}` is"));
                }
            }
        }
    }

    fn members(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let [old_required, new_required] =
            [old, new].map(|schema| schema.get("required").map(names).unwrap_or_default());
        for name in old_required.difference(&new_required) {
            self.accepted(&joined(path, name), "a request without it is");
        }
        for name in new_required.difference(&old_required) {
            self.rejected(&joined(path, name), "a request without it is");
        }
        let [old_members, new_members] =
            [old, new].map(|schema| schema.get("properties").and_then(Value::as_object));
        let [old_others, new_others] = [old, new].map(|schema| {
            schema
                .get("additionalProperties")
                .unwrap_or(&Value::Bool(true))
        });
        let keys = |members: Option<&Map<String, Value>>| {
            members.map(|members| members.keys().cloned().collect::<BTreeSet<_>>())
        };
        let [old_names, new_names] =
            [old_members, new_members].map(|members| keys(members).unwrap_or_default());
        for name in old_names.union(&new_names) {
            let old_member = old_members
                .and_then(|members| members.get(name))
                .unwrap_or(old_others);
            let new_member = new_members
                .and_then(|members| members.get(name))
                .unwrap_or(new_others);
            self.schema(&joined(path, name), old_member, new_member);
        }
        if old_others != new_others || old_others.is_object() {
            self.schema(&joined(path, "*"), old_others, new_others);
        }
        let [old_keys, new_keys] =
            [old, new].map(|schema| schema.get("propertyNames").unwrap_or(&Value::Bool(true)));
        self.schema(&joined(path, "*"), old_keys, new_keys);
    }

    fn elements(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let [old_first, new_first] =
            [old, new].map(|schema| schema.get("prefixItems").and_then(Value::as_array));
        let [old_others, new_others] =
            [old, new].map(|schema| schema.get("items").unwrap_or(&Value::Bool(true)));
        let count = |items: Option<&Vec<Value>>| items.map_or(0, Vec::len);
        for index in 0..count(old_first).max(count(new_first)) {
            let old_item = old_first
                .and_then(|items| items.get(index))
                .unwrap_or(old_others);
            let new_item = new_first
                .and_then(|items| items.get(index))
                .unwrap_or(new_others);
            self.schema(&joined(path, &index.to_string()), old_item, new_item);
        }
        if old_others != new_others || old_others.is_object() {
            self.schema(&joined(path, "*"), old_others, new_others);
        }
    }

    /// Compares rules of which all must hold, and of which none is known to imply another.
    fn set_of_rules(
        &mut self,
        path: &str,
        name: &str,
        old: &BTreeSet<String>,
        new: &BTreeSet<String>,
    ) {
        let lost = old.difference(new).next();
        let gained = new.difference(old).next();
        let [lost, gained] = [lost, gained].map(|rule| rule.map(|rule| quoted(rule)));
        self.rule(path, name, lost, gained);
    }

    /// Reports a rule that is gone, and a new one.
    fn rule(&mut self, path: &str, name: &str, lost: Option<String>, gained: Option<String>) {
        match (lost, gained) {
            (None, None) => {}
            (None, Some(gained)) => {
                self.push(
                    path,
                    Verdict::Stronger,
                    &format!("its {name} {gained} is new"),
                );
            }
            (Some(lost), None) => {
                self.push(
                    path,
                    Verdict::Weaker,
                    &format!("its {name} {lost} was removed"),
                );
            }
            (Some(lost), Some(gained)) => {
                let detail = if lost == gained {
                    format!("its {name} {lost} changed")
                } else {
                    format!("its {name} was {lost}, is {gained}")
                };
                self.push(path, Verdict::Incomparable, &detail);
            }
        }
    }

    /// Compares the parts of `allOf` that are no patterns, of which none is known to imply another.
    fn other_parts(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        let [old, new] = [old, new].map(|parts| {
            let parts = parts.and_then(Value::as_array).into_iter().flatten();
            let others = parts.filter(|part| part.get("pattern").is_none());
            others.cloned().collect::<Vec<_>>()
        });
        let (lost, gained) = self.different(&old, &new);
        let text = |part: &&Value| {
            let of_names = alias_rule(part).map(|rule| quoted(&rule));
            of_names.unwrap_or_else(|| "`allOf`".to_owned())
        };
        let (lost, gained) = (lost.first().map(text), gained.first().map(text));
        self.rule(path, "rule", lost, gained);
    }

    /// Compares the rules that JSON Schema cannot express.
    fn comments(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        let [mut old, mut new] = [old, new].map(|comment| {
            let rules = comment
                .and_then(Value::as_str)
                .unwrap_or_default()
                .split("; ");
            rules
                .filter(|rule| !rule.is_empty())
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
        });
        for (is_wider, detail) in bound::take_stated_bounds(&mut old, &mut new) {
            self.change(path, is_wider, &detail);
        }
        self.set_of_rules(path, "rule", &old, &new);
    }

    fn accepted(&mut self, path: &str, witness: &str) {
        self.push(path, Verdict::Weaker, &format!("{witness} now accepted"));
    }

    fn rejected(&mut self, path: &str, witness: &str) {
        self.push(
            path,
            Verdict::Stronger,
            &format!("{witness} no longer accepted"),
        );
    }

    fn change(&mut self, path: &str, is_wider: bool, detail: &str) {
        let verdict = if is_wider {
            Verdict::Weaker
        } else {
            Verdict::Stronger
        };
        self.push(path, verdict, detail);
    }

    fn push(&mut self, path: &str, verdict: Verdict, detail: &str) {
        let subject = if path.is_empty() {
            format!("the {}", self.location)
        } else {
            format!(
                "{} in the {}",
                quoted(path).replace('"', "`"),
                self.location
            )
        };
        self.changes.push(SchemaChange {
            verdict,
            detail: format!("{subject}: {detail}"),
        });
    }
}

/// Keywords that are compared by their meaning.
const KNOWN: &[&str] = &[
    "$comment",
    "additionalProperties",
    "allOf",
    "enum",
    "format",
    "items",
    "pattern",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "type",
];

fn json_texts(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(ascii_json).collect()
}

fn texts(value: Option<&Value>) -> BTreeSet<String> {
    value
        .and_then(Value::as_str)
        .map(str::to_owned)
        .into_iter()
        .collect()
}

/// Returns the patterns that must all match, of `pattern` and of `allOf`.
fn patterns(schema: &Map<String, Value>) -> BTreeSet<String> {
    let mut patterns = texts(schema.get("pattern"));
    let parts = schema.get("allOf").and_then(Value::as_array);
    for part in parts.map(Vec::as_slice).unwrap_or_default() {
        patterns.extend(texts(part.get("pattern")));
    }
    patterns
}

fn joined(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}
