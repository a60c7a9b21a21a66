//! The impl of garde's `Validate`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Member};

use crate::expand::input::checks::Emitter;
use crate::expand::input::proof::written_at;
use crate::expand::{Private, Runtime};
use crate::model::{FieldChecks, Validation, ValidationKind, VariantChecks};

// Input:  #[garde(length(chars, max = 64))] sku: String   of a struct `NewOrder`
// Output: impl garde::Validate for NewOrder {
//             type Context = ();
//             fn validate_into(&self, __garde_user_ctx: &(), …) {
//                 let Self { sku, .. } = self;
//                 if is_full_if_limited(__palisade_report) { return; }
//                 {
//                     let __palisade_value = &*sku;
//                     let __palisade_at = &mut at(__palisade_at, "sku");
//                     record(rule::length_chars(__palisade_value, (0, 64)), …);
//                 }
//             }
//         }
//         impl StopsEarly for NewOrder {}
/// The impl; it checks nothing if there is a mistake, which is reported beside it.
pub(crate) fn validation(validation: &Validation) -> TokenStream {
    let private = Runtime::Imported.path();
    let Validation {
        ident,
        generics,
        context_name,
        ..
    } = validation;
    let context = validation.context.as_ref();
    let context = context.map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let checks = validation
        .kind
        .as_ref()
        .map(|kind| checks(validation, kind, private));
    Runtime::Crate(validation.krate.as_ref()).imported_by(&quote! {
        #[automatically_derived]
        #[allow(
            clippy::all,
            clippy::pedantic,
            deprecated,
            unreachable_code,
            unused_imports,
            unused_mut,
            unused_variables,
        )]
        impl #impl_generics #private::garde::Validate for #ident #type_generics #where_clause {
            type Context = #context;

            fn validate_into(
                &self,
                #context_name: &Self::Context,
                __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __palisade_report: &mut #private::garde::Report,
            ) {
                let __garde_user_ctx = &#context_name;
                #checks
            }
        }

        #[automatically_derived]
        impl #impl_generics #private::StopsEarly for #ident #type_generics #where_clause {}
    })
}

fn checks(validation: &Validation, kind: &ValidationKind, private: Private<'_>) -> TokenStream {
    let custom = validation.custom.iter().map(|function| {
        quote! {
            if let ::core::result::Result::Err(__palisade_error) =
                (#function)(self, &__garde_user_ctx)
            {
                __palisade_report.append(__palisade_at(), __palisade_error);
            }
        }
    });
    let fields = match kind {
        ValidationKind::Struct(fields) => {
            let (pattern, checks) = of_variant(fields, validation.is_transparent, private);
            quote! {
                let Self #pattern = self;
                #checks
            }
        }
        ValidationKind::Enum(variants) => {
            let arms = variants.iter().map(|(name, fields)| {
                let (pattern, checks) = of_variant(fields, validation.is_transparent, private);
                quote!(Self::#name #pattern => { #checks })
            });
            // an enum without variants has no value, but a reference to it must be matched
            let never = variants.is_empty().then(|| quote!(_ => {}));
            quote!(match self { #(#arms)* #never })
        }
    };
    quote!(#(#custom)* #fields)
}

/// The pattern that makes the fields with rules variables, and their checks.
fn of_variant(
    variant: &VariantChecks,
    is_transparent: bool,
    private: Private<'_>,
) -> (TokenStream, TokenStream) {
    match variant {
        VariantChecks::Unit => (TokenStream::new(), TokenStream::new()),
        VariantChecks::Tuple(fields) => {
            let names = fields.iter().map(|field| {
                let variable = (!field.is_skipped).then(|| variable(field));
                variable.map_or_else(|| quote!(_), ToTokens::into_token_stream)
            });
            let checks = fields
                .iter()
                .map(|field| of_field(field, is_transparent, private));
            (quote!((#(#names,)*)), checks.collect())
        }
        VariantChecks::Named(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|field| !field.is_skipped).collect();
            // garde sorts them
            fields.sort_by_key(|field| variable(field));
            let names: Vec<_> = fields.iter().map(|field| variable(field)).collect();
            let checks = fields
                .into_iter()
                .map(|field| of_field(field, is_transparent, private));
            (quote!({ #(#names,)* .. }), checks.collect())
        }
    }
}

/// The variable of a field, under which other rules can read it.
fn variable(field: &FieldChecks) -> Ident {
    match &field.member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => format_ident!("_{}", index.index),
    }
}

fn of_field(field: &FieldChecks, is_transparent: bool, private: Private<'_>) -> TokenStream {
    if field.is_skipped {
        return TokenStream::new();
    }
    let emitter = Emitter {
        private,
        adapter: field.adapter.as_ref(),
        constant: false,
    };
    let at = (!is_transparent).then(|| match &field.member {
        Member::Named(name) => emitter.at(&name.to_string()),
        Member::Unnamed(index) => emitter.at(&(index.index as usize)),
    });
    let dive = field.dive.as_ref().map(|(span, context)| {
        let dive = written_at(quote!(#private::rule::dive), *span);
        let value = Ident::new("__palisade_value", *span);
        let context = context.as_ref().map(|context| quote!(&#context));
        let context = context.unwrap_or_else(|| quote!(__garde_user_ctx));
        quote!(#dive(#value, #context, __palisade_at, __palisade_report);)
    });
    let rules = emitter.rules(&field.checks, dive);
    let (variable, is_full) = (variable(field), emitter.is_full());
    quote! {
        if #is_full {
            return;
        }
        {
            let __palisade_value = &*#variable;
            #at
            #rules
        }
    }
}
