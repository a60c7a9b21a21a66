//! The attribute macros and derives of palisade; use them through the `palisade` crate.
//!
//! Three stages, one direction: `parse` turns tokens into raw nouns, `model` turns
//! these into a checked declaration, `expand` turns that into tokens.

mod diagnostics;
mod expand;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Declares who may call a handler.
#[proc_macro_attribute]
pub fn secured(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Declares that anybody may call a handler, and why.
#[proc_macro_attribute]
pub fn public(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Declares an API's scope vocabulary.
#[proc_macro]
pub fn scopes(item: TokenStream) -> TokenStream {
    item
}

/// Promises that every field is bounded.
#[proc_macro_derive(SecureInput, attributes(secure, garde, serde))]
pub fn derive_secure_input(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
