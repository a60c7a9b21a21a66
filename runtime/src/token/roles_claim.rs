//! Where an issuer's tokens carry roles: a JSON Pointer ([RFC 6901]) to an array of strings.
//!
//! [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::claims::RoleSet;
use crate::json::{Ignored, MemberNames, StringSeed};

/// Claims that have a meaning of their own, in every profile.
const TAKEN: [&str; 11] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "at_hash", "c_hash",
];

/// The way from the claims to the roles; at least one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RolesClaim {
    first: Box<str>,
    further: Box<[Box<str>]>,
}

impl RolesClaim {
    /// Reads a pointer; nothing where it is none, points at the whole, or begins at a
    /// registered claim.
    pub(crate) fn parse(pointer: &str) -> Option<Self> {
        let mut members = pointer.strip_prefix('/')?.split('/').map(unescape);
        let first = members.next()??;
        if first.is_empty() || TAKEN.contains(&&*first) {
            return None;
        }
        Some(Self {
            first,
            further: members.collect::<Option<_>>()?,
        })
    }

    /// The outermost member.
    pub(super) fn first(&self) -> &str {
        &self.first
    }

    /// Reads the value of that member, strict all the way down; no roles where a further
    /// member is absent.
    pub(super) fn seed(&self) -> Along<'_> {
        Along {
            further: &self.further,
            value: Ignored::member(),
        }
    }
}

/// RFC 6901 §4: `~1` is a slash, `~0` a tilde, any other `~` an error.
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

/// Follows the members that are left; the last one holds an array of strings.
pub(super) struct Along<'p> {
    further: &'p [Box<str>],
    value: Ignored,
}

impl<'de> DeserializeSeed<'de> for Along<'_> {
    type Value = Option<RoleSet>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.further.is_empty() {
            deserializer.deserialize_seq(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for Along<'_> {
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
            match self.further.split_first() {
                Some((next, further)) if **next == *name => {
                    roles = map.next_value_seed(Along { further, value })?;
                }
                _ => map.next_value_seed(value)?,
            }
            names.add(name);
        }
        names.check_unique()?;
        Ok(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn members(pointer: &str) -> Option<Vec<String>> {
        let claim = RolesClaim::parse(pointer)?;
        let further = claim.further.iter().map(ToString::to_string);
        Some(
            std::iter::once(claim.first.to_string())
                .chain(further)
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
    fn a_pointer_names_members_from_the_outermost_inward() {
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
    fn what_is_no_pointer_into_the_claims_is_refused() {
        for pointer in [
            "", "/", "roles", "//roles", "/a~", "/a~2", "/a/~x", "#/roles", "/sub", "/iss/x",
            "/aud", "/cnf/jkt",
        ] {
            assert_eq!(members(pointer), None, "{pointer}");
        }
    }

    #[test]
    fn roles_are_found_along_the_way_and_elsewhere_there_are_none() {
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
    fn a_wrong_type_on_the_way_is_never_absent() {
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
    fn the_way_is_as_strict_as_the_rest() {
        for value in [
            r#"{"roles":["a"],"roles":["b"]}"#,
            r#"{"roles":["a"],"\u0072oles":["b"]}"#,
            r#"{"roles":["a"],"x":{"y":1,"y":2}}"#,
        ] {
            assert_eq!(roles("/r/roles", value), Err(()), "{value}");
        }
        let way = "/a".repeat(40);
        let deep = format!(
            "{}{}",
            r#"{"a":"#.repeat(39),
            "[]".to_owned() + &"}".repeat(39)
        );
        assert_eq!(roles(&way, &deep), Err(()));
    }
}
