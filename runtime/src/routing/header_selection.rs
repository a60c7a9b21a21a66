//! The requests of a path and method that a handler of a `HeaderRouter` is for.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderName;

/// The fields and values that choose a handler, of a route of a [`HeaderRouter`](crate::routing::HeaderRouter).
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
///
/// let operations = HeaderRouter::new(["mcp-method", "mcp-name"]).route(["tools/call", "list_orders"], list_orders);
/// let routes: SecureRouter = SecureRouter::new().route("/mcp", on_headers(MethodFilter::POST, operations));
/// let selection = routes.inventory().routes()[0].selection().unwrap();
/// assert_eq!(selection.to_string(), "mcp-method: tools/call, mcp-name: list_orders");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderSelection {
    fields: Arc<[HeaderName]>,
    values: Vec<String>,
}

impl HeaderSelection {
    /// Creates the selection of a route, or of the fallback if there are no values.
    pub(super) fn new(fields: &Arc<[HeaderName]>, values: Vec<String>) -> Self {
        Self {
            fields: Arc::clone(fields),
            values,
        }
    }

    /// Returns the fields of the router.
    pub fn fields(&self) -> &[HeaderName] {
        &self.fields
    }

    /// Returns each field that the route states with its value; none for the fallback.
    pub fn values(&self) -> impl Iterator<Item = (&HeaderName, &str)> {
        let values = self.values.iter().map(String::as_str);
        self.fields.iter().zip(values)
    }

    /// Returns whether the handler is the fallback, for requests that match no other.
    pub fn is_fallback(&self) -> bool {
        self.values.is_empty()
    }
}

/// The fields with their values, or the fields of the fallback: `any other mcp-method, mcp-name`.
impl fmt::Display for HeaderSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_fallback() {
            let fields: Vec<_> = self.fields.iter().map(HeaderName::as_str).collect();
            return write!(f, "any other {}", fields.join(", "));
        }
        for (index, (field, value)) in self.values().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{field}: {value}")?;
        }
        Ok(())
    }
}
