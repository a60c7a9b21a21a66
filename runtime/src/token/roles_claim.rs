//! The location of roles in an issuer's tokens: a JSON Pointer ([RFC 6901]) to an array of strings.
//!
//! [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::claims::RoleSet;
use crate::json::{Ignored, MemberNames, StringSeed};

/// The claims that already have a meaning in every profile.
const RESERVED_CLAIMS: [&str; 11] = [
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
    ///
    /// The seed produces `None` if a member within it is absent.
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

/// Follows the remaining members of the path, the last of which must be an array of strings.
pub(super) struct RolesSeed<'p> {
    rest: &'p [Box<str>],
    value: Ignored,
}

impl<'de> DeserializeSeed<'de> for RolesSeed<'_> {
    type Value = Option<RoleSet>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.rest.is_empty() {
            deserializer.deserialize_seq(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for RolesSeed<'_> {
    type Value = Option<RoleSet>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("roles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = seq.next_element_seed(StringSeed)? {
            names.push(name);
        }
        Ok(Some(names.into_iter().collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let value = self.value.nested()?;
        let mut names = MemberNames::default();
        let mut roles = None;
        while let Some(name) = map.next_key_seed(StringSeed)? {
            match self.rest.split_first() {
                Some((next, rest)) if **next == *name => {
                    roles = map.next_value_seed(RolesSeed { rest, value })?;
                }
                _ => map.next_value_seed(value)?,
            }
            names.add(name);
        }
        names.check()?;
        Ok(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn members(pointer: &str) -> Option<Vec<String>> {
        let claim = RolesClaim::parse(pointer)?;
        let rest = claim.rest.iter().map(ToString::to_string);
        Some(
            std::iter::once(claim.first.to_string())
                .chain(rest)
                .collect(),
        )
    }

    fn roles(pointer: &str, value: &str) -> Result<Option<Vec<String>>, ()> {
        let claim = RolesClaim::parse(pointer).unwrap();
        let roles = json::read(value.as_bytes(), claim.seed()).map_err(drop)?;
        Ok(roles.map(|roles| roles.iter().map(str::to_owned).collect()))
    }

    /// RFC 6901 §3 and §4.
    #[test]
    fn pointer_is_parsed_into_its_members() {
        for (pointer, expected) in [
            ("/roles", &["roles"][..]),
            ("/realm_access/roles", &["realm_access", "roles"]),
            ("/https:~1~1a.example~1roles", &["https://a.example/roles"]),
            ("/a~01", &["a~1"]),
            ("/a//b", &["a", "", "b"]),
        ] {
            assert_eq!(members(pointer).unwrap(), expected, "{pointer}");
        }
    }

    #[test]
    fn malformed_or_reserved_pointer_is_rejected() {
        for pointer in [
            "", "/", "roles", "//roles", "/a~", "/a~2", "/a/~x", "#/roles", "/sub", "/iss/x",
            "/aud", "/cnf/jkt",
        ] {
            assert_eq!(members(pointer), None, "{pointer}");
        }
    }

    #[test]
    fn roles_are_read_at_the_pointer_only() {
        assert_eq!(
            roles("/r", r#"["a","b c"]"#),
            Ok(Some(vec!["a".into(), "b c".into()]))
        );
        assert_eq!(roles("/r", "[]"), Ok(Some(Vec::new())));
        let nested = r#"{"x":{"roles":["no"]},"y":{"roles":["yes"]}}"#;
        assert_eq!(roles("/r/y/roles", nested), Ok(Some(vec!["yes".into()])));
        assert_eq!(roles("/r/z/roles", nested), Ok(None));
    }

    #[test]
    fn wrong_type_on_the_path_is_an_error() {
        for value in [
            "null",
            "\"admin\"",
            "1",
            "true",
            "{}",
            "[1]",
            "[null]",
            r#"[["admin"]]"#,
        ] {
            assert_eq!(roles("/r", value), Err(()), "{value}");
        }
        for value in [
            "null",
            "\"roles\"",
            "[]",
            r#"{"roles":"admin"}"#,
            r#"{"roles":{}}"#,
        ] {
            assert_eq!(roles("/r/roles", value), Err(()), "{value}");
        }
    }

    #[test]
    fn duplicate_member_or_deep_nesting_on_the_path_is_an_error() {
        for value in [
            r#"{"roles":["a"],"roles":["b"]}"#,
            r#"{"roles":["a"],"\u0072oles":["b"]}"#,
            r#"{"roles":["a"],"x":{"y":1,"y":2}}"#,
        ] {
            assert_eq!(roles("/r/roles", value), Err(()), "{value}");
        }
        let path = "/a".repeat(40);
        let deep = format!(
            "{}{}",
            r#"{"a":"#.repeat(39),
            "[]".to_owned() + &"}".repeat(39)
        );
        assert_eq!(roles(&path, &deep), Err(()));
    }
}
