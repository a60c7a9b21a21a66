//! A decoded value's rules, all at once.

use garde::Report;
use garde::error::Path;

use crate::input::{ContextFrom, InputError, Part, SecureInput, Violation};

/// The most broken rules that are told.
const MAX_VIOLATIONS: usize = 32;

/// Applies garde's rules, then those that garde has not.
///
/// The details are garde's own texts, which name bounds and never the value; a custom
/// rule's text is its author's.
pub(crate) fn check<T, S>(value: T, part: Part, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let context = T::Context::context_from(state);
    let mut report = Report::new();
    value.validate_into(&context, &mut Path::empty, &mut report);
    value.examine(&mut Path::empty, &mut report);
    if report.is_empty() {
        return Ok(value);
    }
    let violations = report
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|(path, error)| {
            let pointer = T::shape().pointer(path);
            let place = match part {
                Part::Body => pointer,
                Part::Path | Part::Query => bare(&pointer),
            };
            Violation::new(place, error.message().to_owned())
        })
        .collect();
    Err(InputError::Invalid(part, violations))
}

/// Gives the broken rules of a form by parameter; it is a body without pointers.
pub(crate) fn by_name(error: InputError) -> InputError {
    match error {
        InputError::Invalid(part, violations) => InputError::Invalid(
            part,
            violations
                .iter()
                .map(|violation| {
                    Violation::new(bare(violation.pointer()), violation.detail().to_owned())
                })
                .collect(),
        ),
        other => other,
    }
}

/// The name of a parameter: a JSON Pointer of one step without its syntax.
fn bare(pointer: &str) -> String {
    pointer
        .strip_prefix('/')
        .unwrap_or(pointer)
        .replace("~1", "/")
        .replace("~0", "~")
}
