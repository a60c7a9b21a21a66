//! Checked declarations to tokens; reads no attributes and cannot fail.

mod handler;
mod input;
mod vocabulary;

pub(crate) use self::handler::{denying, handler, unread};
pub(crate) use self::input::{fallback, input};
pub(crate) use self::vocabulary::vocabulary;

/// Where generated code finds what it names.
#[derive(Clone, Copy)]
struct Runtime<'a> {
    krate: Option<&'a syn::Path>,
}

impl Runtime<'_> {
    /// The path of the runtime's private room, as written at `span`.
    ///
    /// Every token stands at the user's own text, so that no message speaks of the macro.
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
