//! The path of a route of a nested router.

/// Joins a prefix and a nested path like axum: the trailing slash of the prefix is removed, and the path `/` is the prefix
/// itself.
pub(super) fn nested(prefix: &str, path: &str) -> String {
    if path.is_empty() {
        return prefix.trim_end_matches('/').to_owned();
    }
    if prefix.ends_with('/') {
        format!("{prefix}{}", path.trim_start_matches('/'))
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}
