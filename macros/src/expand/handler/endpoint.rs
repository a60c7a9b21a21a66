//! A handler as a route calls it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::expand::Runtime;
use crate::expand::handler::names::{arguments, hidden};
use crate::expand::handler::returned::{returned, span as span_of_output};
use crate::model::Handler;

// Input:  async fn create_order(caller: Caller, order: Valid<Json<NewOrder>>) -> StatusCode { … }
// Output: type __PalisadeArguments = Arguments<(Caller, Valid<Json<NewOrder>>,)>;
//         impl<S, M> Endpoint<__palisade_create_order, S, M> for Checked<true> where __PalisadeArguments: ExtractedArguments<S, M> {
//             async fn call(request: &mut Request, state: &S, guard: &PassedGuard) -> Response {
//                 let Arguments((a, b)) = match __PalisadeArguments::extract(request, state, guard).await {
//                     Ok(arguments) => arguments,
//                     Err(rejection) => return rejection,
//                 };
//                 respond::<{ … }, _>(holds_only_send_values(__palisade_create_order {}.unguarded(a, b)).await)   // see `returned`
//             }
//         }
pub(super) fn endpoint(handler: &Handler, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.path();
    let name = handler.name().span();
    let hidden = hidden(handler.name());
    let names = arguments(handler);
    let types = &handler.arguments;
    let (output, returned) = (span_of_output(handler), returned(handler, runtime));
    let value = Ident::new("__palisade_value", Span::call_site());
    let at_output = runtime.at(output);
    let respond = quote_spanned! {output=>
        #at_output::rules::respond::<#returned, _>(#value)
    };
    let at_name = runtime.at(name);
    let run = quote_spanned! {name=>
        #at_name::rules::holds_only_send_values(#hidden {}.unguarded(#(#names),*)).await
    };
    let bound = quote_spanned! {name=>
        __PalisadeArguments: #at_name::rules::ExtractedArguments<__S, __M>
    };
    let header = quote_spanned! {name=>
        impl<__S, __M> #at_name::rules::Endpoint<#hidden, __S, __M> for #at_name::rules::Checked<true>
    };
    quote! {
        type __PalisadeArguments = #private::rules::Arguments<(#(#types,)*)>;

        #header
        where
            __S: ::core::marker::Send + ::core::marker::Sync + 'static,
            #bound,
        {
            async fn call(
                __palisade_request: &mut #private::Request,
                __palisade_state: &__S,
                __palisade_guard: &#private::PassedGuard,
            ) -> #private::Response {
                let __palisade_arguments =
                    <__PalisadeArguments as #private::rules::ExtractedArguments<__S, __M>>::extract(
                        __palisade_request,
                        __palisade_state,
                        __palisade_guard,
                    );
                // a handler in an arm would store the result, and the response in it, as long as it runs
                let #private::rules::Arguments((#(#names,)*)) = match __palisade_arguments.await {
                    ::core::result::Result::Ok(__palisade_extracted) => __palisade_extracted,
                    ::core::result::Result::Err(__palisade_rejection) => return __palisade_rejection,
                };
                let #value = #run;
                #respond
            }
        }
    }
}
