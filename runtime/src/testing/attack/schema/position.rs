//! A position in a value, with the schema that describes it.

use serde_json::Value;

use crate::testing::attack::schema::validate::{resolve, satisfies};

/// The maximum depth of alternatives within alternatives.
const MAX_DEPTH: usize = 16;

/// A position in a value.
#[derive(Clone, Debug)]
pub(in crate::testing::attack) struct Position<'a> {
    /// The schema of the value at the position, perhaps with alternatives.
    pub(super) schema: &'a Value,
    /// The JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
    pub(super) pointer: String,
    /// The resolved schemas of the values around it.
    pub(super) ancestors: Vec<&'a Value>,
    /// Whether `schema` is one of several alternatives, and the others have their own positions.
    pub(super) is_chosen: bool,
}

impl<'a> Position<'a> {
    /// Returns the position of the whole value.
    pub(in crate::testing::attack) fn root(document: &'a Value) -> Self {
        Self {
            schema: document,
            pointer: String::new(),
            ancestors: Vec::new(),
            is_chosen: false,
        }
    }

    /// Returns the same position with one of its alternatives.
    pub(super) fn with_choice(&self, document: &'a Value, choice: &'a Value) -> Self {
        let mut chosen = self.clone();
        let schema = resolve(document, self.schema);
        if !std::ptr::eq(schema, choice) {
            chosen.ancestors.push(schema);
        }
        chosen.schema = choice;
        chosen.is_chosen = true;
        chosen
    }

    /// Returns the position of a member or item of the value.
    pub(super) fn below(&self, document: &'a Value, name: &str, schema: &'a Value) -> Self {
        let mut ancestors = self.ancestors.clone();
        ancestors.push(resolve(document, self.schema));
        Self {
            schema,
            pointer: format!("{}/{}", self.pointer, escaped(name)),
            ancestors,
            is_chosen: false,
        }
    }

    /// Returns the pointer, or words for the whole value.
    pub(super) fn label(&self) -> &str {
        if self.pointer.is_empty() {
            "the value"
        } else {
            &self.pointer
        }
    }

    /// Returns whether the type of the value is inside itself, so that its schema was followed before.
    pub(super) fn is_repeated(&self, document: &'a Value) -> bool {
        let schema = resolve(document, self.schema);
        let mut ancestors = self.ancestors.iter();
        ancestors.any(|other| std::ptr::eq(*other, schema))
    }
}

/// Returns the alternative of a schema that a value satisfies.
pub(super) fn chosen<'a>(document: &'a Value, schema: &'a Value, value: &Value) -> &'a Value {
    let schema = resolve(document, schema);
    let mut choices = choices(schema).into_iter().flatten();
    match choices.find(|choice| satisfies(document, choice, value)) {
        Some(choice) => chosen(document, choice, value),
        None => schema,
    }
}

/// Returns the alternatives of a schema that have no alternatives themselves; only the schema if it has none.
pub(in crate::testing::attack) fn alternatives<'a>(
    document: &'a Value,
    schema: &'a Value,
) -> Vec<&'a Value> {
    let (mut found, mut waiting) = (Vec::new(), vec![(schema, 0)]);
    while let Some((schema, depth)) = waiting.pop() {
        let schema = resolve(document, schema);
        match choices(schema).filter(|_| depth < MAX_DEPTH) {
            Some(choices) => waiting.extend(choices.iter().rev().map(|choice| (choice, depth + 1))),
            None => found.push(schema),
        }
    }
    found
}

/// Returns the direct alternatives of a schema.
fn choices(schema: &Value) -> Option<&Vec<Value>> {
    // the exclusive members of an object are in its properties too
    if schema.get("properties").is_some() {
        return None;
    }
    let mut keywords = ["oneOf", "anyOf"].into_iter();
    keywords.find_map(|keyword| schema.get(keyword).and_then(Value::as_array))
}

/// Returns the whole value with the one at a pointer replaced, added or removed.
pub(super) fn replaced(whole: &Value, pointer: &str, value: Option<Value>) -> Option<Value> {
    if pointer.is_empty() {
        return value;
    }
    let mut whole = whole.clone();
    let (parent, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    match (whole.pointer_mut(parent)?, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name, value);
        }
        (Value::Object(members), None) => {
            members.remove(&name);
        }
        (Value::Array(items), Some(value)) => *items.get_mut(name.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(whole)
}

/// Returns the name of a member as a part of a pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
