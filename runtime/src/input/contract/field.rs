//! A field under its rules: the proof that it is bounded, and the check of its bounds.

use std::marker::PhantomData;

use garde::Report;
use garde::error::Path;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::{Bounded, MAX_LENGTH};
use crate::input::contract::missing_limit::MissingLimit;
use crate::input::contract::missing_limit::sealed::Unimplemented;
use crate::input::contract::unbounded::Unbounded;
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, Described};
use crate::input::shape::Nested;

/// A field of type `T` under the rules `R`.
///
/// Its methods are the proof that the field is bounded. For a field that is not, rustc finds the
/// methods of [`FieldWithoutLimit`] with the same names, and the error is about the reason.
///
/// All of them take `self`, which rustc tries first: a method of that name in a trait of the user's, for every type, is ambiguous
/// and never replaces a proof:
///
/// ```compile_fail,E0034
/// use palisade::prelude::*;
///
/// trait Proof: Sized {
///     fn proof(self) -> Self {
///         self
///     }
///
///     fn reason(self) -> Self {
///         self
///     }
/// }
///
/// impl<T> Proof for T {}
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Order {
///     #[garde(skip)]
///     note: String,
/// }
/// ```
pub struct RuledField<T: ?Sized, R>(PhantomData<T>, PhantomData<R>);

impl<T: ?Sized, R> RuledField<T, R> {
    /// The one value.
    pub const NEW: Self = Self(PhantomData, PhantomData);
}

impl<T: ?Sized, R> Clone for RuledField<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized, R> Copy for RuledField<T, R> {}

impl<T: ?Sized + Bounded<R>, R> RuledField<T, R> {
    /// The bounds of the field.
    pub const BOUNDS: FieldBounds = FieldBounds {
        nested: T::NESTED,
        wrappers: T::WRAPPERS,
        #[cfg(feature = "schemas")]
        may_be_absent: T::MAY_BE_ABSENT,
        #[cfg(feature = "schemas")]
        schema: T::schema,
    };

    /// Proves that the field is bounded.
    #[inline]
    #[must_use]
    pub fn proof(self) -> IsProved {
        IsProved
    }

    /// Reports the values in the field that garde's rules accept but the bounds do not.
    #[inline]
    pub fn check(self, value: &T, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        if T::HAS_BOUNDS {
            value.check_bounds(at, report);
        }
    }
}

/// The proof that a field is bounded. It has the methods of a [`MissingLimit`], which do nothing.
pub struct IsProved;

impl IsProved {
    /// Returns itself.
    #[inline]
    #[must_use]
    pub fn reason(self) -> Self {
        self
    }

    /// Does nothing.
    #[inline]
    pub fn check(self) {
        let Self = self;
    }
}

/// A field that is not bounded: with it, nothing compiles.
pub trait FieldWithoutLimit<T: ?Sized, R> {
    /// No bounds, so that only [`FieldWithoutLimit::proof`] is an error.
    const BOUNDS: FieldBounds = FieldBounds {
        nested: Nested::Leaf,
        wrappers: 0,
        #[cfg(feature = "schemas")]
        may_be_absent: false,
        #[cfg(feature = "schemas")]
        schema: |_, _| schema::unknown(),
    };

    /// Returns what fails to compile with the reason.
    fn proof(self) -> Unbounded<T, R>
    where
        Self: Sized,
    {
        MissingLimit::NEW
    }

    /// Does nothing.
    fn check(self, _: &T, _: &mut dyn FnMut() -> Path, _: &mut Report)
    where
        Self: Sized,
    {
    }
}

impl<T: ?Sized, R> FieldWithoutLimit<T, R> for RuledField<T, R> {}

/// The facts about a field that do not depend on its value.
pub struct FieldBounds {
    nested: Nested,
    wrappers: usize,
    #[cfg(feature = "schemas")]
    may_be_absent: bool,
    #[cfg(feature = "schemas")]
    schema: fn(&mut SchemaGenerator, &Bounds) -> Schema,
}

impl FieldBounds {
    /// Returns the names inside the field, for JSON pointers.
    pub const fn nested(self) -> Nested {
        self.nested
    }

    /// Returns whether an `Option` or `Patch` is directly inside another one.
    pub const fn has_ambiguous_null(self) -> bool {
        self.nested.has_ambiguous_null()
    }

    /// The number of types around the value of the field that do not appear in the input.
    pub const fn wrappers(self) -> usize {
        self.wrappers
    }

    /// Returns whether serde accepts an object without this field.
    #[cfg(feature = "schemas")]
    pub const fn may_be_absent(self) -> bool {
        self.may_be_absent
    }

    /// Returns the JSON Schema of this field under its rules.
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

/// Says that the `max` of a length is at most [`MAX_LENGTH`].
///
/// # Fix
///
/// Write a `max` of 1,048,576 or less. For more data than that, accept an upload with
/// `Valid<Multipart<…>>`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewArticle {
///     #[garde(length(bytes, max = 100_000))]
///     text: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the maximum length of `{Self}` is too large",
    label = "above `palisade::input::MAX_LENGTH`",
    note = "help: write `max = 1_048_576` or less"
)]
pub trait IsWithinMaxLength: Unimplemented {}

/// Whether a largest length is at most [`MAX_LENGTH`].
pub enum MaxLength<const IS_ALLOWED: bool> {}

impl MaxLength<true> {
    /// Does nothing.
    pub fn check<T: ?Sized>() {}
}

// on one line, so that rustc's note about it is short
#[rustfmt::skip]
impl MaxLength<false> {
    /// Requires that the mistake is corrected.
    pub fn check<T: ?Sized + IsWithinMaxLength>() {}
}

/// Returns whether a `max` of a length is small enough.
pub const fn is_max_length(max: usize) -> bool {
    max <= MAX_LENGTH
}

/// Says that no `Option` or `Patch` is directly inside another one.
///
/// `Option<Option<T>>` seems to distinguish an absent member from `null`, but serde decodes both as `None`.
///
/// # Fix
///
/// Write [`Patch`](crate::input::Patch) around the innermost type.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// use palisade::input::Patch;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct CustomerChange {
///     #[garde(length(chars, max = 40))]
///     nickname: Patch<String>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not distinguish `null` from an absent member",
    label = "an `Option` or `Patch` directly inside another one",
    note = "help: write `palisade::input::Patch<T>` around the innermost type: it is absent, null, or a value"
)]
pub trait DistinguishesNull: Unimplemented {}

/// Whether null has two meanings in a type.
pub enum NullMeaning<const IS_AMBIGUOUS: bool> {}

impl NullMeaning<false> {
    /// Does nothing.
    pub fn check<T: ?Sized>() {}
}

// on one line, so that rustc's note about it is short
#[rustfmt::skip]
impl NullMeaning<true> {
    /// Requires that the mistake is corrected.
    pub fn check<T: ?Sized + DistinguishesNull>() {}
}
