//! The scopes that a client requests: those that the work needs ([RFC 9700 §2.3]), and no others.
//!
//! [RFC 9700 §2.3]: https://www.rfc-editor.org/rfc/rfc9700#section-2.3

use std::fmt;

use crate::claims::{Scope, ScopeSet};
use crate::policy::Declaration;
use crate::routing::__private::Declares;
use crate::routing::rules::DeclaresAccess;

/// The scopes that a client requests.
///
/// [`scopes_for!`](crate::scopes_for) computes them from the declarations of the handlers that the client calls;
/// [`of`](Self::of) names them, for an API whose handlers are not in this build. A client that is built with them
/// requests no others: [`dangerous_more_scopes`](crate::danger::dangerous_more_scopes) adds scopes for a reason.
#[derive(Clone)]
pub struct RequestedScopes {
    declarations: &'static [&'static Declaration],
    named: &'static [Scope],
    more: Vec<(Scope, String)>,
}

impl RequestedScopes {
    /// Requests no scope: for an API whose handlers only require a token, or roles.
    pub const NONE: Self = Self::of(&[]);

    /// Requests these scopes.
    pub const fn of(scopes: &'static [Scope]) -> Self {
        Self {
            declarations: &[],
            named: scopes,
            more: Vec::new(),
        }
    }

    /// Requests the scopes that these handlers declare; [`scopes_for!`](crate::scopes_for) calls it.
    #[doc(hidden)]
    pub const fn of_declarations(declarations: &'static [&'static Declaration]) -> Self {
        Self {
            declarations,
            named: &[],
            more: Vec::new(),
        }
    }

    pub(crate) fn dangerous_more(mut self, scopes: &[Scope], reason: &str) -> Self {
        let more = scopes.iter().map(|scope| (*scope, reason.to_owned()));
        self.more.extend(more);
        self
    }

    /// Returns the scopes, without those that another one implies.
    pub fn scopes(&self) -> Vec<Scope> {
        let declared = self.declarations.iter().flat_map(|declaration| {
            // as a challenge names them
            let requirement = declaration.access.scopes();
            let first =
                requirement.and_then(|scopes| scopes.narrowest_alternatives().into_iter().next());
            first.unwrap_or_default()
        });
        let more = self.more.iter().map(|(scope, _)| *scope);
        let mut kept: Vec<Scope> = Vec::new();
        for scope in declared.chain(self.named.iter().copied()).chain(more) {
            if !kept.iter().any(|other| other.covers(scope)) {
                kept.retain(|other| !scope.covers(*other));
                kept.push(scope);
            }
        }
        kept
    }

    /// Returns the scopes as the parameter `scope` has them.
    pub(crate) fn to_set(&self) -> ScopeSet {
        let scopes = self.scopes();
        let tokens: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        // each is a scope, so the list is one
        ScopeSet::parse(&tokens.join(" ")).unwrap_or_default()
    }

    /// Returns the scopes beyond those of the work, with their reasons.
    pub fn relaxations(&self) -> impl Iterator<Item = (Scope, &str)> {
        self.more.iter().map(|(scope, reason)| (*scope, &**reason))
    }
}

impl fmt::Debug for RequestedScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestedScopes")
            .field(&self.to_set().as_str())
            .finish()
    }
}

/// Returns the declaration of a handler; [`scopes_for!`](crate::scopes_for) calls it.
#[doc(hidden)]
pub const fn declaration_of<M, H: DeclaresAccess<M>>(_: &H) -> &'static Declaration {
    <H::Handler as Declares>::DECLARATION
}

/// Returns the [`RequestedScopes`](crate::relying_party::RequestedScopes) for a client that calls these handlers:
/// exactly the scopes that they declare.
///
/// - `scopes = any(A, B)` requests the first alternative that is not broader than another, as a challenge does.
/// - Roles are no scopes: a provider assigns them to people and clients, and no client requests them.
/// - `authenticated` and `#[public]` request nothing.
/// - A scope that another one of the list [implies](crate::Scope::implied_by) is left out.
///
/// A function without `#[secured]` or `#[public]` does not compile.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::RequestedScopes;
/// use palisade::scopes_for;
///
/// scopes! {
///     /// Read orders.
///     pub ORDERS_READ = "orders:read";
///     /// Create and change orders.
///     pub ORDERS_WRITE = "orders:write";
/// }
///
/// #[secured(scopes = ORDERS_READ)]
/// async fn list_orders() {}
///
/// #[secured(scopes = ORDERS_WRITE)]
/// async fn create_order() {}
///
/// const SCOPES: RequestedScopes = scopes_for![create_order, list_orders];
/// assert_eq!(SCOPES.scopes(), [ORDERS_WRITE, ORDERS_READ]);
/// ```
///
/// ```compile_fail,E0277
/// use palisade::scopes_for;
///
/// async fn list_orders() {}
///
/// let scopes = scopes_for![list_orders];
/// ```
#[macro_export]
macro_rules! scopes_for {
    ($($handler:expr),+ $(,)?) => {
        $crate::relying_party::RequestedScopes::of_declarations(
            const { &[$($crate::relying_party::declaration_of(&$handler)),+] },
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    const READ: Scope = Scope::new("read").with_broader(&[Scope::new("write")]);
    const WRITE: Scope = Scope::new("write");
    const AUDIT: Scope = Scope::new("audit");
    const CLERK: Role = Role::new("clerk");

    #[secured(scopes = READ)]
    async fn reads() {}
    #[secured(scopes = all(WRITE, AUDIT))]
    async fn writes() {}
    #[secured(scopes = any(WRITE, READ))]
    async fn reads_or_writes() {}
    #[secured(scopes = any("x", "y"), roles = CLERK)]
    async fn one_of_two() {}
    #[secured(roles = CLERK)]
    async fn has_role() {}
    #[secured(authenticated)]
    async fn has_token() {}
    #[public(reason = "a test")]
    async fn open() {}

    fn text(scopes: &RequestedScopes) -> String {
        scopes.to_set().as_str().to_owned()
    }

    /// The standard's R8.
    #[test]
    fn r8_requested_scopes_are_exactly_those_of_the_handlers() {
        for (scopes, expected) in [
            (scopes_for![reads], "read"),
            (scopes_for![writes], "write audit"),
            (scopes_for![reads, writes], "write audit"),
            (scopes_for![writes, reads], "write audit"),
            (scopes_for![reads_or_writes], "read"),
            (scopes_for![one_of_two], "x"),
            (scopes_for![has_role, has_token, open], ""),
            (scopes_for![open, reads, reads,], "read"),
            (RequestedScopes::of(&[AUDIT, READ]), "audit read"),
            (RequestedScopes::NONE, ""),
        ] {
            assert_eq!(text(&scopes), expected);
            assert_eq!(scopes.relaxations().count(), 0);
        }
    }

    #[test]
    fn further_scope_has_a_reason() {
        const SCOPES: RequestedScopes = scopes_for![reads];
        let scopes = crate::danger::dangerous_more_scopes(SCOPES, &[AUDIT], "the monthly report");
        assert_eq!(text(&scopes), "read audit");
        let relaxations: Vec<_> = scopes.relaxations().collect();
        assert_eq!(relaxations, [(AUDIT, "the monthly report")]);
    }
}
