//! A decoded value's rules, all at once.

use garde::Report;
use garde::error::Path;
use garde::i18n::with_i18n;
use serde_json::Value;

use crate::input::contract::context::ContextFrom;
use crate::input::contract::error::{InputError, InputLocation};
use crate::input::contract::rule_recorder::RuleRecorder;
use crate::input::contract::secure_input::SecureInput;
use crate::input::contract::violation::Violation;
use crate::input::shape::pointer::bare;

/// The most broken rules that are told.
const MAX_VIOLATIONS: usize = 32;

/// Applies garde's rules, then those that garde has not.
///
/// The details name bounds and never the value; a custom rule's text is its author's.
///
/// `sent` gives the input once more, to find in it what garde reports by Rust's names.
pub(crate) fn check<T, S>(
    value: T,
    part: InputLocation,
    state: &S,
    sent: impl FnOnce() -> Option<Value>,
) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    inspect(&value, part, state, sent)?;
    Ok(value)
}

/// The same, of a value that stays where it is.
pub(crate) fn inspect<T, S>(
    value: &T,
    part: InputLocation,
    state: &S,
    sent: impl FnOnce() -> Option<Value>,
) -> Result<(), InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let context = T::Context::context_from(state);
    let (mut report, rules) = (Report::new(), RuleRecorder::default());
    with_i18n(&rules, || {
        value.validate_into(&context, &mut Path::empty, &mut report);
        value.examine(&mut Path::empty, &mut report);
    });
    if report.is_empty() {
        return Ok(());
    }
    let sent = sent();
    let violations = report
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|(path, error)| {
            let pointer = T::shape().pointer(path, sent.as_ref());
            let place = match part {
                InputLocation::Body => pointer,
                InputLocation::Path
                | InputLocation::Query
                | InputLocation::Form
                | InputLocation::Header
                | InputLocation::Cookie => bare(&pointer),
            };
            let detail = error.message();
            Violation::new(place, rules.rule_of(detail), detail.to_owned())
        })
        .collect();
    Err(InputError::Invalid(part, violations))
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
    fn at_most_32_broken_rules_are_told() {
        assert_eq!(broken(vec![0.5]).len(), 0);
        assert_eq!(
            broken(vec![2.0; MAX_VIOLATIONS - 1]).len(),
            MAX_VIOLATIONS - 1
        );
        assert_eq!(broken(vec![2.0; MAX_VIOLATIONS]).len(), MAX_VIOLATIONS);
        assert_eq!(broken(vec![2.0; MAX_VIOLATIONS + 1]).len(), MAX_VIOLATIONS);
    }

    /// garde's `range` compares with `<` and `>`, which NaN passes.
    #[test]
    fn what_gardes_rules_let_through_is_examined() {
        let violations = broken(vec![0.5, f64::NAN]);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].pointer(), "/values/1");
    }
}
