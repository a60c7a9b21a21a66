//! `SecureInput` and `Bounded` for a type that is taken as input.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::input::fields::{examine, shape};
use crate::expand::input::proof::{bounds, written_at};
use crate::expand::input::schema;
use crate::model::{Form, Head, Input, Kind};

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
/// spans, and rustc says once what is wrong with it. Of a field whose type depends on a
/// generic parameter it is also a condition of the impl.
///
/// With `schemas` each impl also says what the type looks like on the wire.
pub(crate) fn input(input: &Input, schemas: bool) -> TokenStream {
    let Input { head, kind } = input;
    // garde reports the mistake; should it not, this asks for a `SecureInput` that is not there
    if head.refused_by_garde {
        return nested(head, &TokenStream::new());
    }
    let Head {
        krate,
        ident,
        generics,
        ..
    } = head;
    let private = quote!(#krate::__private);
    let shape = shape(kind, &private);
    let examine = examine(kind, &private);
    let generics = bounds(generics, kind, &private);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let schema = schemas.then(|| schema::schema(input, &private));
    let nested_schema = schemas.then(|| {
        let schema = schema::of_nested(head, &private);
        let absent = schema::of_transparent(input, &private);
        quote!(#absent #schema)
    });
    let nested_schema = nested_schema.unwrap_or_default();
    let bounded = match kind {
        Kind::Scalar(_) => scalar(head, &nested_schema),
        Kind::Struct(Form::Newtype { .. }) => {
            let nested = nested(head, &nested_schema);
            let key = key(head, schemas);
            quote!(#nested #key)
        }
        _ => nested(head, &nested_schema),
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_patterns)]
        impl #impl_generics #private::SecureInput for #ident #type_generics #where_clause {
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

            #schema
        }
        #bounded
    }
}

/// Input: a type with a mistake. Output: the same promises, unproved.
///
/// The mistake is reported beside it, so nothing is built; but what uses the type
/// adds no errors.
pub(crate) fn fallback(head: &Head, schemas: bool) -> TokenStream {
    let Head {
        krate,
        ident,
        generics,
        refused_by_garde,
        ..
    } = head;
    let bounded = bounded_anyhow(head, &TokenStream::new());
    if *refused_by_garde {
        return bounded;
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let private = quote!(#krate::__private);
    let schema = schemas.then(|| schema::unknown(&private));
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

            #schema
        }
        #bounded
    }
}

fn bounded_anyhow(head: &Head, schema: &TokenStream) -> TokenStream {
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
        impl #impl_generics #krate::__private::Bounded<__Rules> for #ident #type_generics #where_clause {
            #schema
        }
    }
}

fn scalar(head: &Head, schema: &TokenStream) -> TokenStream {
    let Head { krate, ident, .. } = head;
    let bounded = bounded_anyhow(head, schema);
    quote! {
        #bounded
        #[automatically_derived]
        impl #krate::__private::Scalar for #ident {}
    }
}

fn nested(head: &Head, schema: &TokenStream) -> TokenStream {
    let Head {
        krate,
        ident,
        generics,
        ..
    } = head;
    let private = quote!(#krate::__private);
    let (_, type_generics, _) = generics.split_for_impl();
    let ty = quote!(#ident #type_generics);
    let mut generics = generics.clone();
    generics.params.push(syn::parse_quote!(__Rules));
    let is_generic = generics.params.len() > 1;
    let clause = generics.make_where_clause();
    clause
        .predicates
        .push(syn::parse_quote!(__Rules: #private::Ruleset<Dive: #private::DiveOf<#ty>>));
    if is_generic {
        clause
            .predicates
            .push(syn::parse_quote!(#ty: #private::SecureInput));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let tokens = quote! {
        #[automatically_derived]
        impl #impl_generics #private::Bounded<__Rules> for #ty #where_clause {
            const EXAMINED: bool = true;
            const NESTED: #private::Nested =
                #private::Nested::Of(<#ty as #private::SecureInput>::shape);

            #[inline]
            fn examine(
                &self,
                __at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __report: &mut #private::garde::Report,
            ) {
                <#ty as #private::SecureInput>::examine(self, __at, __report)
            }

            #schema
        }
    };
    written_at(tokens, ident.span())
}

/// A newtype may be a map's key. Who looks at keys has no context to give.
fn key(head: &Head, schemas: bool) -> TokenStream {
    let Head {
        krate,
        ident,
        generics,
        has_context,
        ..
    } = head;
    if *has_context || !generics.params.is_empty() {
        return TokenStream::new();
    }
    let private = quote!(#krate::__private);
    let schema = schemas.then(|| schema::of_key(head, &private));
    quote! {
        #[automatically_derived]
        impl #private::MapKey for #ident {
            const EXAMINED: bool = true;

            fn examine_key(
                &self,
                __at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __report: &mut #private::garde::Report,
            ) {
                #private::garde::Validate::validate_into(self, &(), __at, __report);
                <#ident as #private::SecureInput>::examine(self, __at, __report)
            }

            #schema
        }
    }
}
