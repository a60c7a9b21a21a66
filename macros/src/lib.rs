//! The attribute macros and derives of palisade; use them through the `palisade` crate.
//!
//! Three stages, one direction: `parse` turns tokens into raw nouns, `model` turns
//! these into a checked declaration, `expand` turns that into tokens.

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
use crate::parse::AttributeKind;

/// Declares who may call a handler.
///
/// ```text
/// #[secured( ACCESS , OPTION* )]
/// ACCESS := scopes = SCOPES                      who may call, by what the client was allowed to do
///         | roles = ROLES                        who may call, by what somebody is
///         | scopes = SCOPES , roles = ROLES      both must hold
///         | authenticated                        any valid token; the word must be written
/// SCOPES := "a b"                                all of these (space-separated, RFC 6749 §3.3)
///         | path::TO_CONST                       a `Scope` constant: a typo is a compile error
///         | any(SCOPES, …) | all(SCOPES, …)
/// ROLES  := "admin"                              this role; a text is exactly one
///         | path::TO_CONST                       a `Role` constant, which may hold a space
///         | any(ROLES, …) | all(ROLES, …)
/// OPTION := LIMIT | unvalidated = "reason" | crate = path
/// LIMIT  := body_limit = "64 KiB" | body_timeout = "30 s" | header_limit = 100 | parameter_limit = 256
///         | part_limit = 100
/// ```
///
/// The handler becomes a value of its name that a `SecureRouter` mounts and nothing
/// else can call. In patterns such a value is a constant: a `let`, an argument or a
/// garde-validated field of the same name in the same module clashes with it (rustc says
/// that it found `__palisade_…`); rename one of the two. Its fn stays reachable inside the module that declares it, as
/// `create_order().unguarded(…)`, for that module's own tests.
///
/// A limit that is not given has its default, which stands above. What is too much is refused:
///
/// | word | limits | from | to | refused with |
/// |---|---|--:|--:|---|
/// | `body_limit` | the body's size, in `B`, `KiB`, `MiB` or `GiB` | `"1 B"` | `"1 GiB"` | 413 |
/// | `body_timeout` | how long the whole body may take, in `ms`, `s` or `min`, from when it is first waited for | `"1 ms"` | `"60 min"` | 408 |
/// | `header_limit` | the header fields, each repeated one counted | 1 | 1000 | 431, before a token is looked at |
/// | `parameter_limit` | the pairs of `Valid<Query<…>>` and of `Valid<Form<…>>`, each | 1 | 10 000 | 400 |
/// | `part_limit` | the parts of `Valid<Multipart<…>>` | 1 | 1000 | 400 |
///
/// `unvalidated` is needed where the handler takes `Unvalidated<…>`,
/// and refused where it does not. Macros that read the signature stand above this one.
///
/// # Examples
///
/// ```text
/// #[secured(scopes = any("admin", all(ORDERS_WRITE, "orders:delete")))]
/// async fn delete_order(Path(id): Path<Uuid>) -> StatusCode { … }
///
/// #[secured(scopes = "orders:read", roles = any("auditor", DOMAIN_ADMINS))]
/// async fn audit_orders() -> Json<Vec<Order>> { … }
/// ```
#[proc_macro_attribute]
pub fn secured(words: TokenStream, item: TokenStream) -> TokenStream {
    declared(AttributeKind::Secured, words.into(), item.into()).into()
}

/// Declares that anybody may call a handler, and why.
///
/// ```text
/// #[public( reason = "…" , OPTION* )]
/// ```
///
/// The reason must be given; the inventory shows it. The options, limits among them, are those
/// of [`macro@secured`]. A public handler has no `Caller`, and looks at no token.
///
/// # Examples
///
/// ```text
/// #[public(reason = "liveness probe, reveals nothing")]
/// async fn health() -> &'static str { "ok" }
/// ```
#[proc_macro_attribute]
pub fn public(words: TokenStream, item: TokenStream) -> TokenStream {
    declared(AttributeKind::Public, words.into(), item.into()).into()
}

/// Declares an API's scope vocabulary as `Scope` constants.
///
/// Each needs a doc comment, which becomes its description. No name and no scope
/// stands twice. A first entry `crate = path;` says where palisade is, if not at
/// `::palisade`.
///
/// # Examples
///
/// ```text
/// scopes! {
///     /// Read orders.
///     pub ORDERS_READ = "orders:read";
///     /// Create orders.
///     pub ORDERS_WRITE = "orders:write";
/// }
/// ```
#[proc_macro]
pub fn scopes(entries: TokenStream) -> TokenStream {
    vocabulary(entries.into()).into()
}

/// Proves that every field of an input type has a limit.
///
/// It is derived beside serde's `Deserialize` and garde's `Validate`, and reads their attributes. A
/// field whose limit is missing does not compile:
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

fn secure_input(item: syn::DeriveInput, schemas: bool) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawInput::parse(item, &mut diagnostics);
    let input = model::Input::check(raw, &mut diagnostics);
    let errors = diagnostics.into_compile_errors();
    let expanded = match &input {
        Ok(input) => expand::input(input, schemas),
        Err(head) => expand::fallback(head, schemas),
    };
    quote!(#errors #expanded)
}

fn declared(kind: AttributeKind, words: Tokens, item: Tokens) -> Tokens {
    let mut diagnostics = Diagnostics::default();
    let raw = parse::RawHandler::read(kind, item, &mut diagnostics);
    // the attribute's own place, as if the user had written it
    let span = raw.as_ref().map_or_else(Span::call_site, |raw| {
        raw.signature.ident.span().located_at(Span::call_site())
    });
    let words = parse::RawAttribute::parse(kind, span, words, &mut diagnostics);
    let (declaration, krate) = model::Declaration::check(words, &mut diagnostics);
    let handler = raw
        .clone()
        .and_then(|raw| model::Handler::check(kind, raw, &mut diagnostics));
    let errors = diagnostics.into_compile_errors();
    let expanded = match (&handler, &declaration, &raw) {
        (Some(handler), Some(declaration), _) if errors.is_none() => {
            expand::handler(handler, declaration, krate.as_ref())
        }
        (Some(handler), ..) => expand::denying(handler, krate.as_ref()),
        (None, _, Some(raw)) => expand::unread(raw, krate.as_ref()),
        (None, _, None) => Tokens::new(),
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
