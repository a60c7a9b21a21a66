//! The macros of `palisade`; use them through that crate, which documents them.
//!
//! Three stages, in one direction: `parse` turns tokens into raw attributes and items, `model` checks
//! these, and `expand` turns the checked model into tokens. `diagnostics` collects errors on the way.

mod diagnostics;
mod expand;
mod model;
mod parse;

#[cfg(test)]
mod expansions;

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;

use crate::diagnostics::Diagnostics;
use crate::expand::Described;
use crate::parse::AttributeKind;

/// The parts of a handler that palisade's features describe.
const DESCRIBED: Described = Described {
    responses: cfg!(feature = "openapi"),
    claims: cfg!(feature = "schemas"),
};

#[allow(missing_docs, reason = "the docs are on the re-export in `palisade`")]
#[proc_macro_attribute]
pub fn secured(options: TokenStream, item: TokenStream) -> TokenStream {
    declared(
        AttributeKind::Secured,
        options.into(),
        item.into(),
        DESCRIBED,
    )
    .into()
}

#[allow(missing_docs, reason = "the docs are on the re-export in `palisade`")]
#[proc_macro_attribute]
pub fn public(options: TokenStream, item: TokenStream) -> TokenStream {
    declared(
        AttributeKind::Public,
        options.into(),
        item.into(),
        DESCRIBED,
    )
    .into()
}

#[allow(missing_docs, reason = "the docs are on the re-export in `palisade`")]
#[proc_macro]
pub fn scopes(entries: TokenStream) -> TokenStream {
    vocabulary(entries.into()).into()
}

/// Proves that every field of an input type has a limit.
///
/// It is derived beside serde's `Deserialize` and a `Validate`, and reads the attributes of serde and
/// garde. A field whose limit is missing does not compile:
///
/// - Text and collections need `length(…, max = N)`, with a constant `N` up to
///   `palisade::input::MAX_LENGTH`. The items of a collection need rules too, with `inner(…)` or
///   `dive`.
/// - Floats need `range(min = …, max = …)`. Numbers that are not finite are rejected.
/// - A nested type needs to derive `SecureInput`, and `dive` on the field.
/// - The keys of a map must be scalars, or newtypes that derive `SecureInput`. Its values need rules
///   like items, in a `palisade::input::Map`; in a map of the standard library they must be scalars.
/// - Integers, `bool`, `Uuid`, enums without data and other scalars need no rule but `skip`.
///
/// A rule does not count inside `if(…)`, beside `adapt(…)`, in graphemes, or with a limit that depends
/// on the value or its context. A `pattern("…")` must match the whole text. Each rule is a trait in
/// `palisade::rules`, with its reason and its fix.
///
/// The derived code itself checks each constant `length` and `range`, at every depth, so a hand-written
/// `Validate` or `Deserialize` lifts none of them. Fields and variants that serde skips need a limit too.
///
/// Structs, tuple structs and enums can be generic: a field whose type depends on a parameter is
/// checked where the type is used. A type with named fields needs `#[serde(deny_unknown_fields)]`. An
/// enum can have every representation of serde except `untagged`, whose errors cannot name the
/// variant. Beside a `tag`, write a variant without data as `Opened {}`, because serde ignores the
/// other members beside the tag of `Opened`. Attributes of serde that hide input from the rules, such
/// as `flatten` and `with`, are rejected.
///
/// With the feature `schemas` of palisade, the type also has a JSON Schema.
///
/// # Attributes
///
/// - `#[secure(unvalidated = "reason")]` on a field: it needs no limit, for this reason.
/// - `#[secure(scalar = "what it accepts")]` on the type: its own `Deserialize` is the check, and it has no
///   rules. `schema = path` beside it names a function that returns its JSON Schema.
/// - `#[secure(json = "application/vnd.acme.order+json")]` on the type: the media type of a JSON body of this
///   type instead of `application/json`; several are a list in brackets.
/// - `#[secure(binary = "application/pdf")]` on the type: the media type of a `BinaryBody` of this type instead of
///   `application/octet-stream`; several are a list in brackets.
/// - `#[secure(crate = path)]` on the type: the path of palisade, by default `::palisade`.
///
/// # Examples
///
/// ```text
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
    secure_input(item, cfg!(feature = "schemas")).into()
}

/// Implements garde's [`Validate`] with garde's attributes.
///
/// It has every rule, path and message of garde's own derive, with three differences:
///
/// - It needs no `garde` in Cargo.toml, except for a feature of garde: `email`, `url`, `credit-card`,
///   `phone-number`, `regex` for `pattern("…")`, and `unicode` for `length(graphemes)`.
/// - A mistake is one error, with the edit that fixes it.
/// - When `Valid` checks a request, it stops at 32 errors, and does not check the items of a list that
///   is too long. `validate` itself reports all errors.
///
/// A type whose `Validate` comes from elsewhere can be an input type too: `SecureInput` enforces its
/// bounds first, and calls that `Validate` only if they hold.
///
/// # Attributes
///
/// - `#[garde(…)]` on the type and on its fields, as garde documents them.
/// - `#[secure(crate = path)]` on the type: the path of palisade, by default `::palisade`.
///
/// # Examples
///
/// ```text
/// #[derive(Validate)]
/// struct NewOrder {
///     #[garde(length(chars, min = 1, max = 64))]
///     sku: String,
///     #[garde(range(min = 1, max = 100))]
///     quantity: u32,
/// }
/// ```
///
/// [`Validate`]: https://docs.rs/garde/0.23/garde/trait.Validate.html
#[proc_macro_derive(Validate, attributes(garde, secure))]
pub fn derive_validate(item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::DeriveInput);
    validate(item).into()
}

fn validate(item: syn::DeriveInput) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawInput::parse(item, &mut diagnostics);
    let validation = model::Validation::check(raw, &mut diagnostics);
    let errors = diagnostics.into_compile_errors();
    let expanded = expand::validation(&validation);
    quote!(#errors #expanded)
}

fn secure_input(item: syn::DeriveInput, schemas: bool) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawInput::parse(item, &mut diagnostics);
    let expanded = match model::Scalar::check(raw, &mut diagnostics) {
        Ok(scalar) => expand::scalar(&scalar, schemas),
        Err(raw) => match model::Input::check(*raw, &mut diagnostics) {
            Ok(input) => expand::input(&input, schemas),
            Err(head) => expand::fallback(&head, schemas),
        },
    };
    let errors = diagnostics.into_compile_errors();
    quote!(#errors #expanded)
}

fn declared(kind: AttributeKind, options: Tokens, item: Tokens, described: Described) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawHandler::parse_item(kind, item, &mut diagnostics);
    // located at the attribute, but resolved like the user's own code
    let span = raw.as_ref().map_or_else(Span::call_site, |raw| {
        raw.signature.ident.span().located_at(Span::call_site())
    });
    let attribute = parse::RawAttribute::parse(kind, span, options, &mut diagnostics);
    let (declaration, krate) = model::Declaration::check(attribute, &mut diagnostics);
    let handler = raw.map(|raw| model::Handler::check(kind, raw, &mut diagnostics));
    let errors = diagnostics.into_compile_errors();
    let expanded = match (&handler, &declaration) {
        (Some(Ok(handler)), Some(declaration)) if errors.is_none() => {
            expand::handler(handler, declaration, krate.as_ref(), described)
        }
        (Some(Ok(handler)), _) => expand::denied_handler(handler, krate.as_ref()),
        (Some(Err(wrong)), _) => expand::denied_item(wrong, krate.as_ref()),
        (None, _) => Tokens::new(),
    };
    quote!(#errors #expanded)
}

fn vocabulary(entries: Tokens) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawVocabulary::parse(entries, &mut diagnostics);
    let checked = model::Vocabulary::check(raw, &mut diagnostics);
    let errors = diagnostics.into_compile_errors();
    let expanded = expand::vocabulary(&checked);
    quote!(#errors #expanded)
}
