//! The shape of a type's input: its members and their names, and JSON Pointers to them.
//!
//! The derive generates the tables, which are read only to report errors. No folder of `input` comes
//! before this one; all others come after it.

pub(super) mod pointer;

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
    /// One of several forms.
    Variants(Tagging, &'static [Variant]),
}

/// One member of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, as garde reports it.
    pub rust: &'static str,
    /// Its names on the wire: the one it has, then its aliases.
    pub names: &'static [&'static str],
    /// What is in it.
    pub nested: Nested,
}

/// One form of an enum. garde does not report which it was.
#[derive(Debug)]
pub struct Variant {
    /// Its names on the wire: the one it has, then its aliases.
    pub names: &'static [&'static str],
    /// What is in it.
    pub content: Shape,
}

/// How the wire tells the variants of an enum apart.
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// By the name of the only member, or by a text.
    External,
    /// By the member of this name, beside the content's own.
    Internal(&'static str),
    /// By the member of this name, beside another one that holds the content.
    Adjacent(&'static str, &'static str),
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
    /// Values of this kind, by names that are the sender's.
    Entries(&'static Nested),
    /// One of each, in this order.
    Tuple(&'static [Nested]),
    /// A type with a shape of its own; a pointer, so that types may nest in themselves.
    Of(fn() -> &'static Shape),
}
