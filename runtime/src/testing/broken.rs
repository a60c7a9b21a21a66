//! Where a test that is itself wrong ends.

use std::fmt::Display;

/// Unwraps what only a mistake in the test, or a machine without randomness, makes fail.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "test support: a wrong test must end at its own line"
)]
pub(super) fn or_panic<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
