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
///
/// Stands beside serde's and garde's derives, reads their attributes, and proves by
/// traits that garde's rules bound each field whatever is sent:
///
/// - text and collections have `length(…, max = N)` with a constant `N` up to
///   `palisade::input::MAX_LENGTH`; the items of a collection are bounded in turn, by
///   `inner(…)` or by `dive`;
/// - floats have `range(min = …, max = …)`, and are refused when they are not finite;
/// - a nested type derives `SecureInput` and is dived into;
/// - integers, `bool`, `Uuid`, fieldless enums and the like need no rule but `skip`.
///
/// Rules inside `if(…)`, under `adapt(…)`, counted in graphemes, or with an end read
/// from the value or its context do not count. A struct with named fields denies unknown
/// fields. Words of serde that hide what comes in are refused.
///
/// # Attributes
///
/// - `#[secure(unvalidated = "reason")]` on a field: nothing is proved of it, because of
///   the reason.
/// - `#[secure(crate = path)]` on the item: where palisade is, if not at `::palisade`.
///
/// # Examples
///
/// ```ignore
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(chars, min = 1, max = 64))]
///     sku: String,
///     #[garde(length(max = 10), inner(length(chars, max = 20)))]
///     tags: Vec<String>,
///     #[garde(range(min = 1, max = 100))]
///     quantity: u32,
/// }
/// ```
#[proc_macro_derive(SecureInput, attributes(secure, garde, serde))]
pub fn derive_secure_input(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    secure_input(item).into()
}

fn secure_input(item: syn::DeriveInput) -> proc_macro2::TokenStream {
    let mut diagnostics = diagnostics::Diagnostics::default();
    let raw = parse::RawInput::new(item, &mut diagnostics);
    let input = model::Input::check(raw, &mut diagnostics);
    let errors = diagnostics.into_compile_errors();
    let expanded = match &input {
        Ok(input) => expand::input(input),
        Err(head) => expand::fallback(head),
    };
    quote::quote!(#errors #expanded)
}
