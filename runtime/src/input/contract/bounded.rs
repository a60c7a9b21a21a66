//! The types that are bounded under a set of rules, and the bounds that garde does not check.

use std::borrow::Cow;
use std::sync::Arc;

use garde::Report;
use garde::error::{Error, Path};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::rules::{Applied, BoundsText, Inside, Ruleset};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, Described};
use crate::input::shape::Nested;

/// The largest length that counts as a bound: 1,048,576 bytes, characters or items.
///
/// A bound is a constant, so that the derive can compare it; a function call is an error of rustc
/// (E0015):
///
/// ```compile_fail,E0015
/// use palisade::prelude::*;
///
/// fn limit() -> usize {
///     64
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(chars, max = limit()))]
///     note: String,
/// }
/// ```
pub const MAX_LENGTH: usize = 1 << 20;

// the derive accepts a literal up to this value without asking the compiler
const _: () = assert!(
    MAX_LENGTH == 1 << 20,
    "`MAX_LENGTH` in `macros/src/expand/input/proof.rs` has another value"
);

/// A type that these rules bound, whatever the client sends.
///
/// Palisade implements it for text, numbers and collections, and the derive for each type that
/// derives `SecureInput`. No other crate can implement it, because the type of a hidden item is private:
/// nothing would enforce a hand-written bound.
///
/// ```compile_fail,E0046
/// struct NewOrder {
///     note: String,
/// }
///
/// impl<Rules> palisade::rules::Bounded<Rules> for NewOrder {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit here",
    label = "nothing bounds `{Self}`",
    note = "help: use a type that derives `SecureInput`; if its own `Deserialize` is the check, derive it with `#[secure(scalar = \"what it accepts\")]`"
)]
pub trait Bounded<Rules> {
    /// Whether `check_bounds` can report anything.
    #[doc(hidden)]
    const HAS_BOUNDS: bool = false;

    /// The names inside it, for JSON pointers.
    #[doc(hidden)]
    const NESTED: Nested;

    /// The number of types around a value that do not appear in the input.
    ///
    /// A type around itself has no such number, and does not compile: decoding it would never end.
    #[doc(hidden)]
    const WRAPPERS: usize = 0;

    /// Reports the values that garde's rules accept but the bounds do not.
    #[doc(hidden)]
    #[inline]
    fn check_bounds(&self, _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    /// Whether serde accepts an object without a member of this type.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    const MAY_BE_ABSENT: bool = false;

    /// Returns the JSON Schema of its values.
    #[doc(hidden)]
    #[cfg(feature = "schemas")]
    #[expect(unused_variables, reason = "documented by their names")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::unknown()
    }
}

impl<R: Ruleset<Length: BoundsText>> Bounded<R> for str {
    const NESTED: Nested = Nested::Leaf;

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::text(bounds)
    }
}

impl<R: Ruleset<Length: BoundsText>> Bounded<R> for String {
    const NESTED: Nested = Nested::Leaf;

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::text(bounds)
    }
}

impl<R: Ruleset<Range = Applied>> Bounded<R> for f32 {
    const HAS_BOUNDS: bool = true;
    const NESTED: Nested = Nested::Leaf;

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_float(self.is_finite(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::float("float", f64::from(Self::MAX), bounds)
    }
}

impl<R: Ruleset<Range = Applied>> Bounded<R> for f64 {
    const HAS_BOUNDS: bool = true;
    const NESTED: Nested = Nested::Leaf;

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_float(self.is_finite(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::float("double", Self::MAX, bounds)
    }
}

/// The message about a number that garde's `range` accepts but that is not finite.
pub(crate) const NOT_FINITE: &str = "must be a finite number";

fn check_float(is_finite: bool, at: &mut dyn FnMut() -> Path, report: &mut Report) {
    if !is_finite {
        report.append(at(), Error::new(NOT_FINITE));
    }
}

/// Implements it for pointers, which garde and serde see through.
macro_rules! transparent {
    ($([$($generic:tt)*] $ty:ty => $inside:ty;)*) => {$(
        impl<$($generic)*, R> Bounded<R> for $ty
        where
            $inside: Bounded<R>,
        {
            const HAS_BOUNDS: bool = <$inside as Bounded<R>>::HAS_BOUNDS;
            const NESTED: Nested = <$inside as Bounded<R>>::NESTED;
            const WRAPPERS: usize = <$inside as Bounded<R>>::WRAPPERS;

            #[inline]
            fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
                <$inside as Bounded<R>>::check_bounds(&**self, at, report);
            }

            #[cfg(feature = "schemas")]
            const MAY_BE_ABSENT: bool = <$inside as Bounded<R>>::MAY_BE_ABSENT;

            #[cfg(feature = "schemas")]
            fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
                <$inside as Bounded<R>>::schema(generator, bounds)
            }
        }
    )*};
}

transparent! {
    [T: ?Sized] Box<T> => T;
    [T: ?Sized] Arc<T> => T;
    ['a, T: ?Sized] &'a T => T;
    ['a, T: ?Sized + ToOwned<Owned: OwnedForm<T>>] Cow<'a, T> => T;
}

/// The owned form of a text, a list, or a type that can be cloned.
///
/// A hand-written `ToOwned` could name another type, which holds more than the value that it lends.
pub trait OwnedForm<T: ?Sized> {}

impl<T> OwnedForm<T> for T {}
impl OwnedForm<str> for String {}
impl<T> OwnedForm<[T]> for Vec<T> {}

/// The rules apply to the value of an `Option`, or `inner` enters it.
impl<T: Bounded<Inside<R>>, R: Ruleset> Bounded<R> for Option<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Optional(&T::NESTED);
    const WRAPPERS: usize = T::WRAPPERS;

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Some(value) = self {
            value.check_bounds(at, report);
        }
    }

    #[cfg(feature = "schemas")]
    const MAY_BE_ABSENT: bool = true;

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let inside = bounds.inside();
        let mut value = T::schema(generator, inside);
        if !std::ptr::eq(inside, bounds) {
            inside.annotate(&mut value);
        }
        schema::nullable(value)
    }
}

macro_rules! tuples {
    ($($($part:ident $index:tt)+;)*) => {$(
        impl<R: Ruleset, $($part: Bounded<R::Items>),+> Bounded<R> for ($($part,)+) {
            const HAS_BOUNDS: bool = $($part::HAS_BOUNDS)||+;
            const NESTED: Nested = Nested::Tuple(&[$($part::NESTED),+]);

            #[inline]
            fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
                $(self.$index.check_bounds(&mut || at().join($index as usize), report);)+
            }

            #[cfg(feature = "schemas")]
            fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
                let items = bounds.items();
                let elements = schema::Elements::new();
                $(
                    let element = <$part as Bounded<R::Items>>::schema(generator, &items);
                    let elements = elements.element(false, Described::present(element));
                )+
                elements.array()
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
}
