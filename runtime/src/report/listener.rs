//! The facts about the listener, for the lines about TLS, limits and services.

use serde::Serialize;

use crate::routing::{Inventory, ListenerSummary};

/// The listener in the report.
#[derive(Debug, Serialize)]
pub(super) struct ListenerView {
    pub(super) transport: String,
    pub(super) client_certificates: Option<String>,
    /// The proxies whose header fields are trusted.
    pub(super) proxies: Option<String>,
    pub(super) probes: Vec<String>,
    pub(super) limits: Vec<String>,
}

impl ListenerView {
    pub(super) fn of(listener: &ListenerSummary) -> Self {
        let limits = listener.limits.iter();
        let limits = limits.map(|(name, limit)| format!("{name}: {limit}"));
        Self {
            transport: listener.transport.to_string(),
            client_certificates: listener.client_certificates.clone(),
            proxies: listener.trusted_peers(),
            probes: listener.probes.clone(),
            limits: limits
                .chain(listener.fixed_limits.iter().cloned())
                .collect(),
        }
    }
}

/// Returns whether the listener enforces a line, so that it needs no statement.
///
/// It enforces TLS between clients and the program. The code does not know the connections in front of a proxy, and a
/// development issuer may have an `http` URL.
pub(super) fn enforces(id: &str, inventory: &Inventory) -> bool {
    let Some(listener) = inventory.listener() else {
        return false;
    };
    let mut issuers = inventory.issuers().iter();
    id == "R1"
        && listener.transport.is_encrypted()
        && listener.proxies.is_none()
        && issuers.all(|issuer| issuer.issuer().starts_with("https://"))
}

/// Returns the evidence for a line.
pub(super) fn evidence(id: &str, inventory: &Inventory) -> Vec<String> {
    let Some(listener) = inventory.listener() else {
        return match id {
            "R1" => vec![
                "the listener is unknown: the inventory does not come from a server of `palisade::serve`"
                    .to_owned(),
            ],
            _ => Vec::new(),
        };
    };
    match id {
        "P4" => {
            let limits = listener.limits.iter();
            let limits: Vec<String> = limits
                .map(|(name, limit)| format!("{name} {limit}"))
                .collect();
            vec![format!(
                "the listener has limits before those of a route: {}",
                limits.join(", ")
            )]
        }
        "P6" => vec![match listener.trusted_peers() {
            Some(peers) => {
                format!("the client's address and the request id are trusted only from {peers}")
            }
            None => "forwarded header fields are removed from every request".to_owned(),
        }],
        "R1" => {
            let transport = format!("the program serves {}", listener.transport);
            let certificates = listener.client_certificates.clone();
            std::iter::once(transport).chain(certificates).collect()
        }
        _ => Vec::new(),
    }
}
