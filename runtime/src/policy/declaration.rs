//! A handler's declaration, as its attribute wrote it.

use std::time::Duration;

use crate::claims::Role;
use crate::policy::{Access, Limits, Requirement};

/// What `#[secured]` or `#[public]` says of one handler.
///
/// Built by the macros as a constant, read by the guard at each request and by
/// the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declaration {
    /// The handler's name.
    pub handler: &'static str,
    /// The module that the handler stands in.
    pub module: &'static str,
    /// Who may call it.
    pub access: Access,
    /// How much of a request it takes.
    pub limits: Limits,
    /// Why it takes input that nobody checks, where it does.
    pub unvalidated: Option<&'static str>,
}

impl Declaration {
    /// A handler that anybody may call.
    pub const fn public(handler: &'static str, module: &'static str, reason: &'static str) -> Self {
        Self::new(handler, module, Access::Public { reason })
    }

    /// A handler that everybody with a valid token may call.
    pub const fn authenticated(handler: &'static str, module: &'static str) -> Self {
        Self::new(handler, module, Access::Authenticated)
    }

    /// A handler whose callers need scopes.
    pub const fn scopes(
        handler: &'static str,
        module: &'static str,
        requirement: Requirement,
    ) -> Self {
        Self::new(handler, module, Access::Scopes(requirement))
    }

    /// A handler whose callers need roles.
    pub const fn roles(
        handler: &'static str,
        module: &'static str,
        requirement: Requirement<Role>,
    ) -> Self {
        Self::new(handler, module, Access::Roles(requirement))
    }

    /// A handler whose callers need scopes, and roles as well.
    pub const fn scopes_and_roles(
        handler: &'static str,
        module: &'static str,
        scopes: Requirement,
        roles: Requirement<Role>,
    ) -> Self {
        Self::new(handler, module, Access::ScopesAndRoles(scopes, roles))
    }

    /// Sets the largest body, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_limit = bytes;
        self
    }

    /// Sets how long the whole body may take.
    #[must_use]
    pub const fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// Sets the most header fields.
    #[must_use]
    pub const fn header_limit(mut self, fields: usize) -> Self {
        self.limits.header_limit = fields;
        self
    }

    /// Sets the most pairs of a query or form.
    #[must_use]
    pub const fn parameter_limit(mut self, pairs: usize) -> Self {
        self.limits.parameter_limit = pairs;
        self
    }

    /// Sets the most parts of a multipart form.
    #[must_use]
    pub const fn part_limit(mut self, parts: usize) -> Self {
        self.limits.part_limit = parts;
        self
    }

    /// Says why the handler takes input that nobody checks.
    #[must_use]
    pub const fn unvalidated(mut self, reason: &'static str) -> Self {
        self.unvalidated = Some(reason);
        self
    }

    /// Whether no token is asked for.
    pub const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public { .. })
    }

    const fn new(handler: &'static str, module: &'static str, access: Access) -> Self {
        Self {
            handler,
            module,
            access,
            limits: Limits::DEFAULT,
            unvalidated: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Scope;

    const READ: Requirement = Requirement::One(Scope::new("read"));
    const CLERK: Requirement<Role> = Requirement::One(Role::new("clerk"));

    #[test]
    fn only_what_is_declared_public_is_public() {
        assert!(Declaration::public("show", "orders", "because").is_public());
        for declaration in [
            Declaration::authenticated("show", "orders"),
            Declaration::scopes("show", "orders", READ),
            Declaration::roles("show", "orders", CLERK),
            Declaration::scopes_and_roles("show", "orders", READ, CLERK),
        ] {
            assert!(!declaration.is_public(), "{}", declaration.access);
        }
    }
}
