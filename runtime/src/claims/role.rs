//! Roles: a role that an API declares, and the roles of a token.
//!
//! A role describes the user, whereas a scope limits what a client may do. No specification defines
//! an alphabet for roles.

use std::fmt;

use crate::text::is_equal;

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

    pub(crate) const fn is_same(self, other: Self) -> bool {
        is_equal(self.name, other.name)
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

/// Writes a role, in quotes if its name has characters that a reader could mistake for syntax.
///
/// The name of a role is an arbitrary string.
pub(crate) fn write_role(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:/@".contains(c);
    if name.chars().all(is_plain) {
        write!(f, "role {name}")
    } else {
        write!(f, "role {name:?}")
    }
}

/// The byte that ends each name in a [`RoleSet`]; UTF-8 never contains it.
const END: u8 = 0xFF;

/// The roles of a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RoleSet {
    /// Every name, each followed by [`END`]: a cached token may have over a thousand short roles,
    /// and an allocation for each would take many times the space of its name.
    names: Box<[u8]>,
}

impl RoleSet {
    /// Returns whether the set contains `role`. Names are compared code point by code point.
    pub fn contains(&self, role: Role) -> bool {
        self.encoded_names()
            .any(|name| name == role.name.as_bytes())
    }

    /// Returns the roles in the order of the token.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        // every name was a `str`, so each is valid UTF-8
        self.encoded_names()
            .filter_map(|name| str::from_utf8(name).ok())
    }

    fn encoded_names(&self) -> impl Iterator<Item = &[u8]> {
        self.names
            .split_inclusive(|byte| *byte == END)
            .filter_map(|name| name.strip_suffix(&[END]))
    }

    /// Returns the number of bytes that the set owns on the heap.
    pub(crate) fn heap_len(&self) -> usize {
        self.names.len()
    }
}

impl<T: AsRef<str>> FromIterator<T> for RoleSet {
    fn from_iter<I: IntoIterator<Item = T>>(roles: I) -> Self {
        let mut names = Vec::new();
        for role in roles {
            names.extend_from_slice(role.as_ref().as_bytes());
            names.push(END);
        }
        Self {
            names: names.into(),
        }
    }
}

impl fmt::Debug for RoleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
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
    fn names_keep_their_boundaries_and_order() {
        for names in [
            &[][..],
            &[""],
            &["", ""],
            &["", "a", ""],
            &["ab", "c"],
            &["a", "bc"],
            &["abc"],
            &["\u{0}", "\u{10FFFF}", "ÿ", "\u{FF}\u{FE}"],
        ] {
            let set: RoleSet = names.iter().collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), names);
            assert_eq!(set.contains(Role::new("abc")), names.contains(&"abc"));
        }
        let set = |names: &[&str]| names.iter().collect::<RoleSet>();
        assert_ne!(set(&["ab", "c"]), set(&["a", "bc"]));
        assert_eq!(format!("{:?}", set(&["b", "a"])), r#"{"b", "a"}"#);
    }

    #[test]
    #[should_panic(expected = "must not be empty")]
    fn empty_role_panics() {
        let _ = Role::new("");
    }
}
