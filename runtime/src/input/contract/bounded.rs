//! Which types are bounded under which rules, and what garde leaves to examine.
//!
//! Impls whose bounds tell of mistakes are written out: rustc would add to each message
//! that it originates in a macro.

use std::borrow::Cow;
use std::sync::Arc;

use garde::Report;
use garde::error::{Error, Path};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::rules::{Ceiling, Inside, LengthOf, RangeOf, Ruleset, Text};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, Described};
use crate::input::shape::Nested;

/// The largest length that counts as a bound: 1,048,576 bytes, characters or items.
pub const MAX_LENGTH: usize = 1 << 20;

/// A type that these rules bound, whatever is sent.
///
/// Palisade implements it for the types that garde's rules apply to, the derive for
/// the types that derive `SecureInput`. By hand it goes with [`Scalar`](crate::input::Scalar), for a type
/// that no rule needs to bound.
#[diagnostic::on_unimplemented(
    message = "nobody knows what bounds `{Self}`",
    label = "`{Self}` does not derive `SecureInput`",
    note = "help: derive `SecureInput` for `{Self}` and write `#[garde(dive)]` on the field, or say why it is safe: `#[secure(unvalidated = \"…\")]`"
)]
pub trait Bounded<Rules> {
    /// Whether a value may hold what garde's rules let through.
    #[doc(hidden)]
    const EXAMINED: bool = false;

    /// What is in it, for pointers.
    #[doc(hidden)]
    const NESTED: Nested = Nested::Leaf;

    /// Reports what garde's rules let through.
    #[doc(hidden)]
    #[inline]
    fn examine(&self, _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    /// Whether serde takes an object that lacks a member of this type.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    const MAY_BE_ABSENT: bool = false;

    /// Says what its values look like on the wire, with the feature `schemas`.
    ///
    /// What a [`Scalar`](crate::input::Scalar) of your own returns has to be true of each value that
    /// its `Deserialize` takes. One that says nothing lets everything through in a schema, with the
    /// `$comment` `not described`. A type that derives schemars' `JsonSchema` may return
    /// `generator.subschema_for::<Self>()`, where that holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::input::{Bounded, Bounds, Scalar};
    /// use palisade::schemars::{Schema, SchemaGenerator, json_schema};
    /// # use palisade::serde::de::{Deserialize, Deserializer, Error};
    ///
    /// /// Three upper-case letters.
    /// struct Currency([u8; 3]);
    /// # impl<'de> Deserialize<'de> for Currency {
    /// #     fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> { Err(D::Error::custom("")) }
    /// # }
    ///
    /// impl<Rules> Bounded<Rules> for Currency {
    ///     fn schema(_: &mut SchemaGenerator, _: &Bounds) -> Schema {
    ///         json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$" })
    ///     }
    /// }
    /// impl Scalar for Currency {}
    /// ```
    #[cfg(feature = "schemas")]
    #[expect(unused_variables, reason = "documented by their names")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::unknown()
    }
}

impl<R: Ruleset<Length: LengthOf<Text, Self>>> Bounded<R> for str {
    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::text(bounds)
    }
}

impl<R: Ruleset<Length: LengthOf<Text, Self>>> Bounded<R> for String {
    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::text(bounds)
    }
}

impl<R: Ruleset<Range: RangeOf<Self>>> Bounded<R> for f32 {
    const EXAMINED: bool = true;

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_float(self.is_finite(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::float("float", f64::from(Self::MAX), bounds)
    }
}

impl<R: Ruleset<Range: RangeOf<Self>>> Bounded<R> for f64 {
    const EXAMINED: bool = true;

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_float(self.is_finite(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::float("double", Self::MAX, bounds)
    }
}

/// What is told of a number that garde's `range` lets through.
pub(crate) const NOT_FINITE: &str = "must be a finite number";

fn examine_float(is_finite: bool, at: &mut dyn FnMut() -> Path, report: &mut Report) {
    if !is_finite {
        report.append(at(), Error::new(NOT_FINITE));
    }
}

/// Those that stand for what they hold, for garde as on the wire.
macro_rules! transparent {
    ($([$($generic:tt)*] $ty:ty => $inside:ty;)*) => {$(
        impl<$($generic)*, R> Bounded<R> for $ty
        where
            $inside: Bounded<R>,
        {
            const EXAMINED: bool = <$inside as Bounded<R>>::EXAMINED;
            const NESTED: Nested = <$inside as Bounded<R>>::NESTED;

            #[inline]
            fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
                <$inside as Bounded<R>>::examine(&**self, at, report);
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
    ['a, T: ?Sized + ToOwned] Cow<'a, T> => T;
}

/// Rules pass into an `Option`, or `inner` steps into it.
impl<T: Bounded<Inside<R>>, R: Ruleset> Bounded<R> for Option<T> {
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = T::NESTED;

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Some(value) = self {
            value.examine(at, report);
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
            const EXAMINED: bool = $($part::EXAMINED)||+;
            const NESTED: Nested = Nested::Tuple(&[$($part::NESTED),+]);

            #[inline]
            fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
                $(self.$index.examine(&mut || at().join($index as usize), report);)+
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

/// A field that was proved to be bounded: what is in it, and how it is examined.
pub struct Proved<T: ?Sized> {
    nested: Nested,
    examine: Option<Examine<T>>,
    #[cfg(feature = "schemas")]
    may_be_absent: bool,
    #[cfg(feature = "schemas")]
    schema: fn(&mut SchemaGenerator, &Bounds) -> Schema,
}

type Examine<T> = fn(&T, &mut dyn FnMut() -> Path, &mut Report);

/// Proves that the rules `R` bound a field of type `T`.
pub const fn field<T: ?Sized + Bounded<R>, R>() -> Proved<T> {
    Proved {
        nested: T::NESTED,
        examine: if T::EXAMINED { Some(T::examine) } else { None },
        #[cfg(feature = "schemas")]
        may_be_absent: T::MAY_BE_ABSENT,
        #[cfg(feature = "schemas")]
        schema: T::schema,
    }
}

impl<T: ?Sized> Proved<T> {
    /// What is in it, for pointers.
    pub const fn nested(self) -> Nested {
        self.nested
    }

    /// Reports what garde's rules let through in this field of what is `at`.
    #[inline]
    pub fn examine(self, value: &T, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Some(examine) = self.examine {
            examine(value, at, report);
        }
    }

    /// Whether serde takes an object that lacks it.
    #[cfg(feature = "schemas")]
    pub const fn may_be_absent(self) -> bool {
        self.may_be_absent
    }

    /// What this field looks like under these bounds.
    #[cfg(feature = "schemas")]
    pub fn described(self, generator: &mut SchemaGenerator, bounds: &Bounds) -> Described {
        let mut schema = (self.schema)(generator, bounds);
        bounds.annotate(&mut schema);
        Described {
            schema,
            may_be_absent: self.may_be_absent && !bounds.is_required(),
        }
    }
}

/// Proves that `ANSWER`, whether the `max` of a `T`'s length fits, is yes.
pub const fn ceiling<T: ?Sized, Answer: Ceiling<T>>() {}

/// Whether a largest length counts as a bound.
pub const fn fits(max: usize) -> bool {
    max <= MAX_LENGTH
}
