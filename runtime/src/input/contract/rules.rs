//! The rules written on a field, as types, and what each says about the field.
//!
//! The derive writes a field's rules as a [`Rules`]; [`Bounded`](super::Bounded) asks
//! them whether they bound the field's type. A rule that was written but does not
//! count is a marker of its own. Each kind of mistake has a trait that nothing
//! implements, so that the compiler's message can say what to write instead; its
//! `Self` is the marker, because rustc reports the outer trait where both have the
//! field's type as `Self`.

use std::convert::Infallible;
use std::marker::PhantomData;

/// Rules that were written: of a length, of a range, whether dived, of the items.
pub struct Rules<Length, Range, Dive, Items>(Infallible, PhantomData<(Length, Range, Dive, Items)>);

/// No rules at all.
pub enum Unruled {}

/// The rules of the items of what is dived into: theirs.
pub enum Dived {}

/// The rule is written, without conditions.
pub enum Written {}

/// The rule is not written.
pub enum Missing {}

/// The rule is written inside `if(…)`.
pub enum Conditional {}

/// The rule is written, but `adapt` gives it another meaning.
pub enum Adapted {}

/// The rule is written without an upper end, or a range without a lower one.
pub enum Endless {}

/// The length is counted in graphemes, each of any size.
pub enum Graphemes {}

/// The rule's end is read from the value itself or from its context.
pub enum Variable {}

/// The parts of a set of rules.
pub trait Ruleset {
    /// What is known of the length.
    type Length;
    /// What is known of the range.
    type Range;
    /// Whether the value's own rules are applied.
    type Dive;
    /// The rules of each item.
    type Items: Ruleset;
    /// These rules where there are any, else `Outer`.
    type Or<Outer: Ruleset>: Ruleset;
}

impl<L, R, D, I: Ruleset> Ruleset for Rules<L, R, D, I> {
    type Length = L;
    type Range = R;
    type Dive = D;
    type Items = I;
    type Or<Outer: Ruleset> = Self;
}

impl Ruleset for Unruled {
    type Length = Missing;
    type Range = Missing;
    type Dive = Missing;
    type Items = Self;
    type Or<Outer: Ruleset> = Outer;
}

impl Ruleset for Dived {
    type Length = Missing;
    type Range = Missing;
    type Dive = Written;
    type Items = Self;
    type Or<Outer: Ruleset> = Outer;
}

/// The rules that reach what is in an `Option`: garde's `inner` steps into it.
pub type Inside<R> = <<R as Ruleset>::Items as Ruleset>::Or<R>;

/// Whether a `length` rule bounds a text or a collection `T`.
pub trait LengthOf<Kind, T: ?Sized> {}

/// A text, whose help counts characters.
pub enum Text {}

/// A collection, whose help counts items.
pub enum Collection {}

/// Whether a `range` rule bounds a float `T`.
pub trait RangeOf<T> {}

/// Whether the rules of the nested type `T` are applied.
pub trait DiveOf<T: ?Sized> {}

/// Whether the largest length of a `T` is small enough.
pub trait Ceiling<T: ?Sized> {}

/// Whether a largest length fits under [`MAX_LENGTH`](super::MAX_LENGTH).
pub enum Fits<const ANSWER: bool> {}

impl<K, T: ?Sized> LengthOf<K, T> for Written {}
impl<T: ?Sized> LengthOf<Text, T> for Missing where Self: TextHasLength<T> {}
impl<T: ?Sized> LengthOf<Collection, T> for Missing where Self: CollectionHasLength<T> {}
impl<K, T: ?Sized> LengthOf<K, T> for Conditional where Self: AlwaysHasRule<T> {}
impl<K, T: ?Sized> LengthOf<K, T> for Adapted where Self: HasRuleOfGarde<T> {}
impl<K, T: ?Sized> LengthOf<K, T> for Endless where Self: LengthHasMax<T> {}
impl<K, T: ?Sized> LengthOf<K, T> for Graphemes where Self: LengthIsNotInGraphemes<T> {}
impl<K, T: ?Sized> LengthOf<K, T> for Variable where Self: RuleIsConstant<T> {}

impl<T> RangeOf<T> for Written {}
impl<T> RangeOf<T> for Missing where Self: FloatHasRange<T> {}
impl<T> RangeOf<T> for Conditional where Self: AlwaysHasRule<T> {}
impl<T> RangeOf<T> for Adapted where Self: HasRuleOfGarde<T> {}
impl<T> RangeOf<T> for Endless where Self: RangeHasBothEnds<T> {}
impl<T> RangeOf<T> for Variable where Self: RuleIsConstant<T> {}

impl<T: ?Sized> DiveOf<T> for Written {}
impl<T: ?Sized> DiveOf<T> for Missing where Self: IsDived<T> {}

impl<T: ?Sized> Ceiling<T> for Fits<true> {}
impl<T: ?Sized + IsUnderCeiling> Ceiling<T> for Fits<false> {}

/// Nothing implements it: the message for text without `length`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded",
    label = "text of any length",
    note = "help: write `#[garde(length(chars, max = 64))]` on the field; on items, `inner(length(chars, max = 64))`"
)]
pub trait TextHasLength<T: ?Sized> {}

/// Nothing implements it: the message for a collection without `length`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded",
    label = "any number of items",
    note = "help: write `#[garde(length(max = 100))]` on the field, and bound the items with `dive` or `inner(…)`"
)]
pub trait CollectionHasLength<T: ?Sized> {}

/// Nothing implements it: the message for a float without `range`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded",
    label = "a float of any size, or none at all",
    note = "help: write `#[garde(range(min = 0.0, max = 1000.0))]` on the field; on items, `inner(range(min = 0.0, max = 1000.0))`"
)]
pub trait FloatHasRange<T: ?Sized> {}

/// Nothing implements it: the message for a nested type that is not dived into.
#[diagnostic::on_unimplemented(
    message = "the rules of `{T}` are not applied",
    label = "nested input that nobody checks",
    note = "help: write `#[garde(dive)]` on the field"
)]
pub trait IsDived<T: ?Sized> {}

/// Nothing implements it: the message for a rule inside `if(…)`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded when the condition is false",
    label = "a rule inside `if(…)` does not bound",
    note = "help: write the rule again outside of `if(…)`, with the widest bound that is ever right"
)]
pub trait AlwaysHasRule<T: ?Sized> {}

/// Nothing implements it: the message for rules that `adapt` takes elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded: `adapt` gives its rules another meaning",
    label = "nobody knows what the rules of an adapter check",
    note = "help: remove `adapt(…)` and write the check as `custom(…)` beside garde's own rule"
)]
pub trait HasRuleOfGarde<T: ?Sized> {}

/// Nothing implements it: the message for `length` without `max`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded: `length` has no `max`",
    label = "of any length from here on",
    note = "help: add `max = 64` inside `length(…)`"
)]
pub trait LengthHasMax<T: ?Sized> {}

/// Nothing implements it: the message for `length(graphemes, …)`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded: a grapheme has no largest size",
    label = "one grapheme may take any number of bytes",
    note = "help: add `length(bytes, max = 256)` beside this rule"
)]
pub trait LengthIsNotInGraphemes<T: ?Sized> {}

/// Nothing implements it: the message for `range` with one end.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded: `range` has one end only",
    label = "of any size beyond it",
    note = "help: write both ends: `range(min = 0.0, max = 1000.0)`"
)]
pub trait RangeHasBothEnds<T: ?Sized> {}

/// Nothing implements it: the message for a bound that is not a constant.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not bounded: whoever sends it may choose this bound",
    label = "a bound that is read from the value or its context is no bound",
    note = "help: write a constant: `max = 64`, or `max = 64.0` on a float"
)]
pub trait RuleIsConstant<T: ?Sized> {}

/// Nothing implements it: the message for a `max` above the ceiling.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded: this is above what a length may be",
    label = "above `palisade::input::MAX_LENGTH`",
    note = "help: write `max = 1_048_576` or less"
)]
pub trait IsUnderCeiling {}
