//! Who may call a handler, and what a caller lacks.

use std::fmt;

use crate::claims::{Role, RoleSet, Scope, ScopeSet};
use crate::policy::Requirement;

/// Who may call a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Anybody, for the reason given.
    Public {
        /// Why that is safe.
        reason: &'static str,
    },
    /// Everybody with a valid token.
    Authenticated,
    /// Those whose valid token holds the scopes.
    Scopes(Requirement),
    /// Those whose valid token holds the roles.
    Roles(Requirement<Role>),
    /// Those whose valid token holds both the scopes and the roles.
    ScopesAndRoles(Requirement, Requirement<Role>),
}

/// Which part of a declaration a valid token does not satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lacking {
    Scopes(Requirement),
    Roles(Requirement<Role>),
    ScopesAndRoles(Requirement, Requirement<Role>),
}

impl Access {
    /// Says yes to a valid token that holds these, or tells what it lacks.
    pub(crate) fn permits(&self, scopes: &ScopeSet, roles: &RoleSet) -> Result<(), Lacking> {
        match *self {
            Self::Public { .. } | Self::Authenticated => Ok(()),
            Self::Scopes(needed) if needed.is_satisfied_by(scopes) => Ok(()),
            Self::Scopes(needed) => Err(Lacking::Scopes(needed)),
            Self::Roles(needed) if needed.is_satisfied_by(roles) => Ok(()),
            Self::Roles(needed) => Err(Lacking::Roles(needed)),
            Self::ScopesAndRoles(needed, needed_roles) => {
                let held = needed.is_satisfied_by(scopes);
                match (held, needed_roles.is_satisfied_by(roles)) {
                    (true, true) => Ok(()),
                    (false, true) => Err(Lacking::Scopes(needed)),
                    (true, false) => Err(Lacking::Roles(needed_roles)),
                    (false, false) => Err(Lacking::ScopesAndRoles(needed, needed_roles)),
                }
            }
        }
    }
}

/// As the attribute means it: `public`, `authenticated`, `orders:read or admin`,
/// `(read or write) and role clerk`.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public { .. } => f.write_str("public"),
            Self::Authenticated => f.write_str("authenticated"),
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

/// A role may hold anything; one that could be taken for more than a name stands in quotes.
fn write_role(f: &mut fmt::Formatter<'_>, role: Role) -> fmt::Result {
    let name = role.as_str();
    let plain = |c: char| c.is_alphanumeric() || "-_.:/@".contains(c);
    if name.chars().all(plain) {
        write!(f, "role {name}")
    } else {
        write!(f, "role {name:?}")
    }
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
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
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

    fn permits(access: Access, scopes: &str, roles: &[&str]) -> Result<(), Lacking> {
        let scopes = ScopeSet::parse(scopes).unwrap();
        access.permits(&scopes, &roles.iter().copied().collect())
    }

    #[test]
    fn access_reads_as_it_was_declared() {
        const ADMIN: Requirement = Requirement::One(Scope::new("admin"));
        const TREE: Requirement = Requirement::Any(&[ADMIN, Requirement::All(&[READ, WRITE])]);
        let public = Access::Public { reason: "because" };
        for (access, text) in [
            (public, "public"),
            (Access::Authenticated, "authenticated"),
            (Access::Scopes(TREE), "admin or (read and write)"),
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
    fn no_name_of_a_role_reads_as_a_requirement() {
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
    fn any_valid_token_is_permitted_only_where_that_was_declared() {
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
    fn an_empty_list_beside_a_satisfied_one_permits_nobody() {
        let roles = Requirement::Any(&[]);
        let access = Access::ScopesAndRoles(READ, roles);
        assert_eq!(
            permits(access, "read", &["clerk"]),
            Err(Lacking::Roles(roles))
        );
    }

    #[test]
    fn scopes_and_roles_are_both_needed_and_each_is_missed_by_itself() {
        let access = Access::ScopesAndRoles(READ, CLERK);
        for (scopes, roles, answer) in [
            ("read", &["clerk"][..], Ok(())),
            ("write", &["clerk"], Err(Lacking::Scopes(READ))),
            ("read", &["boss"], Err(Lacking::Roles(CLERK))),
            (
                "clerk",
                &["read"],
                Err(Lacking::ScopesAndRoles(READ, CLERK)),
            ),
        ] {
            assert_eq!(permits(access, scopes, roles), answer, "{scopes} {roles:?}");
        }
    }

    #[test]
    fn neither_stands_for_the_other() {
        const SCOPE: Requirement = Requirement::One(Scope::new("admin"));
        const ROLE: Requirement<Role> = Requirement::One(Role::new("admin"));
        let (scopes, roles) = (Access::Scopes(SCOPE), Access::Roles(ROLE));
        assert_eq!(permits(scopes, "admin", &[]), Ok(()));
        assert_eq!(permits(scopes, "", &["admin"]), Err(Lacking::Scopes(SCOPE)));
        assert_eq!(permits(roles, "", &["admin"]), Ok(()));
        assert_eq!(permits(roles, "admin", &[]), Err(Lacking::Roles(ROLE)));
    }
}
