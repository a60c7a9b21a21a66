//! The proof that a field is bounded, and where its mistakes are shown.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics};

use crate::model::{Field, Kind, Mark, Rules};

/// The generics of the impl: those of the type, and what its fields need of them.
pub(super) fn bounds(generics: &Generics, kind: &Kind, private: &TokenStream) -> Generics {
    let mut bounds = generics.clone();
    let names: Vec<String> = generics.params.iter().filter_map(name_of).collect();
    let fields = kind
        .fields()
        .filter(|field| mentions(field.ty.to_token_stream(), &names));
    let predicates: Vec<syn::WherePredicate> = fields
        .filter_map(|field| {
            let rules = rules_type(field.rules.as_ref()?, private);
            let ty = &field.ty;
            Some(syn::parse_quote!(#ty: #private::Bounded<#rules>))
        })
        .collect();
    if !predicates.is_empty() {
        bounds.make_where_clause().predicates.extend(predicates);
    }
    bounds
}

/// A type or a constant; lifetimes decide nothing.
fn name_of(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    }
}

fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

/// Proves that each `max` of a length is small enough.
pub(super) fn maxima(field: &Field, private: &TokenStream) -> TokenStream {
    let rules = field.rules.as_ref();
    let maxima = rules.map(Rules::all_maxima).unwrap_or_default();
    let proofs = maxima.into_iter().map(|max| {
        let ty = &field.ty;
        let call = quote!(#private::ceiling::<#ty, #private::Fits<{ #private::fits(#max) }>>(););
        written_at(call, max.span())
    });
    proofs.collect()
}

/// `field::<Type, Rules>()`, at the field's type or at the rule that does not count.
pub(super) fn proof(field: &Field, private: &TokenStream) -> Option<TokenStream> {
    let rules = field.rules.as_ref()?;
    let ty = &field.ty;
    let span = rules.discounted().unwrap_or_else(|| ty.span());
    let rules = rules_type(rules, private);
    Some(located(quote!(#private::field::<#ty, #rules>()), span))
}

/// The same tokens, shown at `span`.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let relocate = |token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), located(group.stream(), span));
            moved.set_span(group.span().located_at(span));
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(token.span().located_at(span));
            token
        }
    };
    tokens.into_iter().map(relocate).collect()
}

/// The same tokens, as if the user had written them at `span`.
///
/// rustc then does not say that an error about them originates in a macro.
pub(super) fn written_at(tokens: TokenStream, span: Span) -> TokenStream {
    let rewrite = |token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), written_at(group.stream(), span));
            moved.set_span(span);
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(span);
            token
        }
    };
    tokens.into_iter().map(rewrite).collect()
}

fn rules_type(rules: &Rules, private: &TokenStream) -> TokenStream {
    let length = mark(rules.length, private);
    let range = mark(rules.range, private);
    let (dive, items) = match (rules.dive, &rules.items) {
        (true, _) => (quote!(#private::Written), quote!(#private::Dived)),
        (false, None) => (quote!(#private::Missing), quote!(#private::Unruled)),
        (false, Some(items)) => (quote!(#private::Missing), rules_type(items, private)),
    };
    quote!(#private::Rules<#length, #range, #dive, #items>)
}

fn mark(mark: Mark, private: &TokenStream) -> TokenStream {
    match mark {
        Mark::Written => quote!(#private::Written),
        Mark::Missing => quote!(#private::Missing),
        Mark::Conditional(_) => quote!(#private::Conditional),
        Mark::Adapted(_) => quote!(#private::Adapted),
        Mark::Endless(_) => quote!(#private::Endless),
        Mark::Graphemes(_) => quote!(#private::Graphemes),
        Mark::Variable(_) => quote!(#private::Variable),
    }
}
