//! Finds a value that serde accepted although it does not have its type's shape.
//!
//! serde reads a tagged enum into a buffer before it knows the variant. Decoding from the buffer is
//! lenient: it accepts an array for a struct, and a number for a variant's name. The raw value
//! is therefore compared with the shape of the type.

use serde_json::Value;

use crate::input::shape::pointer::{push_token, received_name};
use crate::input::shape::{Nested, Shape, Tagging};

/// Returns the JSON Pointer of the first value that does not have its shape.
pub(crate) fn find(shape: &Shape, raw: &Value) -> Option<String> {
    let mut pointer = String::new();
    is_mismatch(shape, raw, &mut pointer).then_some(pointer)
}

fn is_mismatch(shape: &Shape, raw: &Value, pointer: &mut String) -> bool {
    match shape {
        Shape::Fields([]) => false,
        Shape::Fields(fields) => {
            raw.is_array()
                || fields.iter().any(|field| {
                    let name = received_name(field.names, Some(raw));
                    below(pointer, name, |pointer| {
                        let member = raw.get(name);
                        member.is_some_and(|raw| is_nested_mismatch(field.nested, raw, pointer))
                    })
                })
        }
        Shape::Newtype(nested) | Shape::Transparent(nested) => {
            is_nested_mismatch(*nested, raw, pointer)
        }
        Shape::Tuple(parts) => is_tuple_mismatch(parts, raw, pointer),
        Shape::Variants(Tagging::External, _) if raw.is_string() => false,
        Shape::Variants(tagging, variants) => match tagging.select(variants, raw) {
            Some((variant, Some(name), content)) => below(pointer, name, |pointer| {
                is_mismatch(&variant.content, content, pointer)
            }),
            Some((variant, None, content)) => is_mismatch(&variant.content, content, pointer),
            None => !has_no_content(*tagging, raw),
        },
    }
}

/// Returns whether an adjacently tagged variant has no content, and so no member for it.
fn has_no_content(tagging: Tagging, raw: &Value) -> bool {
    match tagging {
        Tagging::Adjacent(tag, content) => {
            raw.get(tag).is_some_and(Value::is_string) && raw.get(content).is_none()
        }
        Tagging::External | Tagging::Internal(_) => false,
    }
}

fn is_nested_mismatch(nested: Nested, raw: &Value, pointer: &mut String) -> bool {
    // an `Option`; other types have rejected it
    if raw.is_null() {
        return false;
    }
    match nested {
        Nested::Leaf | Nested::Unchecked(_) => false,
        Nested::List(item, _) | Nested::Unordered(item, _) | Nested::Array(item, _) => {
            any_item(raw, pointer, |_| *item)
        }
        Nested::Tuple(parts) => is_tuple_mismatch(parts, raw, pointer),
        // the client chose the names, so the pointer ends at the map
        Nested::Entries(value, ..) => raw.as_object().is_some_and(|entries| {
            entries
                .values()
                .any(|raw| is_nested_mismatch(*value, raw, &mut String::new()))
        }),
        Nested::Of(shape) => is_mismatch(shape(), raw, pointer),
    }
}

fn is_tuple_mismatch(parts: &[Nested], raw: &Value, pointer: &mut String) -> bool {
    any_item(raw, pointer, |index| {
        parts.get(index).copied().unwrap_or(Nested::Leaf)
    })
}

fn any_item(raw: &Value, pointer: &mut String, nested: impl Fn(usize) -> Nested) -> bool {
    let items = raw.as_array().into_iter().flatten().enumerate();
    items.into_iter().any(|(index, raw)| {
        below(pointer, &index.to_string(), |pointer| {
            is_nested_mismatch(nested(index), raw, pointer)
        })
    })
}

/// Runs `search` one token deeper, and keeps the token if it finds something.
fn below(pointer: &mut String, token: &str, search: impl FnOnce(&mut String) -> bool) -> bool {
    let length = pointer.len();
    push_token(pointer, token);
    let is_found = search(pointer);
    if !is_found {
        pointer.truncate(length);
    }
    is_found
}
