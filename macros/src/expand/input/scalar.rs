//! The impls for a type whose parser is its check.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::Runtime;
use crate::expand::input::item::{body_types, decode, with_rules};
use crate::model::{Head, Scalar};

// Input:  #[secure(scalar = "a currency code", schema = currency)] struct Currency([u8; 3]);
// Output: impl<R> Bounded<R> for Currency {
//             const NESTED: Nested = Nested::Unchecked(Statement::Accepts("a currency code"));
//             fn schema(…) -> Schema { stated(currency(…), "a currency code") }
//         }
//         impl ScalarContract for Currency {}
//         impl InputContract for Currency { … }
pub(crate) fn scalar(scalar: &Scalar, schemas: bool) -> TokenStream {
    let Scalar { head, accepts, .. } = scalar;
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let (impl_generics, type_generics, where_clause) = head.generics.split_for_impl();
    let generics = with_rules(&head.generics);
    let (generics_with_rules, ..) = generics.split_for_impl();
    let not_recommended = head.not_recommended();
    let schema = schemas.then(|| schema(scalar));
    let contract = contract(head, schemas);
    head.runtime().imported_by(&quote! {
        #[automatically_derived]
        #not_recommended
        impl #generics_with_rules #private::Bounded<__PalisadeRules> for #ident #type_generics #where_clause {
            const NESTED: #private::Nested =
                #private::Nested::Unchecked(#private::Statement::Accepts(#accepts));

            #schema
        }

        #[automatically_derived]
        #not_recommended
        impl #impl_generics #private::ScalarContract for #ident #type_generics #where_clause {}

        #contract
    })
}

/// The contract of the type as a whole input.
fn contract(head: &Head, schemas: bool) -> TokenStream {
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let (impl_generics, type_generics, where_clause) = head.generics.split_for_impl();
    let not_recommended = head.not_recommended();
    let bounded = quote!(<#ident #type_generics as #private::Bounded<#private::NoRules>>);
    let (body_types, decode) = (body_types(head), decode(head));
    let schema = schemas.then(|| {
        quote! {
            fn input_schema(
                __palisade_generator: &mut #private::SchemaGenerator,
            ) -> #private::Schema {
                #bounded::schema(__palisade_generator, &#private::Bounds::new())
            }
        }
    });
    quote! {
        #[automatically_derived]
        #not_recommended
        #[allow(unused_imports)]
        impl #impl_generics #private::InputContract for #ident #type_generics #where_clause {
            type Context = ();

            #body_types

            const STOPS_EARLY: bool = true;

            #decode

            fn shape() -> &'static #private::Shape {
                const { &#private::Shape::Transparent(#bounded::NESTED) }
            }

            #[inline]
            fn check_rules(
                &self,
                _: &(),
                _: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                _: &mut #private::garde::Report,
            ) {
            }

            #[inline]
            fn check_bounds(
                &self,
                _: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                _: &mut #private::garde::Report,
            ) {
            }

            #schema
        }
    }
}

fn schema(scalar: &Scalar) -> TokenStream {
    let (private, accepts) = (Runtime::Imported.path(), &scalar.accepts);
    let schema = if let Some(function) = &scalar.schema {
        quote!(#function(__palisade_generator))
    } else {
        quote!(#private::Described::unknown().into_schema())
    };
    quote! {
        fn schema(
            __palisade_generator: &mut #private::SchemaGenerator,
            _: &#private::Bounds,
        ) -> #private::Schema {
            #private::stated(#schema, #accepts)
        }
    }
}
