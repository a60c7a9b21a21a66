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
        self.errors.take().map(|errors| errors.into_compile_error())
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
