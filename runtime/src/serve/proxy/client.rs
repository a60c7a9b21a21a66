//! Finds the client of a request that came through proxies.

use std::net::SocketAddr;

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::serve::proxy::entry::{self, Node, UnreliableFields};
use crate::serve::proxy::fields::{LISTS, X_FORWARDED_FOR};
use crate::serve::proxy::network::Network;

/// The most entries of a list: no chain of proxies is longer.
const MAX_ENTRIES: usize = 64;

/// The client according to one field.
struct Client {
    /// `None` if the proxy beside it has hidden its address, and that proxy's own address is not known either.
    address: Option<SocketAddr>,
    /// The number of entries from the client to the end of the list.
    entries: usize,
}

/// Returns the address of the client, which is the right-most one that is not a proxy's. Removes what is left of it from
/// every list, since the client can have written that itself.
///
/// Without `X-Forwarded-For` and `Forwarded`, the client is the peer.
pub(super) fn find(
    proxies: &[Network],
    peer: Option<SocketAddr>,
    headers: &mut HeaderMap,
) -> Result<Option<SocketAddr>, UnreliableFields> {
    let bare = |text: &str| Node::parse(text, true);
    let x_forwarded = client(proxies, peer, headers, &X_FORWARDED_FOR, bare)?;
    let forwarded = client(proxies, peer, headers, &FORWARDED, entry::forwarded_for)?;
    let client = match (x_forwarded, forwarded) {
        (Some(one), Some(other)) if !one.is_same(&other) => return Err(UnreliableFields),
        (Some(client), _) | (None, Some(client)) => client,
        (None, None) => Client {
            address: peer,
            entries: 1,
        },
    };
    for name in &LISTS {
        keep_last(headers, name, client.entries.max(1))?;
    }
    Ok(client.address)
}

impl Client {
    /// Returns whether two fields name the same client. One of them may omit the port.
    fn is_same(&self, other: &Self) -> bool {
        match (self.address, other.address) {
            (Some(one), Some(other)) => {
                let has_port = one.port() != 0 && other.port() != 0;
                one.ip() == other.ip() && (!has_port || one.port() == other.port())
            }
            (None, None) => true,
            _ => false,
        }
    }
}

/// Returns the client according to a field, or `None` without the field.
fn client(
    proxies: &[Network],
    peer: Option<SocketAddr>,
    headers: &mut HeaderMap,
    name: &HeaderName,
    parse: impl Fn(&str) -> Result<Node, UnreliableFields>,
) -> Result<Option<Client>, UnreliableFields> {
    let Some(text) = joined(headers, name)? else {
        return Ok(None);
    };
    let mut client = Client {
        address: peer,
        entries: 0,
    };
    for element in entry::split(&text)? {
        client.entries += 1;
        if client.entries > MAX_ENTRIES {
            return Err(UnreliableFields);
        }
        let Node::Address(address) = parse(element)? else {
            break;
        };
        client.address = Some(address);
        if !proxies.iter().any(|proxy| proxy.contains(address.ip())) {
            break;
        }
    }
    keep_last(headers, name, client.entries)?;
    Ok(Some(client))
}

/// Returns the value of a list, whose lines are joined in their order (RFC 9110 §5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, UnreliableFields> {
    let mut lines = Vec::new();
    for line in headers.get_all(name) {
        lines.push(line.to_str().map_err(|_| UnreliableFields)?);
    }
    Ok((!lines.is_empty()).then(|| lines.join(", ")))
}

/// Keeps the last elements of a list, in one line.
fn keep_last(
    headers: &mut HeaderMap,
    name: &HeaderName,
    count: usize,
) -> Result<(), UnreliableFields> {
    let Some(text) = joined(headers, name)? else {
        return Ok(());
    };
    let mut elements = entry::split(&text)?;
    elements.truncate(count);
    elements.reverse();
    if elements.is_empty() {
        headers.remove(name);
        return Ok(());
    }
    let kept = HeaderValue::try_from(elements.join(", ")).map_err(|_| UnreliableFields)?;
    headers.insert(name, kept);
    Ok(())
}
