//! The paths of the endpoints.

/// The paths of the endpoints, below the issuer.
#[derive(Clone)]
pub(super) struct Paths {
    pub(super) authorize: String,
    pub(super) token: String,
    pub(super) push: String,
    pub(super) introspect: String,
    pub(super) revoke: String,
    pub(super) jwks: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            authorize: "/authorize".to_owned(),
            token: "/token".to_owned(),
            push: "/par".to_owned(),
            introspect: "/introspect".to_owned(),
            revoke: "/revoke".to_owned(),
            jwks: "/jwks".to_owned(),
        }
    }
}

/// Returns the path of an issuer.
pub(super) fn path_of(issuer: &str) -> &str {
    let after_scheme = issuer.find("://").map_or(0, |at| at + "://".len());
    let rest = issuer.get(after_scheme..).unwrap_or_default();
    let path = rest.find('/').and_then(|at| rest.get(at..));
    path.unwrap_or_default()
}

/// Returns whether a path is empty, or has segments of unreserved characters, which routes match literally.
pub(super) fn is_plain_path(path: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    path.is_empty()
        || path.split('/').skip(1).all(|segment| {
            !matches!(segment, "" | "." | "..") && segment.bytes().all(is_unreserved)
        })
}
