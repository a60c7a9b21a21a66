//! The claims of a token as a JSON object, for rules that narrow them.
//!
//! Typed claims are decoded from the JSON text from which the decision's claims are read. A rule that
//! narrows a claim therefore changes the text first, and the claims are read from it again.

use crate::json::{ExactObject, ExactValue};
use crate::token::claim_names::ClaimNames;
use crate::token::error::TokenError;
use crate::token::roles_claim::{RolesClaim, retain_roles};

/// The names under which issuers put scopes, besides the one of the profile.
///
/// Typed claims may read any of them, so a narrowed token has no other scope in any of them.
const SCOPE_CLAIMS: [&str; 2] = ["scope", "scp"];

/// The claims of a token.
pub(super) struct ClaimsObject {
    members: ExactObject,
    /// Whether a scope or role was removed.
    has_changed: bool,
}

impl ClaimsObject {
    /// Parses claims that were read before.
    pub(super) fn parse(json: &[u8]) -> Result<Self, TokenError> {
        match ExactValue::parse(json) {
            Some(ExactValue::Object(members)) => Ok(Self {
                members,
                has_changed: false,
            }),
            _ => Err(TokenError::MalformedClaims),
        }
    }

    /// Returns the claims as JSON.
    pub(super) fn into_json(self) -> String {
        ExactValue::Object(self.members).to_string()
    }

    /// Removes every scope that `keep` does not accept.
    pub(super) fn retain_scopes(
        &mut self,
        names: &ClaimNames,
        roles: &RolesClaim,
        keep: impl Fn(&str) -> bool,
    ) {
        for name in scope_claims(names, roles) {
            let Some(value) = self.members.get_mut(name) else {
                continue;
            };
            match value {
                ExactValue::String(scopes) => {
                    let kept: Vec<_> = scopes.split(' ').filter(|scope| keep(scope)).collect();
                    let kept = kept.join(" ");
                    self.has_changed |= kept != *scopes;
                    *scopes = kept;
                }
                ExactValue::Array(_) => self.has_changed |= retain_strings(value, &keep),
                _ => self.has_changed |= self.members.remove(name).is_some(),
            }
        }
    }

    /// Removes every role that `keep` does not accept, and every malformed value on the path.
    pub(super) fn retain_roles(&mut self, roles: &RolesClaim, keep: impl Fn(&str) -> bool) {
        let Some(mut value) = self.members.get_mut(roles.first()) else {
            return;
        };
        for member in roles.rest() {
            match value {
                ExactValue::Object(members) => match members.get_mut(&**member) {
                    Some(next) => value = next,
                    None => return,
                },
                ExactValue::Null => return,
                other => {
                    *other = ExactValue::Null;
                    self.has_changed = true;
                    return;
                }
            }
        }
        self.has_changed |= retain_roles(value, keep);
    }

    /// Returns whether a scope or role was removed.
    pub(super) fn has_changed(&self) -> bool {
        self.has_changed
    }

    #[cfg(feature = "introspection")]
    pub(super) fn members_mut(&mut self) -> &mut ExactObject {
        &mut self.members
    }
}

/// Returns the claims that contain scopes, unless they contain roles.
pub(super) fn scope_claims<'a>(
    names: &ClaimNames,
    roles: &'a RolesClaim,
) -> impl Iterator<Item = &'static str> + use<'a> {
    let of_profile = names.scope.name();
    let others = SCOPE_CLAIMS.into_iter();
    std::iter::once(of_profile)
        .chain(others.filter(move |name| *name != of_profile))
        .filter(|name| *name != roles.first())
}

/// Removes every element of an array that is not a string which `keep` accepts.
///
/// Returns whether there was one.
fn retain_strings(value: &mut ExactValue, keep: impl Fn(&str) -> bool) -> bool {
    let ExactValue::Array(elements) = value else {
        return false;
    };
    let before = elements.len();
    elements.retain(|element| element.as_str().is_some_and(&keep));
    elements.len() < before
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::token::profile::Profile;

    fn retained(profile: &Profile, pointer: &str, claims: &Value) -> Value {
        let names = &profile.format().claim_names;
        let roles = RolesClaim::parse(pointer).unwrap();
        let mut object = ClaimsObject::parse(claims.to_string().as_bytes()).unwrap();
        object.retain_scopes(names, &roles, |scope| scope == "read");
        object.retain_roles(&roles, |role| role == "clerk");
        let has_changed = object.has_changed();
        let retained = serde_json::from_str(&object.into_json()).unwrap();
        assert_eq!(has_changed, retained != *claims, "{claims}");
        retained
    }

    #[test]
    fn scopes_are_removed_in_every_form_and_name() {
        for profile in [Profile::Rfc9068, Profile::Entra, Profile::Okta] {
            for name in ["scope", "scp"] {
                for (scopes, expected) in [
                    (json!("read write"), json!("read")),
                    (json!("write"), json!("")),
                    (json!("write read admin read"), json!("read read")),
                    (json!("read\twrite"), json!("")),
                    (json!(["read", "write"]), json!(["read"])),
                    (json!(["read"]), json!(["read"])),
                    (json!("read"), json!("read")),
                    (json!(["read write", 1, null, ["read"]]), json!([])),
                ] {
                    let claims = retained(&profile, "/roles", &json!({ name: scopes }));
                    assert_eq!(claims, json!({ name: expected }), "{profile:?}");
                }
                for other in [json!(null), json!(1), json!({"read": true})] {
                    let claims = retained(&profile, "/roles", &json!({ name: other }));
                    assert_eq!(claims, json!({}), "{profile:?}");
                }
            }
        }
    }

    #[test]
    fn roles_are_removed_at_the_pointer_only() {
        for (pointer, claims, expected) in [
            (
                "/roles",
                json!({"roles": ["clerk", "admin"], "groups": ["admin"]}),
                json!({"roles": ["clerk"], "groups": ["admin"]}),
            ),
            (
                "/realm_access/roles",
                json!({"realm_access": {"roles": ["admin"], "x": 1}, "roles": ["admin"]}),
                json!({"realm_access": {"roles": [], "x": 1}, "roles": ["admin"]}),
            ),
            (
                "/https:~1~1a.example~1roles",
                json!({"https://a.example/roles": ["admin", "clerk"]}),
                json!({"https://a.example/roles": ["clerk"]}),
            ),
            ("/realm_access/roles", json!({"a": 1}), json!({"a": 1})),
        ] {
            assert_eq!(retained(&Profile::Rfc9068, pointer, &claims), expected);
        }
    }

    /// A roles claim may have the name of another profile's scope claim.
    #[test]
    fn claim_with_roles_has_no_scopes() {
        let claims = json!({"scope": "read write", "scp": ["clerk", "admin"]});
        assert_eq!(
            retained(&Profile::Rfc9068, "/scp", &claims),
            json!({"scope": "read", "scp": ["clerk"]})
        );
    }
}
