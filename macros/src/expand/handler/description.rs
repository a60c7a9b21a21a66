//! The description of a handler, for documentation.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::Runtime;
use crate::expand::handler::returned::nameable_output;
use crate::model::Handler;

// Input:  /// Shows an order.
//         async fn show_order() -> Result<Json<Order>, Problem> { … }
// Output: const DOCS: &'static [&'static str] = &[" Shows an order."];
//         const RETURNED: fn() -> ReturnFacts = || {
//             (&&Returned::<Result<Json<Order>, Problem>>::TYPE).__palisade_facts()
//         };
//
// Method resolution finds the most that is known about the type. `impl IntoResponse` states nothing.
pub(super) fn description(handler: &Handler, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.path();
    let docs = &handler.attributes.docs;
    let docs = (!docs.is_empty()).then(|| {
        quote! {
            const DOCS: &'static [&'static str] = &[#(#docs),*];
        }
    });
    let returned = nameable_output(handler).map(|output| {
        quote! {
            const RETURNED: fn() -> #private::ReturnFacts = || {
                (&&#private::Returned::<#output>::TYPE).__palisade_facts()
            };
        }
    });
    quote!(#docs #returned)
}
