//! Expands a checked model into tokens; reads no attributes and cannot fail.

mod handler;
mod input;
mod vocabulary;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};

pub(crate) use self::handler::{Described, denied_handler, denied_item, handler};
pub(crate) use self::input::{fallback, input, scalar, validation};
pub(crate) use self::vocabulary::vocabulary;

/// The runtime crate, for generated code.
#[derive(Clone, Copy)]
enum Runtime<'a> {
    /// The crate at this path, or `::palisade`.
    Crate(Option<&'a syn::Path>),
    /// Its `__private` module, imported by [`Runtime::imported_by`].
    Imported,
}

impl<'a> Runtime<'a> {
    /// Returns the path of the runtime's `__private` module, located at `span`.
    ///
    /// With the span of the user's own code, no message mentions the macro.
    fn at(self, span: Span) -> Private<'a> {
        Private {
            runtime: self,
            span,
        }
    }

    fn path(self) -> Private<'a> {
        self.at(Span::call_site())
    }

    /// Puts items, written with [`Runtime::Imported`], into a block that imports the `__private` module, and the traits
    /// whose methods the items call.
    ///
    /// The compiler reads each token of an expansion on every build, and most would be paths.
    fn imported_by(self, items: &TokenStream) -> TokenStream {
        let (path, imported) = (self.path(), Runtime::Imported.path());
        quote! {
            #[allow(unused_imports, unused_qualifications)]
            const _: () = {
                use #path as #imported;
                use #imported::methods::*;
                #items
            };
        }
    }
}

/// The path of the runtime's `__private` module, with the span of its tokens.
#[derive(Clone, Copy)]
struct Private<'a> {
    runtime: Runtime<'a>,
    span: Span,
}

impl Private<'_> {
    fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }
}

impl ToTokens for Private<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let span = self.span;
        match self.runtime {
            Runtime::Crate(None) => tokens.extend(quote_spanned!(span=> ::palisade::__private)),
            Runtime::Crate(Some(path)) => {
                let moved = quote!(#path::__private).into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(span));
                    token
                });
                tokens.extend(moved);
            }
            // a token alone: a stream would cost a call of the compiler
            Runtime::Imported => tokens.append(Ident::new("__palisade", span)),
        }
    }
}
