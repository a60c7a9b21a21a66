//! Collects every mistake of one item, so that all are reported at once.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

/// The mistakes found so far.
///
/// Nothing returns at the first one. What is left unreported when this is dropped
/// is a fault of the macro, and panics.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    reported: bool,
}

impl Diagnostics {
    /// Says what is wrong at a token, and which edit makes it compile.
    pub(crate) fn error(&mut self, span: Span, wrong: impl Display, help: impl Display) {
        self.push(syn::Error::new(span, format!("{wrong}\n\nhelp: {help}")));
    }

    /// Takes over an error of syn's own parsers.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// Keeps the value, or the error that took its place.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The mistakes as `compile_error!` invocations; nothing where there are none.
    pub(crate) fn into_compile_errors(mut self) -> Option<TokenStream> {
        self.reported = true;
        self.errors.take().map(syn::Error::into_compile_error)
    }

    /// What is wrong, without the help, in the order of the mistakes.
    #[cfg(test)]
    pub(crate) fn into_messages(mut self) -> Vec<String> {
        self.reported = true;
        self.errors
            .take()
            .into_iter()
            .flatten()
            .map(|error| error.to_string())
            .map(|text| text.split("\n\n").next().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(
            self.reported || std::thread::panicking(),
            "the diagnostics were not reported"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_in_its_order() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error(Span::call_site(), "first", "mend it");
        diagnostics.error(Span::call_site(), "second", "mend it too");
        let tokens = diagnostics.into_compile_errors().unwrap().to_string();
        assert_eq!(tokens.matches("compile_error").count(), 2, "{tokens}");
        assert!(tokens.find("first") < tokens.find("second"), "{tokens}");
    }

    #[test]
    fn nothing_is_reported_where_nothing_is_wrong() {
        assert!(Diagnostics::default().into_compile_errors().is_none());
    }

    #[test]
    #[should_panic(expected = "were not reported")]
    fn dropping_diagnostics_unread_panics() {
        drop(Diagnostics::default());
    }
}
