//! What the derive writes of each field: its names, and how it is examined.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Member;

use crate::expand::input::proof::{maxima, proof};
use crate::model::{Field, Form, Kind, Tagging, Variant};

/// The table of names, as a `Shape`.
pub(super) fn shape(kind: &Kind, private: &TokenStream) -> TokenStream {
    match kind {
        Kind::Scalar(_) => quote!(#private::Shape::Fields(&[])),
        Kind::Struct(form) => of_form(form, private),
        Kind::Enum(tagging, variants) => {
            let tagging = match tagging {
                Tagging::External => quote!(External),
                Tagging::Internal(tag) => quote!(Internal(#tag)),
                Tagging::Adjacent(tag, content) => quote!(Adjacent(#tag, #content)),
            };
            let variants = variants.iter().map(|variant| {
                let names = &variant.names;
                let form = variant.form.as_ref();
                let content = form.map_or_else(
                    || quote!(#private::Shape::Fields(&[])),
                    |form| of_form(form, private),
                );
                quote!(#private::Variant { names: &[#(#names),*], content: #content })
            });
            quote!(#private::Shape::Variants(#private::Tagging::#tagging, &[#(#variants),*]))
        }
    }
}

fn of_form(form: &Form, private: &TokenStream) -> TokenStream {
    let nested = |field: &Field| {
        if let Some(proof) = proof(field, private) {
            quote!(#proof.nested())
        } else {
            quote!(#private::Nested::Leaf)
        }
    };
    match form {
        Form::Newtype {
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
        Form::Tuple(fields) => {
            let parts = fields.iter().map(nested);
            quote!(#private::Shape::Tuple(&[#(#parts),*]))
        }
        Form::Fields(fields) => {
            let fields = fields.iter().map(|field| {
                let (rust, names, nested) = (name(&field.member), &field.names, nested(field));
                quote!(#private::Field { rust: #rust, names: &[#(#names),*], nested: #nested })
            });
            quote!(#private::Shape::Fields(&[#(#fields),*]))
        }
    }
}

/// The body of `examine`.
pub(super) fn examine(kind: &Kind, private: &TokenStream) -> TokenStream {
    match kind {
        Kind::Scalar(_) => TokenStream::new(),
        Kind::Struct(form) => in_form(form, private, |field| {
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
    let Some(form) = &variant.form else {
        return TokenStream::new();
    };
    let ident = &variant.ident;
    let bindings = form.fields().iter().map(|field| {
        let (member, binding) = (&field.member, binding(field));
        quote!(#member: #binding)
    });
    let examined = in_form(form, private, |field| binding(field).into_token_stream());
    quote!(Self::#ident { #(#bindings,)* .. } => { #examined })
}

fn binding(field: &Field) -> syn::Ident {
    match &field.member {
        Member::Named(name) => format_ident!("__field_{}", name),
        Member::Unnamed(index) => format_ident!("__field_{}", index.index),
    }
}

fn in_form(
    form: &Form,
    private: &TokenStream,
    value: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let named_by_garde = match form {
        Form::Newtype { named_by_garde, .. } => *named_by_garde,
        Form::Tuple(_) | Form::Fields(_) => true,
    };
    let examined = form.fields().iter().filter_map(|field| {
        let proof = proof(field, private)?;
        let key = match &field.member {
            Member::Named(_) => name(&field.member).into_token_stream(),
            Member::Unnamed(index) => (index.index as usize).into_token_stream(),
        };
        let at = if named_by_garde {
            quote!(&mut || __at().join(#key))
        } else {
            quote!(__at)
        };
        let (maxima, value) = (maxima(field, private), value(field));
        Some(quote! {
            #maxima
            #proof.examine(#value, #at, __report);
        })
    });
    examined.collect()
}

/// A field's name as garde reports it.
fn name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
