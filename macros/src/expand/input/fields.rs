//! The names of the fields, and the checks of their bounds.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Generics, Member};

use crate::expand::Private;
use crate::expand::input::checks::Emitter;
use crate::expand::input::proof::{proof, ruled, variable};
use crate::model::{Content, Field, Form, Kind, Tagging};

/// The table of names, as a `Shape`.
pub(super) fn shape(kind: &Kind, private: Private<'_>) -> TokenStream {
    match kind {
        Kind::Scalar(_) => quote!(#private::Shape::Fields(&[])),
        Kind::Struct(content) => of_content(content, private),
        Kind::Enum(tagging, variants) => {
            let tagging = match tagging {
                Tagging::External => quote!(External),
                Tagging::Internal(tag) => quote!(Internal(#tag)),
                Tagging::Adjacent(tag, content) => quote!(Adjacent(#tag, #content)),
            };
            let skipped = variants.iter().filter(|variant| !variant.is_read);
            let unread: Vec<_> = skipped
                .filter_map(|variant| variant.content.as_ref())
                .flat_map(Content::fields)
                .map(|field| unread(field, private))
                .collect();
            let variants = variants.iter().filter(|variant| variant.is_read);
            let variants = variants.map(|variant| {
                let (names, is_other) = (&variant.names, variant.is_other);
                let content = variant.content.as_ref();
                let content = content.map_or_else(
                    || quote!(#private::Shape::Fields(&[])),
                    |content| of_content(content, private),
                );
                quote!(#private::Variant { names: &[#(#names),*], is_other: #is_other, content: #content })
            });
            let shape =
                quote!(#private::Shape::Variants(#private::Tagging::#tagging, &[#(#variants),*]));
            partial(shape, &unread, private)
        }
    }
}

/// A shape with the fields that serde skips, for the inventory.
fn partial(shape: TokenStream, unread: &[TokenStream], private: Private<'_>) -> TokenStream {
    if unread.is_empty() {
        return shape;
    }
    quote!(#private::Shape::Partial(&#shape, &[#(#unread),*]))
}

/// A field that serde skips: it has no name in the input.
fn unread(field: &Field, private: Private<'_>) -> TokenStream {
    let (rust, nested) = (name(&field.member), nested(field, private));
    quote!(#private::Field { rust: #rust, names: &[], nested: #nested, has_default: true })
}

/// The shape of the value of a field.
fn nested(field: &Field, private: Private<'_>) -> TokenStream {
    let nested = ruled(field, private).map(|ruled| quote!(#ruled::BOUNDS.nested()));
    let reason = field.unvalidated.as_ref();
    let unchecked = reason.map(|reason| {
        let statement = quote!(#private::Statement::Unvalidated(#reason));
        quote!(#private::Nested::Unchecked(#statement))
    });
    let nested = nested.or(unchecked);
    nested.unwrap_or_else(|| quote!(#private::Nested::Leaf))
}

fn of_content(content: &Content, private: Private<'_>) -> TokenStream {
    let nested = |field: &Field| nested(field, private);
    let unread: Vec<_> = content
        .unread
        .iter()
        .map(|field| unread(field, private))
        .collect();
    match &content.form {
        Form::Newtype(field) => {
            let nested = nested(field);
            let shape = if content.named_by_garde {
                quote!(#private::Shape::Newtype(#nested))
            } else {
                quote!(#private::Shape::Transparent(#nested))
            };
            partial(shape, &unread, private)
        }
        Form::Tuple(fields) => {
            let elements = fields.iter().map(nested);
            let skipped = content.unread.iter().map(|field| &field.member);
            let shape = quote!(#private::Shape::Tuple(&[#(#elements),*], &[#(#skipped),*]));
            partial(shape, &unread, private)
        }
        Form::Fields(fields) => {
            let fields = fields.iter().map(|field| {
                let (rust, names, nested) = (name(&field.member), &field.names, nested(field));
                let has_default = field.has_default;
                quote!(#private::Field {
                    rust: #rust,
                    names: &[#(#names),*],
                    nested: #nested,
                    has_default: #has_default,
                })
            });
            let fields = fields.chain(unread);
            quote!(#private::Shape::Fields(&[#(#fields),*]))
        }
    }
}

// Input:  a struct with the fields `sku` and `raw`, of which `raw` is unvalidated
// Output: let Self { sku: __palisade_field_sku, raw: _ } = self;
//         …
/// The body of `check_bounds`.
///
/// Its patterns name every field and variant: with one that an attribute below the derive has added, it
/// does not compile.
pub(super) fn check_bounds(kind: &Kind, private: Private<'_>, generics: &Generics) -> TokenStream {
    match kind {
        Kind::Scalar(variants) => {
            let idents = variants.iter().map(|variant| &variant.ident);
            quote! {
                match *self {
                    #(Self::#idents {} => {})*
                }
            }
        }
        Kind::Struct(content) => {
            let bindings = bindings(content);
            let checks = of_fields(content, private, generics);
            quote! {
                let Self { #bindings } = self;
                #checks
            }
        }
        Kind::Enum(_, variants) => {
            let arms = variants.iter().map(|variant| {
                let ident = &variant.ident;
                let content = variant.content.as_ref();
                let bindings = content.map(bindings);
                let checks = content.map(|content| of_fields(content, private, generics));
                quote!(Self::#ident { #bindings } => { #checks })
            });
            quote! {
                match self {
                    #(#arms)*
                }
            }
        }
    }
}

/// The pattern of every field; one without rules has no binding.
fn bindings(content: &Content) -> TokenStream {
    let bindings = content.fields().map(|field| {
        let member = &field.member;
        if field.rules.is_some() {
            let binding = binding(field);
            quote!(#member: #binding)
        } else {
            quote!(#member: _)
        }
    });
    quote!(#(#bindings),*)
}

fn binding(field: &Field) -> syn::Ident {
    match &field.member {
        Member::Named(name) => format_ident!("__palisade_field_{}", name.unraw()),
        Member::Unnamed(index) => format_ident!("__palisade_field_{}", index.index),
    }
}

// Input:  #[garde(length(chars, max = 64))] sku: String
// Output: {
//             let __palisade_field = RuledField::<String, Rules<…>>::NEW;
//             __palisade_field.proof().reason().check();
//             if is_full(__palisade_report) { return; }
//             let __palisade_value = __palisade_field_sku;
//             let __palisade_at = &mut at(__palisade_at, "sku");
//             if record(rule::length_chars(__palisade_value, (0, 64)), …) {
//                 __palisade_field.check(__palisade_value, …);
//             }
//         }
fn of_fields(content: &Content, private: Private<'_>, generics: &Generics) -> TokenStream {
    let emitter = Emitter {
        private,
        adapter: None,
        constant: true,
    };
    let is_full = emitter.is_full();
    let checks = content.fields().filter_map(|field| {
        let (variable, proof) = (variable(field)?, proof(field, private, generics)?);
        let at = content.named_by_garde.then(|| match &field.member {
            Member::Named(_) => emitter.at(&name(&field.member)),
            Member::Unnamed(index) => emitter.at(&(index.index as usize)),
        });
        let nested = quote!(#variable.check(__palisade_value, __palisade_at, __palisade_report););
        let bounds = emitter.bounds(&field.checks, &nested);
        let value = binding(field);
        Some(quote! {{
            #proof
            if #is_full {
                return;
            }
            let __palisade_value = #value;
            #at
            #bounds
        }})
    });
    checks.collect()
}

/// A field's name as garde reports it.
fn name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
