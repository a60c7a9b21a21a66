//! JSON Pointers for the paths that garde reports.
//!
//! garde reports Rust's names. It reports neither the variant of an enum nor which of a member's names
//! (serde's `rename` and `alias`) the input used, so both are looked up in the raw input.

use garde::error::{Kind, Path};
use serde_json::Value;

use crate::input::shape::position::{Position, declared_name, element_index, variant_named};
use crate::input::shape::{Nested, Shape, Tagging, Variant};

impl Shape {
    /// Returns the JSON Pointer (RFC 6901) for a path that garde reports.
    ///
    /// `raw` is the whole input, if it is known. Without it, a member has its first name, and the
    /// pointer ends at an enum.
    pub(crate) fn pointer(&'static self, path: &Path, raw: Option<&Value>) -> String {
        let mut pointer = String::new();
        let mut walk = Walk {
            pointer: &mut pointer,
            position: Position::Shape(self),
            raw,
        };
        walk.follow(
            path.__iter()
                .rev()
                .map(|(kind, name)| (kind, name.as_str())),
        );
        pointer
    }
}

impl Position {
    /// Appends the rest of a path that garde reports to the pointer to this position.
    ///
    /// The input has no value there, so a member has its first name, and the pointer ends at an enum.
    pub(crate) fn append_to<'p>(
        self,
        pointer: &mut String,
        rest: impl Iterator<Item = (Kind, &'p str)>,
    ) {
        let position = self;
        let mut walk = Walk {
            pointer,
            position,
            raw: None,
        };
        walk.follow(rest);
    }
}

impl Tagging {
    /// Returns the received variant, the name of the member with its content, and the content.
    pub(crate) fn select<'a>(
        self,
        variants: &'static [Variant],
        raw: &'a Value,
    ) -> Option<(&'static Variant, Option<&'static str>, &'a Value)> {
        match self {
            Self::External => {
                let object = raw.as_object()?;
                let (name, content) = object.iter().next()?;
                let variant = variant_named(variants, name)?;
                Some((variant, Some(declared_name(variant.names, name)), content))
            }
            Self::Internal(tag) => {
                Some((variant_named(variants, raw.get(tag)?.as_str()?)?, None, raw))
            }
            Self::Adjacent(tag, content) => {
                let variant = variant_named(variants, raw.get(tag)?.as_str()?)?;
                Some((variant, Some(content), raw.get(content)?))
            }
        }
    }
}

/// Returns the name of a member in the input, or the first of its names.
pub(crate) fn received_name(names: &'static [&'static str], raw: Option<&Value>) -> &'static str {
    let is_present = |name: &&&str| raw.is_some_and(|raw| raw.get(**name).is_some());
    let name = names.iter().find(is_present).or(names.first());
    name.copied().unwrap_or_default()
}

/// The position of a path in the shape and in the raw input.
struct Walk<'a, 'p> {
    pointer: &'p mut String,
    position: Position,
    raw: Option<&'a Value>,
}

impl Walk<'_, '_> {
    /// Follows the components of garde's path as far as the pointer goes.
    fn follow<'c>(&mut self, components: impl Iterator<Item = (Kind, &'c str)>) {
        for (kind, component) in components {
            if kind != Kind::None && !self.step(component, kind == Kind::Index) {
                break;
            }
        }
    }

    /// Follows one component of garde's path; returns `false` if the pointer ends before it.
    fn step(&mut self, component: &str, is_index: bool) -> bool {
        match self.position {
            Position::Shape(shape) => self.step_in_shape(shape, component, is_index),
            Position::Nested(Nested::Of(shape)) => self.step_in_shape(shape(), component, is_index),
            Position::Nested(Nested::Optional(value) | Nested::Patch(value)) => {
                self.position = Position::Nested(value);
                self.step(component, is_index)
            }
            // without a known shape, the client chose the name
            Position::Nested(
                Nested::Leaf | Nested::Written(_) | Nested::File(_) | Nested::Unchecked(_),
            ) => is_index && self.enter_index(component, &Nested::Leaf),
            Position::Nested(Nested::List(item, _) | Nested::Array(item, _)) => {
                self.enter_index(component, item)
            }
            Position::Nested(Nested::Tuple(parts)) => {
                self.enter_index(component, element(parts, component))
            }
            Position::Nested(Nested::Unordered(..) | Nested::Entries(..)) => false,
        }
    }

    fn step_in_shape(&mut self, shape: &'static Shape, component: &str, is_index: bool) -> bool {
        match shape {
            Shape::Fields(fields) => {
                let Some(field) = fields
                    .iter()
                    .find(|field| field.rust == component && !field.names.is_empty())
                else {
                    return false;
                };
                self.enter_member(received_name(field.names, self.raw));
                self.position = Position::Nested(&field.nested);
                true
            }
            Shape::Newtype(nested) => {
                self.position = Position::Nested(nested);
                true
            }
            Shape::Transparent(nested) => {
                self.position = Position::Nested(nested);
                self.step(component, is_index)
            }
            Shape::Tuple(parts, skipped) => {
                let index = component.parse().ok();
                let Some(index) = index.and_then(|field| element_index(skipped, field)) else {
                    return false;
                };
                let element = parts.get(index).unwrap_or(&Nested::Leaf);
                self.enter_index(&index.to_string(), element)
            }
            Shape::Partial(shape, unread) => {
                let is_unread = unread.iter().any(|field| field.rust == component);
                !is_unread && self.step_in_shape(shape, component, is_index)
            }
            Shape::Variants(tagging, variants) => {
                let selected = self.raw.and_then(|raw| tagging.select(variants, raw));
                let Some((variant, name, content)) = selected else {
                    return false;
                };
                if let Some(name) = name {
                    push_token(self.pointer, name);
                }
                self.raw = Some(content);
                self.step_in_shape(&variant.content, component, is_index)
            }
        }
    }

    fn enter_member(&mut self, name: &str) {
        push_token(self.pointer, name);
        self.raw = self.raw.and_then(|raw| raw.get(name));
    }

    fn enter_index(&mut self, index: &str, nested: &'static Nested) -> bool {
        push_token(self.pointer, index);
        let at = index.parse::<usize>().ok();
        self.raw = self.raw.zip(at).and_then(|(raw, at)| raw.get(at));
        self.position = Position::Nested(nested);
        true
    }
}

/// Returns the element of a tuple at an index.
fn element(parts: &'static [Nested], index: &str) -> &'static Nested {
    let element = index.parse().ok().and_then(|index: usize| parts.get(index));
    element.unwrap_or(&Nested::Leaf)
}

/// Appends a reference token, escaped (RFC 6901 §3).
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
}

/// Returns the name of a parameter from a JSON Pointer of one token.
pub(crate) fn bare(pointer: &str) -> String {
    pointer
        .strip_prefix('/')
        .unwrap_or(pointer)
        .replace("~1", "/")
        .replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_pointer_is_unescaped() {
        assert_eq!(bare("/perPage"), "perPage");
        assert_eq!(bare("/a~1b~01"), "a/b~1");
        assert_eq!(bare(""), "");
    }
}
