//! What a handler's signature may be: an `async fn` that extractors can call.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Meta, Safety, Signature, Type};

use crate::diagnostics::Diagnostics;

/// As many as axum takes.
const MOST_ARGUMENTS: usize = 16;

/// Checks the signature and takes the arguments' types out of it.
pub(crate) fn check(signature: &Signature, diagnostics: &mut Diagnostics) -> Option<Vec<Type>> {
    let mut mistakes = Mistakes {
        diagnostics,
        any: false,
    };
    check_qualifiers(signature, &mut mistakes);
    check_generics(signature, &mut mistakes);
    let types = check_arguments(signature, &mut mistakes);
    (!mistakes.any).then_some(types)
}

/// Whether a fn of this signature can stand inside another, as an item.
pub(crate) fn may_be_nested(signature: &Signature) -> bool {
    signature.receiver().is_none()
}

struct Mistakes<'a> {
    diagnostics: &'a mut Diagnostics,
    any: bool,
}

impl Mistakes<'_> {
    fn error(&mut self, span: Span, wrong: &str, help: impl std::fmt::Display) {
        self.any = true;
        self.diagnostics.error(span, wrong, help);
    }
}

fn check_qualifiers(signature: &Signature, mistakes: &mut Mistakes<'_>) {
    let name = &signature.ident;
    if let Some(receiver) = signature.receiver() {
        mistakes.error(
            receiver.self_token.span,
            "a method cannot be a handler",
            format_args!(
                "move it out of the `impl`, and take what it needs as an argument: \
                 `async fn {name}(State(store): State<Store>)`"
            ),
        );
    }
    if signature.asyncness.is_none() {
        mistakes.error(
            signature.fn_token.span,
            "a handler is an `async fn`",
            format_args!("write `async fn {name}`"),
        );
    }
    if let Some(constness) = &signature.constness {
        mistakes.error(
            constness.span,
            "a handler is no `const fn`",
            "remove `const`",
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        mistakes.error(
            token.span,
            "a handler is never `unsafe`: any request calls it",
            "remove `unsafe`, and write an `unsafe` block where it is needed",
        );
    }
    if let Some(abi) = &signature.abi {
        mistakes.error(
            abi.extern_token.span,
            "a handler has Rust's own calling convention",
            "remove `extern`",
        );
    }
    if let Some(variadic) = &signature.variadic {
        mistakes.error(
            variadic
                .dots
                .spans
                .first()
                .copied()
                .unwrap_or_else(Span::call_site),
            "a handler's arguments are counted",
            "remove `...`",
        );
    }
}

fn check_generics(signature: &Signature, mistakes: &mut Mistakes<'_>) {
    for parameter in &signature.generics.params {
        let (span, help) = match parameter {
            GenericParam::Lifetime(it) => (
                it.lifetime.span(),
                "remove the lifetime: arguments are owned, or `&'static`",
            ),
            GenericParam::Type(it) => (
                it.ident.span(),
                "write a type in its place; what handlers share goes into a fn that they call",
            ),
            GenericParam::Const(it) => (
                it.ident.span(),
                "write a value in its place; what handlers share goes into a fn that they call",
            ),
            _ => (parameter.span(), "remove the parameter"),
        };
        mistakes.error(span, "a handler is not generic", help);
    }
    if let Some(clause) = &signature.generics.where_clause
        && signature.generics.params.is_empty()
    {
        mistakes.error(
            clause.where_token.span,
            "a handler is not generic",
            "remove the `where` clause",
        );
    }
}

fn check_arguments(signature: &Signature, mistakes: &mut Mistakes<'_>) -> Vec<Type> {
    let mut types = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        if let Some(cfg) = argument.attrs.iter().find(|attribute| {
            attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
        }) {
            let condition = match &cfg.meta {
                Meta::List(list) if cfg.path().is_ident("cfg") => list.tokens.to_string(),
                _ => "…".to_owned(),
            };
            mistakes.error(
                cfg.path().span(),
                "an argument cannot be conditional",
                format_args!("write two handlers, `#[cfg({condition})]` above one of them"),
            );
        }
        if let Some((span, help)) = unnameable(argument.ty.to_token_stream()) {
            mistakes.error(span, "an argument's type is written in full", help);
        }
        types.push(Type::clone(&argument.ty));
    }
    if let Some(ty) = types.get(MOST_ARGUMENTS) {
        mistakes.error(
            ty.span(),
            "a handler has at most 16 arguments",
            "take several in one: a tuple in `Path<(u32, u32)>`, a struct in `Valid<Query<…>>`",
        );
    }
    types
}

/// Finds `impl Trait`, `&T` without lifetime, `'_` and `_`: only a fn's own signature has them.
fn unnameable(tokens: TokenStream) -> Option<(Span, &'static str)> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                if let Some(found) = unnameable(group.stream()) {
                    return Some(found);
                }
            }
            TokenTree::Ident(ident) if ident == "impl" => {
                return Some((ident.span(), "name a type in place of `impl …`"));
            }
            TokenTree::Ident(ident) if ident == "_" => {
                return Some((ident.span(), "name the type in place of `_`"));
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let lifetime =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if !lifetime {
                    return Some((
                        punct.span(),
                        "take an owned type: an extractor makes a value",
                    ));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = tokens.peek()
                    && name == "_"
                {
                    return Some((punct.span(), "write `'static` in place of `'_`"));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(signature: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let signature: Signature = syn::parse_str(signature).unwrap();
        let types = check(&signature, &mut diagnostics);
        let messages = diagnostics.into_messages();
        assert_eq!(types.is_some(), messages.is_empty(), "{messages:?}");
        messages
    }

    #[test]
    fn an_async_fn_is_accepted() {
        for good in [
            "async fn f()",
            "async fn f(a: State<Store>, Path((b, mut c)): Path<(u32, u32)>) -> impl IntoResponse",
            "async fn r#type(#[allow(unused)] a: State<&'static str>) -> Result<(), E>",
            "async fn f(a: State<fn(u8) -> u8>, b: State<[u8; 4]>, c: a::b::C<D>)",
        ] {
            assert_eq!(mistakes(good), [""; 0], "{good}");
        }
    }

    #[test]
    fn what_extractors_cannot_call_is_refused() {
        for (bad, mistake) in [
            ("fn f()", "a handler is an `async fn`"),
            ("async fn f(&self)", "a method cannot be a handler"),
            (
                "async fn f(self: Arc<Self>)",
                "a method cannot be a handler",
            ),
            ("const async fn f()", "a handler is no `const fn`"),
            (
                "async unsafe fn f()",
                "a handler is never `unsafe`: any request calls it",
            ),
            (
                "async extern \"C\" fn f()",
                "a handler has Rust's own calling convention",
            ),
            (
                "async fn f(a: u8, ...)",
                "a handler's arguments are counted",
            ),
            ("async fn f<T>()", "a handler is not generic"),
            ("async fn f<'a>()", "a handler is not generic"),
            ("async fn f<const N: usize>()", "a handler is not generic"),
            ("async fn f() where u8: Copy", "a handler is not generic"),
            (
                "async fn f(#[cfg(x)] a: Caller)",
                "an argument cannot be conditional",
            ),
            (
                "async fn f(a: impl Into<u8>)",
                "an argument's type is written in full",
            ),
            (
                "async fn f(a: State<Box<impl Copy>>)",
                "an argument's type is written in full",
            ),
            (
                "async fn f(a: &str)",
                "an argument's type is written in full",
            ),
            (
                "async fn f(a: &'_ str)",
                "an argument's type is written in full",
            ),
            (
                "async fn f(a: State<Cow<'_, str>>)",
                "an argument's type is written in full",
            ),
            (
                "async fn f(a: State<(u8, _)>)",
                "an argument's type is written in full",
            ),
        ] {
            assert_eq!(mistakes(bad), [mistake], "{bad}");
        }
    }

    #[test]
    fn sixteen_arguments_are_the_most() {
        let with = |count: usize| format!("async fn f({})", "_: Caller, ".repeat(count));
        assert_eq!(mistakes(&with(16)), [""; 0]);
        assert_eq!(mistakes(&with(17)), ["a handler has at most 16 arguments"]);
        assert_eq!(mistakes(&with(18)), ["a handler has at most 16 arguments"]);
    }

    #[test]
    fn every_mistake_is_reported() {
        assert_eq!(
            mistakes("unsafe extern \"C\" fn f<'a, T, const N: usize>(&self, a: &str)").len(),
            8
        );
    }
}
