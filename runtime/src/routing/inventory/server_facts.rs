//! The facts that a resource server adds to an inventory.

use std::sync::Arc;

use crate::resource_server::{IssuerSummary, ResourceServer};

/// The facts about the server that protects an API; the default is a router without one.
#[derive(Clone, Debug, Default)]
pub(super) struct ServerFacts {
    pub(super) issuers: Arc<[IssuerSummary]>,
    /// The URL of the server's resource.
    pub(super) resource: Option<String>,
    /// Whether the server checks revocations.
    pub(super) checks_revocations: bool,
    /// Whether the server has sessions for handlers with `login`.
    pub(super) has_sessions: bool,
    /// Whether browsers that navigate to a page without a session are redirected to the login.
    #[cfg(all(feature = "openapi", feature = "relying-party"))]
    pub(super) redirects_navigations: bool,
}

impl ServerFacts {
    pub(super) fn of(server: &ResourceServer) -> Self {
        Self {
            issuers: server.shared_issuers(),
            resource: server.resource().map(str::to_owned),
            checks_revocations: server.checks_revocations(),
            #[cfg(feature = "relying-party")]
            has_sessions: server.sessions().is_some(),
            #[cfg(not(feature = "relying-party"))]
            has_sessions: false,
            #[cfg(all(feature = "openapi", feature = "relying-party"))]
            redirects_navigations: server
                .sessions()
                .is_some_and(|sessions| sessions.login_path().is_some()),
        }
    }
}
