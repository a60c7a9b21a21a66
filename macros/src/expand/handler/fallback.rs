//! The expansion of a handler whose declaration is wrong: an item of the same name that denies every
//! request, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::expand::Runtime;
use crate::expand::handler::declaration::unsatisfiable;
use crate::expand::handler::function::{accepts_tickets, function, item};
use crate::expand::handler::names::hidden;
use crate::model::{Handler, WrongHandler};

// Input:  #[secured(scoops = "a")] async fn create_order(…) { … }
// Output: the item as usual; an endpoint that extracts no argument and does not call the handler
pub(crate) fn denied_handler(handler: &Handler, krate: Option<&Path>) -> TokenStream {
    let item = item(handler, Runtime::Crate(krate));
    let endpoint = deny(&handler.signature.ident, &handler.attributes.cfg, krate);
    quote!(#item #endpoint)
}

// Input:  #[secured(authenticated)] fn create_order(…) { … }
// Output: const fn create_order<G: RunsHandlers>() -> DeclaredHandler<InvalidHandler, G> { … }
//         A method stays unchanged.
pub(crate) fn denied_item(handler: &WrongHandler, krate: Option<&Path>) -> TokenStream {
    let WrongHandler {
        cfg,
        vis,
        name,
        unchanged,
    } = handler;
    if let Some(unchanged) = unchanged {
        return unchanged.clone();
    }
    let runtime = Runtime::Crate(krate);
    let private = runtime.path();
    let function = function(&quote!(#private::InvalidHandler), name, vis, runtime);
    quote! {
        #(#cfg)*
        #function
    }
}

fn deny(name: &syn::Ident, cfg: &[syn::Attribute], krate: Option<&Path>) -> TokenStream {
    let runtime = Runtime::Crate(krate);
    let private = runtime.path();
    let hidden = hidden(name);
    // another handler may issue tickets for it
    let accepts_tickets = accepts_tickets(&hidden, runtime);
    let declaration = unsatisfiable(name, private);
    quote! {
        #(#cfg)*
        const _: () = {
            impl #private::Declares for #hidden {
                type Checked = #private::rules::Checked<true>;
                const DECLARATION: &'static #private::Declaration = &#declaration;
                const ARGUMENTS: &'static [#private::ArgumentFacts] = &[];
            }
            #accepts_tickets
            impl<__S> #private::rules::Endpoint<#hidden, __S, ()> for #private::rules::Checked<true>
            where
                __S: ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                async fn call(
                    _: &mut #private::Request,
                    _: &__S,
                    _: &#private::PassedGuard,
                ) -> #private::Response {
                    #private::deny()
                }
            }
        };
    }
}
