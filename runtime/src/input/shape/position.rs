//! A position in a shape.

#[cfg(feature = "spool")]
use crate::input::shape::FileRules;
use crate::input::shape::{Field, Nested, Shape, Variant};

/// The maximum number of types around a value that do not appear in the input.
const MAX_WRAPPERS: usize = 64;

/// A value's position in the shape of its type.
#[derive(Clone, Copy)]
pub(crate) enum Position {
    Shape(&'static Shape),
    Nested(&'static Nested),
}

impl Position {
    /// Enters the types that do not appear in the input and those that may be null, and returns how many of
    /// them garde names.
    pub(crate) fn resolved(self) -> (Self, usize) {
        let (mut position, mut named) = (self, 0);
        for _ in 0..MAX_WRAPPERS {
            position = match position {
                Self::Nested(Nested::Of(shape)) => Self::Shape(shape()),
                Self::Nested(Nested::Optional(value) | Nested::Patch(value)) => Self::Nested(value),
                Self::Shape(Shape::Partial(shape, _)) => Self::Shape(shape),
                Self::Shape(Shape::Transparent(nested)) => Self::Nested(nested),
                Self::Shape(Shape::Newtype(nested)) => {
                    named += 1;
                    Self::Nested(nested)
                }
                resolved => return (resolved, named),
            };
        }
        // a type that contains only itself has no value but null
        (Self::Nested(&Nested::Leaf), named)
    }

    /// Returns whether null is no value: an `Option`, perhaps in types that do not appear in the input.
    pub(crate) fn is_optional(self) -> bool {
        let mut position = self;
        for _ in 0..MAX_WRAPPERS {
            position = match position {
                Self::Nested(Nested::Optional(_)) => return true,
                Self::Nested(Nested::Of(shape)) => Self::Shape(shape()),
                Self::Shape(Shape::Partial(shape, _)) => Self::Shape(shape),
                Self::Shape(Shape::Newtype(nested) | Shape::Transparent(nested)) => {
                    Self::Nested(nested)
                }
                _ => return false,
            };
        }
        false
    }

    fn max_items(self) -> Option<usize> {
        match self.resolved().0 {
            Self::Nested(
                Nested::List(_, max) | Nested::Unordered(_, max) | Nested::Entries(_, max, _),
            ) => Some(*max),
            _ => None,
        }
    }
}

/// How often the name of a member may appear in a form.
#[cfg(feature = "spool")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Never,
    AtMost(usize),
}

impl Shape {
    /// Returns the largest number of items or members, if the input is a list or a map.
    pub(crate) fn max_items(&'static self) -> Option<usize> {
        Position::Shape(self).max_items()
    }

    /// Returns the members of the input, if it is an object.
    pub(crate) fn members(&'static self) -> &'static [Field] {
        match Position::Shape(self).resolved().0 {
            Position::Shape(Self::Fields(fields)) => fields,
            _ => &[],
        }
    }

    /// Returns the member with this name in the input, if the input is an object with members.
    pub(crate) fn member(&'static self, name: &str) -> Option<&'static Field> {
        field_named(self.members(), name)
    }
}

impl Field {
    /// Returns the largest number of items or members, if the value is a list or a map.
    pub(crate) fn max_items(&'static self) -> Option<usize> {
        Position::Nested(&self.nested).max_items()
    }

    /// Returns whether null means the same as an absent member.
    ///
    /// It does for an `Option`, and for an `Option` in a newtype if serde has a default for the member.
    pub(crate) fn confuses_null(&'static self) -> bool {
        let is_direct = matches!(self.nested, Nested::Optional(_));
        is_direct || (self.has_default && Position::Nested(&self.nested).is_optional())
    }

    /// Returns whether the value is a list, which may be empty.
    pub(crate) fn is_list(&'static self) -> bool {
        matches!(
            Position::Nested(&self.nested).resolved().0,
            Position::Nested(Nested::List(..) | Nested::Unordered(..))
        )
    }

    /// Returns the rules of the files in the value, and how many it may have, if it is a file or a list of files.
    #[cfg(feature = "spool")]
    pub(crate) fn files(&'static self) -> Option<(&'static FileRules, Repeat)> {
        let file = |nested| match Position::Nested(nested).resolved().0 {
            Position::Nested(Nested::File(rules)) => Some(rules),
            _ => None,
        };
        match Position::Nested(&self.nested).resolved().0 {
            Position::Nested(
                Nested::List(item, max) | Nested::Unordered(item, max) | Nested::Array(item, max),
            ) => Some((file(item)?, Repeat::AtMost(*max))),
            Position::Nested(Nested::File(rules)) => Some((rules, Repeat::Never)),
            _ => None,
        }
    }

    /// Returns whether a query may repeat the name of the member: it is a list, or not checked.
    pub(crate) fn may_repeat(&'static self) -> bool {
        match Position::Nested(&self.nested).resolved().0 {
            Position::Nested(nested) => matches!(
                nested,
                Nested::List(..)
                    | Nested::Unordered(..)
                    | Nested::Array(..)
                    | Nested::Tuple(_)
                    | Nested::Unchecked(_)
            ),
            Position::Shape(shape) => matches!(shape, Shape::Tuple(..)),
        }
    }
}

/// Returns the index in the input of a tuple's field; `None` if serde skips the field.
pub(crate) fn element_index(skipped: &[usize], field: usize) -> Option<usize> {
    let before = skipped.iter().filter(|skipped| **skipped < field).count();
    (!skipped.contains(&field)).then(|| field - before)
}

/// Returns the index of the field that a tuple's element in the input is decoded into.
pub(crate) fn field_index(skipped: &[usize], element: usize) -> usize {
    let next = |field: usize, skipped: &usize| field + usize::from(*skipped <= field);
    skipped.iter().fold(element, next)
}

/// Returns the field with this name in the input.
pub(crate) fn field_named(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.names.contains(&name))
}

/// Returns the variant with this name in the input, or the one for every other name.
pub(crate) fn variant_named(variants: &'static [Variant], name: &str) -> Option<&'static Variant> {
    let named = variants
        .iter()
        .find(|variant| variant.names.contains(&name));
    named.or_else(|| variants.iter().find(|variant| variant.is_other))
}

/// Returns the name as the type declares it, so that no text of the input is kept.
pub(crate) fn declared_name(names: &'static [&'static str], name: &str) -> &'static str {
    let declared = names.iter().find(|declared| **declared == name);
    declared.or(names.first()).copied().unwrap_or_default()
}
