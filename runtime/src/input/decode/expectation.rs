//! The requirement in a serde error: what the author of a type demands of its values.
//!
//! serde's messages combine the rejected value with what was expected. The author of the type writes
//! the second half; [`DecodeError`](super::error::DecodeError) keeps it if it reads as a rule.

use std::fmt::{self, Display, Write};

use serde::de::Expected;

/// The prefix of a requirement; other expectations are names of Rust types.
const PREFIX: &str = "must ";

/// The maximum length of a requirement in bytes.
pub(crate) const MAX_BYTES: usize = 200;

/// Returns the text of an expectation if it is a rule for the client.
///
/// A rule starts with `must `, and has at most 200 bytes and no control characters.
pub(crate) fn requirement(expected: &dyn Expected) -> Option<Box<str>> {
    let mut buffer = LimitedText(String::new());
    write!(buffer, "{expected}").ok()?;
    let LimitedText(text) = buffer;
    text.starts_with(PREFIX).then(|| text.into_boxed_str())
}

/// An error whose `Display` text is the requirement.
pub(crate) struct Expectation<E>(pub(crate) E);

impl<E: Display> Expected for Expectation<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A buffer that stops the writer at the maximum length, so that long texts cost nothing.
struct LimitedText(String);

impl Write for LimitedText {
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
    fn expectation_without_must_prefix_is_dropped() {
        assert_eq!(
            requirement(&"must be even").as_deref(),
            Some("must be even")
        );
        for other in ["a nonzero u32", "must", "mustard", "Must be even", ""] {
            assert_eq!(requirement(&other), None, "{other}");
        }
    }

    #[test]
    fn requirement_over_200_bytes_or_with_control_character_is_dropped() {
        let long = |count: usize| format!("must {}", "x".repeat(count - PREFIX.len()));
        let is_kept = |text: &str| requirement(&text).is_some();
        assert!(is_kept(&long(MAX_BYTES)));
        assert!(!is_kept(&long(MAX_BYTES + 1)));
        assert!(!is_kept("must be\none line"));
        assert!(!is_kept("must be \u{1b}[31mred"));
    }
}
