//! How a route extracts a handler's arguments, calls it, and answers.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::expand::handler::{arguments, first_span, hidden, respan};
use crate::model::Handler;

// Input:  async fn create_order(caller: Caller, order: Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: impl<S, M> Endpoint<S, M> for __palisade_create_order
//         where Caller: FromRequestParts<S>, Valid<Json<NewOrder>>: FromRequest<S, M> {
//             async fn call(request: Request, state: S) -> Response { head …; last; response(unguarded) }
//         }
pub(super) fn endpoint(handler: &Handler, private: &TokenStream) -> TokenStream {
    let hidden = hidden(handler.name());
    let names = arguments(handler);
    let (generics, marker) = if names.is_empty() {
        (quote!(S), quote!(()))
    } else {
        (quote!(S, M), quote!(M))
    };
    let bounds = bounds(handler, private);
    let extract = extract(handler, private);
    let returned = handler
        .output()
        .map_or_else(|| handler.name().span(), first_span);
    let answer = respan(&quote!(#private::response), returned);
    let answer = quote_spanned!(returned=> #answer(returned));
    let call = quote_spanned! {handler.name().span()=>
        async fn call(request: #private::Request, state: S) -> #private::Response
    };
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#generics> #private::Endpoint<S, #marker> for #hidden
        where
            S: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            #call {
                #extract
                let returned = #hidden.unguarded(#(#names),*).await;
                #answer
            }
        }
    }
}

/// Each argument's extractor trait, at the argument's own span.
fn bounds(handler: &Handler, private: &TokenStream) -> Vec<TokenStream> {
    let last = handler.arguments.len().saturating_sub(1);
    let bound = |(at, ty): (usize, &syn::Type)| {
        let private = respan(private, first_span(ty));
        if at == last {
            quote_spanned!(first_span(ty)=> #ty: #private::FromRequest<S, M>)
        } else {
            quote_spanned!(first_span(ty)=> #ty: #private::FromRequestParts<S>)
        }
    };
    handler.arguments.iter().enumerate().map(bound).collect()
}

/// Extracts in the order of the arguments; the first refusal is the answer.
fn extract(handler: &Handler, private: &TokenStream) -> TokenStream {
    let names = arguments(handler);
    let types = &handler.arguments;
    let (Some((last, before)), Some((last_type, types))) = (names.split_last(), types.split_last())
    else {
        return quote!(let _ = (request, state););
    };
    let split = (!before.is_empty()).then(|| quote!(let (mut parts, body) = request.into_parts();));
    let join = (!before.is_empty())
        .then(|| quote!(let request = #private::Request::from_parts(parts, body);));
    quote! {
        #split
        #(
            let #before = match #private::head::<#types, S>(&mut parts, &state).await {
                ::core::result::Result::Ok(argument) => argument,
                ::core::result::Result::Err(refused) => return refused,
            };
        )*
        #join
        let #last = match #private::last::<#last_type, S, M>(request, &state).await {
            ::core::result::Result::Ok(argument) => argument,
            ::core::result::Result::Err(refused) => return refused,
        };
    }
}
