//! The schema of the typed claims that an argument decodes, for documents.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, PathArguments, Type};

use crate::expand::Runtime;
use crate::expand::handler::returned::is_nameable;

/// Extractors without claims, which most handlers have.
const WITHOUT_CLAIMS: &[&str] = &["Extension", "Path", "State", "Unvalidated", "Valid"];

// Input:  caller: Caller<Staff>
// Output: .with_claims_schema(|| (&&ClaimsOf::<Caller<Staff>>::TYPE).describe())
//
// Method resolution finds the schema if the type of the claims has one.
pub(super) fn claims(ty: &Type, runtime: Runtime<'_>) -> Option<TokenStream> {
    if !may_have_claims(ty) || !is_nameable(ty) {
        return None;
    }
    let private = runtime.path();
    Some(quote! {
        .with_claims_schema(|| {
            (&&#private::ClaimsOf::<#ty>::TYPE).describe()
        })
    })
}

/// Whether a type can be a `Caller` with claims, whose alias can have any name.
fn may_have_claims(ty: &Type) -> bool {
    let path = match ty {
        Type::Paren(inner) => return may_have_claims(&inner.elem),
        Type::Group(inner) => return may_have_claims(&inner.elem),
        Type::Path(path) => path,
        _ => return false,
    };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
            arguments.args.iter().any(|argument| match argument {
                GenericArgument::Type(inner) => may_have_claims(inner),
                _ => false,
            })
        }
        PathArguments::None if last.ident == "Caller" => false,
        _ => !WITHOUT_CLAIMS.iter().any(|name| last.ident == name),
    }
}
