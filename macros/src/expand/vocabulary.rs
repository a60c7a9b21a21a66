//! A vocabulary as constants.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::expand::Runtime;
use crate::model::{ScopeConstant, Vocabulary};

// Input:  /// Read orders.
//         pub ORDERS_READ = "orders:read";
// Output: /// Read orders.
//         pub const ORDERS_READ: Scope = Scope::described("orders:read", "Read orders.");
pub(crate) fn vocabulary(vocabulary: &Vocabulary) -> TokenStream {
    let runtime = Runtime {
        krate: vocabulary.krate.as_ref(),
    };
    let constants = vocabulary.scopes.iter().map(|scope| {
        let ScopeConstant {
            attributes,
            vis,
            name,
            token,
            description,
        } = scope;
        let private = runtime.at(name.span());
        quote_spanned! {name.span()=>
            #(#attributes)*
            #vis const #name: #private::Scope = #private::Scope::described(#token, #description);
        }
    });
    quote!(#(#constants)*)
}
