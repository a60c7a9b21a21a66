//! Where on the wire that is which garde reports by Rust's names.
//!
//! garde says neither which variant of an enum it looked at nor which of a member's names
//! was sent, so what was sent is looked at beside the shape.

use garde::error::{Kind, Path};
use serde_json::Value;

use crate::input::shape::{Nested, Shape, Tagging, Variant};

impl Shape {
    /// The JSON Pointer (RFC 6901) of what garde reports at `path`.
    ///
    /// `sent` is the whole input, where it is known. Without it a member has the first of its
    /// names, and the way ends at an enum.
    pub(crate) fn pointer(&self, path: &Path, sent: Option<&Value>) -> String {
        let mut walk = Walk {
            pointer: String::new(),
            place: Place::Shape(self),
            sent,
        };
        for (kind, component) in path.__iter().rev() {
            if kind != Kind::None && !walk.step(component.as_str(), kind == Kind::Index) {
                break;
            }
        }
        walk.pointer
    }
}

impl Tagging {
    /// The variant that was sent, the names on the way to its content, and the content.
    pub(crate) fn select<'a>(
        self,
        variants: &'static [Variant],
        sent: &'a Value,
    ) -> Option<(&'static Variant, Option<&'static str>, &'a Value)> {
        let known = |name: &str| {
            let named = |variant: &&Variant| variant.names.contains(&name);
            variants.iter().find(named)
        };
        match self {
            Self::External => {
                let object = sent.as_object()?;
                let (name, content) = object.iter().next()?;
                let variant = known(name)?;
                Some((variant, spelled(variant.names, name), content))
            }
            Self::Internal(tag) => Some((known(sent.get(tag)?.as_str()?)?, None, sent)),
            Self::Adjacent(tag, content) => {
                let variant = known(sent.get(tag)?.as_str()?)?;
                Some((variant, Some(content), sent.get(content)?))
            }
        }
    }
}

/// The name as the type spells it, so that no text of the input is carried on.
fn spelled(names: &'static [&'static str], sent: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| *name == sent)
}

/// The name by which a member was sent; without one, the first that it has.
pub(crate) fn name_sent(names: &'static [&'static str], sent: Option<&Value>) -> &'static str {
    let is_there = |name: &&&str| sent.is_some_and(|sent| sent.get(**name).is_some());
    let name = names.iter().find(is_there).or(names.first());
    name.copied().unwrap_or_default()
}

/// Where in the shape, and in what was sent, a path has come to.
struct Walk<'a> {
    pointer: String,
    place: Place<'a>,
    sent: Option<&'a Value>,
}

#[derive(Clone, Copy)]
enum Place<'a> {
    Shape(&'a Shape),
    Nested(Nested),
}

impl<'a> Walk<'a> {
    /// Follows one component of garde's path; false where the wire has no place for it.
    fn step(&mut self, component: &str, is_index: bool) -> bool {
        match self.place {
            Place::Shape(shape) => self.step_in_shape(shape, component, is_index),
            Place::Nested(Nested::Of(shape)) => self.step_in_shape(shape(), component, is_index),
            // a member's name below what has no known shape is the sender's
            Place::Nested(Nested::Leaf) => is_index && self.enter_index(component, Nested::Leaf),
            Place::Nested(Nested::Items(item)) => self.enter_index(component, *item),
            Place::Nested(Nested::Tuple(parts)) => {
                self.enter_index(component, part(parts, component))
            }
            Place::Nested(Nested::Unordered(_) | Nested::Entries(_)) => false,
        }
    }

    fn step_in_shape(&mut self, shape: &'a Shape, component: &str, is_index: bool) -> bool {
        match shape {
            Shape::Fields(fields) => {
                let Some(field) = fields.iter().find(|field| field.rust == component) else {
                    return false;
                };
                self.enter_member(name_sent(field.names, self.sent));
                self.place = Place::Nested(field.nested);
                true
            }
            Shape::Newtype(nested) => {
                self.place = Place::Nested(*nested);
                true
            }
            Shape::Transparent(nested) => {
                self.place = Place::Nested(*nested);
                self.step(component, is_index)
            }
            Shape::Tuple(parts) => self.enter_index(component, part(parts, component)),
            Shape::Variants(tagging, variants) => {
                let selected = self.sent.and_then(|sent| tagging.select(variants, sent));
                let Some((variant, name, content)) = selected else {
                    return false;
                };
                if let Some(name) = name {
                    push_token(&mut self.pointer, name);
                }
                self.sent = Some(content);
                self.step_in_shape(&variant.content, component, is_index)
            }
        }
    }

    fn enter_member(&mut self, name: &str) {
        push_token(&mut self.pointer, name);
        self.sent = self.sent.and_then(|sent| sent.get(name));
    }

    fn enter_index(&mut self, index: &str, nested: Nested) -> bool {
        push_token(&mut self.pointer, index);
        let at = index.parse::<usize>().ok();
        self.sent = self.sent.zip(at).and_then(|(sent, at)| sent.get(at));
        self.place = Place::Nested(nested);
        true
    }
}

/// The part of a tuple at an index.
fn part(parts: &[Nested], index: &str) -> Nested {
    let part = index.parse().ok().and_then(|index: usize| parts.get(index));
    part.copied().unwrap_or(Nested::Leaf)
}

/// Appends a reference token, escaped as RFC 6901 §3 says.
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

/// The name of a parameter: a JSON Pointer of one step without its syntax.
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
    fn a_parameters_name_is_free_of_the_pointers_syntax() {
        assert_eq!(bare("/perPage"), "perPage");
        assert_eq!(bare("/a~1b~01"), "a/b~1");
        assert_eq!(bare(""), "");
    }
}
