//! `SecureInput` and `Bounded` for a type that is taken as input.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Member;
use syn::spanned::Spanned;

use crate::model::{Field, Head, Input, Kind, Mark, Rules};

/// Input: a checked type. Output: its proof.
///
/// ```text
/// impl SecureInput for NewOrder {
///     fn shape() -> &'static Shape { const { &Shape::Fields(&[Field { … }, …]) } }
///     fn examine(&self, at, report) { field::<String, Rules<…>>().examine(&self.sku, …); … }
/// }
/// impl<R: Ruleset<Dive: DiveOf<NewOrder>>> Bounded<R> for NewOrder { … }
/// ```
///
/// `field::<Type, Rules>()` is the proof. It stands in both functions with the same
/// spans, and rustc says once what is wrong with it.
pub(crate) fn input(input: &Input) -> TokenStream {
    let Input { head, kind } = input;
    // garde reports the mistake; should it not, this asks for a `SecureInput` that is not there
    if head.refused_by_garde {
        return nested(head);
    }
    let Head { krate, ident, .. } = head;
    let private = quote!(#krate::__private);
    let shape = shape(kind, &private);
    let examine = examine(kind, &private);
    let bounded = match kind {
        Kind::Scalar => scalar(head),
        _ => nested(head),
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl #private::SecureInput for #ident {
            fn shape() -> &'static #private::Shape {
                const { &#shape }
            }

            #[inline]
            fn examine(
                &self,
                __at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __report: &mut #private::garde::Report,
            ) {
                #examine
            }
        }
        #bounded
    }
}

/// Input: a type with a mistake. Output: the same promises, unproved.
///
/// The mistake is reported beside it, so nothing is built; but what uses the type
/// adds no errors.
pub(crate) fn fallback(head: &Head) -> TokenStream {
    let Head {
        krate,
        ident,
        generics,
        refused_by_garde,
    } = head;
    let bounded = bounded_anyhow(head);
    if *refused_by_garde {
        return bounded;
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::__private::SecureInput for #ident #type_generics #where_clause {
            fn shape() -> &'static #krate::__private::Shape {
                &#krate::__private::Shape::Fields(&[])
            }

            fn examine(
                &self,
                _: &mut dyn ::core::ops::FnMut() -> #krate::__private::garde::Path,
                _: &mut #krate::__private::garde::Report,
            ) {}
        }
        #bounded
    }
}

fn bounded_anyhow(head: &Head) -> TokenStream {
    let Head {
        krate,
        ident,
        generics,
        ..
    } = head;
    let mut with_rules = generics.clone();
    with_rules.params.push(syn::parse_quote!(__Rules));
    let (impl_generics, _, where_clause) = with_rules.split_for_impl();
    let (_, type_generics, _) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::__private::Bounded<__Rules> for #ident #type_generics #where_clause {}
    }
}

fn scalar(head: &Head) -> TokenStream {
    let Head { krate, ident, .. } = head;
    let bounded = bounded_anyhow(head);
    quote! {
        #bounded
        #[automatically_derived]
        impl #krate::__private::Scalar for #ident {}
    }
}

fn nested(head: &Head) -> TokenStream {
    let Head { krate, ident, .. } = head;
    let private = quote!(#krate::__private);
    let tokens = quote! {
        #[automatically_derived]
        impl<__Rules> #private::Bounded<__Rules> for #ident
        where
            __Rules: #private::Ruleset<Dive: #private::DiveOf<#ident>>,
        {
            const EXAMINED: bool = true;
            const NESTED: #private::Nested =
                #private::Nested::Of(<#ident as #private::SecureInput>::shape);

            #[inline]
            fn examine(
                &self,
                __at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __report: &mut #private::garde::Report,
            ) {
                <#ident as #private::SecureInput>::examine(self, __at, __report)
            }
        }
    };
    written_at(tokens, ident.span())
}

fn shape(kind: &Kind, private: &TokenStream) -> TokenStream {
    let nested = |field: &Field| {
        if let Some(proof) = proof(field, private) {
            quote!(#proof.nested())
        } else {
            quote!(#private::Nested::Leaf)
        }
    };
    match kind {
        Kind::Scalar => quote!(#private::Shape::Fields(&[])),
        Kind::Newtype {
            field,
            named_by_garde,
        } => {
            let nested = nested(field);
            if *named_by_garde {
                quote!(#private::Shape::Newtype(#nested))
            } else {
                quote!(#private::Shape::Transparent(#nested))
            }
        }
        Kind::Tuple(fields) => {
            let parts = fields.iter().map(nested);
            quote!(#private::Shape::Tuple(&[#(#parts),*]))
        }
        Kind::Fields(fields) => {
            let fields = fields.iter().map(|field| {
                let (rust, wire, nested) = (name(&field.member), &field.wire, nested(field));
                quote!(#private::Field { rust: #rust, wire: #wire, nested: #nested })
            });
            quote!(#private::Shape::Fields(&[#(#fields),*]))
        }
    }
}

fn examine(kind: &Kind, private: &TokenStream) -> TokenStream {
    let (fields, named_by_garde) = match kind {
        Kind::Scalar => return TokenStream::new(),
        Kind::Newtype {
            field,
            named_by_garde,
        } => (std::slice::from_ref(&**field), *named_by_garde),
        Kind::Tuple(fields) | Kind::Fields(fields) => (fields.as_slice(), true),
    };
    fields
        .iter()
        .map(|field| examine_field(field, named_by_garde, private))
        .collect()
}

fn examine_field(field: &Field, named_by_garde: bool, private: &TokenStream) -> TokenStream {
    let Some(proof) = proof(field, private) else {
        return TokenStream::new();
    };
    let member = &field.member;
    let key = match member {
        Member::Named(_) => name(member).into_token_stream(),
        Member::Unnamed(index) => (index.index as usize).into_token_stream(),
    };
    let at = if named_by_garde {
        quote!(&mut || __at().join(#key))
    } else {
        quote!(__at)
    };
    let rules = field.rules.as_ref();
    let maxima = rules.map(Rules::all_maxima).unwrap_or_default();
    let maxima = maxima.into_iter().map(|max| {
        let ty = &field.ty;
        let call = quote!(#private::ceiling::<#ty, #private::Fits<{ #private::fits(#max) }>>(););
        written_at(call, max.span())
    });
    quote! {
        #(#maxima)*
        #proof.examine(&self.#member, #at, __report);
    }
}

/// A field's name as garde reports it.
fn name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// `field::<Type, Rules>()`, at the field's type or at the rule that does not count.
fn proof(field: &Field, private: &TokenStream) -> Option<TokenStream> {
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
fn written_at(tokens: TokenStream, span: Span) -> TokenStream {
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
