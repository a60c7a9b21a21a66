//! The schema of the typed claims that an argument decodes, for documents.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::expand::Runtime;
use crate::expand::handler::returned::is_nameable_argument;

// Input:  caller: Caller<Staff>
// Output: .with_claims_schema(ClaimsOf::<Caller<Staff>>::__PALISADE_CLAIMS)
//
// The compiler finds the schema if the type is a `Caller` whose claims have one. An alias of that type can have any name, and a macro
// can expand to it, so that every argument is asked.
pub(super) fn claims(ty: &Type, runtime: Runtime<'_>) -> Option<TokenStream> {
    if !is_nameable_argument(ty) {
        return None;
    }
    let private = runtime.path();
    Some(quote! {
        .with_claims_schema(#private::ClaimsOf::<#ty>::__PALISADE_CLAIMS)
    })
}
