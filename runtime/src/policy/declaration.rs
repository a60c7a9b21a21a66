//! The declaration of a handler.

use std::panic::Location;
use std::time::Duration;

use crate::claims::Role;
use crate::policy::{Access, Limits, Requirement};

/// The declaration that `#[secured]` or `#[public]` makes for one handler.
///
/// The macros emit it as a constant. The guard reads it for each request, and the inventory lists
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declaration {
    /// The name of the handler.
    pub handler: &'static str,
    /// The path of the module that defines the handler.
    pub module: &'static str,
    /// The file and the line of the attribute.
    pub location: &'static Location<'static>,
    /// The access that the handler requires.
    pub access: Access,
    /// The stricter access that will replace it, evaluated without effect: `next(…)` of the attribute.
    pub next: Option<Access>,
    /// The limits on a request to the handler.
    pub limits: Limits,
    /// The reason why the handler accepts unvalidated input, if it does.
    pub unvalidated: Option<&'static str>,
    /// Whether the handler accepts a ticket in the query instead of a token.
    pub accepts_tickets: bool,
}

impl Declaration {
    /// Declares a handler that requires no token.
    #[track_caller]
    pub const fn public(handler: &'static str, module: &'static str, reason: &'static str) -> Self {
        Self::new(handler, module, Access::Public { reason })
    }

    /// Declares a handler that requires a valid token.
    #[track_caller]
    pub const fn authenticated(handler: &'static str, module: &'static str) -> Self {
        Self::new(handler, module, Access::Authenticated)
    }

    /// Declares a handler that requires scopes.
    #[track_caller]
    pub const fn scopes(
        handler: &'static str,
        module: &'static str,
        requirement: Requirement,
    ) -> Self {
        Self::new(handler, module, Access::Scopes(requirement))
    }

    /// Declares a handler that requires roles.
    #[track_caller]
    pub const fn roles(
        handler: &'static str,
        module: &'static str,
        requirement: Requirement<Role>,
    ) -> Self {
        Self::new(handler, module, Access::Roles(requirement))
    }

    /// Declares a handler that requires both scopes and roles.
    #[track_caller]
    pub const fn scopes_and_roles(
        handler: &'static str,
        module: &'static str,
        scopes: Requirement,
        roles: Requirement<Role>,
    ) -> Self {
        Self::new(handler, module, Access::ScopesAndRoles(scopes, roles))
    }

    /// Declares a handler that requires the session of a login.
    #[cfg(feature = "relying-party")]
    #[track_caller]
    pub const fn login(handler: &'static str, module: &'static str) -> Self {
        Self::new(handler, module, Access::Login)
    }

    /// Declares a handler that accepts the session of a login, or a token with the access of another
    /// declaration.
    #[cfg(feature = "relying-party")]
    #[track_caller]
    pub const fn login_or(token: &'static Self) -> Self {
        Self::new(token.handler, token.module, Access::LoginOr(&token.access))
    }

    /// Sets the stricter access that will replace the present one.
    #[must_use]
    pub const fn next(mut self, next: Self) -> Self {
        self.next = Some(next.access);
        self
    }

    /// Returns whether the next access, if there is one, is stricter than the present one.
    pub const fn is_next_stricter(&self) -> bool {
        match &self.next {
            Some(next) => next.is_stricter_than(&self.access),
            None => true,
        }
    }

    /// Sets the maximum size of the body, in bytes.
    ///
    /// # Panics
    ///
    /// Panics, when a handler is compiled, if the target cannot address so many bytes.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a const fn, which checks the cast"
    )]
    pub const fn body_limit(mut self, bytes: u64) -> Self {
        let limit = bytes as usize;
        assert!(
            limit as u64 == bytes,
            "this `body_limit` is too large for a target of 32 bits"
        );
        self.limits.body_limit = limit;
        self
    }

    /// Sets the maximum time for reading the whole body.
    #[must_use]
    pub const fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// Sets the maximum time of a wait for the next bytes of the body.
    #[must_use]
    pub const fn body_idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_idle_timeout = timeout;
        self
    }

    /// Sets the maximum time until the handler responds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the maximum number of header fields.
    #[must_use]
    pub const fn header_limit(mut self, fields: usize) -> Self {
        self.limits.header_limit = fields;
        self
    }

    /// Sets the maximum number of pairs in a query or form.
    #[must_use]
    pub const fn parameter_limit(mut self, pairs: usize) -> Self {
        self.limits.parameter_limit = pairs;
        self
    }

    /// Sets the maximum number of parts in a multipart form.
    #[must_use]
    pub const fn part_limit(mut self, parts: usize) -> Self {
        self.limits.part_limit = parts;
        self
    }

    /// Sets the reason why the handler accepts unvalidated input.
    #[must_use]
    pub const fn unvalidated(mut self, reason: &'static str) -> Self {
        self.unvalidated = Some(reason);
        self
    }

    /// Accepts a ticket in the query instead of a token.
    #[must_use]
    pub const fn ticket(mut self) -> Self {
        self.accepts_tickets = true;
        self
    }

    /// Returns whether the handler requires no token.
    pub const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public { .. })
    }

    #[track_caller]
    const fn new(handler: &'static str, module: &'static str, access: Access) -> Self {
        Self {
            handler,
            module,
            location: Location::caller(),
            access,
            next: None,
            limits: Limits::DEFAULT,
            unvalidated: None,
            accepts_tickets: false,
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
    fn only_public_declaration_is_public() {
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
