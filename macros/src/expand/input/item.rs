//! The impls of `InputContract`, `Bounded` and `KeyContract` for an input type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Generics;

use crate::expand::input::fields::{check_bounds, shape};
use crate::expand::input::proof::{ruled, with_bounds, written_at};
use crate::expand::input::schema;
use crate::expand::{Private, Runtime};
use crate::model::{Content, Form, Head, Input, Kind};

impl Head {
    pub(super) fn runtime(&self) -> Runtime<'_> {
        Runtime::Crate(self.krate.as_ref())
    }

    /// Whether a type or constant parameter decides whether it is bounded.
    fn is_generic(&self) -> bool {
        let mut parameters = self.generics.params.iter();
        parameters.any(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)))
    }

    fn has_lifetimes(&self) -> bool {
        self.generics.lifetimes().next().is_some()
    }

    /// The type of the context, as the attribute declares it.
    fn context(&self) -> TokenStream {
        let context = self.context.as_ref();
        context.map_or_else(|| quote!(()), |context| quote!(#context))
    }

    /// Keeps rustc from naming the impl in an error about its type arguments.
    pub(super) fn not_recommended(&self) -> Option<TokenStream> {
        self.is_generic()
            .then(|| quote!(#[diagnostic::do_not_recommend]))
    }
}

// Input:  #[garde(length(chars, max = 64))] sku: String   of a struct `NewOrder`
// Output: impl InputContract for NewOrder {
//             type Context = ();
//             fn decode(…) { Decoder::<'_, NewOrder>::decode(…) }
//             fn shape() -> &'static Shape { const { &Shape::Fields(&[Field { … }]) } }
//             fn check_rules(&self, …) { <InputType as DerivesValidate<NewOrder>>::check_rules(self, …) }
//             fn check_bounds(&self, …) {
//                 let Self { sku: __palisade_field_sku } = self;
//                 …   // see `of_fields`
//             }
//         }
//         impl<R: Ruleset<Dive = Applied>> Bounded<R> for NewOrder { … }
//
// The proof is a condition of the impl too if a field's type depends on a generic parameter, and so
// is `Deserialize`. With `schemas`, each impl also has the type's JSON Schema.
pub(crate) fn input(input: &Input, schemas: bool) -> TokenStream {
    let Input { head, kind } = input;
    let private = Runtime::Imported.path();
    let schema = schemas.then(|| schema::schema(input, private));
    let nested_schema = schemas.then(|| {
        let schema = schema::of_nested(head, private);
        let absent = schema::of_transparent(input, private);
        quote!(#absent #schema)
    });
    let check_bounds = check_bounds(kind, private, &head.generics);
    let secure_input = secure_input(head, kind, &check_bounds, schema.as_ref());
    let bounded = match kind {
        Kind::Scalar(_) => scalar(head, nested_schema.as_ref()),
        Kind::Struct(content) if matches!(content.form, Form::Newtype(_)) => {
            let nested = nested(
                head,
                Some(&wrappers_of_nested(head)),
                nested_schema.as_ref(),
            );
            let key = key(head, schemas);
            quote!(#nested #key)
        }
        _ => nested(head, None, nested_schema.as_ref()),
    };
    head.runtime().imported_by(&quote!(#secure_input #bounded))
}

fn secure_input(
    head: &Head,
    kind: &Kind,
    check_bounds: &TokenStream,
    schema: Option<&TokenStream>,
) -> TokenStream {
    let private = Runtime::Imported.path();
    let ident = &head.ident;
    let shape = shape(kind, private);
    let mut generics = with_bounds(&head.generics, kind, private);
    if head.is_generic() && !head.has_lifetimes() {
        let (_, type_generics, _) = head.generics.split_for_impl();
        let decoded = syn::parse_quote! {
            #ident #type_generics: for<'__palisade_de> #private::Deserialize<'__palisade_de>
        };
        generics.make_where_clause().predicates.push(decoded);
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let not_recommended = head.not_recommended();
    let (checked, decode) = (check_rules(head), decode(head));
    let body_types = body_types(head);
    let wrappers = wrappers(kind, private);
    quote! {
        #[automatically_derived]
        #not_recommended
        #[allow(deprecated, unused_imports, unused_variables, unreachable_patterns)]
        impl #impl_generics #private::InputContract for #ident #type_generics #where_clause {
            #checked

            #body_types

            #decode

            #wrappers

            fn shape() -> &'static #private::Shape {
                const { &#shape }
            }

            #[inline]
            fn check_bounds(
                &self,
                __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __palisade_report: &mut #private::garde::Report,
            ) {
                #check_bounds
            }

            #schema
        }
    }
}

/// The context and the check of garde's rules.
///
/// The context is the one that `#[garde(context(…))]` declares: code that uses the type gets no
/// error about a missing `Validate`.
fn check_rules(head: &Head) -> TokenStream {
    let private = Runtime::Imported.path();
    let ident = &head.ident;
    let (_, type_generics, _) = head.generics.split_for_impl();
    let validate =
        quote!(<#private::InputType as #private::DerivesValidate<#ident #type_generics>>);
    let context = head.context();
    let call = (!head.is_rejected).then(|| {
        quote! {
            #validate::check_rules(self, __palisade_context, __palisade_at, __palisade_report)
        }
    });
    let items = quote! {
        type Context = #context;

        const STOPS_EARLY: bool = #private::Validation::<#ident #type_generics>::STOPS_EARLY;

        #[inline]
        fn check_rules(
            &self,
            __palisade_context: &#context,
            __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
            __palisade_report: &mut #private::garde::Report,
        ) {
            #call
        }
    };
    written_at(items, ident.span())
}

/// The media types of a body in each format, if the type declares them.
pub(super) fn body_types(head: &Head) -> TokenStream {
    let (json, binary) = (&head.body_types.json, &head.body_types.binary);
    let json = (!json.is_empty()).then(|| {
        quote! {
            const JSON_TYPES: &'static [&'static ::core::primitive::str] = &[#(#json),*];
        }
    });
    let binary = (!binary.is_empty()).then(|| {
        quote! {
            const BINARY_TYPES: &'static [&'static ::core::primitive::str] = &[#(#binary),*];
        }
    });
    quote!(#json #binary)
}

/// The decoding by serde. `Decoder` finds the type's `Deserialize`, if there is one.
///
/// A type that borrows cannot be extracted from a request.
pub(super) fn decode(head: &Head) -> TokenStream {
    let private = Runtime::Imported.path();
    let ident = &head.ident;
    let (_, type_generics, _) = head.generics.split_for_impl();
    let decoder = if head.has_lifetimes() {
        quote!(<#private::Decoder<'__palisade_de, Self> as #private::WithoutDeserialize<Self>>)
    } else {
        quote!(#private::Decoder::<'__palisade_de, #ident #type_generics>)
    };
    quote! {
        fn decode<'__palisade_de, __PalisadeDeserializer: #private::Deserializer<'__palisade_de>>(
            __palisade_deserializer: __PalisadeDeserializer,
        ) -> ::core::result::Result<Self, __PalisadeDeserializer::Error> {
            #decoder::decode(__palisade_deserializer)
        }
    }
}

// Input:  an item that is not supported, such as a union
// Output: the same impls, with no field to check
//
// The mistake is reported beside them, so nothing is built; but code that uses the type gets no
// further errors.
pub(crate) fn fallback(head: &Head, schemas: bool) -> TokenStream {
    let private = Runtime::Imported.path();
    let schema = schemas.then(|| schema::unknown(private));
    let kind = Kind::Struct(Content {
        form: Form::Fields(Vec::new()),
        unread: Vec::new(),
        named_by_garde: true,
    });
    let secure_input = secure_input(head, &kind, &TokenStream::new(), schema.as_ref());
    let bounded = bounded_by_any(head, None);
    head.runtime().imported_by(&quote!(#secure_input #bounded))
}

/// The type's generics, and a parameter for the rules of a field of this type.
pub(super) fn with_rules(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    generics.params.push(syn::parse_quote!(__PalisadeRules));
    generics
}

fn bounded_by_any(head: &Head, schema: Option<&TokenStream>) -> TokenStream {
    let private = Runtime::Imported.path();
    let ident = &head.ident;
    let with_rules = with_rules(&head.generics);
    let (impl_generics, _, where_clause) = with_rules.split_for_impl();
    let (_, type_generics, _) = head.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Bounded<__PalisadeRules> for #ident #type_generics #where_clause {
            const NESTED: #private::Nested = #private::Nested::Leaf;

            #schema
        }
    }
}

fn scalar(head: &Head, schema: Option<&TokenStream>) -> TokenStream {
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let bounded = bounded_by_any(head, schema);
    quote! {
        #bounded
        #[automatically_derived]
        impl #private::ScalarContract for #ident {}
    }
}

// Input:  struct Items(#[garde(length(max = 3), dive)] Vec<Item>);
// Output: const WRAPPERS: usize = 1 + RuledField::<Vec<Item>, Rules<…>>::BOUNDS.wrappers();
/// The number of types around the value of a newtype; that of a type around itself does not compile.
fn wrappers(kind: &Kind, private: Private<'_>) -> Option<TokenStream> {
    let Kind::Struct(content) = kind else {
        return None;
    };
    let Form::Newtype(field) = &content.form else {
        return None;
    };
    let ruled = ruled(field, private)?;
    Some(quote! {
        const WRAPPERS: usize = 1 + #ruled::BOUNDS.wrappers();
    })
}

fn wrappers_of_nested(head: &Head) -> TokenStream {
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let (_, type_generics, _) = head.generics.split_for_impl();
    quote! {
        const WRAPPERS: usize = <#ident #type_generics as #private::InputContract>::WRAPPERS;
    }
}

fn nested(
    head: &Head,
    wrappers: Option<&TokenStream>,
    schema: Option<&TokenStream>,
) -> TokenStream {
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let (own_generics, type_generics, own_clause) = head.generics.split_for_impl();
    let ty = quote!(#ident #type_generics);
    let mut generics = with_rules(&head.generics);
    let predicates = &mut generics.make_where_clause().predicates;
    predicates.push(syn::parse_quote!(
        __PalisadeRules: #private::Ruleset<Dive = #private::Applied>
    ));
    if !head.generics.params.is_empty() {
        predicates.push(syn::parse_quote!(#ty: #private::SecureInput));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Bounded<__PalisadeRules> for #ty #where_clause {
            const HAS_BOUNDS: bool = true;
            const NESTED: #private::Nested =
                #private::Nested::Of(<#ty as #private::InputContract>::shape);
            #wrappers

            #[inline]
            fn check_bounds(
                &self,
                __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __palisade_report: &mut #private::garde::Report,
            ) {
                <#ty as #private::InputContract>::check_bounds(self, __palisade_at, __palisade_report)
            }

            #schema
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #own_generics #private::HasKnownLimit<#ty> for #private::InputType #own_clause {
            type Reason<__PalisadeRules: #private::Ruleset> =
                <__PalisadeRules::Dive as #private::RuleStatus>::OfNested<#ty>;
        }
    }
}

/// A newtype can be the key of a map, unless its rules need a context: keys have none.
fn key(head: &Head, schemas: bool) -> Option<TokenStream> {
    if head.context.is_some() || !head.generics.params.is_empty() {
        return None;
    }
    let (private, ident) = (Runtime::Imported.path(), &head.ident);
    let schema = schemas.then(|| schema::of_key(head, private));
    Some(quote! {
        #[automatically_derived]
        impl #private::KeyContract for #ident {
            const HAS_BOUNDS: bool = true;
            const KEY: #private::Nested =
                #private::Nested::Of(<#ident as #private::InputContract>::shape);

            fn check_key(
                &self,
                __palisade_at: &mut dyn ::core::ops::FnMut() -> #private::garde::Path,
                __palisade_report: &mut #private::garde::Report,
            ) {
                <#ident as #private::InputContract>::check_rules(
                    self,
                    &(),
                    __palisade_at,
                    __palisade_report,
                );
                <#ident as #private::InputContract>::check_bounds(
                    self,
                    __palisade_at,
                    __palisade_report,
                )
            }

            #schema
        }
    })
}
