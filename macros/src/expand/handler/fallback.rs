//! What stands for a handler whose declaration is wrong: an item of its name that
//! lets nobody in, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::expand::Runtime;
use crate::expand::handler::declaration::nobody;
use crate::expand::handler::function::item;
use crate::expand::handler::names::hidden;
use crate::model::Handler;
use crate::parse::RawHandler;

// Input:  #[secured(scoops = "a")] async fn create_order(…) { … }
// Output: the item and its fn as ever; an endpoint that asks for no argument and calls nothing
pub(crate) fn denying(handler: &Handler, krate: Option<&Path>) -> TokenStream {
    let item = item(handler);
    let endpoint = deny(&handler.signature.ident, &handler.attributes.cfg, krate);
    quote!(#item #endpoint)
}

// Input:  #[secured(authenticated)] fn create_order(…) { … }
// Output: the item without its fn; the endpoint as above
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
    let endpoint = deny(name, &cfg, krate);
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis struct #hidden;
        #(#cfg)*
        #[allow(non_upper_case_globals)]
        #vis const #name: #hidden = #hidden;
        #endpoint
    }
}

// Input:  #[secured(authenticated)] async fn create_order(&self) { … }
// Output: the method as it was: no item can stand beside it in an `impl`
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
    let nobody = nobody(name, &private);
    quote! {
        #(#cfg)*
        const _: () = {
            impl #private::Declares for #hidden {
                type Run = Self;
                const DECLARATION: &'static #private::Declaration = &#nobody;
                const ARGUMENTS: &'static [#private::ArgumentFacts] = &[];
            }
            impl<S> #private::Endpoint<S, ()> for #hidden
            where
                S: ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                async fn call(_: #private::Request, _: S) -> #private::Response {
                    #private::deny()
                }
            }
        };
    }
}
