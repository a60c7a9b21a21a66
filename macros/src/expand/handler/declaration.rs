//! A declaration as the constant that the guard reads.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

use crate::expand::handler::names::first_span;
use crate::expand::{Private, Runtime};
use crate::model::{Access, Declaration, Limits, Requirement};

/// The names of a kind of grant in the runtime.
#[derive(Clone, Copy)]
struct Grant {
    type_name: &'static str,
    /// The method of `Constant` that returns it.
    method: &'static str,
}

const SCOPE: Grant = Grant {
    type_name: "Scope",
    method: "scope",
};

const ROLE: Grant = Grant {
    type_name: "Role",
    method: "role",
};

// Input:  #[secured(scopes = any("admin", WRITE), body_limit = "1 KiB")] async fn create_order …
// Output: Declaration::scopes("create_order", module_path!(), Requirement::Any(&[…])).body_limit(1024)
pub(super) fn declaration(
    name: &Ident,
    declaration: &Declaration,
    runtime: Runtime<'_>,
) -> TokenStream {
    let private = runtime.path();
    let access = constructor(name, &declaration.access, runtime);
    let limits = limits(&declaration.limits);
    let unvalidated = declaration
        .unvalidated
        .as_ref()
        .map(|reason| quote!(.unvalidated(#reason)));
    let ticket = declaration.ticket.then(|| quote!(.ticket()));
    let next = declaration.next.as_ref().map(|next| {
        let access = constructor(name, &next.access, runtime);
        quote!(.next(#private::Declaration::#access))
    });
    quote!(#private::Declaration::#access #next #limits #unvalidated #ticket)
}

// Input:  any(login, scopes = "orders:read")
// Output: login_or(&Declaration::scopes("list_orders", module_path!(), Requirement::One(Scope::new("orders:read"))))
fn constructor(name: &Ident, access: &Access, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.path();
    let handler = name.unraw().to_string();
    let module = quote!(::core::module_path!());
    match access {
        Access::Public { reason } => quote!(public(#handler, #module, #reason)),
        Access::Authenticated => quote!(authenticated(#handler, #module)),
        Access::Scopes(scopes) => {
            let scopes = requirement(SCOPE, scopes, runtime);
            quote!(scopes(#handler, #module, #scopes))
        }
        Access::Roles(roles) => {
            let roles = requirement(ROLE, roles, runtime);
            quote!(roles(#handler, #module, #roles))
        }
        Access::ScopesAndRoles { scopes, roles } => {
            let scopes = requirement(SCOPE, scopes, runtime);
            let roles = requirement(ROLE, roles, runtime);
            quote!(scopes_and_roles(#handler, #module, #scopes, #roles))
        }
        Access::Login => quote!(login(#handler, #module)),
        Access::LoginOr(token) => {
            let token = constructor(name, token, runtime);
            quote!(login_or(&#private::Declaration::#token))
        }
    }
}

// Input:  body_limit = "1 KiB", timeout = "10 s", header_limit = 50
// Output: .body_limit(1024).timeout(Duration::from_millis(10000)).header_limit(50)
fn limits(limits: &Limits) -> TokenStream {
    let body_limit = limits.body_limit.map(|bytes| quote!(.body_limit(#bytes)));
    let duration = |millis: u64| quote!(::core::time::Duration::from_millis(#millis));
    let body_timeout = limits.body_timeout.map(|millis| {
        let timeout = duration(millis);
        quote!(.body_timeout(#timeout))
    });
    let body_idle_timeout = limits.body_idle_timeout.map(|millis| {
        let timeout = duration(millis);
        quote!(.body_idle_timeout(#timeout))
    });
    let timeout = limits.timeout.map(|millis| {
        let timeout = duration(millis);
        quote!(.timeout(#timeout))
    });
    let header_limit = limits
        .header_limit
        .map(|fields| quote!(.header_limit(#fields)));
    let parameter_limit = limits
        .parameter_limit
        .map(|pairs| quote!(.parameter_limit(#pairs)));
    let part_limit = limits.part_limit.map(|parts| quote!(.part_limit(#parts)));
    quote! {
        #body_limit #body_timeout #body_idle_timeout #timeout #header_limit #parameter_limit #part_limit
    }
}

/// A declaration that no caller satisfies.
pub(super) fn unsatisfiable(name: &Ident, private: Private<'_>) -> TokenStream {
    let handler = name.unraw().to_string();
    quote! {
        #private::Declaration::scopes(#handler, ::core::module_path!(), #private::Requirement::Any(&[]))
    }
}

// Input:  any("admin", path::TO_CONST)
// Output: Requirement::Any(&[Requirement::One(Role::new("admin")), Requirement::One(Constant::new(path::TO_CONST).role())])
fn requirement(grant: Grant, needed: &Requirement, runtime: Runtime<'_>) -> TokenStream {
    let private = runtime.path();
    let list = |parts: &[Requirement]| {
        let parts = parts.iter().map(|part| requirement(grant, part, runtime));
        quote!(&[#(#parts),*])
    };
    match needed {
        Requirement::Named { name, span } => {
            let grant = Ident::new(grant.type_name, *span);
            quote_spanned!(*span=> #private::Requirement::One(#private::#grant::new(#name)))
        }
        Requirement::Constant(path) => {
            let span = first_span(path);
            let method = Ident::new(grant.method, span);
            let private = runtime.at(span);
            quote_spanned!(span=> #private::Requirement::One(#private::Constant::new(#path).#method()))
        }
        Requirement::All(parts) => {
            let parts = list(parts);
            quote!(#private::Requirement::All(#parts))
        }
        Requirement::Any(parts) => {
            let parts = list(parts);
            quote!(#private::Requirement::Any(#parts))
        }
    }
}
