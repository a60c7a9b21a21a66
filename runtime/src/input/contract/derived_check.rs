//! Functions that derived checks call: paths, patterns and results of rules.

use std::fmt::Display;

use garde::Report;
use garde::error::{Path, PathComponentKind};

/// Returns the path of a component of the value at `path`.
///
/// A closure here is compiled once, and one in generated code for each field.
#[inline]
pub fn at<'a>(
    path: &'a mut dyn FnMut() -> Path,
    component: impl PathComponentKind + Clone + 'a,
) -> impl FnMut() -> Path + 'a {
    move || path().join(component.clone())
}

/// Returns a regular expression that the derive has checked.
///
/// # Panics
///
/// Panics if garde's `regex` lacks a feature that the expression needs, such as its Unicode tables.
#[expect(
    clippy::panic,
    reason = "a pattern that cannot be checked accepts nothing"
)]
pub fn pattern<R, E: Display>(regex: Result<R, E>) -> R {
    match regex {
        Ok(regex) => regex,
        Err(error) => panic!("the crate `regex` lacks a feature: {error}"),
    }
}

/// Adds the error of a rule, if any, to the report; returns whether the value obeys the rule.
#[inline]
pub fn record(result: garde::Result, at: &mut dyn FnMut() -> Path, report: &mut Report) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            append(error, at, report);
            false
        }
    }
}

#[cold]
fn append(error: garde::Error, at: &mut dyn FnMut() -> Path, report: &mut Report) {
    report.append(at(), error);
}
