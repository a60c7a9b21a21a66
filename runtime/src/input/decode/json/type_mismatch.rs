//! What serde lets through where it keeps input back before it knows the type.
//!
//! A tagged enum is read into a buffer first, whatever is in it, and its variant is then made
//! of the buffer: there an array stands for a struct, and a number for a variant's name. So
//! what was sent is held against the shape once more.

use serde_json::Value;

use crate::input::shape::pointer::{name_sent, push_token};
use crate::input::shape::{Nested, Shape, Tagging};

/// The JSON Pointer of the first place where `sent` has another form than `shape`.
pub(crate) fn find(shape: &Shape, sent: &Value) -> Option<String> {
    let mut pointer = String::new();
    in_shape(shape, sent, &mut pointer).then_some(pointer)
}

fn in_shape(shape: &Shape, sent: &Value, pointer: &mut String) -> bool {
    match shape {
        Shape::Fields([]) => false,
        Shape::Fields(fields) => {
            sent.is_array()
                || fields.iter().any(|field| {
                    let name = name_sent(field.names, Some(sent));
                    below(pointer, name, |pointer| {
                        let member = sent.get(name);
                        member.is_some_and(|sent| in_nested(field.nested, sent, pointer))
                    })
                })
        }
        Shape::Newtype(nested) | Shape::Transparent(nested) => in_nested(*nested, sent, pointer),
        Shape::Tuple(parts) => in_parts(parts, sent, pointer),
        Shape::Variants(Tagging::External, _) if sent.is_string() => false,
        Shape::Variants(tagging, variants) => match tagging.select(variants, sent) {
            Some((variant, Some(name), content)) => below(pointer, name, |pointer| {
                in_shape(&variant.content, content, pointer)
            }),
            Some((variant, None, content)) => in_shape(&variant.content, content, pointer),
            None => !is_content_absent(*tagging, sent),
        },
    }
}

/// A variant without content needs no member for it.
fn is_content_absent(tagging: Tagging, sent: &Value) -> bool {
    match tagging {
        Tagging::Adjacent(tag, content) => {
            sent.get(tag).is_some_and(Value::is_string) && sent.get(content).is_none()
        }
        Tagging::External | Tagging::Internal(_) => false,
    }
}

fn in_nested(nested: Nested, sent: &Value, pointer: &mut String) -> bool {
    // an `Option`, or refused by the type itself
    if sent.is_null() {
        return false;
    }
    match nested {
        Nested::Leaf => false,
        Nested::Items(item) | Nested::Unordered(item) => each(sent, pointer, |_| *item),
        Nested::Tuple(parts) => in_parts(parts, sent, pointer),
        // the names are the sender's: the place is the map's
        Nested::Entries(value) => sent.as_object().is_some_and(|entries| {
            entries
                .values()
                .any(|sent| in_nested(*value, sent, &mut String::new()))
        }),
        Nested::Of(shape) => in_shape(shape(), sent, pointer),
    }
}

fn in_parts(parts: &[Nested], sent: &Value, pointer: &mut String) -> bool {
    each(sent, pointer, |index| {
        parts.get(index).copied().unwrap_or(Nested::Leaf)
    })
}

fn each(sent: &Value, pointer: &mut String, nested: impl Fn(usize) -> Nested) -> bool {
    let items = sent.as_array().into_iter().flatten().enumerate();
    items.into_iter().any(|(index, sent)| {
        below(pointer, &index.to_string(), |pointer| {
            in_nested(nested(index), sent, pointer)
        })
    })
}

/// Looks below `token`, and stays there where something is found.
fn below(pointer: &mut String, token: &str, look: impl FnOnce(&mut String) -> bool) -> bool {
    let here = pointer.len();
    push_token(pointer, token);
    let found = look(pointer);
    if !found {
        pointer.truncate(here);
    }
    found
}
