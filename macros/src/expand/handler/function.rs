//! A handler as an item that can be mounted, with the fn inside.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Path};

use crate::expand::Runtime;
use crate::expand::handler::declaration::declaration;
use crate::expand::handler::endpoint::endpoint;
use crate::expand::handler::names::{arguments, first_span, hidden};
use crate::model::{Access, Declaration, Handler};

/// The item, its fn, its declaration and its endpoint.
pub(crate) fn handler(
    handler: &Handler,
    declared: &Declaration,
    krate: Option<&Path>,
) -> TokenStream {
    let runtime = Runtime { krate };
    let private = runtime.path();
    let item = item(handler);
    let cfg = &handler.attributes.cfg;
    let hidden = hidden(handler.name());
    let name = handler.name();
    let declaration = declaration(name, declared, &private);
    let facts = facts(handler, declared, runtime);
    let used = declared.unvalidated.as_ref().map(|reason| {
        let private = runtime.at(reason.span());
        quote_spanned! {reason.span()=>
            const _: () = #private::unvalidated_is_used(<#hidden as #private::Declares>::ARGUMENTS);
        }
    });
    let endpoint = endpoint(handler, runtime);
    quote! {
        #item
        #(#cfg)*
        const _: () = {
            #[automatically_derived]
            impl #private::Declares for #hidden {
                type Run = Self;
                const DECLARATION: &'static #private::Declaration = &#declaration;
                const ARGUMENTS: &'static [#private::ArgumentFacts] = &[#(#facts),*];
            }
            #used
            #endpoint
        };
    }
}

// Input:  #[instrument] pub async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: pub struct __palisade_create_order;
//         pub const create_order: __palisade_create_order = __palisade_create_order;
//         impl __palisade_create_order {
//             async fn unguarded(self, argument_0: Valid<Json<NewOrder>>) -> StatusCode {
//                 #[instrument] async fn create_order(…) -> StatusCode { … }
//                 create_order(argument_0).await
//             }
//         }
pub(super) fn item(handler: &Handler) -> TokenStream {
    let Handler {
        vis,
        signature,
        body,
        arguments: types,
        attributes,
        ..
    } = handler;
    let (cfg, docs, lints, inner) = (
        &attributes.cfg,
        &attributes.item,
        &attributes.lints,
        &attributes.inner,
    );
    let name = handler.name();
    let hidden = hidden(name);
    let output = &signature.output;
    let arguments = arguments(handler);
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis struct #hidden;

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

        #(#cfg)*
        #(#docs)*
        #[allow(non_upper_case_globals)]
        #vis const #name: #hidden = #hidden;

        #(#cfg)*
        #(#lints)*
        impl #hidden {
            #[doc(hidden)]
            #[allow(clippy::items_after_statements, clippy::too_many_arguments, clippy::unused_self)]
            async fn unguarded(self #(, #arguments: #types)*) #output {
                #(#inner)*
                #[allow(clippy::unused_async)]
                #signature #body
                #name(#(#arguments),*).await
            }
        }
    }
}

/// What is known of each argument; the proof that it may be one, at its own span.
fn facts(handler: &Handler, declared: &Declaration, runtime: Runtime<'_>) -> Vec<TokenStream> {
    let last = handler.arguments.len().saturating_sub(1);
    let fact = |(at, ty): (usize, &syn::Type)| {
        let span = first_span(ty);
        let private = runtime.at(span);
        let access = access(declared, &private, span);
        let prove = if at == last {
            "argument"
        } else {
            "argument_before_last"
        };
        let prove = Ident::new(prove, span);
        quote_spanned!(span=> #private::#prove::<#access, #ty>())
    };
    handler.arguments.iter().enumerate().map(fact).collect()
}

fn access(declared: &Declaration, private: &TokenStream, span: Span) -> TokenStream {
    let access = match &declared.access {
        Access::Public { .. } => quote_spanned!(span=> #private::Public),
        Access::Authenticated
        | Access::Scopes(_)
        | Access::Roles(_)
        | Access::ScopesAndRoles { .. } => quote_spanned!(span=> #private::Secured),
    };
    if declared.unvalidated.is_some() {
        quote_spanned!(span=> #private::WithReason<#access>)
    } else {
        access
    }
}
