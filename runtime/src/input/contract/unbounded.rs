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
use crate::input::contract::missing_limit::sealed::Sealed;
use crate::input::contract::missing_limit::{InputType, MissingLimit};
use crate::input::contract::missing_rules::{IsBounded, Unexplained};
use crate::input::contract::rules::{BeyondInner, RuleStatus, Ruleset};

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
/// - `Uuid`, `Decimal`, `Url`, or a date or time of `chrono`, `jiff` or `time`: turn on the feature of Palisade with
///   the name of the crate.
/// - Another type of another crate, such as an amount of money: write a newtype whose
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
    note = "help: your own type: derive `Deserialize, Validate, SecureInput` on it and write `#[garde(dive)]` on the field",
    note = "help: a type of another crate: wrap it in a newtype with `#[derive(Deserialize, SecureInput)]` and `#[secure(scalar = \"what it accepts\")]`; `Uuid`, `Decimal`, `Url` and dates need the feature with the name of their crate"
)]
pub trait HasKnownLimit<T: ?Sized> {
    /// The reason for which the rules `R` do not bound it.
    #[doc(hidden)]
    type Reason<R: Ruleset>: MissingLimit;
}

/// A field that its rules do not bound.
pub struct Unbounded<T: ?Sized, R>(PhantomData<T>, PhantomData<R>);

impl<T: ?Sized, R> Sealed for Unbounded<T, R> {}
impl<T: ?Sized, R> MissingLimit for Unbounded<T, R> {
    type Inner = WithoutKnownLimit<T>;
    const NEW: Self = Self(PhantomData, PhantomData);
}

impl<T: ?Sized, R: Ruleset> Unbounded<T, R>
where
    InputType: HasKnownLimit<T>,
{
    /// Looks up the reason by the type.
    pub fn reason(self) -> <InputType as HasKnownLimit<T>>::Reason<R> {
        MissingLimit::NEW
    }
}

// on one line, so that rustc's note about it is short; the same below
#[rustfmt::skip]
impl<T: ?Sized, R> Unbounded<T, R> {
    /// Fails to compile for a type that is nested deeper than the reasons are looked up.
    pub fn check(self) where InputType: IsBounded<T> {}
}

/// A type whose limits are not known.
pub struct WithoutKnownLimit<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Sealed for WithoutKnownLimit<T> {}
impl<T: ?Sized> MissingLimit for WithoutKnownLimit<T> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<T: ?Sized> WithoutKnownLimit<T> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where InputType: HasKnownLimit<T> {}
}

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

/// The reason of a collection of `I` that garde's `inner(…)` does not enter.
type BeyondInnerOf<T, I, R> = <<R as Ruleset>::Length as RuleStatus>::OfCollection<
    T,
    Unbounded<I, BeyondInner<<R as Ruleset>::Items>>,
>;

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
    [T] VecDeque<T> => BeyondInnerOf<VecDeque<T>, T, R>;
    [T] LinkedList<T> => BeyondInnerOf<LinkedList<T>, T, R>;
    [T] BTreeSet<T> => BeyondInnerOf<BTreeSet<T>, T, R>;
    [T] BinaryHeap<T> => BeyondInnerOf<BinaryHeap<T>, T, R>;
    [T, S] HashSet<T, S> => BeyondInnerOf<HashSet<T, S>, T, R>;
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
impl<K, Next> MissingLimit for Entries<K, Next> {
    type Inner = KeyWithoutLimit<K>;
    const NEW: Self = Self(PhantomData);
}

impl<K: MapKey, Next: MissingLimit> Entries<K, Next> {
    /// The reason that is left if the keys are bounded.
    pub fn reason(self) -> Next {
        MissingLimit::NEW
    }
}

#[rustfmt::skip]
impl<K, Next> Entries<K, Next> {
    /// Fails to compile for a type that is nested deeper than the reasons are looked up.
    pub fn check(self) where InputType: IsBounded<Self> {}
}

/// A key that is no [`MapKey`].
pub struct KeyWithoutLimit<K>(PhantomData<K>);

impl<K> Sealed for KeyWithoutLimit<K> {}
impl<K> MissingLimit for KeyWithoutLimit<K> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<K> KeyWithoutLimit<K> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where K: MapKey {}
}

/// A value of the standard library's maps that needs a rule.
pub struct ValueWithRules<V>(PhantomData<V>);

impl<V> Sealed for ValueWithRules<V> {}
impl<V> MissingLimit for ValueWithRules<V> {
    type Inner = Self;
    const NEW: Self = Self(PhantomData);
}

#[rustfmt::skip]
impl<V> ValueWithRules<V> {
    /// Requires that the mistake is corrected.
    pub fn check(self) where V: NeedsNoRule {}
}
