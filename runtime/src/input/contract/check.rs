//! The check of a decoded value: all of its rules at once.

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
    report(value, Vec::new(), location, state, |paths| {
        let raw_names = raw_names();
        let pointer = |path: &&Path| T::shape().pointer(path, raw_names.as_ref());
        paths.iter().map(pointer).collect()
    })
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
    let truncated = violations.len();
    let paths: Vec<_> = errors.iter().map(|(path, _)| path).collect();
    for ((_, error), pointer) in errors.iter().zip(pointers(&paths)) {
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
    Err(InputError::Invalid(location, violations))
}

/// Returns the errors of the rules, then those of the bounds that no rule reports.
fn errors<T: SecureInput>(value: &T, context: &T::Context) -> Vec<(Path, Error)> {
    let (mut rules, mut bounds) = (Report::new(), Report::new());
    value.check_bounds(&mut Path::empty, &mut bounds);
    value.check_rules(context, &mut Path::empty, &mut rules);
    let mut errors = rules.into_inner();
    errors.truncate(MAX_VIOLATIONS);
    for error in bounds.into_inner() {
        if errors.len() < MAX_VIOLATIONS && !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// Returns whether a report has as many errors as a response can have.
#[inline]
pub fn is_full(report: &Report) -> bool {
    report.iter().nth(MAX_VIOLATIONS - 1).is_some()
}

/// Adds the error of a rule, if any, to the report; returns whether the value obeys the rule.
#[inline]
pub fn record(result: garde::Result, at: &mut dyn FnMut() -> Path, report: &mut Report) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            report.append(at(), error);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde::Deserialize;

    use super::*;

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
}
