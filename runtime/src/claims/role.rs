//! Roles: a role that an API declares, and the roles of a token.
//!
//! A role describes the user, whereas a scope limits what a client may do. No specification defines
//! an alphabet for roles.

use std::fmt;

/// A role that an API declares as a constant.
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
    /// Creates a role. Its name may contain spaces, as some issuers' roles do.
    ///
    /// # Panics
    ///
    /// Panics if `name` is empty, which is a compile error in a `const`.
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "a role must not be empty");
        Self { name }
    }

    /// Returns the name of the role, as it appears in tokens.
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

/// The roles of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleSet {
    names: Box<[Box<str>]>,
}

impl RoleSet {
    /// Returns whether the set contains `role`. Names are compared code point by code point.
    pub fn contains(&self, role: Role) -> bool {
        self.iter().any(|name| name == role.name)
    }

    /// Returns the roles in the order of the token.
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
    fn similar_role_is_not_contained() {
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
    #[should_panic(expected = "must not be empty")]
    fn empty_role_panics() {
        let _ = Role::new("");
    }
}
