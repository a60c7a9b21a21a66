//! What a type's author says that a value must be: the words of serde that may be told.
//!
//! serde's messages join what came in to what was expected. The second half is written by
//! the type's author; [`Fault`](super::fault::Fault) keeps it where it reads as a rule.

use std::fmt::{self, Display, Write};

use serde::de::Expected;

/// How an expectation begins that is told: others are the names of Rust types.
const BEGINS: &str = "must ";

/// The most bytes of one.
pub(crate) const MAX_BYTES: usize = 200;

/// The words of an expectation that is a rule for the client: `must …`, at most 200
/// bytes, no control character.
pub(crate) fn told(expected: &dyn Expected) -> Option<Box<str>> {
    let mut words = Words(String::new());
    write!(words, "{expected}").ok()?;
    let Words(words) = words;
    words.starts_with(BEGINS).then(|| words.into_boxed_str())
}

/// An error whose text says what was expected.
pub(crate) struct Expectation<E>(pub(crate) E);

impl<E: Display> Expected for Expectation<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Text that takes no more than may be told, so that a long one costs nothing.
struct Words(String);

impl Write for Words {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MAX_BYTES || text.contains(char::is_control) {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_and_a_rust_types_name_is_not() {
        assert_eq!(told(&"must be even").as_deref(), Some("must be even"));
        for untold in ["a nonzero u32", "must", "mustard", "Must be even", ""] {
            assert_eq!(told(&untold), None, "{untold}");
        }
    }

    #[test]
    fn it_has_at_most_200_bytes_and_no_control_character() {
        let long = |count: usize| format!("must {}", "x".repeat(count - BEGINS.len()));
        let told = |text: &str| told(&text).is_some();
        assert!(told(&long(MAX_BYTES)));
        assert!(!told(&long(MAX_BYTES + 1)));
        assert!(!told("must be\none line"));
        assert!(!told("must be \u{1b}[31mred"));
    }
}
