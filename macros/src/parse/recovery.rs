//! What several parsers share: reading a path, and going on after a mistake.

use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Path, Token};

/// Leaves out what belongs to something that is wrong already.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

/// A path without generic arguments, as a constant has.
pub(crate) fn parse_path(input: ParseStream<'_>) -> Option<Path> {
    let fork = input.fork();
    fork.call(Path::parse_mod_style).ok()?;
    input.call(Path::parse_mod_style).ok()
}
