//! The access that a handler requires, and the part of it that a token does not satisfy.

use std::fmt;

use crate::claims::{self, Grants, Role, RoleSet, Scope, ScopeSet};
use crate::policy::Requirement;

/// The access that a handler requires.
///
/// Logs and inventories use its `Display` form: `public`, `authenticated`, `orders:read or admin`,
/// `(read or write) and role clerk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// No token is required.
    Public {
        /// Why public access is safe.
        reason: &'static str,
    },
    /// A valid token is required; its scopes and roles do not matter.
    Authenticated,
    /// A valid token with these scopes is required.
    Scopes(Requirement),
    /// A valid token with these roles is required.
    Roles(Requirement<Role>),
    /// A valid token with these scopes and these roles is required.
    ScopesAndRoles(Requirement, Requirement<Role>),
    /// The session of a login is required; no token is accepted.
    Login,
    /// The session of a login is required, or a valid token with this access.
    LoginOr(&'static Access),
}

/// The part of a declaration that a valid token does not satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnmetRequirement {
    Scopes(Requirement),
    Roles(Requirement<Role>),
    ScopesAndRoles(Requirement, Requirement<Role>),
}

/// The part of a declaration that a token can satisfy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenAccess {
    Authenticated,
    Scopes(Requirement),
    Roles(Requirement<Role>),
    ScopesAndRoles(Requirement, Requirement<Role>),
}

impl Access {
    /// Returns what a token must satisfy, or `None` if no token replaces the session of a login.
    pub(crate) fn for_token(&self) -> Option<TokenAccess> {
        match *self {
            Self::Public { .. } | Self::Authenticated => Some(TokenAccess::Authenticated),
            Self::Login => None,
            Self::LoginOr(token) => token.for_token(),
            Self::Scopes(scopes) => Some(TokenAccess::Scopes(scopes)),
            Self::Roles(roles) => Some(TokenAccess::Roles(roles)),
            Self::ScopesAndRoles(scopes, roles) => Some(TokenAccess::ScopesAndRoles(scopes, roles)),
        }
    }
}

impl TokenAccess {
    /// Checks the scopes and roles of a valid token.
    ///
    /// # Errors
    ///
    /// Returns the requirements that they do not satisfy.
    pub(crate) fn permits(
        self,
        scopes: &ScopeSet,
        roles: &RoleSet,
    ) -> Result<(), UnmetRequirement> {
        match self {
            Self::Authenticated => Ok(()),
            Self::Scopes(needed) if needed.is_satisfied_by(scopes) => Ok(()),
            Self::Scopes(needed) => Err(UnmetRequirement::Scopes(needed)),
            Self::Roles(needed) if needed.is_satisfied_by(roles) => Ok(()),
            Self::Roles(needed) => Err(UnmetRequirement::Roles(needed)),
            Self::ScopesAndRoles(needed, needed_roles) => {
                let scopes_held = needed.is_satisfied_by(scopes);
                let roles_held = needed_roles.is_satisfied_by(roles);
                match (scopes_held, roles_held) {
                    (true, true) => Ok(()),
                    (false, true) => Err(UnmetRequirement::Scopes(needed)),
                    (true, false) => Err(UnmetRequirement::Roles(needed_roles)),
                    (false, false) => Err(UnmetRequirement::ScopesAndRoles(needed, needed_roles)),
                }
            }
        }
    }
}

impl Access {
    /// Returns whether the session of a login is accepted.
    pub fn admits_login(&self) -> bool {
        matches!(self, Self::Login | Self::LoginOr(_))
    }

    /// Returns the scopes that a token must have, if the access requires any.
    pub(crate) const fn scopes(&self) -> Option<&Requirement> {
        match self {
            Self::Scopes(scopes) | Self::ScopesAndRoles(scopes, _) => Some(scopes),
            Self::LoginOr(token) => token.scopes(),
            Self::Public { .. } | Self::Authenticated | Self::Roles(_) | Self::Login => None,
        }
    }

    /// Returns the roles that a token must have, if the access requires any.
    pub(crate) const fn roles(&self) -> Option<&Requirement<Role>> {
        match self {
            Self::Roles(roles) | Self::ScopesAndRoles(_, roles) => Some(roles),
            Self::LoginOr(token) => token.roles(),
            Self::Public { .. } | Self::Authenticated | Self::Scopes(_) | Self::Login => None,
        }
    }

    /// Returns whether a token with everything in `grants` satisfies the declaration.
    pub(crate) fn is_grantable(&self, grants: &Grants) -> bool {
        let scope = |scope: Scope| {
            let mut broader = scope.implied_by().iter();
            grants.includes_scope(scope.as_str())
                || broader.any(|scope| grants.includes_scope(scope.as_str()))
        };
        let role = |role: Role| grants.includes_role(role.as_str());
        match self {
            Self::Public { .. } | Self::Authenticated | Self::Login | Self::LoginOr(_) => true,
            Self::Scopes(scopes) => scopes.is_satisfied(&scope),
            Self::Roles(roles) => roles.is_satisfied(&role),
            Self::ScopesAndRoles(scopes, roles) => {
                scopes.is_satisfied(&scope) && roles.is_satisfied(&role)
            }
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public { .. } => f.write_str("public"),
            Self::Authenticated => f.write_str("authenticated"),
            Self::Login => f.write_str("login"),
            Self::LoginOr(token) => write!(f, "login or ({token})"),
            Self::Scopes(scopes) => write_requirement(f, scopes, write_scope, false),
            Self::Roles(roles) => write_requirement(f, roles, write_role, false),
            Self::ScopesAndRoles(scopes, roles) => {
                write_requirement(f, scopes, write_scope, true)?;
                f.write_str(" and ")?;
                write_requirement(f, roles, write_role, true)
            }
        }
    }
}

fn write_scope(f: &mut fmt::Formatter<'_>, scope: Scope) -> fmt::Result {
    f.write_str(scope.as_str())
}

fn write_role(f: &mut fmt::Formatter<'_>, role: Role) -> fmt::Result {
    claims::role::write_role(f, role.as_str())
}

fn write_requirement<T: Copy>(
    f: &mut fmt::Formatter<'_>,
    requirement: &Requirement<T>,
    write_one: fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
    nested: bool,
) -> fmt::Result {
    let (parts, word) = match requirement {
        Requirement::One(one) => return write_one(f, *one),
        Requirement::All(parts) => (parts, " and "),
        Requirement::Any(parts) => (parts, " or "),
    };
    if nested {
        f.write_str("(")?;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write_requirement(f, part, write_one, true)?;
    }
    if nested { f.write_str(")") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Requirement = Requirement::One(Scope::new("read"));
    const WRITE: Requirement = Requirement::One(Scope::new("write"));
    const CLERK: Requirement<Role> = Requirement::One(Role::new("clerk"));
    const AUDITOR: Requirement<Role> = Requirement::One(Role::new("Senior Auditor"));
    const EITHER: Requirement<Role> = Requirement::Any(&[CLERK, AUDITOR]);

    fn permits(access: Access, scopes: &str, roles: &[&str]) -> Result<(), UnmetRequirement> {
        let scopes = ScopeSet::parse(scopes).unwrap();
        let access = access.for_token().unwrap();
        access.permits(&scopes, &roles.iter().copied().collect())
    }

    #[test]
    fn access_is_displayed_as_declared() {
        const ADMIN: Requirement = Requirement::One(Scope::new("admin"));
        const TREE: Requirement = Requirement::Any(&[ADMIN, Requirement::All(&[READ, WRITE])]);
        let public = Access::Public { reason: "because" };
        for (access, text) in [
            (public, "public"),
            (Access::Authenticated, "authenticated"),
            (Access::Scopes(TREE), "admin or (read and write)"),
            (Access::Login, "login"),
            (
                Access::LoginOr(&Access::Authenticated),
                "login or (authenticated)",
            ),
            (
                Access::LoginOr(&Access::Scopes(TREE)),
                "login or (admin or (read and write))",
            ),
            (Access::Roles(CLERK), "role clerk"),
            (
                Access::Roles(EITHER),
                "role clerk or role \"Senior Auditor\"",
            ),
            (Access::ScopesAndRoles(WRITE, CLERK), "write and role clerk"),
            (
                Access::ScopesAndRoles(TREE, EITHER),
                "(admin or (read and write)) and (role clerk or role \"Senior Auditor\")",
            ),
        ] {
            assert_eq!(access.to_string(), text);
        }
    }

    #[test]
    fn role_name_that_looks_like_syntax_is_displayed_in_quotes() {
        for name in ["a or role b", "a\nGET", "a)", "\u{202e}a", "\""] {
            let text = Access::Roles(Requirement::One(Role::new(name))).to_string();
            assert_eq!(text, format!("role {name:?}"));
        }
        let plain = Requirement::One(Role::new("https://a.example/Übersicht_1"));
        assert_eq!(
            Access::Roles(plain).to_string(),
            "role https://a.example/Übersicht_1"
        );
    }

    #[test]
    fn token_without_scopes_and_roles_satisfies_only_authenticated() {
        assert_eq!(permits(Access::Authenticated, "", &[]), Ok(()));
        for access in [
            Access::Scopes(READ),
            Access::Roles(CLERK),
            Access::ScopesAndRoles(READ, CLERK),
            Access::Scopes(Requirement::Any(&[])),
            Access::Roles(Requirement::All(&[])),
            Access::ScopesAndRoles(READ, Requirement::Any(&[])),
            Access::ScopesAndRoles(Requirement::All(&[]), CLERK),
        ] {
            assert!(permits(access, "", &[]).is_err(), "{access}");
        }
    }

    #[test]
    fn empty_list_beside_a_satisfied_requirement_denies() {
        let roles = Requirement::Any(&[]);
        let access = Access::ScopesAndRoles(READ, roles);
        assert_eq!(
            permits(access, "read", &["clerk"]),
            Err(UnmetRequirement::Roles(roles))
        );
    }

    #[test]
    fn scopes_and_roles_are_both_required_and_reported_separately() {
        let access = Access::ScopesAndRoles(READ, CLERK);
        for (scopes, roles, expected) in [
            ("read", &["clerk"][..], Ok(())),
            ("write", &["clerk"], Err(UnmetRequirement::Scopes(READ))),
            ("read", &["boss"], Err(UnmetRequirement::Roles(CLERK))),
            (
                "clerk",
                &["read"],
                Err(UnmetRequirement::ScopesAndRoles(READ, CLERK)),
            ),
        ] {
            assert_eq!(
                permits(access, scopes, roles),
                expected,
                "{scopes} {roles:?}"
            );
        }
    }

    #[test]
    fn token_never_satisfies_login_alone() {
        assert!(Access::Login.for_token().is_none());
        assert!(Access::LoginOr(&Access::Login).for_token().is_none());
    }

    #[test]
    fn token_satisfies_the_alternative_to_a_login() {
        const READ_OR_LOGIN: Access = Access::LoginOr(&Access::Scopes(READ));
        assert_eq!(permits(READ_OR_LOGIN, "read", &[]), Ok(()));
        assert_eq!(
            permits(READ_OR_LOGIN, "write", &[]),
            Err(UnmetRequirement::Scopes(READ))
        );
    }

    #[test]
    fn scope_never_satisfies_a_role_of_the_same_name() {
        const SCOPE: Requirement = Requirement::One(Scope::new("admin"));
        const ROLE: Requirement<Role> = Requirement::One(Role::new("admin"));
        let (scopes, roles) = (Access::Scopes(SCOPE), Access::Roles(ROLE));
        assert_eq!(permits(scopes, "admin", &[]), Ok(()));
        assert_eq!(
            permits(scopes, "", &["admin"]),
            Err(UnmetRequirement::Scopes(SCOPE))
        );
        assert_eq!(permits(roles, "", &["admin"]), Ok(()));
        assert_eq!(
            permits(roles, "admin", &[]),
            Err(UnmetRequirement::Roles(ROLE))
        );
    }
}
