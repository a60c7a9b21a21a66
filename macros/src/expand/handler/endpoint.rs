//! How a route extracts a handler's arguments, calls it, and answers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::expand::Runtime;
use crate::expand::handler::names::{arguments, first_span, hidden};
use crate::model::Handler;

// Input:  async fn create_order(caller: Caller, order: Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: impl<S, M> Endpoint<S, M> for __palisade_create_order
//         where Caller: FromRequestParts<S>, Valid<Json<NewOrder>>: FromRequest<S, M> {
//             async fn call(request: Request, state: __S) -> Response { head …; last; response(unguarded) }
//         }
pub(super) fn endpoint(handler: &Handler, runtime: Runtime<'_>) -> TokenStream {
    let hidden = hidden(handler.name());
    let names = arguments(handler);
    let (generics, marker) = if names.is_empty() {
        (quote!(__S), quote!(()))
    } else {
        (quote!(__S, __M: 'static), quote!(__M))
    };
    let private = runtime.path();
    let bounds = bounds(handler, runtime);
    let extract = extract(handler, &private);
    let returned = handler
        .output()
        .map_or_else(|| handler.name().span(), first_span);
    let result = Ident::new("__p_returned", Span::call_site());
    let answer = runtime.at(returned);
    let answer = quote_spanned!(returned=> #answer::response(#result));
    let name = handler.name().span();
    // as the rest of the body names them, wherever the handler's own name comes from
    let request = Ident::new("__p_request", Span::call_site());
    let state = Ident::new("__p_state", Span::call_site());
    let at_name = runtime.at(name);
    let call = quote_spanned! {name=>
        async fn call(#request: #at_name::Request, #state: __S) -> #at_name::Response {
            #extract
            let #result = #hidden.unguarded(#(#names),*).await;
            #answer
        }
    };
    quote! {
        #[automatically_derived]
        impl<#generics> #private::Endpoint<__S, #marker> for #hidden
        where
            __S: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            #call
        }
    }
}

/// Each argument's extractor trait, at the argument's own span.
fn bounds(handler: &Handler, runtime: Runtime<'_>) -> Vec<TokenStream> {
    let last = handler.arguments.len().saturating_sub(1);
    let bound = |(at, ty): (usize, &syn::Type)| {
        let private = runtime.at(first_span(ty));
        if at == last {
            quote_spanned!(first_span(ty)=> #ty: #private::FromRequest<__S, __M>)
        } else {
            quote_spanned!(first_span(ty)=> #ty: #private::FromRequestParts<__S>)
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
        return quote!(let _ = (__p_request, __p_state););
    };
    let split = (!before.is_empty())
        .then(|| quote!(let (mut __p_parts, __p_body) = __p_request.into_parts();));
    let join = (!before.is_empty())
        .then(|| quote!(let __p_request = #private::Request::from_parts(__p_parts, __p_body);));
    quote! {
        // what `Extraction` has itself comes first
        #[allow(unused_imports)]
        use #private::Extract as _;
        #split
        #(
            let #before = match #private::Extraction::<#types>::head::<__S>(&mut __p_parts, &__p_state).await {
                ::core::result::Result::Ok(__p_argument) => __p_argument,
                ::core::result::Result::Err(__p_refused) => return __p_refused,
            };
        )*
        #join
        let #last = match #private::Extraction::<#last_type>::last::<__S, __M>(__p_request, &__p_state).await {
            ::core::result::Result::Ok(__p_argument) => __p_argument,
            ::core::result::Result::Err(__p_refused) => return __p_refused,
        };
    }
}
