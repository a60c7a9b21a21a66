//! The position of the value that is being decoded in the shape of the type.
//!
//! The shape declares which values are lists and objects, and how many items they can have. The decoder
//! stops there.

use crate::input::shape::position::{Position, field_named, variant_named};
use crate::input::shape::{Field, Nested, Shape, Statement, Tagging};

/// The position of a value. It is looked up only if the value is a list, an object or an enum.
#[derive(Clone, Copy)]
pub(super) enum Guide<'g> {
    At(Position),
    /// The value of the member with this name, which is probably that of the field at this index.
    Member(&'static [Field], &'g str, usize),
    /// Inside a tagged enum, whose variant is not known yet.
    Tagged,
    /// Inside a scalar of the API, whose statement covers lists and objects.
    InScalar,
}

/// The items of a list or the members of an object.
#[derive(Clone, Copy)]
pub(super) struct Children {
    pub(super) limit: Limit,
    kind: Kind,
}

/// The largest number of children.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// The rest is not passed to the type, and is reported.
    Count(usize),
    /// More do not match the type. A derived `Deserialize` never requests more.
    Form(usize),
    /// A scalar is small, whatever its type reads: it has [`MAX_IN_SCALAR`] at all depths.
    Scalar,
    Unlimited,
}

/// The largest number of items and members of a scalar of the API.
pub(super) const MAX_IN_SCALAR: usize = 64;

#[derive(Clone, Copy)]
enum Kind {
    Equal(&'static Nested),
    Elements(&'static [Nested]),
    Members(&'static [Field]),
    Tagged,
    InScalar,
}

impl Guide<'_> {
    /// The position of a value that the type does not declare: a scalar.
    pub(super) const LEAF: Self = Self::At(Position::Nested(&Nested::Leaf));

    /// Returns the position of the items, or `None` if the type declares no list.
    ///
    /// A hand-written `Deserialize` can request a list for a text, and would get it without a limit.
    pub(super) fn items(self) -> Option<Children> {
        let position = match self.position() {
            Ok(position) => position,
            Err(children) => return Some(children),
        };
        Some(match position {
            Position::Nested(Nested::List(item, max) | Nested::Unordered(item, max)) => {
                Children::new(Kind::Equal(item), Limit::Count(*max))
            }
            Position::Nested(Nested::Array(item, count)) => {
                Children::new(Kind::Equal(item), Limit::Form(*count))
            }
            Position::Nested(Nested::Tuple(elements))
            | Position::Shape(Shape::Tuple(elements, _)) => {
                Children::new(Kind::Elements(elements), Limit::Form(elements.len()))
            }
            _ => return Children::of_unchecked(position),
        })
    }

    /// Returns the position of the members, or `None` if the type declares no object.
    pub(super) fn members(self) -> Option<Children> {
        let position = match self.position() {
            Ok(position) => position,
            Err(children) => return Some(children),
        };
        Some(match position {
            Position::Nested(Nested::Entries(value, max, _)) => {
                Children::new(Kind::Equal(value), Limit::Count(*max))
            }
            Position::Shape(Shape::Fields(fields)) => {
                Children::new(Kind::Members(fields), Limit::Form(fields.len()))
            }
            Position::Shape(Shape::Variants(Tagging::Internal(_) | Tagging::Adjacent(..), _)) => {
                Children::TAGGED
            }
            _ => return Children::of_unchecked(position),
        })
    }

    /// Returns the position of the content, if the value is an enum of the variant with this name.
    pub(super) fn content(self, name: &str) -> Guide<'static> {
        let position = match self.position() {
            Ok(position) => position,
            Err(children) => return children.item(0),
        };
        match position {
            Position::Shape(Shape::Variants(Tagging::Internal(_) | Tagging::Adjacent(..), _)) => {
                Guide::Tagged
            }
            Position::Shape(Shape::Variants(Tagging::External, variants)) => {
                variant_named(variants, name).map_or(Guide::LEAF, |variant| {
                    Guide::At(Position::Shape(&variant.content))
                })
            }
            _ => Children::of_unchecked(position).map_or(Guide::LEAF, |inside| inside.item(0)),
        }
    }

    /// Returns whether the value is in a tagged enum.
    #[inline]
    pub(super) fn is_tagged(self) -> bool {
        matches!(self, Self::Tagged)
    }

    /// Returns the position, or the children of a value whose own position is not known.
    fn position(self) -> Result<Position, Children> {
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
            Self::Tagged => return Err(Children::TAGGED),
            Self::InScalar => return Err(Children::IN_SCALAR),
        };
        Ok(position.resolved().0)
    }
}

impl Children {
    const TAGGED: Self = Self::new(Kind::Tagged, Limit::Unlimited);
    const IN_SCALAR: Self = Self::new(Kind::InScalar, Limit::Scalar);

    const fn new(kind: Kind, limit: Limit) -> Self {
        Self { limit, kind }
    }

    /// Returns the children of a value that Palisade does not check, for the reason that it states.
    fn of_unchecked(position: Position) -> Option<Self> {
        match position {
            Position::Nested(Nested::Unchecked(Statement::Accepts(_))) => Some(Self::IN_SCALAR),
            Position::Nested(unchecked @ Nested::Unchecked(Statement::Unvalidated(_))) => {
                Some(Self::new(Kind::Equal(unchecked), Limit::Unlimited))
            }
            _ => None,
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
            Kind::InScalar => Guide::InScalar,
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
            Kind::InScalar => Guide::InScalar,
            Kind::Elements(_) => Guide::LEAF,
        }
    }
}
