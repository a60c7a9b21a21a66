//! Checked declarations to tokens; reads no attributes and cannot fail.

mod declaration;
mod endpoint;
mod fallback;
mod handler;
mod input;
mod vocabulary;

pub(crate) use self::fallback::{denying, unread};
pub(crate) use self::handler::handler;
pub(crate) use self::input::{fallback, input};
pub(crate) use self::vocabulary::vocabulary;

/// Where generated code finds the runtime crate, unless `crate = …` says otherwise.
fn private(krate: Option<&syn::Path>) -> proc_macro2::TokenStream {
    krate.map_or_else(
        || quote::quote!(::palisade::__private),
        |path| quote::quote!(#path::__private),
    )
}
