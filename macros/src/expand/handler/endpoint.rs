//! A handler as a route runs it: its arguments are extracted, it is called, its value is converted.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::expand::Runtime;
use crate::expand::handler::names::{arguments, first_span, hidden};
use crate::expand::handler::returned;
use crate::model::Handler;

// Input:  async fn create_order(caller: Caller, order: Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: impl<S, M> Endpoint<__palisade_create_order, S, M> for Arguments<true>
//         where Caller: ExtractedWithState<S>, Valid<Json<NewOrder>>: LastExtractedWithState<S, M> {
//             async fn call(request: Request, state: S) -> Response { head …; last; respond(unguarded) }
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
    let span = returned::span(handler);
    let value = Ident::new("__palisade_value", Span::call_site());
    let at_output = runtime.at(span);
    let respond = quote_spanned!(span=> #at_output::respond::<{ __PALISADE_RETURNED }, _>(#value));
    let name = handler.name().span();
    // spelled like the rest of the body, wherever the handler's own name comes from
    let request = Ident::new("__palisade_request", Span::call_site());
    let state = Ident::new("__palisade_state", Span::call_site());
    let at_name = runtime.at(name);
    let call = quote_spanned! {name=>
        async fn call(#request: #at_name::Request, #state: __S) -> #at_name::Response {
            #extract
            let #value = #at_name::rules::holds_only_send_values(#hidden {}.unguarded(#(#names),*)).await;
            #respond
        }
    };
    quote! {
        #[automatically_derived]
        impl<#generics> #private::Endpoint<#hidden, __S, #marker> for #private::Arguments<true>
        where
            __S: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            #call
        }
    }
}

/// The extractor trait of each argument, at the argument's own span.
fn bounds(handler: &Handler, runtime: Runtime<'_>) -> Vec<TokenStream> {
    let last = handler.arguments.len().saturating_sub(1);
    let bound = |(index, ty): (usize, &syn::Type)| {
        let private = runtime.at(first_span(ty));
        if index == last {
            quote_spanned!(first_span(ty)=> #ty: #private::rules::LastExtractedWithState<__S, __M>)
        } else {
            quote_spanned!(first_span(ty)=> #ty: #private::rules::ExtractedWithState<__S>)
        }
    };
    handler.arguments.iter().enumerate().map(bound).collect()
}

/// Extracts the arguments in their order; the first rejection is the response.
fn extract(handler: &Handler, private: &TokenStream) -> TokenStream {
    let names = arguments(handler);
    let types = &handler.arguments;
    let (Some((last, before)), Some((last_type, types))) = (names.split_last(), types.split_last())
    else {
        return quote!(let _ = (__palisade_request, __palisade_state););
    };
    let split = (!before.is_empty()).then(
        || quote!(let (mut __palisade_parts, __palisade_body) = __palisade_request.into_parts();),
    );
    let join = (!before.is_empty()).then(|| {
        quote!(let __palisade_request = #private::Request::from_parts(__palisade_parts, __palisade_body);)
    });
    quote! {
        // unused if `Extraction` has inherent functions for every argument
        #[allow(unused_imports)]
        use #private::Extract as _;
        #split
        #(
            let #before = match #private::Extraction::<#types>::head::<__S>(&mut __palisade_parts, &__palisade_state).await {
                ::core::result::Result::Ok(__palisade_value) => __palisade_value,
                ::core::result::Result::Err(__palisade_rejection) => return __palisade_rejection,
            };
        )*
        #join
        let #last = match #private::Extraction::<#last_type>::last::<__S, __M>(__palisade_request, &__palisade_state).await {
            ::core::result::Result::Ok(__palisade_value) => __palisade_value,
            ::core::result::Result::Err(__palisade_rejection) => return __palisade_rejection,
        };
    }
}
