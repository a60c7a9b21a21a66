//! The rules on a field, as types.
//!
//! The derive writes the rules of each field as a [`Rules`]. `bounded` says which types they bound;
//! `unbounded` says, for a compile error, why they do not.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::input::contract::ineffective_rules::{
    Adapter, Condition, InGraphemes, NoMax, NotFixed, OneEnd, RulesTooShallow,
};
use crate::input::contract::missing_limit::MissingLimit;
use crate::input::contract::missing_rules::{
    CollectionWithoutLength, FloatWithoutRange, ItemWithoutRules, NotDived, ReportedAtRule,
    TextWithoutLength, Unexplained,
};

/// The rules of a field: of its length, its range, its nested type and its items.
///
/// `MAX` is the largest length that its rules allow, if they always apply.
pub struct Rules<Length, Range, Dive, Items, const MAX: usize = { usize::MAX }>(
    Infallible,
    PhantomData<(Length, Range, Dive, Items)>,
);

/// No rules at all.
pub enum NoRules {}

/// Only `dive`: the items have the rules of their own type.
pub enum Dived {}

/// No rules of a field.
pub type Unruled = Rules<Missing, Missing, Missing, NoRules>;

/// Only `dive`.
pub type DiveRules = Rules<Missing, Missing, Applied, Dived>;

/// Only a `length` in a unit of text.
pub type TextRules<const MAX: usize> = Rules<AppliedToText, Missing, Missing, NoRules, MAX>;

/// Only a `range`.
pub type RangeRules = Rules<Missing, Applied, Missing, NoRules>;

/// A `length`, and rules of the items.
pub type ListRules<Items, const MAX: usize> = Rules<Applied, Missing, Missing, Items, MAX>;

/// The rules of an `Option`'s value, written with one `inner(…)`.
///
/// They bound what `R` bounds. They are a type of their own so that a missing rule is explained.
pub struct InOption<R>(Infallible, PhantomData<R>);

/// The rules of the items of a collection that garde's `inner(…)` does not enter.
///
/// They bound what `R` bounds. They are a type of their own so that a missing rule is explained.
pub struct BeyondInner<R>(Infallible, PhantomData<R>);

/// The status of a rule that always applies, with constant limits.
pub enum Applied {}

/// The status of a `length` in a unit of text, with constant limits.
pub enum AppliedToText {}

/// The status of a `length` that bounds a text.
pub trait BoundsText: RuleStatus {}

impl BoundsText for Applied {}
impl BoundsText for AppliedToText {}

/// The status of a `length` that bounds a list of `T`: units of text count bytes and characters only.
pub trait BoundsItems<T>: RuleStatus {}

impl<T> BoundsItems<T> for Applied {}
impl BoundsItems<u8> for AppliedToText {}
impl BoundsItems<char> for AppliedToText {}

/// The status of a rule that is not written.
pub enum Missing {}

/// The status of a rule that is not written inside the `inner(…)` of an `Option`.
pub enum MissingInOption {}

/// The status of a rule that is not written for items which garde's `inner(…)` does not reach.
pub enum MissingBeyondInner {}

/// The status of a rule inside `if(…)`.
pub enum Conditional {}

/// The status of a rule whose check `adapt(…)` replaces.
pub enum Adapted {}

/// The status of a length without `max`, or of a range without `min` or `max`.
pub enum OpenEnded {}

/// The status of a length that counts graphemes.
pub enum CountsGraphemes {}

/// The status of a rule whose limit depends on the input.
pub enum NotConstant {}

/// A set of rules.
pub trait Ruleset {
    /// The status of `length`.
    type Length: RuleStatus;
    /// The status of `range`.
    type Range: RuleStatus;
    /// The status of `dive`.
    type Dive: RuleStatus;
    /// The rules of each item.
    type Items: Ruleset;
    /// The largest length, in the unit of its rule.
    const MAX: usize = usize::MAX;
    /// These rules if there are any, else `Outer`.
    type Or<Outer: Ruleset>: Ruleset;
    /// These rules as those of an `Option`'s value, if there are any, else `Outer`.
    type InOptionOr<Outer: Ruleset>: Ruleset;
}

impl<L, R, D, I, const MAX: usize> Ruleset for Rules<L, R, D, I, MAX>
where
    L: RuleStatus,
    R: RuleStatus,
    D: RuleStatus,
    I: Ruleset,
{
    type Length = L;
    type Range = R;
    type Dive = D;
    type Items = I;
    const MAX: usize = MAX;
    type Or<Outer: Ruleset> = Self;
    type InOptionOr<Outer: Ruleset> = InOption<Self>;
}

impl Ruleset for NoRules {
    type Length = Missing;
    type Range = Missing;
    type Dive = Missing;
    type Items = Self;
    type Or<Outer: Ruleset> = Outer;
    type InOptionOr<Outer: Ruleset> = Outer;
}

impl Ruleset for Dived {
    type Length = Missing;
    type Range = Missing;
    type Dive = Applied;
    type Items = Self;
    type Or<Outer: Ruleset> = Outer;
    type InOptionOr<Outer: Ruleset> = Outer;
}

impl<R: Ruleset> Ruleset for InOption<R> {
    type Length = <R::Length as RuleStatus>::InOption;
    type Range = <R::Range as RuleStatus>::InOption;
    type Dive = R::Dive;
    type Items = InOption<R::Items>;
    const MAX: usize = R::MAX;
    type Or<Outer: Ruleset> = Self;
    type InOptionOr<Outer: Ruleset> = Self;
}

impl<R: Ruleset> Ruleset for BeyondInner<R> {
    type Length = <R::Length as RuleStatus>::BeyondInner;
    type Range = <R::Range as RuleStatus>::BeyondInner;
    type Dive = R::Dive;
    type Items = R::Items;
    const MAX: usize = R::MAX;
    type Or<Outer: Ruleset> = Self;
    type InOptionOr<Outer: Ruleset> = Self;
}

/// The rules that reach the value of an `Option`: garde's `inner` enters it.
pub type Inside<R> = <<R as Ruleset>::Items as Ruleset>::Or<R>;

/// The status of a rule, and the reason for which a type under it has no limit.
pub trait RuleStatus {
    /// The reason of a text `T`, by its `length`.
    type OfText<T: ?Sized>: MissingLimit;
    /// The reason of a collection `T`, by its `length`; `Next` if that is not the reason.
    type OfCollection<T: ?Sized, Next: MissingLimit>: MissingLimit;
    /// The reason of a float `T`, by its `range`.
    type OfFloat<T: ?Sized>: MissingLimit;
    /// The reason of a nested type `T`, by its `dive`.
    type OfNested<T: ?Sized>: MissingLimit;
    /// The same status for the value of an `Option`.
    type InOption: RuleStatus;
    /// The same status for items that garde's `inner(…)` does not reach.
    type BeyondInner: RuleStatus;
}

impl RuleStatus for Applied {
    type OfText<T: ?Sized> = Unexplained<T>;
    type OfCollection<T: ?Sized, Next: MissingLimit> = Next;
    type OfFloat<T: ?Sized> = Unexplained<T>;
    type OfNested<T: ?Sized> = Unexplained<T>;
    type InOption = Self;
    type BeyondInner = Self;
}

impl RuleStatus for AppliedToText {
    type OfText<T: ?Sized> = Unexplained<T>;
    type OfCollection<T: ?Sized, Next: MissingLimit> = ReportedAtRule<T>;
    type OfFloat<T: ?Sized> = Unexplained<T>;
    type OfNested<T: ?Sized> = Unexplained<T>;
    type InOption = Self;
    type BeyondInner = Self;
}

impl RuleStatus for Missing {
    type OfText<T: ?Sized> = TextWithoutLength<T>;
    type OfCollection<T: ?Sized, Next: MissingLimit> = CollectionWithoutLength<T>;
    type OfFloat<T: ?Sized> = FloatWithoutRange<T>;
    type OfNested<T: ?Sized> = NotDived<T>;
    type InOption = MissingInOption;
    type BeyondInner = MissingBeyondInner;
}

/// Gives a rule that was written one reason, whatever the type.
macro_rules! one_reason {
    ($($status:ident => $length:ident, $range:ident;)*) => {$(
        impl RuleStatus for $status {
            type OfText<T: ?Sized> = $length<T>;
            type OfCollection<T: ?Sized, Next: MissingLimit> = $length<T>;
            type OfFloat<T: ?Sized> = $range<T>;
            type OfNested<T: ?Sized> = Unexplained<T>;
            type InOption = Self;
            type BeyondInner = Self;
        }
    )*};
}

one_reason! {
    MissingInOption => RulesTooShallow, RulesTooShallow;
    MissingBeyondInner => ItemWithoutRules, ItemWithoutRules;
    Conditional => Condition, Condition;
    Adapted => Adapter, Adapter;
    OpenEnded => NoMax, OneEnd;
    CountsGraphemes => InGraphemes, Unexplained;
    NotConstant => NotFixed, NotFixed;
}
