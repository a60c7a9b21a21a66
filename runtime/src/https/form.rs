//! The body of a request to an endpoint of OAuth: `application/x-www-form-urlencoded`.

use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use zeroize::Zeroizing;

/// The characters that `application/x-www-form-urlencoded` escapes.
pub(super) const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// The parameters of a request, which may be secrets: the text is zeroized when it is dropped.
#[derive(Default)]
pub(crate) struct Form {
    text: Zeroizing<String>,
}

impl Form {
    /// The media type of the body.
    pub(crate) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

    /// Creates a form without parameters.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        self.reserve(2 + 3 * (name.len() + value.len()));
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.extend(percent_encode(name.as_bytes(), FORM));
        self.text.push('=');
        self.text.extend(percent_encode(value, FORM));
        self
    }

    /// Moves the text to a larger buffer if necessary, and zeroizes the previous one.
    fn reserve(&mut self, additional: usize) {
        let needed = self.text.len() + additional;
        if needed > self.text.capacity() {
            let mut larger = Zeroizing::new(String::with_capacity(2 * needed));
            larger.push_str(&self.text);
            self.text = larger;
        }
    }

    /// Returns the body, which is zeroized when its last copy is dropped.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        let text = std::mem::take(&mut *self.text);
        Bytes::from_owner(Zeroizing::new(text.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_escaped() {
        let form = Form::new()
            .with("a", "1 2")
            .with("b&c", "=&+%\n\u{fc}")
            .with("d", "");
        assert_eq!(form.into_bytes(), "a=1%202&b%26c=%3D%26%2B%25%0A%C3%BC&d=");
        assert!(Form::new().into_bytes().is_empty());
    }

    /// Reallocation would leave parts of a secret in memory.
    #[test]
    fn form_never_reallocates_while_a_parameter_is_added() {
        let mut form = Form::new();
        for length in [1, 10, 100, 1_000] {
            form.reserve(2 + 3 * (1 + length));
            let capacity = form.text.capacity();
            form = form.with("n", "/".repeat(length));
            assert_eq!(form.text.capacity(), capacity);
        }
    }
}
