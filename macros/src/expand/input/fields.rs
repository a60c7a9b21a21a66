//! The names of the fields, and the checks of their bounds.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Member;
use syn::ext::IdentExt;

use crate::expand::input::checks::Emitter;
use crate::expand::input::proof::{proof, ruled};
use crate::model::{Content, Field, Form, Kind, Tagging, Variant};

/// The table of names, as a `Shape`.
pub(super) fn shape(kind: &Kind, private: &TokenStream) -> TokenStream {
    match kind {
        Kind::Scalar(_) => quote!(#private::Shape::Fields(&[])),
        Kind::Struct(content) => of_content(content, private),
        Kind::Enum(tagging, variants) => {
            let tagging = match tagging {
                Tagging::External => quote!(External),
                Tagging::Internal(tag) => quote!(Internal(#tag)),
                Tagging::Adjacent(tag, content) => quote!(Adjacent(#tag, #content)),
            };
            let variants = variants.iter().filter(|variant| variant.is_read);
            let variants = variants.map(|variant| {
                let names = &variant.names;
                let content = variant.content.as_ref();
                let content = content.map_or_else(
                    || quote!(#private::Shape::Fields(&[])),
                    |content| of_content(content, private),
                );
                quote!(#private::Variant { names: &[#(#names),*], content: #content })
            });
            quote!(#private::Shape::Variants(#private::Tagging::#tagging, &[#(#variants),*]))
        }
    }
}

fn of_content(content: &Content, private: &TokenStream) -> TokenStream {
    let nested = |field: &Field| {
        let nested = ruled(field, private).map(|ruled| quote!(#ruled::BOUNDS.nested()));
        let reason = field.unvalidated.as_ref();
        let unchecked = reason.map(|reason| {
            let statement = quote!(#private::Statement::Unvalidated(#reason));
            quote!(#private::Nested::Unchecked(#statement))
        });
        let nested = nested.or(unchecked);
        nested.unwrap_or_else(|| quote!(#private::Nested::Leaf))
    };
    match &content.form {
        Form::Newtype(field) => {
            let nested = nested(field);
            if content.named_by_garde {
                quote!(#private::Shape::Newtype(#nested))
            } else {
                quote!(#private::Shape::Transparent(#nested))
            }
        }
        Form::Tuple(fields) => {
            let elements = fields.iter().map(nested);
            quote!(#private::Shape::Tuple(&[#(#elements),*]))
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
            let unread = content.unread.iter().map(|field| {
                let (rust, nested) = (name(&field.member), nested(field));
                quote!(#private::Field {
                    rust: #rust,
                    names: &[],
                    nested: #nested,
                    has_default: true,
                })
            });
            let fields = fields.chain(unread);
            quote!(#private::Shape::Fields(&[#(#fields),*]))
        }
    }
}

/// The body of `check_bounds`.
pub(super) fn check_bounds(kind: &Kind, private: &TokenStream) -> TokenStream {
    match kind {
        Kind::Scalar(_) => TokenStream::new(),
        Kind::Struct(content) => of_fields(content, private, |field| {
            let member = &field.member;
            quote!(&self.#member)
        }),
        Kind::Enum(_, variants) => {
            let arms = variants.iter().map(|variant| arm(variant, private));
            quote! {
                match self {
                    #(#arms)*
                    _ => {}
                }
            }
        }
    }
}

fn arm(variant: &Variant, private: &TokenStream) -> TokenStream {
    let Some(content) = &variant.content else {
        return TokenStream::new();
    };
    let ident = &variant.ident;
    let bindings = content.fields().map(|field| {
        let (member, binding) = (&field.member, binding(field));
        quote!(#member: #binding)
    });
    let checks = of_fields(content, private, |field| binding(field).into_token_stream());
    quote!(Self::#ident { #(#bindings,)* .. } => { #checks })
}

fn binding(field: &Field) -> syn::Ident {
    match &field.member {
        Member::Named(name) => format_ident!("__palisade_field_{}", name.unraw()),
        Member::Unnamed(index) => format_ident!("__palisade_field_{}", index.index),
    }
}

// Input:  #[garde(length(chars, max = 64))] sku: String
// Output: RuledField::<String, Rules<…>>::proof().reason().check();
//         if is_full(__palisade_report) { return; }
//         {
//             let __palisade_value = &self.sku;
//             let __palisade_at = &mut || __palisade_at().join("sku");
//             if record(rule::length_chars(__palisade_value, (0, 64)), …) {
//                 RuledField::<String, Rules<…>>::BOUNDS.check(__palisade_value, …);
//             }
//         }
fn of_fields(
    content: &Content,
    private: &TokenStream,
    value: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let emitter = Emitter {
        private,
        adapter: None,
        constant: true,
    };
    let is_full = emitter.is_full();
    let checks = content.fields().filter_map(|field| {
        let (ruled, proof) = (ruled(field, private)?, proof(field, private)?);
        let at = content.named_by_garde.then(|| match &field.member {
            Member::Named(_) => emitter.at(&name(&field.member)),
            Member::Unnamed(index) => emitter.at(&(index.index as usize)),
        });
        let nested =
            quote!(#ruled::BOUNDS.check(__palisade_value, __palisade_at, __palisade_report););
        let bounds = emitter.bounds(&field.checks, &nested);
        let value = value(field);
        Some(quote! {
            #proof
            if #is_full {
                return;
            }
            {
                let __palisade_value = #value;
                #at
                #bounds
            }
        })
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
