//! The code that checks the rules of a field, by the public functions of garde.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit};

use crate::expand::input::proof::written_at;
use crate::model::{Check, CheckKind, Checks, Unit};

/// Emits checks of `__palisade_value`, which is reported at `__palisade_at`.
pub(super) struct Emitter<'a> {
    pub(super) private: &'a TokenStream,
}

impl Emitter<'_> {
    // Input:  length(max = 10), inner(length(chars, max = 20))
    // Output: let __palisade_fits = true
    //             & record(garde::rules::length::simple::apply(__palisade_value, (0, 10)), …);
    //         if __palisade_fits {
    //             garde::rules::inner::apply(__palisade_value, |__palisade_value, __palisade_key| { … });
    //         }
    /// The checks of bounds, and `nested` afterwards. A value that is too long is not entered.
    pub(super) fn bounds(&self, checks: &Checks, nested: &TokenStream) -> TokenStream {
        let private = self.private;
        let inside = checks.inner.as_ref().map(|inner| self.inner(inner));
        if checks.rules.is_empty() {
            return quote!(#inside #nested);
        }
        let rules = checks.rules.iter().map(|check| {
            let apply = self.apply(check);
            quote!(& #private::record(#apply, __palisade_at, __palisade_report))
        });
        if inside.is_none() && nested.is_empty() {
            return quote!(let _ = true #(#rules)*;);
        }
        quote! {
            let __palisade_fits = true #(#rules)*;
            if __palisade_fits {
                #inside
                #nested
            }
        }
    }

    fn inner(&self, inner: &Checks) -> TokenStream {
        let private = self.private;
        let items = self.bounds(inner, &TokenStream::new());
        if items.is_empty() {
            return items;
        }
        let at = self.at(&quote!(__palisade_key));
        quote! {
            #private::garde::rules::inner::apply(
                __palisade_value,
                |__palisade_value, __palisade_key| {
                    if #private::is_full(__palisade_report) {
                        return;
                    }
                    #at
                    #items
                },
            );
        }
    }

    /// Moves to a component of the path.
    pub(super) fn at(&self, key: &impl ToTokens) -> TokenStream {
        let private = self.private;
        quote! {
            let __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path =
                &mut || __palisade_at().join(#key);
        }
    }

    /// The result of a rule.
    fn apply(&self, check: &Check) -> TokenStream {
        let private = self.private;
        let (rule, arguments) = match &check.kind {
            CheckKind::Length { unit, min, max } => {
                (length(*unit), length_ends(min.as_ref(), max.as_ref()))
            }
            CheckKind::Range { min, max } => {
                (quote!(range), range_ends(min.as_ref(), max.as_ref()))
            }
        };
        let function = written_at(quote!(#private::garde::rules::#rule::apply), check.span);
        quote!(#function(__palisade_value, #arguments))
    }
}

fn length(unit: Unit) -> TokenStream {
    match unit {
        Unit::Simple => quote!(length::simple),
        Unit::Bytes => quote!(length::bytes),
        Unit::Chars => quote!(length::chars),
        Unit::Utf16 => quote!(length::utf16),
        Unit::Graphemes => quote!(length::graphemes),
    }
}

fn length_ends(min: Option<&Expr>, max: Option<&Expr>) -> TokenStream {
    let min = min.map(constant);
    let max = max.map(constant);
    let min = min.unwrap_or_else(|| quote!(0));
    let max = max.unwrap_or_else(|| quote!(::core::primitive::usize::MAX));
    quote!((#min, #max))
}

fn range_ends(min: Option<&Expr>, max: Option<&Expr>) -> TokenStream {
    let optional = |end: Option<&Expr>| {
        let end = end.map(constant);
        end.map_or_else(
            || quote!(::core::option::Option::None),
            |end| quote!(::core::option::Option::Some(#end)),
        )
    };
    let (min, max) = (optional(min), optional(max));
    quote!((#min, #max))
}

/// A limit as a constant: code that reads the input does not compile in it.
fn constant(limit: &Expr) -> TokenStream {
    if is_literal(limit) {
        return limit.to_token_stream();
    }
    quote_spanned!(limit.span()=> const { #limit })
}

fn is_literal(limit: &Expr) -> bool {
    match limit {
        Expr::Lit(ExprLit { .. }) => true,
        Expr::Unary(unary) => is_literal(&unary.expr),
        Expr::Paren(inner) => is_literal(&inner.expr),
        Expr::Group(inner) => is_literal(&inner.expr),
        _ => false,
    }
}
