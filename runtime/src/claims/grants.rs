//! The scopes and roles that an issuer may grant.

use std::collections::BTreeSet;
use std::fmt;

use crate::claims::role::write_role;
use crate::claims::{Role, Scope};

/// The scopes and roles that are accepted in an issuer's tokens.
///
/// Every other scope or role is ignored: a token has those that it contains and that its issuer may
/// grant. A server with several issuers needs the grants of each; see
/// [`Issuer::grants`](crate::Issuer::grants).
///
/// Names are compared as a whole. No pattern, prefix or hierarchy stands for several names.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// scopes! {
///     /// Read orders.
///     pub ORDERS_READ = "orders:read";
/// }
/// const AUDITOR: Role = Role::new("auditor");
///
/// let partner = Issuer::new("https://partner.example")
///     .audience("https://orders.example")
///     .grants(Grants::none().scopes([ORDERS_READ]).roles([AUDITOR]));
/// # let _ = partner;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "grants have no effect until they are passed to `Issuer::grants(…)`"]
pub struct Grants {
    /// `None` if every scope and role is granted.
    listed: Option<Listed>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Listed {
    scopes: BTreeSet<&'static str>,
    roles: BTreeSet<&'static str>,
}

impl Grants {
    /// Creates grants without a scope or role.
    ///
    /// Tokens of an issuer without grants identify their subject, and reach handlers with
    /// `#[secured(authenticated)]` only.
    pub fn none() -> Self {
        Self {
            listed: Some(Listed::default()),
        }
    }

    pub(crate) const fn everything() -> Self {
        Self { listed: None }
    }

    /// Adds these scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        if let Some(listed) = &mut self.listed {
            listed.scopes.extend(scopes.into_iter().map(Scope::as_str));
        }
        self
    }

    /// Adds these roles.
    pub fn roles(mut self, roles: impl IntoIterator<Item = Role>) -> Self {
        if let Some(listed) = &mut self.listed {
            listed.roles.extend(roles.into_iter().map(Role::as_str));
        }
        self
    }

    /// Returns whether every scope and role is granted
    /// ([`Issuer::grants_everything`](crate::Issuer::grants_everything)).
    pub fn is_everything(&self) -> bool {
        self.listed.is_none()
    }

    /// Returns whether `scope` is granted. Scopes are case-sensitive.
    pub fn includes_scope(&self, scope: &str) -> bool {
        let listed = self.listed.as_ref();
        listed.is_none_or(|listed| listed.scopes.contains(scope))
    }

    /// Returns the listed scopes, sorted; none if everything is granted.
    #[cfg(feature = "schemas")]
    pub(crate) fn listed_scopes(&self) -> impl Iterator<Item = &'static str> {
        let listed = self.listed.iter();
        listed.flat_map(|listed| listed.scopes.iter().copied())
    }

    /// Returns the listed roles, sorted; none if everything is granted.
    #[cfg(feature = "schemas")]
    pub(crate) fn listed_roles(&self) -> impl Iterator<Item = &'static str> {
        let listed = self.listed.iter();
        listed.flat_map(|listed| listed.roles.iter().copied())
    }

    /// Returns whether `role` is granted. Names are compared code point by code point.
    pub fn includes_role(&self, role: &str) -> bool {
        let listed = self.listed.as_ref();
        listed.is_none_or(|listed| listed.roles.contains(role))
    }
}

/// Lists scopes, then roles: `orders:read, role auditor`; or `everything`, or `nothing`.
impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Listed { scopes, roles }) = &self.listed else {
            return f.write_str("everything");
        };
        if scopes.is_empty() && roles.is_empty() {
            return f.write_str("nothing");
        }
        for (at, scope) in scopes.iter().enumerate() {
            let separator = if at > 0 { ", " } else { "" };
            write!(f, "{separator}{scope}")?;
        }
        for (at, role) in roles.iter().enumerate() {
            if at > 0 || !scopes.is_empty() {
                f.write_str(", ")?;
            }
            write_role(f, role)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Scope = Scope::new("orders:read");
    const CLERK: Role = Role::new("clerk");
    const AUDITOR: Role = Role::new("Senior Auditor");

    #[test]
    fn only_listed_names_are_granted() {
        let grants = Grants::none().scopes([READ]).roles([CLERK]);
        assert!(grants.includes_scope("orders:read") && grants.includes_role("clerk"));
        for other in [
            "",
            "*",
            "orders:*",
            "orders:",
            "orders:reads",
            "Orders:read",
            "orders:read ",
            "clerk",
        ] {
            assert!(!grants.includes_scope(other), "{other:?}");
        }
        for other in ["", "*", "Clerk", "clerks", "cler", "clerk ", "orders:read"] {
            assert!(!grants.includes_role(other), "{other:?}");
        }
    }

    #[test]
    fn empty_list_grants_nothing() {
        for grants in [Grants::none(), Grants::none().scopes([]).roles([])] {
            assert!(!grants.includes_scope("") && !grants.includes_role(""));
            assert!(!grants.includes_scope("a") && !grants.includes_role("a"));
            assert!(!grants.is_everything());
        }
        assert!(
            Grants::everything().includes_scope("a") && Grants::everything().includes_role("a")
        );
        assert!(Grants::everything().scopes([READ]).is_everything());
    }

    #[test]
    fn grants_are_displayed_as_a_list() {
        for (grants, expected) in [
            (Grants::none(), "nothing"),
            (Grants::everything(), "everything"),
            (Grants::none().scopes([READ, READ]), "orders:read"),
            (Grants::none().roles([CLERK]), "role clerk"),
            (
                Grants::none()
                    .roles([CLERK, AUDITOR])
                    .scopes([READ, Scope::new("a")]),
                r#"a, orders:read, role "Senior Auditor", role clerk"#,
            ),
        ] {
            assert_eq!(grants.to_string(), expected);
        }
    }

    /// A description does not make another scope.
    #[test]
    fn description_of_a_scope_does_not_matter() {
        let described = Scope::described("orders:read", "Read orders.");
        assert_eq!(
            Grants::none().scopes([READ]),
            Grants::none().scopes([described])
        );
    }
}
