//! The proxies of a server.

use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderMap;

use crate::serve::proxy::entry::UnreliableFields;
use crate::serve::proxy::network::Network;
use crate::serve::proxy::{client, fields};
use crate::serve::socket::Peer;

/// The proxies of a server; none by default.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct Proxies(Option<Arc<[Network]>>);

impl Proxies {
    pub(in crate::serve) fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        Self(Some(networks.into_iter().collect()))
    }

    /// Returns whether the API's author has named proxies.
    pub(in crate::serve) fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Returns the networks of the proxies.
    pub(in crate::serve) fn networks(&self) -> &[Network] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Returns whether a connection may carry requests over plain HTTP.
    ///
    /// With proxies, only they and processes of this host may connect. A server without proxies listens on
    /// loopback or a Unix socket.
    pub(in crate::serve) fn admits(&self, peer: Peer) -> bool {
        match peer {
            Peer::Address(address) => {
                !self.is_configured()
                    || address.ip().to_canonical().is_loopback()
                    || self.contains(peer)
            }
            #[cfg(unix)]
            Peer::Unix => true,
        }
    }

    /// Returns whether the peer is a proxy. The permissions of a Unix socket admit only the proxy.
    pub(in crate::serve) fn contains(&self, peer: Peer) -> bool {
        match peer {
            Peer::Address(address) => {
                let address = address.ip();
                self.networks()
                    .iter()
                    .any(|network| network.contains(address))
            }
            #[cfg(unix)]
            Peer::Unix => self.is_configured(),
        }
    }

    /// Removes the fields that no proxy of this server has added, and returns the address of the client.
    ///
    /// `None` for a client without a known address: a process that has connected to a Unix socket.
    ///
    /// # Errors
    ///
    /// Returns an error if a proxy has sent fields that name two clients, or malformed ones.
    pub(in crate::serve) fn sanitize(
        &self,
        peer: Peer,
        headers: &mut HeaderMap,
    ) -> Result<Option<SocketAddr>, UnreliableFields> {
        let address = match peer {
            Peer::Address(address) => Some(address),
            #[cfg(unix)]
            Peer::Unix => None,
        };
        if !fields::has_any(headers) {
            return Ok(address);
        }
        if !self.contains(peer) {
            fields::remove_all(headers);
            return Ok(address);
        }
        fields::remove_ambiguous(headers);
        client::find(self.networks(), address, headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        let networks = networks.iter();
        Proxies::new(networks.map(|network| network.parse().unwrap()))
    }

    fn admits(proxies: &Proxies, address: &str) -> bool {
        let address = SocketAddr::new(address.parse().unwrap(), 50_000);
        proxies.admits(Peer::Address(address))
    }

    #[test]
    fn only_proxies_and_this_host_are_admitted() {
        let proxies = proxies(&["10.1.0.0/16", "2001:db8::/64"]);
        for address in [
            "10.1.0.0",
            "10.1.255.255",
            "::ffff:10.1.2.3",
            "2001:db8::7",
            "127.0.0.1",
            "127.8.9.10",
            "::1",
            "::ffff:127.0.0.1",
        ] {
            assert!(admits(&proxies, address), "{address}");
        }
        for address in [
            "10.0.255.255",
            "10.2.0.0",
            "::ffff:10.2.0.0",
            "2001:db8:0:1::7",
            "192.0.2.1",
            "0.0.0.0",
            "::",
        ] {
            assert!(!admits(&proxies, address), "{address}");
        }
        #[cfg(unix)]
        assert!(proxies.admits(Peer::Unix));
    }

    #[test]
    fn empty_list_of_proxies_admits_only_this_host() {
        let proxies = proxies(&[]);
        assert!(admits(&proxies, "127.0.0.1") && admits(&proxies, "::1"));
        assert!(!admits(&proxies, "10.1.0.1"));
    }

    /// Such a server listens on loopback or a Unix socket, so that the system admits its peers.
    #[test]
    fn server_without_proxies_admits_every_peer() {
        let proxies = Proxies::default();
        assert!(admits(&proxies, "127.0.0.1") && admits(&proxies, "192.0.2.1"));
        #[cfg(unix)]
        assert!(proxies.admits(Peer::Unix));
    }
}
