//! Names and spans of generated code. Every name that could meet the user's begins with `__palisade_`.

use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;
use syn::ext::IdentExt;

use crate::model::Handler;

/// The type of the handler. It has braces, so that its name cannot meet a local variable's.
pub(super) fn hidden(name: &Ident) -> Ident {
    format_ident!("__palisade_{}", name.unraw(), span = name.span())
}

/// A name for each argument.
pub(super) fn arguments(handler: &Handler) -> Vec<Ident> {
    let name = |index| format_ident!("__palisade_argument_{index}", span = Span::mixed_site());
    (0..handler.arguments.len()).map(name).collect()
}

/// The span of the first token of a type: an error there points at the user's own code.
pub(super) fn first_span(tokens: &impl quote::ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    first.map_or_else(Span::mixed_site, |token| token.span())
}
