//! The evidence of an authorization server for the lines of the standard that are about one.

use std::time::Duration;

#[cfg(feature = "authorization-server")]
use crate::authorization_server::AuthorizationServer;
use crate::routing::Inventory;

/// The facts about a server that the report states.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "authorization-server"),
    allow(dead_code, reason = "without the feature, there is no server")
)]
pub(super) struct ServerFacts {
    issuer: String,
    token_lifetime: Duration,
    requires_pushed_requests: bool,
}

impl ServerFacts {
    #[cfg(feature = "authorization-server")]
    pub(super) fn of(server: &AuthorizationServer) -> Self {
        Self {
            issuer: server.issuer().to_owned(),
            token_lifetime: server.access_tokens().lifetime(),
            requires_pushed_requests: server.requires_pushed_requests(),
        }
    }

    /// Returns whether the servers enforce a line for every issuer that the API trusts, so that it needs no statement.
    pub(super) fn enforce(servers: &[Self], id: &str, inventory: &Inventory) -> bool {
        let is_server = |issuer: &str| servers.iter().any(|server| server.issuer == issuer);
        let issuers = inventory.issuers();
        // a router without a resource server knows no issuer
        !issuers.is_empty()
            && matches!(id, "R3" | "R4" | "R10")
            && issuers.iter().all(|issuer| is_server(issuer.issuer()))
    }

    /// Returns the evidence for a line.
    pub(super) fn evidence(&self, id: &str) -> Option<String> {
        let issuer = &self.issuer;
        Some(match id {
            "R3" => format!(
                "{issuer} has the grants authorization_code, refresh_token and client_credentials; every other grant and response type is refused"
            ),
            "R4" => format!(
                "{issuer} compares a redirect URI with the registered ones byte by byte; only the port of a loopback IP address may differ{}",
                if self.requires_pushed_requests {
                    "; each request is pushed by its authenticated client"
                } else {
                    ""
                }
            ),
            "R7" => format!(
                "access tokens of {issuer} live {} s; more than 30 minutes cannot be configured",
                self.token_lifetime.as_secs()
            ),
            "R10" => {
                format!("{issuer} refuses a request without PKCE, or with another method than S256")
            }
            _ => return None,
        })
    }
}
