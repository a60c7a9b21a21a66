//! The names that a type's fields have on the wire.
//!
//! garde reports where it found something in Rust's names; the client wants to read
//! it in its own. Looked at only when something is wrong.

use garde::error::{Kind, Path};

/// What a type looks like on the wire.
#[derive(Debug)]
pub enum Shape {
    /// An object with these members; none for a scalar.
    Fields(&'static [Field]),
    /// One field that the wire does not show, though garde names it.
    Newtype(Nested),
    /// One field that neither the wire nor garde shows: `#[garde(transparent)]`.
    Transparent(Nested),
    /// An array, one element per field.
    Tuple(&'static [Nested]),
}

/// One member of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, as garde reports it.
    pub rust: &'static str,
    /// Its name on the wire.
    pub wire: &'static str,
    /// What is in it.
    pub nested: Nested,
}

/// What is in a field.
#[derive(Clone, Copy, Debug)]
pub enum Nested {
    /// Nothing that has names.
    Leaf,
    /// Items of this kind, in the wire's order.
    Items(&'static Nested),
    /// Items of this kind, in an order that is not the wire's.
    Unordered(&'static Nested),
    /// One of each, in this order.
    Tuple(&'static [Nested]),
    /// A type with a shape of its own; a pointer, so that types may nest in themselves.
    Of(fn() -> &'static Shape),
}

impl Shape {
    /// The JSON Pointer (RFC 6901) of what garde reports at `path`.
    pub(crate) fn pointer(&self, path: &Path) -> String {
        let mut pointer = String::new();
        let mut place = Place::Shape(self);
        for (kind, component) in path.__iter().rev() {
            if kind == Kind::None {
                continue;
            }
            match place.step(component.as_str(), kind == Kind::Index) {
                Step::To(token, next) => {
                    push_token(&mut pointer, token);
                    place = next;
                }
                Step::Through(next) => place = next,
                Step::Stop => break,
            }
        }
        pointer
    }
}

/// Where in the shape a path has come to.
#[derive(Clone, Copy)]
enum Place<'a> {
    Shape(&'a Shape),
    Nested(Nested),
}

/// Where a component of garde's path leads.
enum Step<'a> {
    /// To this member or index of the wire.
    To(&'a str, Place<'a>),
    /// To what the wire does not show.
    Through(Place<'a>),
    /// To what the wire has no place for.
    Stop,
}

impl<'a> Place<'a> {
    /// Below what has no known shape only indices are named: a member's name is the sender's.
    fn step(self, component: &'a str, is_index: bool) -> Step<'a> {
        let nested = match self {
            Self::Shape(shape) => return shape.step(component, is_index),
            Self::Nested(nested) => nested,
        };
        match nested {
            Nested::Leaf if is_index => Step::To(component, self),
            Nested::Leaf | Nested::Unordered(_) => Step::Stop,
            Nested::Items(item) => Step::To(component, Self::Nested(*item)),
            Nested::Tuple(parts) => Step::To(component, part(parts, component)),
            Nested::Of(shape) => shape().step(component, is_index),
        }
    }
}

impl Shape {
    fn step<'a>(&'a self, component: &'a str, is_index: bool) -> Step<'a> {
        match self {
            Self::Fields(fields) => match fields.iter().find(|field| field.rust == component) {
                Some(field) => Step::To(field.wire, Place::Nested(field.nested)),
                None => Step::Stop,
            },
            Self::Newtype(nested) => Step::Through(Place::Nested(*nested)),
            Self::Transparent(nested) => Place::Nested(*nested).step(component, is_index),
            Self::Tuple(parts) => Step::To(component, part(parts, component)),
        }
    }
}

/// The part of a tuple at an index.
fn part<'a>(parts: &[Nested], index: &str) -> Place<'a> {
    let part = index.parse().ok().and_then(|index: usize| parts.get(index));
    Place::Nested(part.copied().unwrap_or(Nested::Leaf))
}

/// Appends a reference token, escaped as RFC 6901 §3 says.
fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
}
