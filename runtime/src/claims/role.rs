//! Roles: one that an API knows, and the set a token holds.
//!
//! A role is an issuer's word for what somebody is, where a scope is what a client was
//! allowed to do. No specification gives it an alphabet.

use std::fmt;

/// One role that an API knows, as a constant.
///
/// # Examples
///
/// ```
/// use palisade::Role;
///
/// const AUDITOR: Role = Role::new("auditor");
/// assert_eq!(AUDITOR.as_str(), "auditor");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Role {
    name: &'static str,
}

impl Role {
    /// Names a role; it may hold spaces, as some issuers' roles do.
    ///
    /// # Panics
    ///
    /// Where `name` is empty; in a `const`, as roles are declared, that is a compile error.
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "a role is one or more characters");
        Self { name }
    }

    /// The role as tokens carry it.
    pub const fn as_str(self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Role({})", self.name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The roles that a token holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleSet {
    names: Box<[Box<str>]>,
}

impl RoleSet {
    /// Whether `role` is among them, compared code point by code point and whole.
    pub fn contains(&self, role: Role) -> bool {
        self.iter().any(|name| name == role.name)
    }

    /// The roles, in the token's order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }
}

impl<T: Into<Box<str>>> FromIterator<T> for RoleSet {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_whole_roles_only() {
        const ADMIN: Role = Role::new("admin");
        let set: RoleSet = ["Domain Admins", "admin"].into_iter().collect();
        assert!(set.contains(ADMIN) && set.contains(Role::new("Domain Admins")));
        for other in ["Admin", "admins", "admi", "admin ", "Domain", ""] {
            let set: RoleSet = [other].into_iter().collect();
            assert!(!set.contains(ADMIN), "{other}");
        }
        assert!(!RoleSet::default().contains(ADMIN));
    }

    #[test]
    #[should_panic(expected = "one or more characters")]
    fn a_role_without_a_name_cannot_be_built() {
        let _ = Role::new("");
    }
}
