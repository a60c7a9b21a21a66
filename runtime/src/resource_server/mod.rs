//! The API's side of OAuth: which issuers are trusted, and how.

use std::sync::Arc;

use crate::token::{TokenError, VerifiedToken};

/// Judges the access tokens of an API.
#[derive(Clone)]
pub struct ResourceServer {
    shared: Arc<Shared>,
}

struct Shared {
    realm: Box<str>,
}

impl ResourceServer {
    /// The protection space that challenges name.
    pub fn realm(&self) -> &str {
        &self.shared.realm
    }

    /// Verifies a bearer token against the trusted issuers.
    pub(crate) async fn authenticate(
        &self,
        token: &[u8],
    ) -> Result<Arc<VerifiedToken>, TokenError> {
        let _ = token;
        Err(TokenError::UnknownKey)
    }
}
