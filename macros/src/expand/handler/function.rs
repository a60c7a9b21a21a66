//! A handler as a function that returns its declaration.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Path};

use crate::expand::Runtime;
use crate::expand::handler::arguments::{Arguments, arguments};
use crate::expand::handler::declaration::declaration;
use crate::expand::handler::description::description;
use crate::expand::handler::endpoint::endpoint;
use crate::expand::handler::names::{arguments as argument_names, hidden};
use crate::expand::handler::returned::nameable_output;
use crate::model::{Declaration, Handler};

/// The parts of a handler that are described, for documents.
#[derive(Clone, Copy)]
pub(crate) struct Described {
    /// The responses, by the return type.
    pub(crate) responses: bool,
    /// The typed claims of a `Caller`, by their schema.
    pub(crate) claims: bool,
}

/// The function, its declaration and its endpoint.
// Input:  #[secured(authenticated)] async fn list(caller: Caller) -> StatusCode { … }
// Output: fn list() … (see `item`)
//         const _: () = {
//             const _: &[()] = &[…];   // see `arguments`
//             impl Declares for __palisade_list { … }
//             impl AcceptsTickets for __palisade_list {}             // only with `ticket`
//             const _: () = <NextAccess<{ … }> as NextIsStricter>::HOLDS;   // only with `next`
//             impl<S, M> Endpoint<__palisade_list, S, M> for Checked<true> { … }   // see `endpoint`
//         };
pub(crate) fn handler(
    handler: &Handler,
    declared: &Declaration,
    krate: Option<&Path>,
    described: Described,
) -> TokenStream {
    let item = item(handler, Runtime::Crate(krate));
    let runtime = Runtime::Imported;
    let private = runtime.path();
    let cfg = &handler.attributes.cfg;
    let hidden = hidden(handler.name());
    let declaration = declaration(handler.name(), declared, runtime);
    let Arguments { facts, rules } = arguments(handler, declared, described.claims, runtime);
    let endpoint = endpoint(handler, runtime);
    let description = described.responses.then(|| description(handler, runtime));
    let accepts_tickets = declared.ticket.then(|| accepts_tickets(&hidden, runtime));
    let next = declared
        .next
        .as_ref()
        .map(|next| next_is_stricter(&hidden, next.span, runtime));
    let declared = Runtime::Crate(krate).imported_by(&quote! {
        const _: &[()] = &[#(#rules),*];

        #[automatically_derived]
        impl #private::Declares for #hidden {
            type Checked = #private::rules::Checked<{ #private::are_checked(<#hidden as #private::Declares>::ARGUMENTS) }>;
            const DECLARATION: &'static #private::Declaration = &#declaration;
            const ARGUMENTS: &'static [#private::ArgumentFacts] = &[#(#facts),*];
            #description
        }
        #accepts_tickets
        #next
        #endpoint
    });
    quote! {
        #item
        #(#cfg)*
        #declared
    }
}

/// The rule for `next(…)`, at that word.
fn next_is_stricter(hidden: &Ident, span: Span, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.at(span);
    quote_spanned! {span=>
        const _: () = <#private::rules::NextAccess<{
            <#hidden as #private::Declares>::DECLARATION.is_next_stricter()
        }> as #private::rules::NextIsStricter>::HOLDS;
    }
}

pub(super) fn accepts_tickets(hidden: &Ident, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.path();
    quote! {
        #[automatically_derived]
        impl #private::rules::AcceptsTickets for #hidden {}
    }
}

// Input:  #[instrument] pub async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: pub struct __palisade_create_order {}
//         pub const fn create_order<G: RunsHandlers>() -> DeclaredHandler<__palisade_create_order, G> {
//             DeclaredHandler::new(__palisade_create_order {})
//         }
//         impl __palisade_create_order {
//             fn unguarded(&self, argument_0: Valid<Json<NewOrder>>) -> impl Future<Output = StatusCode> + use<> {
//                 #[instrument] async fn create_order(…) -> StatusCode { … }
//                 create_order(argument_0)
//             }
//         }
pub(super) fn item(handler: &Handler, runtime: Runtime<'_>) -> TokenStream {
    let Handler {
        vis, attributes, ..
    } = handler;
    let (cfg, docs, lints) = (&attributes.cfg, &attributes.item, &attributes.lints);
    let name = handler.name();
    let hidden = hidden(name);
    let function = function(&quote!(#hidden), name, vis, runtime);
    let (copy, unguarded) = unguarded(handler, &hidden);
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis struct #hidden {}

        #copy

        #(#cfg)*
        #(#docs)*
        #function

        #(#cfg)*
        #(#lints)*
        impl #hidden {
            #[doc(hidden)]
            #[allow(clippy::items_after_statements, clippy::too_many_arguments, clippy::unused_self)]
            #unguarded
        }
    }
}

/// The method with the body of the handler, and the impls that it needs.
///
/// An `async fn` around the handler's own would be a second future, and a type that is `Copy` two more impls: both cost the
/// compiler time. Only an `async fn` can return a type that cannot be named.
fn unguarded(handler: &Handler, hidden: &Ident) -> (Option<TokenStream>, TokenStream) {
    let (cfg, inner) = (&handler.attributes.cfg, &handler.attributes.inner);
    let (signature, body, types) = (&handler.signature, &handler.body, &handler.arguments);
    let (name, arguments) = (handler.name(), argument_names(handler));
    let parameters = quote!(#(#arguments: #types),*);
    let call = quote! {
        #(#inner)*
        #[allow(clippy::unused_async)]
        #signature #body
        #name(#(#arguments),*)
    };
    if let Some(output) = nameable_output(handler) {
        let method = quote! {
            fn unguarded(&self, #parameters) -> impl ::core::future::Future<Output = #output> + use<> {
                #call
            }
        };
        return (None, method);
    }
    let output = &signature.output;
    let copy = quote! {
        #(#cfg)*
        #[automatically_derived]
        impl ::core::marker::Copy for #hidden {}

        #(#cfg)*
        #[automatically_derived]
        impl ::core::clone::Clone for #hidden {
            fn clone(&self) -> Self {
                *self
            }
        }
    };
    let method = quote! {
        async fn unguarded(self, #parameters) #output {
            #call.await
        }
    };
    (Some(copy), method)
}

/// The function that takes the place of the handler in its module.
///
/// rustc prints the name of its parameter if a handler is mounted on axum's own router.
pub(super) fn function(
    handler: &TokenStream,
    name: &Ident,
    vis: &syn::Visibility,
    runtime: Runtime<'_>,
) -> TokenStream {
    let private = runtime.path();
    let at_name = runtime.at(name.span());
    let guard = Ident::new("SecureRouterGuard", name.span());
    let bound = quote_spanned!(name.span()=> #guard: #at_name::rules::RunsHandlers);
    quote! {
        #vis const fn #name<#bound>() -> #private::rules::DeclaredHandler<#handler, #guard> {
            #private::rules::DeclaredHandler::new(#handler {})
        }
    }
}
