//! The names and places that generated code uses.

use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;
use syn::ext::IdentExt;

use crate::model::Handler;

/// The type behind a handler's value: only the value takes the handler's name.
pub(super) fn hidden(name: &Ident) -> Ident {
    format_ident!("__palisade_{}", name.unraw(), span = name.span())
}

/// Names for the arguments that nothing of the user's can meet.
pub(super) fn arguments(handler: &Handler) -> Vec<Ident> {
    let name = |at| format_ident!("__p_argument_{at}", span = Span::mixed_site());
    (0..handler.arguments.len()).map(name).collect()
}

/// The span of a type's first token: an error there is at the user's own text.
pub(super) fn first_span(tokens: &impl quote::ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    first.map_or_else(Span::mixed_site, |token| token.span())
}
