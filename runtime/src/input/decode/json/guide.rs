//! The position of the value that is being decoded in the shape of the type.
//!
//! The shape declares how many items a list can have, so that the decoder stops there.

use crate::input::shape::position::{Position, field_named, variant_named};
use crate::input::shape::{Field, Nested, Shape, Tagging};

/// The position of a value. It is looked up only if the value is a list, an object or an enum.
#[derive(Clone, Copy)]
pub(super) enum Guide<'g> {
    At(Position),
    /// The value of the member with this name, which is probably that of the field at this index.
    Member(&'static [Field], &'g str, usize),
    /// Inside a tagged enum, whose variant is not known yet.
    Tagged,
}

/// The items of a list or the members of an object.
#[derive(Clone, Copy)]
pub(super) struct Children {
    /// The largest number of them, if the type does not check it while it is decoded.
    pub(super) max: usize,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Equal(&'static Nested),
    Elements(&'static [Nested]),
    Members(&'static [Field]),
    Tagged,
}

impl Guide<'_> {
    /// The position of a value that no rule concerns.
    pub(super) const LEAF: Self = Self::At(Position::Nested(&Nested::Leaf));

    /// Returns the position of the items, if the value is a list.
    pub(super) fn items(self) -> Children {
        match self.position() {
            None => Children::TAGGED,
            Some(Position::Nested(Nested::List(item, max) | Nested::Unordered(item, max))) => {
                Children::equal(item, *max)
            }
            // a type that reads another number of elements is wrong
            Some(Position::Nested(Nested::Array(item, _))) => Children::equal(item, usize::MAX),
            Some(
                Position::Nested(Nested::Tuple(elements)) | Position::Shape(Shape::Tuple(elements)),
            ) => Children::any_number(Kind::Elements(elements)),
            Some(position) => Children::of_other(position),
        }
    }

    /// Returns the position of the members, if the value is an object.
    pub(super) fn members(self) -> Children {
        match self.position() {
            None => Children::TAGGED,
            Some(Position::Nested(Nested::Entries(value, max, _))) => Children::equal(value, *max),
            Some(Position::Shape(Shape::Fields(fields))) => {
                Children::any_number(Kind::Members(fields))
            }
            Some(position) => Children::of_other(position),
        }
    }

    /// Returns the position of the content, if the value is an enum of the variant with this name.
    pub(super) fn content(self, name: &str) -> Guide<'static> {
        match self.position() {
            None
            | Some(Position::Shape(Shape::Variants(
                Tagging::Internal(_) | Tagging::Adjacent(..),
                _,
            ))) => Guide::Tagged,
            Some(Position::Shape(Shape::Variants(Tagging::External, variants))) => {
                variant_named(variants, name).map_or(Guide::LEAF, |variant| {
                    Guide::At(Position::Shape(&variant.content))
                })
            }
            Some(_) => Guide::LEAF,
        }
    }

    /// Returns whether the value is a member whose type is an `Option`.
    pub(super) fn is_optional_member(self) -> bool {
        match self {
            Self::Member(fields, name, _) => field_named(fields, name)
                .is_some_and(|field| matches!(field.nested, Nested::Optional(_))),
            Self::At(_) | Self::Tagged => false,
        }
    }

    /// Returns the position, or none inside a tagged enum.
    fn position(self) -> Option<Position> {
        let position = match self {
            Self::At(position) => position,
            Self::Member(fields, name, index) => {
                let field = fields.get(index);
                let field = field.filter(|field| field.names.first() == Some(&name));
                match field.or_else(|| field_named(fields, name)) {
                    Some(field) => Position::Nested(&field.nested),
                    None => Position::Nested(&Nested::Leaf),
                }
            }
            Self::Tagged => return None,
        };
        Some(position.resolved().0)
    }
}

impl Children {
    const TAGGED: Self = Self::any_number(Kind::Tagged);

    fn equal(nested: &'static Nested, max: usize) -> Self {
        let kind = Kind::Equal(nested);
        Self { max, kind }
    }

    const fn any_number(kind: Kind) -> Self {
        let max = usize::MAX;
        Self { max, kind }
    }

    /// Returns the children of a value that has another form than its type declares.
    fn of_other(position: Position) -> Self {
        match position {
            Position::Shape(Shape::Variants(Tagging::Internal(_) | Tagging::Adjacent(..), _)) => {
                Self::TAGGED
            }
            _ => Self::any_number(Kind::Equal(&Nested::Leaf)),
        }
    }

    /// Returns whether they are read before the type of the value is known.
    #[inline]
    pub(super) fn are_tagged(self) -> bool {
        matches!(self.kind, Kind::Tagged)
    }

    /// Returns the position of the item with this index.
    #[inline]
    pub(super) fn item(self, index: usize) -> Guide<'static> {
        match self.kind {
            Kind::Equal(nested) => Guide::At(Position::Nested(nested)),
            Kind::Elements(elements) => {
                let element = elements.get(index).unwrap_or(&Nested::Leaf);
                Guide::At(Position::Nested(element))
            }
            Kind::Tagged => Guide::Tagged,
            Kind::Members(_) => Guide::LEAF,
        }
    }

    /// Returns the position of the member with this name and index.
    #[inline]
    pub(super) fn member(self, name: &str, index: usize) -> Guide<'_> {
        match self.kind {
            Kind::Equal(nested) => Guide::At(Position::Nested(nested)),
            Kind::Members(fields) => Guide::Member(fields, name, index),
            Kind::Tagged => Guide::Tagged,
            Kind::Elements(_) => Guide::LEAF,
        }
    }
}
