//! What a type looks like on the wire, as the runtime puts it into a schema.
//!
//! Written only where palisade's feature `schemas` is on.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::expand::input::proof::proof;
use crate::model::{Bound, Field, Form, Head, Input, Kind, Limit, Tagging, Variant};

// Input:  struct NewOrder { #[garde(length(chars, max = 64))] #[serde(alias = "code")] sku: String, … }
// Output: fn input_schema(generator: &mut SchemaGenerator) -> Schema {
//             Members::new()
//                 .member(&["sku", "code"], false, field::<String, Rules<…>>()
//                     .described(generator, &Bounds::new().length(Measure::Chars, None, Some(64))))
//                 .object()
//         }
pub(super) fn schema(input: &Input, private: &TokenStream) -> TokenStream {
    let body = match &input.kind {
        Kind::Scalar(names) => choice(None, names, private),
        Kind::Struct(form) => {
            let described = described(form, private);
            quote!(#described.into_schema())
        }
        Kind::Enum(tagging, variants) => choice(Some(tagging), variants, private),
    };
    quote! {
        fn input_schema(__generator: &mut #private::SchemaGenerator) -> #private::Schema {
            #body
        }
    }
}

/// What is written of a type with a mistake.
pub(super) fn unknown(private: &TokenStream) -> TokenStream {
    quote! {
        fn input_schema(_: &mut #private::SchemaGenerator) -> #private::Schema {
            #private::Described::unknown().into_schema()
        }
    }
}

/// The same of a type in a field: it is referred to by its name.
pub(super) fn of_nested(head: &Head, private: &TokenStream) -> TokenStream {
    let ident = &head.ident;
    let (_, type_generics, _) = head.generics.split_for_impl();
    quote! {
        fn schema(
            __generator: &mut #private::SchemaGenerator,
            _: &#private::Bounds,
        ) -> #private::Schema {
            #private::named::<#ident #type_generics>(__generator)
        }
    }
}

/// Whether an object may lack a member of this type: as its one field.
pub(super) fn of_transparent(input: &Input, private: &TokenStream) -> Option<TokenStream> {
    let Kind::Struct(Form::Newtype { field, .. }) = &input.kind else {
        return None;
    };
    let proof = proof(field, private).filter(|_| input.head.is_transparent)?;
    Some(quote!(const MAY_BE_ABSENT: bool = #proof.may_be_absent();))
}

/// The same of a map's key.
pub(super) fn of_key(head: &Head, private: &TokenStream) -> TokenStream {
    let ident = &head.ident;
    quote! {
        fn key_schema(__generator: &mut #private::SchemaGenerator) -> #private::Schema {
            #private::named::<#ident>(__generator)
        }
    }
}

fn described(form: &Form, private: &TokenStream) -> TokenStream {
    match form {
        Form::Newtype { field, .. } => of_field(field, private),
        Form::Tuple(fields) => {
            let elements = fields.iter().map(|field| {
                let (has_default, described) = (field.has_default, of_field(field, private));
                quote!(.element(#has_default, #described))
            });
            quote!(#private::Described::present(#private::Elements::new()#(#elements)*.array()))
        }
        Form::Fields(fields) => {
            let members = fields.iter().map(|field| {
                let (names, has_default) = (&field.names, field.has_default);
                let described = of_field(field, private);
                quote!(.member(&[#(#names),*], #has_default, #described))
            });
            quote!(#private::Described::present(#private::Members::new()#(#members)*.object()))
        }
    }
}

fn choice(tagging: Option<&Tagging>, variants: &[Variant], private: &TokenStream) -> TokenStream {
    let tagging = match tagging {
        None | Some(Tagging::External) => quote!(External),
        Some(Tagging::Internal(tag)) => quote!(Internal(#tag)),
        Some(Tagging::Adjacent(tag, content)) => quote!(Adjacent(#tag, #content)),
    };
    let variants = variants.iter().map(|variant| {
        let names = &variant.names;
        let form = variant.form.as_ref();
        let content = optional(form.map(|form| described(form, private)));
        let others = variant.is_other.then(|| quote!(.others()));
        quote!(.variant(&[#(#names),*], #content, __generator) #others)
    });
    quote!(#private::Variants::new(#private::Tagging::#tagging)#(#variants)*.schema())
}

fn of_field(field: &Field, private: &TokenStream) -> TokenStream {
    let Some(proof) = proof(field, private) else {
        return quote!(#private::Described::unknown());
    };
    let bounds = of_bounds(&field.bounds, private);
    quote!(#proof.described(__generator, &#bounds))
}

fn of_bounds(bounds: &[Bound], private: &TokenStream) -> TokenStream {
    let bounds = bounds.iter().map(|bound| of_bound(bound, private));
    quote!(#private::Bounds::new()#(#bounds)*)
}

fn of_bound(bound: &Bound, private: &TokenStream) -> TokenStream {
    let named = |name: &str| syn::Ident::new(name, proc_macro2::Span::call_site());
    match bound {
        Bound::Length { measure, min, max } => {
            let measure = named(match measure {
                Some("bytes") => "Bytes",
                Some("chars") => "Chars",
                Some("graphemes") => "Graphemes",
                Some("utf16") => "Utf16",
                _ => "Simple",
            });
            let (min, max) = (optional(min.as_ref()), optional(max.as_ref()));
            quote!(.length(#private::Measure::#measure, #min, #max))
        }
        Bound::Range { min, max } => {
            let min = min.as_ref().map(limit).map(|min| quote!(.minimum(&#min)));
            let max = max.as_ref().map(limit).map(|max| quote!(.maximum(&#max)));
            quote!(#min #max)
        }
        Bound::Word(word) => {
            let word = named(word);
            quote!(.#word())
        }
        Bound::Text(rule, text) => {
            let rule = named(rule);
            quote!(.#rule(#text))
        }
        Bound::Format(format) => quote!(.format(#format)),
        Bound::Inner(inside) => {
            let inside = of_bounds(inside, private);
            quote!(.inner(#inside))
        }
        Bound::Beyond => quote!(.beyond()),
    }
}

fn optional(value: Option<impl ToTokens>) -> TokenStream {
    let some = value.map(|value| quote!(::core::option::Option::Some(#value)));
    some.unwrap_or_else(|| quote!(::core::option::Option::None))
}

/// A value that prints as the number that it is.
///
/// What consists of literals alone has no type of its own here, and gets one that holds it.
fn limit(limit: &Limit) -> TokenStream {
    match limit {
        Limit::Number(digits) => digits.to_token_stream(),
        Limit::Value(value) if is_typed(value.to_token_stream()) => value.to_token_stream(),
        Limit::Value(value) => {
            let digits = value.to_token_stream().to_string();
            let ty = if digits.contains('.') {
                quote!(f64)
            } else {
                quote!(i128)
            };
            quote!({ let __limit: #ty = #value; __limit })
        }
    }
}

/// Whether there is a name in it, or a literal of a written type.
fn is_typed(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Group(group) => is_typed(group.stream()),
        TokenTree::Literal(literal) => match syn::Lit::new(literal) {
            syn::Lit::Int(number) => !number.suffix().is_empty(),
            syn::Lit::Float(number) => !number.suffix().is_empty(),
            _ => true,
        },
        TokenTree::Punct(_) => false,
    })
}
