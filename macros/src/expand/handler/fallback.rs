//! The expansion of a handler whose declaration is wrong: an item of the same name that denies every
//! request, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::expand::Runtime;
use crate::expand::handler::declaration::unsatisfiable;
use crate::expand::handler::function::{function, item};
use crate::expand::handler::names::hidden;
use crate::model::Handler;
use crate::parse::RawHandler;

// Input:  #[secured(scoops = "a")] async fn create_order(…) { … }
// Output: the item as usual; an endpoint that extracts no argument and does not call the handler
pub(crate) fn denying(handler: &Handler, krate: Option<&Path>) -> TokenStream {
    let item = item(handler, Runtime { krate });
    let endpoint = deny(&handler.signature.ident, &handler.attributes.cfg, krate);
    quote!(#item #endpoint)
}

// Input:  #[secured(authenticated)] fn create_order(…) { … }
// Output: the item without `unguarded`; the endpoint as above
pub(crate) fn unread(handler: &RawHandler, krate: Option<&Path>) -> TokenStream {
    if handler.signature.receiver().is_some() {
        return method(handler);
    }
    let (vis, name) = (&handler.vis, &handler.signature.ident);
    let cfg: Vec<_> = handler
        .attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .cloned()
        .collect();
    let hidden = hidden(name);
    let function = function(&hidden, name, vis, Runtime { krate });
    let endpoint = deny(name, &cfg, krate);
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis struct #hidden {}
        #(#cfg)*
        #function
        #endpoint
    }
}

// Input:  #[secured(authenticated)] async fn create_order(&self) { … }
// Output: the method unchanged: an `impl` has no place for the other items
fn method(handler: &RawHandler) -> TokenStream {
    let RawHandler {
        attributes,
        vis,
        signature,
        body,
    } = handler;
    quote!(#(#attributes)* #vis #signature #body)
}

fn deny(name: &syn::Ident, cfg: &[syn::Attribute], krate: Option<&Path>) -> TokenStream {
    let private = Runtime { krate }.path();
    let hidden = hidden(name);
    let declaration = unsatisfiable(name, &private);
    quote! {
        #(#cfg)*
        const _: () = {
            impl #private::Declares for #hidden {
                type Checked = #private::rules::Checked<true>;
                const DECLARATION: &'static #private::Declaration = &#declaration;
                const ARGUMENTS: &'static [#private::ArgumentFacts] = &[];
            }
            impl<__S> #private::rules::Endpoint<#hidden, __S, ()> for #private::rules::Checked<true>
            where
                __S: ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                async fn call(_: #private::Request, _: __S) -> #private::Response {
                    #private::deny()
                }
            }
        };
    }
}
