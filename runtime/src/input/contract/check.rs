//! The check of a decoded value: all of its rules at once.

use std::cell::Cell;
use std::marker::PhantomData;

use garde::Report;
use garde::error::{Error, Path};
use garde::i18n::with_i18n;
use serde_json::Value;

use crate::input::contract::context::ContextFrom;
use crate::input::contract::error::{InputError, InputLocation};
use crate::input::contract::rule_recorder::RuleRecorder;
use crate::input::contract::secure_input::SecureInput;
use crate::input::contract::violation::{MAX_VIOLATIONS, Violation};
use crate::input::shape::pointer::bare;

/// Checks garde's rules and the bounds that garde does not check.
///
/// The details name limits, never the value; the text of a custom rule is its author's. `raw_names`
/// returns the raw input, which maps garde's paths of Rust names to the names in the input.
pub(crate) fn check<T, S>(
    value: T,
    location: InputLocation,
    state: &S,
    raw_names: impl FnOnce() -> Option<Value>,
) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    inspect(&value, location, state, raw_names)?;
    Ok(value)
}

/// Checks a value that the decoder may have truncated, as [`check`] does.
///
/// `excess` are the violations for which the decoder stopped early; with one, the value is rejected.
/// `pointers` returns the pointers of paths that garde reports.
pub(crate) fn check_decoded<T, S>(
    value: T,
    excess: Vec<Violation>,
    location: InputLocation,
    state: &S,
    pointers: impl FnOnce(&[&Path]) -> Vec<String>,
) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    report(&value, excess, location, state, pointers)?;
    Ok(value)
}

/// Checks named values of which the decoder may have dropped some, as [`check_decoded`] does.
pub(crate) fn check_named<T, S>(
    value: T,
    excess: Vec<Violation>,
    location: InputLocation,
    state: &S,
    raw_names: impl FnOnce() -> Option<Value>,
) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    check_decoded(value, excess, location, state, pointers::<T>(raw_names))
}

/// Checks a value behind a reference, as [`check`] does.
pub(crate) fn inspect<T, S>(
    value: &T,
    location: InputLocation,
    state: &S,
    raw_names: impl FnOnce() -> Option<Value>,
) -> Result<(), InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    report(value, Vec::new(), location, state, pointers::<T>(raw_names))
}

/// Returns a function that looks up pointers among the names in the input.
fn pointers<T: SecureInput>(
    raw_names: impl FnOnce() -> Option<Value>,
) -> impl FnOnce(&[&Path]) -> Vec<String> {
    |paths| {
        let raw_names = raw_names();
        let pointer = |path: &&Path| T::shape().pointer(path, raw_names.as_ref());
        paths.iter().map(pointer).collect()
    }
}

fn report<T, S>(
    value: &T,
    mut violations: Vec<Violation>,
    location: InputLocation,
    state: &S,
    pointers: impl FnOnce(&[&Path]) -> Vec<String>,
) -> Result<(), InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let context = T::Context::context_from(state);
    let rules = RuleRecorder::default();
    let errors = with_i18n(&rules, || errors(value, &context));
    if errors.is_empty() && violations.is_empty() {
        return Ok(());
    }
    let pointers = pointers(&paths_of(&errors));
    add_violations(&mut violations, &errors, pointers, location, &rules);
    Err(InputError::Invalid(location, violations))
}

fn paths_of(errors: &[(Path, Error)]) -> Vec<&Path> {
    errors.iter().map(|(path, _)| path).collect()
}

/// Adds the violations of errors at these pointers, unless the decoder reported the same.
fn add_violations(
    violations: &mut Vec<Violation>,
    errors: &[(Path, Error)],
    pointers: Vec<String>,
    location: InputLocation,
    rules: &RuleRecorder,
) {
    let truncated = violations.len();
    for ((_, error), pointer) in errors.iter().zip(pointers) {
        let pointer = match location {
            InputLocation::Body => pointer,
            InputLocation::Path
            | InputLocation::Query
            | InputLocation::Form
            | InputLocation::Header
            | InputLocation::Cookie => bare(&pointer),
        };
        let detail = error.message();
        let violation = Violation::new(pointer, rules.rule_of(detail), detail.to_owned());
        let mut reported = violations.iter().take(truncated);
        if !reported.any(|other| *other == violation) {
            violations.push(violation);
        }
    }
    violations.truncate(MAX_VIOLATIONS);
}

/// Returns the errors of the rules, then those of the bounds that no rule reports.
///
/// If a value breaks a bound, its other rules are checked only if their check stops early.
fn errors<T: SecureInput>(value: &T, context: &T::Context) -> Vec<(Path, Error)> {
    let (mut rules, mut bounds) = (Report::new(), Report::new());
    value.check_bounds(&mut Path::empty, &mut bounds);
    if bounds.is_empty() || T::STOPS_EARLY {
        limited(|| value.check_rules(context, &mut Path::empty, &mut rules));
    }
    merge(rules, bounds)
}

fn merge(rules: Report, bounds: Report) -> Vec<(Path, Error)> {
    let mut errors = rules.into_inner();
    errors.truncate(MAX_VIOLATIONS);
    for error in bounds.into_inner() {
        if errors.len() < MAX_VIOLATIONS && !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

thread_local! {
    /// Whether validation stops once a report is full.
    static IS_LIMITED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a validation that stops once its report is full.
///
/// It is not an argument of `validate_into`, whose signature is garde's; and so it holds inside every
/// collection of garde and every hand-written `Validate` too.
fn limited(validate: impl FnOnce()) {
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            IS_LIMITED.set(self.0);
        }
    }

    let _restore = Restore(IS_LIMITED.replace(true));
    validate();
}

/// A type whose derived `Validate` stops once its report is full, if that is limited.
pub trait StopsEarly {}

/// The validation of a type.
pub struct Validation<T>(PhantomData<T>);

impl<T: StopsEarly> Validation<T> {
    /// Whether the validation stops early.
    pub const STOPS_EARLY: bool = true;
}

/// The validation of a type whose `Validate` is written by hand, or derived by garde.
pub trait MayReportAll {
    /// Whether the validation stops early.
    const STOPS_EARLY: bool = false;
}

impl<T> MayReportAll for Validation<T> {}

/// Returns whether a report has as many errors as a response can have.
#[inline]
pub fn is_full(report: &Report) -> bool {
    report.iter().nth(MAX_VIOLATIONS - 1).is_some()
}

/// Returns whether a validation is to stop. `validate` reports all errors.
#[inline]
pub fn is_full_if_limited(report: &Report) -> bool {
    is_full(report) && IS_LIMITED.get()
}

/// Returns whether to check what costs more than a length: the items of a list, a pattern.
///
/// A value that is too long costs no more than reading it, if the errors are limited.
#[inline]
pub fn is_entered(length: impl FnOnce() -> garde::Result) -> bool {
    !IS_LIMITED.get() || length().is_ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde::Deserialize;

    use super::*;
    use crate::prelude::Validate;

    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Reading {
        #[garde(length(max = 50), inner(range(min = 0.0, max = 1.0)))]
        values: Vec<f64>,
    }

    fn broken(values: Vec<f64>) -> Vec<Violation> {
        match check(Reading { values }, InputLocation::Body, &(), || None) {
            Ok(_) => Vec::new(),
            Err(InputError::Invalid(InputLocation::Body, violations)) => violations,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn at_most_32_broken_rules_are_reported() {
        assert_eq!(broken(vec![0.5]).len(), 0);
        assert_eq!(
            broken(vec![2.0; MAX_VIOLATIONS - 1]).len(),
            MAX_VIOLATIONS - 1
        );
        assert_eq!(broken(vec![2.0; MAX_VIOLATIONS]).len(), MAX_VIOLATIONS);
        assert_eq!(broken(vec![2.0; MAX_VIOLATIONS + 1]).len(), MAX_VIOLATIONS);
    }

    /// garde's `range` compares with `<` and `>`, so a NaN passes it.
    #[test]
    fn nan_is_reported_although_garde_accepts_it() {
        let violations = broken(vec![0.5, f64::NAN]);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].pointer(), "/values/1");
    }

    thread_local! {
        static CALLS: Cell<usize> = const { Cell::new(0) };
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a rule receives references"
    )]
    fn never(_: &String, (): &()) -> garde::Result {
        CALLS.set(CALLS.get() + 1);
        Err(Error::new("is never accepted"))
    }

    /// Returns how often `never` is called to check a value, and the number of violations.
    fn calls<T: SecureInput<Context = ()>>(value: T) -> (usize, usize) {
        CALLS.set(0);
        let violations = match check(value, InputLocation::Body, &(), || None) {
            Err(InputError::Invalid(_, violations)) => violations.len(),
            _ => 0,
        };
        (CALLS.get(), violations)
    }

    #[derive(Deserialize, Validate, crate::SecureInput)]
    struct Item(#[garde(length(chars, max = 9), custom(never), custom(never))] String);

    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Lists {
        #[garde(length(max = 1000), dive)]
        dived: Vec<Item>,
        #[garde(length(max = 1000), inner(length(chars, max = 9), custom(never)))]
        inner: Vec<String>,
        #[garde(dive)]
        generic: Generic<Item>,
        #[garde(dive)]
        by_hand: ByHand,
    }

    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Generic<T: Validate<Context = ()>> {
        #[garde(length(max = 1000), dive)]
        items: Vec<T>,
    }

    /// A `Validate` by hand that does not stop, around items that do.
    #[derive(Deserialize, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct ByHand {
        #[garde(length(max = 1000), dive)]
        items: Vec<Item>,
    }

    impl Validate for ByHand {
        type Context = ();

        fn validate_into(&self, (): &(), at: &mut dyn FnMut() -> Path, report: &mut Report) {
            for item in &self.items {
                item.validate_into(&(), at, report);
            }
        }
    }

    fn items(count: usize) -> Vec<Item> {
        (0..count).map(|_| Item(String::new())).collect()
    }

    fn lists([dived, inner, generic, by_hand]: [usize; 4]) -> Lists {
        Lists {
            dived: items(dived),
            inner: vec![String::new(); inner],
            generic: Generic {
                items: items(generic),
            },
            by_hand: ByHand {
                items: items(by_hand),
            },
        }
    }

    /// A custom rule costs what its author wrote, and an error allocates.
    #[test]
    fn check_stops_at_32_errors() {
        for counts in [
            [1000, 0, 0, 0],
            [0, 1000, 0, 0],
            [0, 0, 1000, 0],
            [0, 0, 0, 1000],
            [500; 4],
        ] {
            let (calls, violations) = calls(lists(counts));
            assert_eq!(violations, MAX_VIOLATIONS);
            // a value reports all of its own errors
            assert!(
                (MAX_VIOLATIONS..=MAX_VIOLATIONS + 1).contains(&calls),
                "{calls}"
            );
        }
        assert_eq!(calls(lists([8, 0, 0, 0])), (16, 16));
    }

    #[test]
    fn items_of_a_list_over_its_length_are_not_checked() {
        assert_eq!(calls(lists([1001, 0, 0, 0])), (0, 1));
        assert_eq!(calls(lists([0, 1001, 0, 0])), (0, 1));
        assert_eq!(calls(lists([0, 0, 1001, 0])), (0, 1));
    }

    /// A custom rule or a pattern can cost more than reading the text.
    #[test]
    fn other_rules_of_a_text_over_its_length_are_not_checked() {
        let long = || Item("x".repeat(10));
        assert_eq!(calls(long()), (0, 1));
        assert_eq!(calls(Item("x".repeat(9))), (2, 2));
        CALLS.set(0);
        assert_eq!(long().validate().unwrap_err().iter().count(), 3);
        assert_eq!(CALLS.get(), 2);
    }

    #[test]
    fn validate_is_not_limited_before_or_after_a_check() {
        let value = lists([1000, 0, 0, 0]);
        for _ in 0..2 {
            let report = value.validate().unwrap_err();
            assert_eq!(report.iter().count(), 2000);
            calls(lists([1000, 0, 0, 0]));
        }
    }

    #[test]
    fn validate_is_not_limited_after_a_panic() {
        let panicked = std::panic::catch_unwind(|| limited(|| panic!("in a custom rule")));
        assert!(panicked.is_err());
        assert_eq!(
            lists([100, 0, 0, 0]).validate().unwrap_err().iter().count(),
            200
        );
    }

    #[derive(Deserialize, garde::Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct OfGarde {
        #[garde(length(max = 2), inner(length(chars, max = 9), custom(never)))]
        items: Vec<String>,
    }

    /// garde's own derive would report every item of a list over its length.
    #[test]
    fn rules_of_gardes_derive_are_not_checked_beyond_a_broken_bound() {
        let value = |count| OfGarde {
            items: vec![String::new(); count],
        };
        assert_eq!(calls(value(2)), (2, 2));
        assert_eq!(calls(value(1000)), (0, 1));
    }

    #[test]
    fn broken_bound_is_reported_once() {
        let violations = broken(vec![2.0; 51]);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].pointer(), "/values");
    }
}
