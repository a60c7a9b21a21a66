//! The rules of garde as functions that generated code calls.
//!
//! Each calls the function of the same name in `garde::rules`. Its bound is a trait of Palisade, so
//! that a rule on a type to which it does not apply is one error, with the edit that fixes it.

use garde::error::{Path, PathComponentKind};
use garde::rules::inner::Inner;
use garde::{Report, Validate, rules};

use self::sealed::{ByGarde, Compares};

pub use crate::input::contract::items::{Items, ItemsOf, NoItem, UnknownItems};
pub use crate::input::contract::text_rule::{
    Alphanumeric, Ascii, Contains, Ip, Prefix, Suffix, check_text, pattern, text,
};

/// The smallest and the largest length.
type Ends = (usize, usize);

/// Says that `length` can count the items of a type, or the bytes of a text.
///
/// # Fix
///
/// Write `length` on a text, a list, a set or a map. On a number, write `range`; on a type that derives `Validate`, `dive`.
#[diagnostic::on_unimplemented(
    message = "the rule `length` does not apply to `{Self}`",
    label = "`{Self}` has no length",
    note = "help: remove `length`; on a number, write `range(min = 1, max = 100)`; on a type that derives `Validate`, `dive`"
)]
pub trait HasLength {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The length is outside its limits.
    #[doc(hidden)]
    fn check_length(&self, ends: (usize, usize)) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::length::simple::Simple> HasLength for T {
    #[inline]
    fn check_length(&self, ends: (usize, usize)) -> garde::Result {
        rules::length::simple::apply(self, ends)
    }
}

/// Applies `length(…)`.
///
/// # Errors
///
/// The length is outside its limits.
#[inline]
pub fn length<T: HasLength>(value: &T, ends: Ends) -> garde::Result {
    value.check_length(ends)
}

/// Says that `length(bytes)` can count the bytes of a type.
///
/// # Fix
///
/// Write `length(bytes, …)` on a text. On a list of texts, write it in `inner(…)`, beside the largest number of items.
#[diagnostic::on_unimplemented(
    message = "the rule `length(bytes)` does not apply to `{Self}`",
    label = "`{Self}` has no length in bytes",
    note = "help: on a list, write `length(max = 10), inner(length(bytes, max = 64))`; on an `Option` of a list, `inner(length(max = 10), inner(length(bytes, max = 64)))`; on a number, `range(min = 1, max = 100)`"
)]
pub trait HasLengthInBytes {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The length is outside its limits.
    #[doc(hidden)]
    fn check_bytes(&self, ends: (usize, usize)) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::length::bytes::Bytes> HasLengthInBytes for T {
    #[inline]
    fn check_bytes(&self, ends: (usize, usize)) -> garde::Result {
        rules::length::bytes::apply(self, ends)
    }
}

/// Applies `length(bytes)`.
///
/// # Errors
///
/// The length is outside its limits.
#[inline]
pub fn length_bytes<T: HasLengthInBytes>(value: &T, ends: Ends) -> garde::Result {
    value.check_bytes(ends)
}

/// Says that `length(chars)` can count the characters of a type.
///
/// # Fix
///
/// Write `length(chars, …)` on a text. On a list of texts, write it in `inner(…)`, beside the largest number of items.
#[diagnostic::on_unimplemented(
    message = "the rule `length(chars)` does not apply to `{Self}`",
    label = "`{Self}` has no length in characters",
    note = "help: on a list, write `length(max = 10), inner(length(chars, max = 64))`; on an `Option` of a list, `inner(length(max = 10), inner(length(chars, max = 64)))`; on a number, `range(min = 1, max = 100)`"
)]
pub trait HasLengthInChars {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The length is outside its limits.
    #[doc(hidden)]
    fn check_chars(&self, ends: (usize, usize)) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::length::chars::Chars> HasLengthInChars for T {
    #[inline]
    fn check_chars(&self, ends: (usize, usize)) -> garde::Result {
        rules::length::chars::apply(self, ends)
    }
}

/// Applies `length(chars)`.
///
/// # Errors
///
/// The length is outside its limits.
#[inline]
pub fn length_chars<T: HasLengthInChars>(value: &T, ends: Ends) -> garde::Result {
    value.check_chars(ends)
}

/// Says that `length(utf16)` can count the UTF-16 code units of a type.
///
/// # Fix
///
/// Write `length(utf16, …)` on a text. On a list of texts, write it in `inner(…)`, beside the largest number of items.
#[diagnostic::on_unimplemented(
    message = "the rule `length(utf16)` does not apply to `{Self}`",
    label = "`{Self}` has no length in UTF-16 code units",
    note = "help: on a list, write `length(max = 10), inner(length(utf16, max = 64))`; on an `Option` of a list, `inner(length(max = 10), inner(length(utf16, max = 64)))`; on a number, `range(min = 1, max = 100)`"
)]
pub trait HasLengthInUtf16 {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The length is outside its limits.
    #[doc(hidden)]
    fn check_utf16(&self, ends: (usize, usize)) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::length::utf16::Utf16CodeUnits> HasLengthInUtf16 for T {
    #[inline]
    fn check_utf16(&self, ends: (usize, usize)) -> garde::Result {
        rules::length::utf16::apply(self, ends)
    }
}

/// Applies `length(utf16)`.
///
/// # Errors
///
/// The length is outside its limits.
#[inline]
pub fn length_utf16<T: HasLengthInUtf16>(value: &T, ends: Ends) -> garde::Result {
    value.check_utf16(ends)
}

/// Says that `range` can compare the values of a type.
///
/// It holds for numbers, and for the dates and times of `chrono`, `jiff` and `time` with the feature of that name.
/// `rust_decimal::Decimal` is a number with the feature `rust_decimal`.
///
/// # Fix
///
/// Write `range` on a number or date. On a text, write `length`; on a list of numbers, write it in `inner(…)`. On
/// another ordered type, write [`custom(within(…))`](crate::input::within).
///
/// No other crate can implement it, with an end that accepts every value, because a supertrait is private:
///
/// ```compile_fail,E0277
/// struct Any;
///
/// impl palisade::rules::IsNumber<Any, ()> for f64 {
///     fn check_range(&self, _: (Option<Any>, Option<Any>)) -> palisade::garde::Result {
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the rule `range` does not apply to `{Self}`",
    label = "`{Self}` is not a number or date",
    note = "help: on a text, write `length(chars, max = 64)`; on a list of numbers, `length(max = 10), inner(range(min = 1, max = 100))`"
)]
pub trait IsNumber<End, By>: Compares<End, By> {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The value is outside the range.
    #[doc(hidden)]
    fn check_range(&self, ends: (Option<End>, Option<End>)) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::range::Bounds<Size = End>, End> Compares<End, ByGarde> for T {}

#[diagnostic::do_not_recommend]
impl<T: rules::range::Bounds<Size = End>, End> IsNumber<End, ByGarde> for T {
    #[inline]
    fn check_range(&self, ends: (Option<End>, Option<End>)) -> garde::Result {
        rules::range::apply(self, ends)
    }
}

/// The ways to compare values. They are private, so that no other crate can add one.
pub(in crate::input) mod sealed {
    /// A comparison by garde's trait.
    pub enum ByGarde {}

    /// Values that can be compared with an end of a range.
    pub trait Compares<End, By> {}
}

/// Applies `range(…)`.
///
/// # Errors
///
/// The value is outside the range.
#[inline]
pub fn range<T: IsNumber<End, By>, End, By>(
    value: &T,
    ends: (Option<End>, Option<End>),
) -> garde::Result {
    value.check_range(ends)
}

/// Says that a type can be absent: it is an `Option`.
///
/// # Fix
///
/// Remove `required`, or write the field as an `Option`.
#[diagnostic::on_unimplemented(
    message = "the rule `required` does not apply to `{Self}`",
    label = "`{Self}` is always present",
    note = "help: remove `required`: serde requires the field if it is no `Option`"
)]
pub trait CanBeAbsent {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The value is absent.
    #[doc(hidden)]
    fn check_required(&self) -> garde::Result;
}

#[diagnostic::do_not_recommend]
impl<T: rules::required::Required> CanBeAbsent for T {
    #[inline]
    fn check_required(&self) -> garde::Result {
        rules::required::apply(self, ())
    }
}

/// Applies `required`.
///
/// # Errors
///
/// The value is absent.
#[inline]
pub fn required<T: CanBeAbsent>(value: &T, (): ()) -> garde::Result {
    value.check_required()
}

/// Applies `matches(…)`.
///
/// # Errors
///
/// The value is another one.
#[inline]
pub fn matches<T: PartialEq<O>, O>(value: &T, other: (&str, &O)) -> garde::Result {
    rules::matches::apply(value, other)
}

/// Says that `inner(…)` enters a type: `Vec`, arrays, `Option` and [`Map`](crate::input::Map).
///
/// # Fix
///
/// Replace a map of the standard library by [`Map`](crate::input::Map), and another collection by a
/// `Vec`. Or write a newtype with the rules, and `dive`.
#[diagnostic::on_unimplemented(
    message = "the rule `inner` does not enter `{Self}`",
    label = "`inner(…)` does not reach the values inside `{Self}`",
    note = "help: use `palisade::input::Map` instead of a map, or a `Vec` instead of another collection; or write a newtype with these rules, and `dive`"
)]
pub trait HasItems<U> {
    /// The path of an item.
    #[doc(hidden)]
    type Key: PathComponentKind;

    /// Applies the rules to each item.
    #[doc(hidden)]
    fn check_items(&self, check: impl FnMut(&U, &Self::Key));
}

#[diagnostic::do_not_recommend]
impl<T: Inner<U>, U> HasItems<U> for T {
    type Key = T::Key;

    #[inline]
    fn check_items(&self, check: impl FnMut(&U, &T::Key)) {
        rules::inner::apply(self, check);
    }
}

/// Applies `inner(…)`.
#[inline]
pub fn inner<T: HasItems<U, Key = K>, U, K: PathComponentKind>(
    value: &T,
    check: impl FnMut(&U, &K),
) {
    value.check_items(check);
}

/// Says that a type has rules for `dive`: it, or the items in it, derive `Validate`.
///
/// # Fix
///
/// Derive `Validate` on your own type. On a type of another crate, write `#[garde(skip)]` instead of
/// `#[garde(dive)]`: such a type must bound itself, see [`Scalar`](crate::input::Scalar).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules to `dive` into",
    label = "`{Self}` does not derive `Validate`",
    note = "help: your own type: derive `Deserialize, Validate, SecureInput` on it",
    note = "help: a type of another crate: wrap it in a newtype with `#[derive(Deserialize, SecureInput)]` and `#[secure(scalar = \"what it accepts\")]`, and write `skip` instead of `dive`"
)]
pub trait HasNestedRules {
    /// The context of the rules.
    #[doc(hidden)]
    type Context;

    /// Applies the rules.
    #[doc(hidden)]
    fn check_nested(
        &self,
        context: &Self::Context,
        at: &mut dyn FnMut() -> Path,
        report: &mut Report,
    );
}

#[diagnostic::do_not_recommend]
impl<T: Validate + ?Sized> HasNestedRules for T {
    type Context = T::Context;

    #[inline]
    fn check_nested(
        &self,
        context: &T::Context,
        at: &mut dyn FnMut() -> Path,
        report: &mut Report,
    ) {
        self.validate_into(context, at, report);
    }
}

/// Applies `dive`.
#[inline]
pub fn dive<T: HasNestedRules + ?Sized>(
    value: &T,
    context: &T::Context,
    at: &mut dyn FnMut() -> Path,
    report: &mut Report,
) {
    value.check_nested(context, at, report);
}
