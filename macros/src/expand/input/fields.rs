//! The names of the fields, and the checks of their bounds.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Member;
use syn::ext::IdentExt;

use crate::expand::input::proof::{proof, ruled};
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
        let nested = ruled(field, private).map(|ruled| quote!(#ruled::BOUNDS.nested()));
        let reason = field.unvalidated.as_ref();
        let unchecked = reason.map(|reason| {
            let statement = quote!(#private::Statement::Unvalidated(#reason));
            quote!(#private::Nested::Unchecked(#statement))
        });
        let nested = nested.or(unchecked);
        nested.unwrap_or_else(|| quote!(#private::Nested::Leaf))
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
            let elements = fields.iter().map(nested);
            quote!(#private::Shape::Tuple(&[#(#elements),*]))
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

/// The body of `check_bounds`.
pub(super) fn check_bounds(kind: &Kind, private: &TokenStream) -> TokenStream {
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
    let checks = in_form(form, private, |field| binding(field).into_token_stream());
    quote!(Self::#ident { #(#bindings,)* .. } => { #checks })
}

fn binding(field: &Field) -> syn::Ident {
    match &field.member {
        Member::Named(name) => format_ident!("__palisade_field_{}", name.unraw()),
        Member::Unnamed(index) => format_ident!("__palisade_field_{}", index.index),
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
    let checks = form.fields().iter().filter_map(|field| {
        let (ruled, proof) = (ruled(field, private)?, proof(field, private)?);
        let key = match &field.member {
            Member::Named(_) => name(&field.member).into_token_stream(),
            Member::Unnamed(index) => (index.index as usize).into_token_stream(),
        };
        let at = if named_by_garde {
            quote!(&mut || __palisade_at().join(#key))
        } else {
            quote!(__palisade_at)
        };
        let value = value(field);
        Some(quote! {
            #proof
            #ruled::BOUNDS.check(#value, #at, __palisade_report);
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
