//! The rules that a field lacks: each has the trait that the error names.
//!
//! The methods `check` are on one line each, so that rustc's note about them is short.

use std::marker::PhantomData;

use crate::input::contract::missing_limit::sealed::{Sealed, Unimplemented};
use crate::input::contract::missing_limit::{InputType, MissingLimit};

/// A text without `length`.
pub struct TextWithoutLength<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for TextWithoutLength<T> {}
impl<T: ?Sized> MissingLimit for TextWithoutLength<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> TextWithoutLength<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasMaxLength {}
}

/// Says that a text has a maximum length.
///
/// A client can send a text as long as the body limit, and a text is often stored, logged or compared
/// before anything else limits it.
///
/// # Fix
///
/// Write `length` with a constant `max`, on the text itself or, for the items of a collection, in
/// `inner(…)`. Count `chars`, `bytes` or `utf16`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(chars, max = 64))]
///     sku: String,
///     #[garde(length(max = 10), inner(length(chars, max = 20)))]
///     tags: Vec<String>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no maximum length",
    label = "text of any length",
    note = "help: write `#[garde(length(chars, max = 64))]` on the field; on items, `inner(length(chars, max = 64))`"
)]
pub trait HasMaxLength: Unimplemented {}

/// A collection without `length`.
pub struct CollectionWithoutLength<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for CollectionWithoutLength<T> {}
impl<T: ?Sized> MissingLimit for CollectionWithoutLength<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> CollectionWithoutLength<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasMaxItems {}
}

/// Says that a collection has a maximum number of items.
///
/// # Fix
///
/// Write `length(max = …)` on the field, and bound the items: with `dive` if they derive
/// `SecureInput`, with `inner(…)` if they are text or floats. Integers and other scalars need no rule.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(max = 100))]
///     quantities: Vec<u32>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no maximum number of items",
    label = "any number of items",
    note = "help: write `#[garde(length(max = 100))]` on the field, and bound the items with `dive` or `inner(…)`"
)]
pub trait HasMaxItems: Unimplemented {}

/// A float without `range`.
pub struct FloatWithoutRange<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for FloatWithoutRange<T> {}
impl<T: ?Sized> MissingLimit for FloatWithoutRange<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> FloatWithoutRange<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasRange {}
}

/// Says that a float has a range.
///
/// Sums and products of huge floats are infinite, and comparisons with them are rarely meant.
///
/// # Fix
///
/// Write `range` with a `min` and a `max`, on the float itself or, for the items of a collection, in
/// `inner(…)`. Integers need no range.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Reading {
///     #[garde(range(min = -50.0, max = 50.0))]
///     celsius: f64,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no range",
    label = "a float of any size",
    note = "help: write `#[garde(range(min = 0.0, max = 1000.0))]` on the field; on items, `inner(range(min = 0.0, max = 1000.0))`"
)]
pub trait HasRange: Unimplemented {}

/// An item that needs rules, in a collection that garde's `inner(…)` does not enter.
pub struct ItemWithoutRules<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for ItemWithoutRules<T> {}
impl<T: ?Sized> MissingLimit for ItemWithoutRules<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> ItemWithoutRules<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasRulesOfItsOwnType {}
}

/// Says that the items of a set, a heap, a deque or a linked list bring their own rules.
///
/// garde's `inner(…)` enters `Vec`, arrays, `Option` and [`Map`](crate::input::Map) only, so no rule
/// on the field reaches the items of another collection.
///
/// # Fix
///
/// Write a newtype with the rule for the items, and `dive`; or use a `Vec` and `inner(…)`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// # use std::collections::HashSet;
/// #[derive(PartialEq, Eq, Hash, Deserialize, Validate, SecureInput)]
/// struct Tag(#[garde(length(chars, max = 20))] String);
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(max = 10), dive)]
///     tags: HashSet<Tag>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit as an item of this collection",
    label = "`inner(…)` does not reach these items",
    note = "help: write a newtype that derives `SecureInput` for the items, and `dive` on the field; or use a `Vec` and `inner(…)`"
)]
pub trait HasRulesOfItsOwnType: Unimplemented {}

/// A nested type without `dive`.
pub struct NotDived<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for NotDived<T> {}
impl<T: ?Sized> MissingLimit for NotDived<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NotDived<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where InputType: HasDive<T> {}
}

/// Says that garde applies the rules of a nested type.
///
/// # Fix
///
/// Write `#[garde(dive)]` on the field; on a collection, `#[garde(length(max = 100), dive)]`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Line {
///     #[garde(length(chars, max = 64))]
///     sku: String,
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(max = 100), dive)]
///     lines: Vec<Line>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the rules of `{T}` are not applied",
    label = "nested input without `dive`",
    note = "help: write `#[garde(dive)]` on the field"
)]
pub trait HasDive<T: ?Sized>: Unimplemented<T> {}

/// A rule that does not apply to its type, which is an error of the code that checks the rule.
pub struct ReportedAtRule<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for ReportedAtRule<T> {}
impl<T: ?Sized> MissingLimit for ReportedAtRule<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

impl<T: ?Sized> ReportedAtRule<T> {
    /// Fails to compile if the rule does not.
    pub fn check(self) {
        const { panic!("the rule does not apply to this type") }
    }
}

/// Any other mistake.
pub struct Unexplained<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for Unexplained<T> {}
impl<T: ?Sized> MissingLimit for Unexplained<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Unexplained<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where InputType: IsBounded<T> {}
}

/// Says that every part of a type is bounded.
///
/// It fails for a tuple with an unbounded element, and for a generic type whose type argument is not
/// bounded by the rules inside it.
///
/// # Fix
///
/// Replace a tuple by a struct that derives `SecureInput`. As a type argument choose a type that
/// derives `SecureInput`, or a scalar.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no limit",
    label = "nothing bounds a part of `{T}`",
    note = "help: bound each part with a rule, or write a type that derives `SecureInput` and `#[garde(dive)]`"
)]
pub trait IsBounded<T: ?Sized>: Unimplemented<T> {}
