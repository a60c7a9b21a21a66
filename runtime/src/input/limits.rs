//! The limits of the route that a request came by.

use axum::http::Extensions;

use crate::policy::Limits;

/// Those that an `Api` left in the request; the defaults where it left none.
pub(super) fn limits(extensions: &Extensions) -> Limits {
    extensions.get().copied().unwrap_or(Limits::DEFAULT)
}
