//! The values of the header's `typ`: those of access tokens, of other tokens, and of any JWT.

/// The types of JWTs that are not access tokens, without `application/`.
///
/// No profile accepts them. A type that is in no list needs a distinguishing claim, like `JWT`.
const OTHER_TYPES: [&str; 22] = [
    "id+jwt",
    "id_token",
    "id_token+jwt",
    "rt+jwt",
    "refresh+jwt",
    "refresh_token",
    "logout+jwt",
    "secevent+jwt",
    "dpop+jwt",
    "client-authentication+jwt",
    "oauth-client-attestation+jwt",
    "oauth-client-attestation-pop+jwt",
    "oauth-authz-req+jwt",
    "oauth-id-jag+jwt",
    "authorization-grant+jwt",
    "token-introspection+jwt",
    "entity-statement+jwt",
    "kb+jwt",
    "dc+sd-jwt",
    "vc+sd-jwt",
    "openid4vci-proof+jwt",
    "key-attestation+jwt",
];

/// Returns a media type without `application/`.
pub(super) fn subtype(typ: &'static str) -> &'static str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, subtype)) if prefix.eq_ignore_ascii_case(PREFIX) => subtype,
        _ => typ,
    }
}

/// Returns whether a type is only used for access tokens.
pub(super) fn is_access_token_type(typ: &'static str) -> bool {
    let typ = subtype(typ).to_ascii_lowercase();
    typ == "at+jwt" || typ.ends_with("-at+jwt") || typ.ends_with(".at+jwt")
}

/// Returns whether a type is well-formed, and not that of another kind of token.
pub(super) fn is_allowed_type(typ: &'static str) -> bool {
    let subtype = subtype(typ);
    !subtype.is_empty()
        && subtype
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'/')
        && !OTHER_TYPES
            .iter()
            .any(|other| subtype.eq_ignore_ascii_case(other))
}
