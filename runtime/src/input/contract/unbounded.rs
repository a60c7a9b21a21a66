//! The reasons for which a field has no limit, for the compile error about it.
//!
//! Nothing here decides whether a field is bounded: `bounded` does. A field that is not bounded
//! gets a reason from its type and its rules; each reason requires a trait that nothing implements,
//! and the message of that trait is the error.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::sync::Arc;

use crate::input::contract::map_key::{MapKey, NeedsNoRule};
use crate::input::contract::rules::{RuleStatus, Ruleset};
use crate::input::contract::unbounded::sealed::{Sealed, Unimplemented};

mod sealed {
    /// Implemented for the reasons of this file only.
    pub trait Sealed {}

    /// Implemented for nothing, so that no crate can implement a trait that requires it.
    pub trait Unimplemented<T: ?Sized = ()> {}
}

/// The input types whose limits are known.
///
/// It is the `Self` of traits about a type `T`, so that rustc's message is the same for your own
/// types and for those of other crates.
pub enum InputType {}

/// Says that the rules which bound a type are known.
///
/// It holds for text, numbers, `bool`, collections and maps, `Option`, `Box`, [`Uuid`], and every
/// type that derives `SecureInput`. It does not hold for a struct or an enum without that derive,
/// nor for a type of another crate.
///
/// # Fix
///
/// - Your own type: derive `Deserialize`, `Validate` and `SecureInput` on it, and write
///   `#[garde(dive)]` on the field.
/// - `Uuid`: turn on the feature `uuid` of Palisade.
/// - Another type of another crate, such as a date or a decimal number: write a newtype whose
///   `Deserialize` accepts only small, well-formed values, and implement
///   [`Scalar`](crate::input::Scalar) for it.
/// - If the field must not be checked: `#[secure(unvalidated = "reason")]`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Address {
///     #[garde(length(chars, max = 100))]
///     city: String,
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewCustomer {
///     #[garde(dive)]
///     address: Address,
/// }
/// ```
///
/// [`Uuid`]: https://docs.rs/uuid
#[diagnostic::on_unimplemented(
    message = "`{T}` has no known size limit",
    label = "nothing bounds `{T}`",
    note = "help: your own type: derive `SecureInput` on it and write `#[garde(dive)]` on the field",
    note = "help: a type of another crate: write a newtype that implements `palisade::input::Scalar`; `Uuid` needs the feature `uuid`"
)]
pub trait HasKnownLimit<T: ?Sized> {
    /// The reason for which the rules `R` do not bound it.
    #[doc(hidden)]
    type Reason<R: Ruleset>: Reason;
}

/// A reason; it has one value.
#[doc(hidden)]
pub trait Reason: Sealed {
    const NEW: Self;
}

/// A field that its rules do not bound.
pub struct Unbounded<T: ?Sized, R>(PhantomData<T>, PhantomData<R>);

impl<T: ?Sized, R> Sealed for Unbounded<T, R> {}
impl<T: ?Sized, R> Reason for Unbounded<T, R> {
    const NEW: Self = Self(PhantomData, PhantomData);
}

impl<T: ?Sized, R: Ruleset> Unbounded<T, R>
where
    InputType: HasKnownLimit<T>,
{
    /// Looks up the reason by the type.
    pub fn reason(self) -> <InputType as HasKnownLimit<T>>::Reason<R> {
        Reason::NEW
    }
}

// on one line, so that rustc's note about it is short; the same below
#[rustfmt::skip]
impl<T: ?Sized, R> Unbounded<T, R> {
    /// Fails to compile for a type that is nested deeper than the reasons are looked up.
    pub fn check(self) where InputType: IsBounded<T> {}
}

/// The reason of [`Unbounded`] and [`Entries`] whose type is not known.
pub trait UnknownReason<T: ?Sized>: Sized {
    /// The reason.
    type Reason: Reason;

    /// Returns it, if there is no other method of this name.
    fn reason(self) -> Self::Reason {
        Reason::NEW
    }
}

impl<T: ?Sized, R> UnknownReason<T> for Unbounded<T, R> {
    type Reason = WithoutKnownLimit<T>;
}

/// A type whose limits are not known.
pub struct WithoutKnownLimit<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for WithoutKnownLimit<T> {}
impl<T: ?Sized> Reason for WithoutKnownLimit<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> WithoutKnownLimit<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

    /// Requires that the mistake is corrected.
    pub fn check(self) where InputType: HasKnownLimit<T> {}
}

/// A text without `length`.
pub struct TextWithoutLength<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for TextWithoutLength<T> {}
impl<T: ?Sized> Reason for TextWithoutLength<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> TextWithoutLength<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for CollectionWithoutLength<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> CollectionWithoutLength<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for FloatWithoutRange<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> FloatWithoutRange<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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

/// A rule beside the `inner(…)` of an `Option` that belongs into it.
pub struct RulesTooShallow<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for RulesTooShallow<T> {}
impl<T: ?Sized> Reason for RulesTooShallow<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> RulesTooShallow<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for Condition<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Condition<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for Adapter<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Adapter<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

    /// Requires that the mistake is corrected.
    pub fn check(self) where T: AppliesWithoutAdapter {}
}

/// Says that a rule is checked by garde, not by an adapter.
///
/// `adapt(…)` replaces the code behind every rule of the field, and nothing is known of its own.
///
/// # Fix
///
/// Remove `adapt(…)`. Write a check of your own as `custom(…)` beside the rule that bounds the field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit: `adapt` replaces the check of its rules",
    label = "an adapter can accept any value",
    note = "help: remove `adapt(…)`, and write the check as `custom(…)` beside the rule"
)]
pub trait AppliesWithoutAdapter: Unimplemented {}

/// A length without `max`.
pub struct NoMax<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for NoMax<T> {}
impl<T: ?Sized> Reason for NoMax<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NoMax<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for InGraphemes<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> InGraphemes<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for OneEnd<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> OneEnd<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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
impl<T: ?Sized> Reason for NotFixed<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NotFixed<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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

/// A nested type without `dive`.
pub struct NotDived<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for NotDived<T> {}
impl<T: ?Sized> Reason for NotDived<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> NotDived<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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

/// Any other mistake.
pub struct Unexplained<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for Unexplained<T> {}
impl<T: ?Sized> Reason for Unexplained<T> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> Unexplained<T> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

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

/// Says of each type which reason it has. None of them is recommended to the author of another.
macro_rules! reasons {
    ($([$($generic:tt)*] $ty:ty => $reason:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generic)*> HasKnownLimit<$ty> for InputType {
            type Reason<R: Ruleset> = $reason;
        }
    )*};
}

/// The reason of a text.
type OfText<T, R> = <<R as Ruleset>::Length as RuleStatus>::OfText<T>;

/// The reason of a float.
type OfFloat<T, R> = <<R as Ruleset>::Range as RuleStatus>::OfFloat<T>;

/// The reason of a collection of `I`.
type OfItems<T, I, R> =
    <<R as Ruleset>::Length as RuleStatus>::OfCollection<T, Unbounded<I, <R as Ruleset>::Items>>;

/// The reason of a map of the standard library.
type OfStdMap<T, K, V, R> =
    <<R as Ruleset>::Length as RuleStatus>::OfCollection<T, Entries<K, ValueWithRules<V>>>;

/// The reason of a [`Map`](crate::input::Map).
pub(in crate::input) type OfMap<T, K, V, R> = <<R as Ruleset>::Length as RuleStatus>::OfCollection<
    T,
    Entries<K, Unbounded<V, <R as Ruleset>::Items>>,
>;

reasons! {
    [] str => OfText<str, R>;
    [] String => OfText<String, R>;
    [] f32 => OfFloat<f32, R>;
    [] f64 => OfFloat<f64, R>;
    [T: ?Sized] Box<T> => Unbounded<T, R>;
    [T: ?Sized] Arc<T> => Unbounded<T, R>;
    ['a, T: ?Sized] &'a T => Unbounded<T, R>;
    ['a, T: ?Sized + ToOwned] Cow<'a, T> => Unbounded<T, R>;
    [T] Option<T> => Unbounded<T, <R::Items as Ruleset>::InOptionOr<R>>;
    [T] [T] => OfItems<[T], T, R>;
    [T] Vec<T> => OfItems<Vec<T>, T, R>;
    [T] VecDeque<T> => OfItems<VecDeque<T>, T, R>;
    [T] LinkedList<T> => OfItems<LinkedList<T>, T, R>;
    [T] BTreeSet<T> => OfItems<BTreeSet<T>, T, R>;
    [T] BinaryHeap<T> => OfItems<BinaryHeap<T>, T, R>;
    [T, S] HashSet<T, S> => OfItems<HashSet<T, S>, T, R>;
    [T, const N: usize] [T; N] => Unbounded<T, R::Items>;
    [K, V] BTreeMap<K, V> => OfStdMap<BTreeMap<K, V>, K, V, R>;
    [K, V, S] HashMap<K, V, S> => OfStdMap<HashMap<K, V, S>, K, V, R>;
    [A] (A,) => Unexplained<(A,)>;
    [A, B] (A, B) => Unexplained<(A, B)>;
    [A, B, C] (A, B, C) => Unexplained<(A, B, C)>;
    [A, B, C, D] (A, B, C, D) => Unexplained<(A, B, C, D)>;
}

/// The entries of a map: its keys have no limit, or else `Next` is the reason.
pub struct Entries<K, Next>(PhantomData<(K, Next)>);

impl<K, Next> Sealed for Entries<K, Next> {}
impl<K, Next> Reason for Entries<K, Next> {
    const NEW: Self = Self(PhantomData);
}

impl<K: MapKey, Next: Reason> Entries<K, Next> {
    /// The reason that is left if the keys are bounded.
    pub fn reason(self) -> Next {
        Reason::NEW
    }
}

#[rustfmt::skip]
impl<K, Next> Entries<K, Next> {
    /// Fails to compile for a type that is nested deeper than the reasons are looked up.
    pub fn check(self) where InputType: IsBounded<Self> {}
}

impl<K, Next> UnknownReason<K> for Entries<K, Next> {
    type Reason = KeyWithoutLimit<K>;
}

/// A key that is no [`MapKey`].
pub struct KeyWithoutLimit<K>(PhantomData<K>);

impl<K> Sealed for KeyWithoutLimit<K> {}
impl<K> Reason for KeyWithoutLimit<K> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<K> KeyWithoutLimit<K> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

    /// Requires that the mistake is corrected.
    pub fn check(self) where K: MapKey {}
}

/// A value of the standard library's maps that needs a rule.
pub struct ValueWithRules<V>(PhantomData<V>);

impl<V> Sealed for ValueWithRules<V> {}
impl<V> Reason for ValueWithRules<V> {
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<V> ValueWithRules<V> {
    /// Returns itself.
    pub fn reason(self) -> Self { self }

    /// Requires that the mistake is corrected.
    pub fn check(self) where V: NeedsNoRule {}
}
