//! The endpoints whose URLs are looked up.

/// An endpoint that a metadata document names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Endpoint {
    Jwks,
    #[cfg(feature = "introspection")]
    Introspection,
}

impl Endpoint {
    /// Returns the member with the endpoint's URL.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::Jwks => "jwks_uri",
            #[cfg(feature = "introspection")]
            Self::Introspection => "introspection_endpoint",
        }
    }
}
