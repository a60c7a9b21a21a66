//! Expands a checked model into tokens; reads no attributes and cannot fail.

mod handler;
mod input;
mod vocabulary;

pub(crate) use self::handler::{Described, denied_handler, denied_item, handler};
pub(crate) use self::input::{fallback, input, scalar, validation};
pub(crate) use self::vocabulary::vocabulary;

/// The path of the runtime crate, for generated code.
#[derive(Clone, Copy)]
struct Runtime<'a> {
    krate: Option<&'a syn::Path>,
}

impl Runtime<'_> {
    /// Returns the path of the runtime's `__private` module, located at `span`.
    ///
    /// With the span of the user's own code, no message mentions the macro.
    fn at(self, span: proc_macro2::Span) -> proc_macro2::TokenStream {
        let Some(path) = self.krate else {
            return quote::quote_spanned!(span=> ::palisade::__private);
        };
        let path: proc_macro2::TokenStream = quote::quote!(#path::__private);
        let moved = path.into_iter().map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        });
        moved.collect()
    }

    fn path(self) -> proc_macro2::TokenStream {
        self.at(proc_macro2::Span::call_site())
    }
}
