//! A sink for errors, so that all mistakes of an item are reported together.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

/// The errors found so far.
///
/// No check stops at its first error. Dropping this without reporting is a bug of the macro, and
/// panics.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    reported: bool,
}

impl Diagnostics {
    /// Adds an error at a token, with the edit that fixes it.
    pub(crate) fn error(&mut self, span: Span, message: impl Display, help: impl Display) {
        self.push(syn::Error::new(span, format!("{message}\n\nhelp: {help}")));
    }

    /// Adds an error of syn's own parsers.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// Returns the value, or adds the error.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Converts the errors into `compile_error!` invocations, if there are any.
    pub(crate) fn into_compile_errors(mut self) -> Option<TokenStream> {
        self.reported = true;
        self.errors.take().map(syn::Error::into_compile_error)
    }

    /// Returns the messages without their help, in the order of the errors.
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
    fn errors_are_reported_in_order() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error(Span::call_site(), "first", "fix it");
        diagnostics.error(Span::call_site(), "second", "fix it too");
        let tokens = diagnostics.into_compile_errors().unwrap().to_string();
        assert_eq!(tokens.matches("compile_error").count(), 2, "{tokens}");
        assert!(tokens.find("first") < tokens.find("second"), "{tokens}");
    }

    #[test]
    fn no_error_reports_nothing() {
        assert!(Diagnostics::default().into_compile_errors().is_none());
    }

    #[test]
    #[should_panic(expected = "were not reported")]
    fn dropping_unreported_diagnostics_panics() {
        drop(Diagnostics::default());
    }
}
