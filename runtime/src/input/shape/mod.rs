//! The shape of a type's input: its members and their names, and JSON Pointers to them.
//!
//! The derive generates the tables, which are read only to report errors. No folder of `input` comes
//! before this one; all others come after it.

pub(super) mod pointer;

/// The form of a type in the input.
#[derive(Debug)]
pub enum Shape {
    /// An object with these members; none for a scalar.
    Fields(&'static [Field]),
    /// One field, which the input does not name and garde does.
    Newtype(Nested),
    /// One field, which neither the input nor garde names: `#[garde(transparent)]`.
    Transparent(Nested),
    /// An array, one element per field.
    Tuple(&'static [Nested]),
    /// One of several forms.
    Variants(Tagging, &'static [Variant]),
}

/// One member of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, as garde reports it.
    pub rust: &'static str,
    /// Its name in the input, then its aliases.
    pub names: &'static [&'static str],
    /// The names inside it.
    pub nested: Nested,
}

/// One form of an enum. garde's paths do not name the variant.
#[derive(Debug)]
pub struct Variant {
    /// Its name in the input, then its aliases.
    pub names: &'static [&'static str],
    /// The form of its content.
    pub content: Shape,
}

/// The representation of an enum in the input.
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// The variant is the name of the only member, or a string.
    External,
    /// The variant is the value of the member of this name, beside the members of its content.
    Internal(&'static str),
    /// The variant is the value of the first member, and the second member is its content.
    Adjacent(&'static str, &'static str),
}

/// The names inside a field.
#[derive(Clone, Copy, Debug)]
pub enum Nested {
    /// A value without names.
    Leaf,
    /// Items of this kind, in the order of the input.
    Items(&'static Nested),
    /// Items of this kind, in another order than in the input.
    Unordered(&'static Nested),
    /// Values of this kind, whose names the client chooses.
    Entries(&'static Nested),
    /// One of each, in this order.
    Tuple(&'static [Nested]),
    /// A type with this shape; a function pointer, so that a type can contain itself.
    Of(fn() -> &'static Shape),
}
