//! The rules that are written but do not bound a field: each has the trait that the error names.
//!
//! The methods `check` are on one line each, so that rustc's note about them is short.

use std::marker::PhantomData;

use crate::input::contract::missing_limit::MissingLimit;
use crate::input::contract::missing_limit::sealed::{Sealed, Unimplemented};

/// A rule beside the `inner(…)` of an `Option` that belongs into it.
pub struct RulesTooShallow<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for RulesTooShallow<T> {}
impl<T: ?Sized> MissingLimit for RulesTooShallow<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> RulesTooShallow<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasRulesInsideOption {}
}

/// Says that the rules of an `Option`'s value are inside its `inner(…)`.
///
/// Rules on an `Option` apply to its value. But once a field of an `Option` has an `inner(…)`, garde
/// enters the `Option` with it: `length(max = 10), inner(length(max = 20))` on an
/// `Option<Vec<String>>` sets two limits for the number of items, and none for the texts.
///
/// # Fix
///
/// Write all rules of the value in one more `inner(…)`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(inner(length(max = 10), inner(length(chars, max = 20))))]
///     tags: Option<Vec<String>>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit: the rules are one `inner(…)` too shallow",
    label = "`inner(…)` enters the `Option` first",
    note = "help: write the rules of the `Option`'s value in one more `inner(…)`: `inner(length(max = 10), inner(length(chars, max = 64)))`"
)]
pub trait HasRulesInsideOption: Unimplemented {}

/// A rule inside `if(…)`.
pub struct Condition<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for Condition<T> {}
impl<T: ?Sized> MissingLimit for Condition<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Condition<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: AppliesAlways {}
}

/// Says that a rule applies without a condition.
///
/// A client may be able to make the condition of `if(…)` false.
///
/// # Fix
///
/// Write the rule once more outside of `if(…)`, with the widest limit that is ever allowed.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(skip)]
///     is_gift: bool,
///     #[garde(length(chars, max = 200), if(cond = !self.is_gift, length(chars, max = 20)))]
///     note: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit when the condition is false",
    label = "a rule inside `if(…)` does not bound the field",
    note = "help: write the rule again outside of `if(…)`, with the widest limit that is ever allowed"
)]
pub trait AppliesAlways: Unimplemented {}

/// A rule whose check `adapt(…)` replaces.
pub struct Adapter<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for Adapter<T> {}
impl<T: ?Sized> MissingLimit for Adapter<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Adapter<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: AppliesWithoutAdapter {}
}

/// Says that a rule is checked by garde, not by an adapter.
///
/// `adapt(…)` replaces the code behind every rule of the field with code that may accept anything.
///
/// # Fix
///
/// Remove `adapt(…)`, and write its check as `custom(…)` beside the rule that bounds the field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit: `adapt` replaces the check of its rules",
    label = "an adapter can accept any value",
    note = "help: remove `adapt(…)`, and write the check as `custom(…)` beside the rule"
)]
pub trait AppliesWithoutAdapter: Unimplemented {}

/// A length without `max`.
pub struct NoMax<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for NoMax<T> {}
impl<T: ?Sized> MissingLimit for NoMax<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NoMax<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: LengthHasMax {}
}

/// Says that a `length` has a `max`.
///
/// # Fix
///
/// Add `max`, a constant up to [`MAX_LENGTH`](crate::input::MAX_LENGTH), inside `length(…)`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(chars, min = 1, max = 64))]
///     sku: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no maximum length",
    label = "`length` without `max`",
    note = "help: add `max = 64` inside `length(…)`"
)]
pub trait LengthHasMax: Unimplemented {}

/// A length in graphemes.
pub struct InGraphemes<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for InGraphemes<T> {}
impl<T: ?Sized> MissingLimit for InGraphemes<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> InGraphemes<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasMaxBytes {}
}

/// Says that a length is counted in `bytes`, `chars` or `utf16`.
///
/// A grapheme is a letter with any number of marks on it, so a text of one grapheme can have any size.
///
/// # Fix
///
/// Add a length in bytes beside the length in graphemes.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Profile {
///     // with garde's feature `unicode`, `length(graphemes, max = 20)` may follow
///     #[garde(length(bytes, max = 256))]
///     name: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no maximum size: a grapheme can be of any size",
    label = "one grapheme can take any number of bytes",
    note = "help: add `length(bytes, max = 256)` beside this rule"
)]
pub trait HasMaxBytes: Unimplemented {}

/// A range without `min` or without `max`.
pub struct OneEnd<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for OneEnd<T> {}
impl<T: ?Sized> MissingLimit for OneEnd<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> OneEnd<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: RangeHasMinAndMax {}
}

/// Says that the `range` of a float has a `min` and a `max`.
///
/// # Fix
///
/// Write both ends.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(range(min = 0.0, max = 1000.0))]
///     price: f64,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no range: `min` or `max` is missing",
    label = "`range` with one end",
    note = "help: write both ends: `range(min = 0.0, max = 1000.0)`"
)]
pub trait RangeHasMinAndMax: Unimplemented {}

/// A rule whose limit depends on the input.
pub struct NotFixed<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for NotFixed<T> {}
impl<T: ?Sized> MissingLimit for NotFixed<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NotFixed<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where T: HasConstantLimit {}
}

/// Says that a limit is a constant.
///
/// A limit that is read from another field, or from a context that another request may shape, can be
/// of any size.
///
/// # Fix
///
/// Write a constant. If the limit from the value must hold too, write a second rule for it.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(range(min = 1, max = 64))]
///     longest: usize,
///     #[garde(length(chars, max = 64), length(bytes, max = self.longest))]
///     note: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed limit: this one depends on the input",
    label = "the client can choose this limit",
    note = "help: write a constant: `max = 64`, or `max = 64.0` on a float"
)]
pub trait HasConstantLimit: Unimplemented {}
