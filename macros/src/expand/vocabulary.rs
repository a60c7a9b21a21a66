//! A vocabulary as constants.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::expand::Runtime;
use crate::model::{ScopeConstant, Vocabulary};

// Input:  /// Read orders.
//         pub ORDERS_READ = "orders:read";
//         /// Change orders.
//         pub ORDERS_WRITE = "orders:write" implies ORDERS_READ;
// Output: /// Read orders.
//         pub const ORDERS_READ: Scope = Scope::described("orders:read", "Read orders.").with_broader(&[ORDERS_WRITE]);
//         …
pub(crate) fn vocabulary(vocabulary: &Vocabulary) -> TokenStream {
    let runtime = Runtime::Crate(vocabulary.krate.as_ref());
    let constants = vocabulary.scopes.iter().map(|scope| {
        let ScopeConstant {
            attributes,
            vis,
            name,
            token,
            description,
            implied_by,
        } = scope;
        let private = runtime.at(name.span());
        let broader = (!implied_by.is_empty())
            .then(|| quote_spanned!(name.span()=> .with_broader(&[#(#implied_by),*])));
        quote_spanned! {name.span()=>
            #(#attributes)*
            #vis const #name: #private::Scope = #private::Scope::described(#token, #description) #broader;
        }
    });
    quote!(#(#constants)*)
}
