//! The proof that a field is bounded, and the span of its error.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericParam, Generics, Ident, Type};

use crate::expand::Private;
use crate::model::{Field, Kind, RuleStatus, Rules};

/// Returns the generics of the impl: those of the type, and the bounds that its fields need.
pub(super) fn with_bounds(generics: &Generics, kind: &Kind, private: Private<'_>) -> Generics {
    let mut bounded = generics.clone();
    let names: Vec<String> = generics.params.iter().filter_map(name_of).collect();
    let fields = kind
        .fields()
        .filter(|field| mentions(field.ty.to_token_stream(), &names));
    let predicates: Vec<syn::WherePredicate> = fields
        .filter_map(|field| {
            let rules = rules_type(field.rules.as_ref()?, private, Span::call_site());
            let ty = &field.ty;
            let items = field.checks.inner.is_some();
            let items = items.then(|| quote!(+ #private::rule::Items));
            Some(syn::parse_quote!(#ty: #private::Bounded<#rules> #items))
        })
        .collect();
    if !predicates.is_empty() {
        bounded.make_where_clause().predicates.extend(predicates);
    }
    bounded
}

/// The name of a type or a constant; a lifetime has no bounds.
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

// Input:  #[garde(length(chars, max = 64))] sku: String
// Output: let __palisade_field = RuledField::<String, TextRules<64>>::NEW;
//         __palisade_field.proof().reason().check();
//
// With `max = LIMIT`, also: MaxLength::<{ is_max_length(LIMIT) }>::check::<String>();
/// Proves that a field is bounded, and that each `max` of a length is small enough.
///
/// The error is at the field's type, or at a rule that does not bound it. Of a field that is not
/// bounded, `reason()` looks up the reason, once for each type inside the field's type.
pub(super) fn proof(
    field: &Field,
    private: Private<'_>,
    generics: &Generics,
) -> Option<TokenStream> {
    let rules = field.rules.as_ref()?;
    let (ty, ruled) = (&field.ty, ruled(field, private)?);
    let depth = depth(ty);
    let variable = variable(field)?;
    let span = variable.span();
    let reasons = (0..depth).map(|_| quote_spanned!(span=> .reason()));
    let mut proofs = quote! {
        let #variable = #ruled::NEW;
    };
    proofs.extend(quote_spanned!(span=> #variable.proof()#(#reasons)*.check();));
    proofs.extend(null_meaning(field, &ruled, private, generics));
    for max in rules
        .all_maxima()
        .into_iter()
        .filter(|max| !is_allowed(max))
    {
        let span = max.span();
        let private = private.at(span);
        let ty = written_at(ty.to_token_stream(), span);
        let max = constant(max);
        proofs.extend(quote_spanned! {span=>
            #private::MaxLength::<{ #private::is_max_length(#max) }>::check::<#ty>();
        });
    }
    Some(proofs)
}

// Input:  nickname: Option<Option<String>>
// Output: NullMeaning::<{ RuledField::<Option<Option<String>>, …>::BOUNDS.has_ambiguous_null() }>::check::<…>();
/// Requires that null has one meaning in a field; nothing for a type without type arguments.
///
/// A generic type is checked where its arguments are known: the constant of an array length or of a
/// type argument cannot depend on them.
fn null_meaning(
    field: &Field,
    ruled: &TokenStream,
    private: Private<'_>,
    generics: &Generics,
) -> Option<TokenStream> {
    let span = first_span(&field.ty);
    let ty = written_at(field.ty.to_token_stream(), span);
    if !has_arguments(ty.clone()) {
        return None;
    }
    let parameters = generics.params.iter().map(name_of_any);
    let names: Vec<String> = parameters.chain([String::from("Self")]).collect();
    let private = private.at(span);
    Some(if mentions(ty.clone(), &names) {
        quote_spanned! {span=>
            const {
                ::core::assert!(
                    !#ruled::BOUNDS.has_ambiguous_null(),
                    "an `Option` or `Patch` is directly inside another one: write `palisade::input::Patch`",
                );
            }
        }
    } else {
        quote_spanned! {span=>
            #private::NullMeaning::<{ #ruled::BOUNDS.has_ambiguous_null() }>::check::<#ty>();
        }
    })
}

/// Whether a type has type arguments.
fn has_arguments(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '<',
        TokenTree::Group(group) => has_arguments(group.stream()),
        _ => false,
    })
}

fn name_of_any(parameter: &GenericParam) -> String {
    match parameter {
        GenericParam::Lifetime(lifetime) => lifetime.lifetime.ident.to_string(),
        parameter => name_of(parameter).unwrap_or_default(),
    }
}

/// Returns a largest length as a `usize`.
///
/// A literal of another type is the same error as in garde's derive, which rustc shows once. A constant
/// item cannot name `Self`.
fn constant(max: &Expr) -> TokenStream {
    if is_literal(max) {
        let span = max.span();
        quote_spanned!(span=> { const __PALISADE_MAX: usize = #max; __PALISADE_MAX })
    } else {
        max.to_token_stream()
    }
}

/// The largest length that needs no proof, `palisade::input::MAX_LENGTH`.
const MAX_LENGTH: usize = 1 << 20;

/// Whether a largest length is a literal that is small enough.
///
/// The compiler evaluates any other, and each evaluation costs time on every build.
fn is_allowed(max: &Expr) -> bool {
    let Expr::Lit(literal) = max else {
        return false;
    };
    matches!(&literal.lit, syn::Lit::Int(count) if is_count(max) && count.base10_parse().is_ok_and(|count: usize| count <= MAX_LENGTH))
}

/// The variable of a field under its rules, at the field's type or at a rule that does not bound it.
///
/// Each use needs the same span: in another context, such as that of a type from a `macro_rules!` macro, the name would be a
/// different variable.
pub(super) fn variable(field: &Field) -> Option<Ident> {
    let ineffective = field.rules.as_ref()?.ineffective();
    let span = ineffective.unwrap_or_else(|| first_span(&field.ty));
    Some(Ident::new("__palisade_field", span))
}

/// Returns whether a largest length is a literal that needs no type.
fn is_count(max: &Expr) -> bool {
    let Expr::Lit(literal) = max else {
        return false;
    };
    matches!(&literal.lit, syn::Lit::Int(count) if count.suffix().is_empty())
}

fn is_literal(limit: &Expr) -> bool {
    match limit {
        Expr::Lit(_) => true,
        Expr::Unary(unary) => is_literal(&unary.expr),
        _ => false,
    }
}

/// `RuledField::<Type, Rules>`; none if a reason excuses the field.
pub(super) fn ruled(field: &Field, private: Private<'_>) -> Option<TokenStream> {
    let span = first_span(&field.ty);
    let private = private.at(span);
    let ty = written_at(field.ty.to_token_stream(), span);
    let rules = rules_type(field.rules.as_ref()?, private, span);
    Some(quote_spanned!(span=> #private::RuledField::<#ty, #rules>))
}

/// How many reasons a type can have, one inside the other: one for each of its parts.
fn depth(ty: &Type) -> usize {
    fn parts(tokens: TokenStream) -> usize {
        let tokens = tokens.into_iter();
        tokens
            .map(|token| match token {
                TokenTree::Group(group) => 1 + parts(group.stream()),
                TokenTree::Punct(punct) if ['<', ',', '&'].contains(&punct.as_char()) => 1,
                _ => 0,
            })
            .sum()
    }
    // an alias may hide some
    parts(ty.to_token_stream()) + 3
}

/// The span of the first token, so that an error is at the user's own text.
fn first_span(ty: &Type) -> Span {
    let first = ty.to_token_stream().into_iter().next();
    first.map_or_else(|| ty.span(), |token| token.span())
}

/// Returns the same tokens as if the user had written them at `span`.
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

/// The type of a field's rules: one of the aliases for the usual ones, or all of `Rules`.
fn rules_type(rules: &Rules, private: Private<'_>, span: Span) -> TokenStream {
    let max = match &rules.maxima[..] {
        [max] if is_count(max) => Some(max.to_token_stream()),
        [max] => {
            let max = constant(max);
            Some(quote_spanned!(span=> { #max }))
        }
        // a text can have several, in different units
        _ => None,
    };
    let items = rules.items.as_deref();
    let items = items.map(|items| rules_type(items, private, span));
    match (rules.length, rules.range, rules.dive, &items, &max) {
        (RuleStatus::Missing, RuleStatus::Missing, false, None, None) => {
            quote_spanned!(span=> #private::Unruled)
        }
        (RuleStatus::Missing, RuleStatus::Missing, true, _, None) => {
            quote_spanned!(span=> #private::DiveRules)
        }
        (RuleStatus::AppliedToText, RuleStatus::Missing, false, None, Some(max)) => {
            quote_spanned!(span=> #private::TextRules<#max>)
        }
        (RuleStatus::Missing, RuleStatus::Applied, false, None, None) => {
            quote_spanned!(span=> #private::RangeRules)
        }
        (RuleStatus::Applied, RuleStatus::Missing, false, Some(items), Some(max)) => {
            quote_spanned!(span=> #private::ListRules<#items, #max>)
        }
        _ => {
            let status = |status| status_type(status, private, span);
            let (length, range) = (status(rules.length), status(rules.range));
            let dive = status(if rules.dive {
                RuleStatus::Applied
            } else {
                RuleStatus::Missing
            });
            let items = match items {
                _ if rules.dive => quote_spanned!(span=> #private::Dived),
                None => quote_spanned!(span=> #private::NoRules),
                Some(items) => items,
            };
            let max = max.map(|max| quote_spanned!(span=> , #max));
            quote_spanned!(span=> #private::Rules<#length, #range, #dive, #items #max>)
        }
    }
}

fn status_type(status: RuleStatus, private: Private<'_>, span: Span) -> TokenStream {
    let name = match status {
        RuleStatus::Applied => "Applied",
        RuleStatus::AppliedToText => "AppliedToText",
        RuleStatus::Missing => "Missing",
        RuleStatus::Conditional(_) => "Conditional",
        RuleStatus::Adapted(_) => "Adapted",
        RuleStatus::OpenEnded(_) => "OpenEnded",
        RuleStatus::InGraphemes(_) => "CountsGraphemes",
        RuleStatus::NotConstant(_) => "NotConstant",
    };
    let name = Ident::new(name, span);
    quote_spanned!(span=> #private::#name)
}
