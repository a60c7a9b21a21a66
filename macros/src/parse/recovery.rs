//! Shared parsers: paths, and recovery after a mistake.

use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Path, Token};

/// Skips the rest of an option that is already reported.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

/// Parses a path without generic arguments, such as that of a constant.
pub(crate) fn parse_path(input: ParseStream<'_>) -> Option<Path> {
    let fork = input.fork();
    fork.call(Path::parse_mod_style).ok()?;
    input.call(Path::parse_mod_style).ok()
}
