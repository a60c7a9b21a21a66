//! Roles alone and beside scopes, as text, as constants and in lists.

#![deny(warnings)]

use palisade::prelude::*;

mod staff {
    use palisade::Role;

    pub const CLERK: Role = Role::new("clerk");
    /// A role that really has a space.
    pub const DOMAIN_ADMINS: Role = Role::new("Domain Admins");
}

/// The same name as the role's constant, for a scope.
const CLERK: Scope = Scope::new("clerk");

#[secured(roles = "admin")]
async fn text() {}

#[secured(roles = staff::DOMAIN_ADMINS)]
async fn constant(caller: Caller) -> String {
    format!("{} {}", caller.has_role(staff::CLERK), caller.roles().iter().count())
}

#[secured(roles = any(staff::CLERK, all("auditor", staff::DOMAIN_ADMINS, "Prüferin")))]
async fn lists() {}

#[secured(roles = "clerk", body_limit = "1 KiB", scopes = any("clerk", CLERK))]
async fn beside_scopes() {}

#[secured(scopes = "orders:read orders:write", roles = crate::staff::CLERK, crate = ::palisade)]
async fn with_the_crate_named() {}

fn main() {
    let routes = SecureRouter::<()>::new()
        .route("/a", get(text).post(constant))
        .route("/b", get(lists).post(beside_scopes).put(with_the_crate_named));
    let access: Vec<_> = routes.inventory().iter().map(|route| route.declaration().access.to_string()).collect();
    assert_eq!(
        access,
        [
            "role admin",
            "role \"Domain Admins\"",
            "role clerk or (role auditor and role \"Domain Admins\" and role Prüferin)",
            "(clerk or clerk) and role clerk",
            "(orders:read and orders:write) and role clerk",
        ]
    );
}
