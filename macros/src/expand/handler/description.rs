//! The description of a handler, for documentation.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::Runtime;
use crate::expand::handler::returned::is_nameable;
use crate::model::Handler;

// Input:  /// Shows an order.
//         async fn show_order() -> Result<Json<Order>, Problem> { … }
// Output: const DOCS: &'static [&'static str] = &[" Shows an order."];
//         const RETURNED: fn() -> ReturnFacts = || {
//             (&&Returned::<Result<Json<Order>, Problem>>::TYPE).facts()
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
    let output = match handler.output() {
        None => Some(quote!(())),
        Some(ty) => is_nameable(ty).then(|| quote!(#ty)),
    };
    let returned = output.map(|output| {
        quote! {
            const RETURNED: fn() -> #private::ReturnFacts = || {
                #[allow(unused_imports)]
                use #private::{ReturnWithSchemas as _, ReturnWithoutSchemas as _, UnknownReturn as _};
                (&&#private::Returned::<#output>::TYPE).facts()
            };
        }
    });
    quote!(#docs #returned)
}
