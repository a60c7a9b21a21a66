//! The JSON Schema of an input type, with palisade's feature `schemas`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::expand::Private;
use crate::expand::input::proof::ruled;
use crate::model::{Bound, Content, Field, Form, Head, Input, Kind, Limit, Tagging, Unit, Variant};

// Input:  struct NewOrder { #[garde(length(chars, max = 64))] #[serde(alias = "code")] sku: String, … }
// Output: fn input_schema(generator: &mut SchemaGenerator) -> Schema {
//             Members::new()
//                 .member(&["sku", "code"], false, RuledField::<String, Rules<…>>::BOUNDS
//                     .described(generator, &Bounds::new().length(Measure::Chars, None, Some(64))))
//                 .object()
//         }
//
// Rules of the whole value are a comment: `with_further_rules(Members::new()…)`.
pub(super) fn schema(input: &Input, private: Private<'_>) -> TokenStream {
    let body = match &input.kind {
        Kind::Scalar(names) => choice(None, names, private),
        Kind::Struct(Content { form, .. }) => {
            let described = described(form, private);
            quote!(#described.into_schema())
        }
        Kind::Enum(tagging, variants) => choice(Some(tagging), variants, private),
    };
    let body = if input.head.has_rules {
        quote!(#private::with_further_rules(#body))
    } else {
        body
    };
    quote! {
        fn input_schema(__palisade_generator: &mut #private::SchemaGenerator) -> #private::Schema {
            #body
        }
    }
}

/// The schema of a type with a mistake.
pub(super) fn unknown(private: Private<'_>) -> TokenStream {
    quote! {
        fn input_schema(_: &mut #private::SchemaGenerator) -> #private::Schema {
            #private::Described::unknown().into_schema()
        }
    }
}

/// The schema of a field of this type: a reference to its definition.
pub(super) fn of_nested(head: &Head, private: Private<'_>) -> TokenStream {
    let ident = &head.ident;
    let (_, type_generics, _) = head.generics.split_for_impl();
    quote! {
        fn schema(
            __palisade_generator: &mut #private::SchemaGenerator,
            _: &#private::Bounds,
        ) -> #private::Schema {
            #private::named::<#ident #type_generics>(__palisade_generator)
        }
    }
}

/// Whether an object may lack a member of this type: as with its one field.
pub(super) fn of_transparent(input: &Input, private: Private<'_>) -> Option<TokenStream> {
    let Kind::Struct(content) = &input.kind else {
        return None;
    };
    let Form::Newtype(field) = &content.form else {
        return None;
    };
    let ruled = ruled(field, private).filter(|_| input.head.is_transparent)?;
    Some(quote! {
        const MAY_BE_ABSENT: bool = #ruled::BOUNDS.may_be_absent();
    })
}

/// The schema of a key of this type.
pub(super) fn of_key(head: &Head, private: Private<'_>) -> TokenStream {
    let ident = &head.ident;
    quote! {
        fn key_schema(__palisade_generator: &mut #private::SchemaGenerator) -> #private::Schema {
            #private::named::<#ident>(__palisade_generator)
        }
    }
}

fn described(form: &Form, private: Private<'_>) -> TokenStream {
    match form {
        Form::Newtype(field) => of_field(field, private),
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

fn choice(tagging: Option<&Tagging>, variants: &[Variant], private: Private<'_>) -> TokenStream {
    let tagging = match tagging {
        None | Some(Tagging::External) => quote!(External),
        Some(Tagging::Internal(tag)) => quote!(Internal(#tag)),
        Some(Tagging::Adjacent(tag, content)) => quote!(Adjacent(#tag, #content)),
    };
    let variants = variants.iter().filter(|variant| variant.is_read);
    let variants = variants.map(|variant| {
        let names = &variant.names;
        let content = variant.content.as_ref();
        let content = optional(content.map(|content| described(&content.form, private)));
        let others = variant.is_other.then(|| quote!(.others()));
        quote!(.variant(&[#(#names),*], #content, __palisade_generator) #others)
    });
    quote!(#private::Variants::new(#private::Tagging::#tagging)#(#variants)*.schema())
}

fn of_field(field: &Field, private: Private<'_>) -> TokenStream {
    let Some(ruled) = ruled(field, private) else {
        return quote!(#private::Described::unknown());
    };
    let bounds = of_bounds(&field.bounds, private);
    quote!(#ruled::BOUNDS.described(__palisade_generator, &#bounds))
}

fn of_bounds(bounds: &[Bound], private: Private<'_>) -> TokenStream {
    let bounds = bounds.iter().map(|bound| of_bound(bound, private));
    quote!(#private::Bounds::new()#(#bounds)*)
}

fn of_bound(bound: &Bound, private: Private<'_>) -> TokenStream {
    match bound {
        Bound::Length { unit, min, max } => {
            let measure = match unit {
                Unit::Simple => quote!(Simple),
                Unit::Bytes => quote!(Bytes),
                Unit::Chars => quote!(Chars),
                Unit::Graphemes => quote!(Graphemes),
                Unit::Utf16 => quote!(Utf16),
            };
            let (min, max) = (optional(min.as_ref()), optional(max.as_ref()));
            quote!(.length(#private::Measure::#measure, #min, #max))
        }
        Bound::Range { min, max } => {
            let min = min.as_ref().map(limit).map(|min| quote!(.minimum(&#min)));
            let max = max.as_ref().map(limit).map(|max| quote!(.maximum(&#max)));
            quote!(#min #max)
        }
        Bound::Ascii => quote!(.ascii()),
        Bound::Alphanumeric => quote!(.alphanumeric()),
        Bound::Required => quote!(.required()),
        Bound::Pattern(pattern) => quote!(.pattern(#pattern)),
        Bound::Prefix(text) => quote!(.prefix(#text)),
        Bound::Suffix(text) => quote!(.suffix(#text)),
        Bound::Contains(text) => quote!(.contains(#text)),
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

/// The end of a range, as a value that prints as its number.
///
/// An expression of literals alone has no type yet, and gets one that can hold it.
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
            quote!({ let __palisade_limit: #ty = #value; __palisade_limit })
        }
    }
}

/// Whether an expression has a name in it, or a literal with a type.
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
