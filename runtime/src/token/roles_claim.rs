//! The location of roles in an issuer's tokens, a JSON Pointer ([RFC 6901]), and the forms of roles.
//!
//! Roles are an array of strings, an array of objects with a `value` ([RFC 9068 §2.2.3.1]), or one string.
//!
//! [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
//! [RFC 9068 §2.2.3.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::claims::RoleSet;
use crate::json::{ExactValue, Ignored, MapStart, MemberNames, StringSeed};

/// The claims that already have a meaning in every profile.
pub(super) const RESERVED_CLAIMS: [&str; 11] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "at_hash", "c_hash",
];

/// The path from the claims to the roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RolesClaim {
    /// The outermost member.
    first: Box<str>,
    /// The members within it.
    rest: Box<[Box<str>]>,
}

impl RolesClaim {
    /// Parses a pointer.
    ///
    /// Returns `None` if it is malformed, points to the whole document, or starts with a reserved
    /// claim.
    pub(crate) fn parse(pointer: &str) -> Option<Self> {
        let mut members = pointer.strip_prefix('/')?.split('/').map(unescape);
        let first = members.next()??;
        if first.is_empty() || RESERVED_CLAIMS.contains(&&*first) {
            return None;
        }
        Some(Self {
            first,
            rest: members.collect::<Option<_>>()?,
        })
    }

    /// Returns the outermost member.
    pub(super) fn first(&self) -> &str {
        &self.first
    }

    /// Returns the members within the outermost one.
    pub(super) fn rest(&self) -> &[Box<str>] {
        &self.rest
    }

    /// Returns a seed that reads the value of the outermost member.
    pub(super) fn seed(&self) -> RolesSeed<'_> {
        RolesSeed {
            rest: &self.rest,
            value: Ignored::member(),
        }
    }
}

/// Unescapes a member: `~1` is a slash, `~0` a tilde, and any other `~` an error (RFC 6901 §4).
fn unescape(member: &str) -> Option<Box<str>> {
    let mut parts = member.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (escape, rest) = part.split_at_checked(1)?;
        text.push(match escape {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        text.push_str(rest);
    }
    Some(text.into())
}

/// The value of the outermost member of the path, as [`RolesSeed`] reads it.
#[derive(Debug, Default)]
pub(super) struct RolesValue {
    /// Whether the outermost member is neither `null` nor an empty string.
    pub(super) is_present: bool,
    /// The roles, unless a member of the path is absent, `null` or malformed.
    pub(super) roles: Option<RoleSet>,
    /// Whether a value on the path has another form; the token then has no roles.
    pub(super) is_malformed: bool,
}

impl RolesValue {
    /// Returns the value for roles that are read, or for malformed ones.
    fn new(roles: Option<RoleSet>) -> Self {
        Self {
            is_present: true,
            is_malformed: roles.is_none(),
            roles,
        }
    }

    fn malformed() -> Self {
        Self::new(None)
    }
}

/// Follows the remaining members of the path and reads the roles at its end.
///
/// A value of another form is not an error: a claim that only grants roles never makes a token invalid.
/// Duplicate members and deep nesting are errors, as everywhere in the claims.
pub(super) struct RolesSeed<'p> {
    rest: &'p [Box<str>],
    value: Ignored,
}

impl<'de> DeserializeSeed<'de> for RolesSeed<'_> {
    type Value = RolesValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RolesSeed<'_> {
    type Value = RolesValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("roles")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(RolesValue::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(RolesValue::malformed())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(RolesValue::malformed())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(RolesValue::malformed())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(RolesValue::malformed())
    }

    fn visit_str<E>(self, role: &str) -> Result<Self::Value, E> {
        let is_role = self.rest.is_empty();
        Ok(RolesValue {
            is_present: !role.is_empty(),
            ..RolesValue::new(is_role.then(|| [role].into_iter().collect()))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let element = self.value.nested()?;
        let role = || RoleSeed {
            value: element,
            may_be_object: true,
        };
        let mut names = Some(Vec::new());
        while let Some(name) = seq.next_element_seed(role())? {
            match (&mut names, name) {
                (Some(names), Some(name)) => names.push(name),
                _ => names = None,
            }
        }
        let names = names.filter(|_| self.rest.is_empty());
        Ok(RolesValue::new(names.map(RoleSet::from_iter)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut next = match MapStart::read(&mut map)? {
            MapStart::Number(_) => return Ok(RolesValue::malformed()),
            MapStart::Object(first) => first,
        };
        let value = self.value.nested()?;
        let mut names = MemberNames::default();
        let mut roles = match self.rest {
            [] => RolesValue::new(None),
            _ => RolesValue {
                is_present: true,
                ..RolesValue::default()
            },
        };
        while let Some(name) = next {
            match self.rest.split_first() {
                Some((member, rest)) if **member == *name => {
                    roles = map.next_value_seed(RolesSeed { rest, value })?;
                    roles.is_present = true;
                }
                _ => map.next_value_seed(value)?,
            }
            names.add(name);
            next = map.next_key_seed(StringSeed)?;
        }
        names.check()?;
        Ok(roles)
    }
}

/// Reads a role in an array: a string, or an object with the role as its `value`.
///
/// [RFC 9068 §2.2.3.1] recommends the object, which [RFC 7643 §2.4] defines for SCIM. Its other members
/// do not matter. Any other value is no role.
///
/// [RFC 9068 §2.2.3.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1
/// [RFC 7643 §2.4]: https://www.rfc-editor.org/rfc/rfc7643#section-2.4
struct RoleSeed {
    value: Ignored,
    may_be_object: bool,
}

/// The member of an object that contains the role.
const SCIM_VALUE: &str = "value";

impl<'de> DeserializeSeed<'de> for RoleSeed {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RoleSeed {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a role")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E>(self, role: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(role)))
    }

    fn visit_str<E>(self, role: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(role.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        self.value.visit_seq(seq)?;
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        if !self.may_be_object {
            self.value.visit_map(map)?;
            return Ok(None);
        }
        let mut next = match MapStart::read(&mut map)? {
            MapStart::Number(_) => return Ok(None),
            MapStart::Object(first) => first,
        };
        let value = self.value.nested()?;
        let mut names = MemberNames::default();
        let mut role = None;
        while let Some(name) = next {
            if name == SCIM_VALUE {
                role = map.next_value_seed(RoleSeed {
                    value,
                    may_be_object: false,
                })?;
            } else {
                map.next_value_seed(value)?;
            }
            names.add(name);
            next = map.next_key_seed(StringSeed)?;
        }
        names.check()?;
        Ok(role)
    }
}

/// Returns the roles in a value that is read before, or `None` if it is malformed.
pub(super) fn role_names(value: &ExactValue) -> Option<Vec<&str>> {
    match value {
        ExactValue::Null => Some(Vec::new()),
        ExactValue::String(role) => Some(vec![role]),
        ExactValue::Array(roles) => roles.iter().map(role_name).collect(),
        _ => None,
    }
}

fn role_name(value: &ExactValue) -> Option<&str> {
    match value {
        ExactValue::Object(members) => members.get(SCIM_VALUE)?.as_str(),
        value => value.as_str(),
    }
}

/// Removes every role that `keep` does not accept, and malformed roles entirely.
///
/// A malformed value grants no role, and the removal of its malformed part must not change that.
/// Returns whether the value has changed.
pub(super) fn retain_roles(value: &mut ExactValue, keep: impl Fn(&str) -> bool) -> bool {
    let is_malformed = role_names(value).is_none();
    match value {
        ExactValue::Null => false,
        ExactValue::Array(roles) if !is_malformed => {
            let before = roles.len();
            roles.retain(|role| role_name(role).is_some_and(&keep));
            roles.len() < before
        }
        ExactValue::String(role) if keep(role) => false,
        _ => {
            *value = ExactValue::Array(Vec::new());
            true
        }
    }
}

#[cfg(test)]
mod tests;
