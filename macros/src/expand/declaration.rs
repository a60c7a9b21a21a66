//! A declaration as the constant that the guard reads.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use crate::model::{Access, Declaration, Requirement};

// Input:  #[secured(scopes = any("admin", WRITE), body_limit = "1 KiB")] async fn create_order …
// Output: Declaration::scopes("create_order", module_path!(), Requirement::Any(&[…])).body_limit(1024)
pub(super) fn declaration(
    name: &Ident,
    declaration: &Declaration,
    private: &TokenStream,
) -> TokenStream {
    let handler = name.unraw().to_string();
    let module = quote!(::core::module_path!());
    let access = match &declaration.access {
        Access::Public { reason } => quote!(public(#handler, #module, #reason)),
        Access::Authenticated => quote!(authenticated(#handler, #module)),
        Access::Scopes(needed) => {
            let needed = requirement(needed, private);
            quote!(scopes(#handler, #module, #needed))
        }
    };
    let body_limit = declaration
        .body_limit
        .map(|bytes| quote!(.body_limit(#bytes)));
    let unvalidated = declaration
        .unvalidated
        .as_ref()
        .map(|reason| quote!(.unvalidated(#reason)));
    quote!(#private::Declaration::#access #body_limit #unvalidated)
}

/// A declaration that nobody satisfies.
pub(super) fn nobody(name: &Ident, private: &TokenStream) -> TokenStream {
    let handler = name.unraw().to_string();
    quote! {
        #private::Declaration::scopes(#handler, ::core::module_path!(), #private::Requirement::Any(&[]))
    }
}

fn requirement(needed: &Requirement, private: &TokenStream) -> TokenStream {
    let list = |parts: &[Requirement]| {
        let parts = parts.iter().map(|part| requirement(part, private));
        quote!(&[#(#parts),*])
    };
    match needed {
        Requirement::Scope { token, span } => {
            quote_spanned!(*span=> #private::Requirement::Scope(#private::Scope::new(#token)))
        }
        Requirement::Constant(path) => quote!(#private::Requirement::Scope(#path)),
        Requirement::All(parts) => {
            let parts = list(parts);
            quote!(#private::Requirement::All(#parts))
        }
        Requirement::Any(parts) => {
            let parts = list(parts);
            quote!(#private::Requirement::Any(#parts))
        }
    }
}
