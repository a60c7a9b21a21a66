//! The shape of a type's input: its members and their names, and JSON Pointers to them.
//!
//! The derive generates the tables, which are read only to report errors. This folder imports no
//! other folder of `input`; all others import it.

#[cfg_attr(
    not(any(
        feature = "chrono",
        feature = "jiff",
        feature = "rust_decimal",
        feature = "time",
        feature = "url"
    )),
    allow(dead_code, reason = "this build has no types of other crates")
)]
pub(super) mod notation;
pub(super) mod pointer;
pub(super) mod position;
pub(super) mod unchecked;

use self::notation::Notation;

/// The shape of a type in the input.
#[derive(Debug)]
pub enum Shape {
    /// An object with these members; empty for a scalar.
    Fields(&'static [Field]),
    /// A single field that does not appear in the input, although garde's paths name it.
    Newtype(Nested),
    /// A single field that appears neither in the input nor in garde's paths:
    /// `#[garde(transparent)]`.
    Transparent(Nested),
    /// An array of these elements. serde skips the fields with these indices, in ascending order, so that
    /// the elements after them have smaller indices than their fields.
    Tuple(&'static [Nested], &'static [usize]),
    /// An enum with these variants.
    Variants(Tagging, &'static [Variant]),
    /// This shape, and fields that serde skips; a hand-written `Deserialize` may fill them.
    Partial(&'static Shape, &'static [Field]),
}

/// A member of an object.
#[derive(Debug)]
pub struct Field {
    /// The name of the field in Rust, as garde reports it.
    pub rust: &'static str,
    /// The names in the input: the serialized name, then the aliases. A field that serde skips has none;
    /// a hand-written `Deserialize` may fill it.
    pub names: &'static [&'static str],
    /// The shape of the value.
    pub nested: Nested,
    /// Whether serde has a default for an absent member.
    pub has_default: bool,
}

/// A variant of an enum. garde does not report the variant.
#[derive(Debug)]
pub struct Variant {
    /// The names in the input: the serialized name, then the aliases.
    pub names: &'static [&'static str],
    /// Whether every unknown name in a tag means this variant, by `#[serde(other)]`.
    pub is_other: bool,
    /// The shape of the content.
    pub content: Shape,
}

/// The representation of an enum's variants in the input, as serde defines it.
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// The variant is the name of the only member, or a string.
    External,
    /// The variant is the value of this member, which is next to the members of the content.
    Internal(&'static str),
    /// The variant is the value of the first member, and the content is the second member.
    Adjacent(&'static str, &'static str),
}

/// The shape of a field's value.
#[derive(Clone, Copy, Debug)]
pub enum Nested {
    /// A scalar.
    Leaf,
    /// A value of another crate's type, which has one notation.
    Written(Notation),
    /// A file that is read in chunks.
    File(FileRules),
    /// A value that Palisade does not check.
    Unchecked(Statement),
    /// Such a value, or null, which means the same as no value: an `Option`.
    Optional(&'static Nested),
    /// Such a value, or null, which clears it: a `Patch`.
    Patch(&'static Nested),
    /// A list of at most so many such items, in the order of the input.
    List(&'static Nested, usize),
    /// A collection of at most so many such items, in an order that may differ from the input.
    Unordered(&'static Nested, usize),
    /// A list of exactly so many such items.
    Array(&'static Nested, usize),
    /// A map of at most so many such values. The client chooses their names, which are such keys.
    Entries(&'static Nested, usize, &'static Nested),
    /// A tuple of these elements.
    Tuple(&'static [Nested]),
    /// A type with its own shape. The function allows recursive types.
    Of(fn() -> &'static Shape),
}

/// The rules of a file that is read in chunks.
#[derive(Clone, Copy, Debug)]
pub struct FileRules {
    /// The accepted media types.
    pub accepted: &'static [&'static str],
    /// The maximum size in bytes.
    pub max: usize,
    /// The maximum size in memory, in bytes.
    pub max_memory: usize,
}

/// The statement of the API about a value that Palisade does not check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// The input that a scalar of the API accepts, by its own parser.
    Accepts(&'static str),
    /// The reason that excuses a field from all rules.
    Unvalidated(&'static str),
}

impl Nested {
    /// Returns whether null has two meanings somewhere in the value: a value that may be null is directly
    /// inside another one.
    pub(crate) const fn has_ambiguous_null(&self) -> bool {
        match self {
            Self::Leaf | Self::Written(_) | Self::File(_) | Self::Unchecked(_) | Self::Of(_) => {
                false
            }
            Self::Optional(value) | Self::Patch(value) => {
                matches!(value, Self::Optional(_) | Self::Patch(_)) || value.has_ambiguous_null()
            }
            Self::List(item, _) | Self::Unordered(item, _) | Self::Array(item, _) => {
                item.has_ambiguous_null()
            }
            Self::Entries(value, _, key) => value.has_ambiguous_null() || key.has_ambiguous_null(),
            Self::Tuple(elements) => {
                let mut rest = *elements;
                while let [first, others @ ..] = rest {
                    if first.has_ambiguous_null() {
                        return true;
                    }
                    rest = others;
                }
                false
            }
        }
    }
}
