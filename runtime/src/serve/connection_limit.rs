//! The number of connections, in total and of each peer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::serve::activity::Activity;

/// The time after which a full server looks again for a connection to close.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// Counts connections up to the limits.
#[derive(Clone)]
pub(super) struct ConnectionLimit {
    total: usize,
    per_peer: usize,
    shared: Arc<Shared>,
}

struct Shared {
    start: Instant,
    open: Mutex<Open>,
    closed: Notify,
}

#[derive(Default)]
struct Open {
    total: usize,
    peers: HashMap<PeerNetwork, usize>,
    /// The connections that serve HTTP, by a number.
    serving: HashMap<u64, Arc<Activity>>,
    next: u64,
}

/// The addresses that count as one peer: an IPv4 address, or an IPv6 network of 64 bits, which one host can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PeerNetwork(IpAddr);

/// A connection that counts until it is dropped.
pub(super) struct ConnectionPermit {
    peer: Option<PeerNetwork>,
    shared: Arc<Shared>,
}

/// A connection that may be closed while it has no request, until this is dropped.
pub(super) struct Serving {
    number: u64,
    shared: Arc<Shared>,
}

impl PeerNetwork {
    pub(super) fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                Self(Ipv6Addr::from_bits(network).into())
            }
        }
    }
}

impl ConnectionLimit {
    pub(super) fn new(total: usize, per_peer: usize) -> Self {
        Self {
            total,
            per_peer,
            shared: Arc::new(Shared {
                start: Instant::now(),
                open: Mutex::default(),
                closed: Notify::new(),
            }),
        }
    }

    /// Counts a connection; `None` if its peer has too many. The limit of a peer does not apply without one.
    pub(super) fn admit(&self, peer: Option<PeerNetwork>) -> Option<ConnectionPermit> {
        let mut open = self.shared.lock();
        if let Some(peer) = peer {
            let count = open.peers.entry(peer).or_default();
            if *count >= self.per_peer {
                return None;
            }
            *count += 1;
        }
        open.total += 1;
        Some(ConnectionPermit {
            peer,
            shared: Arc::clone(&self.shared),
        })
    }

    /// Waits until the connections that are admitted are within the total, and closes those without a request for it.
    pub(super) async fn within_total(&self) {
        while self.shared.lock().total > self.total {
            self.make_room().await;
        }
    }

    /// Closes the connection that has been without a request for the longest time, and waits a moment for an end.
    pub(super) async fn make_room(&self) {
        let closed = self.shared.closed.notified();
        self.shared.evict_one();
        let _ = timeout(RETRY_DELAY, closed).await;
    }

    /// Registers a connection that serves HTTP.
    pub(super) fn serving(&self, activity: Arc<Activity>) -> Serving {
        let mut open = self.shared.lock();
        let number = open.next;
        open.next += 1;
        open.serving.insert(number, activity);
        Serving {
            number,
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn evict_one(&self) {
        let open = self.lock();
        let idle = open.serving.values().filter_map(|activity| {
            let order = activity.eviction_order(self.start)?;
            Some((order, activity))
        });
        if let Some((_, activity)) = idle.min_by_key(|(order, _)| *order) {
            activity.evict();
        }
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.shared.lock();
        open.total -= 1;
        if let Some(peer) = self.peer
            && let Entry::Occupied(mut entry) = open.peers.entry(peer)
        {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
        drop(open);
        self.shared.closed.notify_one();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.shared.lock().serving.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> PeerNetwork {
        PeerNetwork::new(address.parse().unwrap())
    }

    #[test]
    fn peer_is_an_ipv4_address_or_an_ipv6_network() {
        for (a, b, is_same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("::1", "::2", true),
        ] {
            assert_eq!(peer(a) == peer(b), is_same, "{a} {b}");
        }
    }

    #[test]
    fn permits_count_per_peer_and_in_total() {
        let limit = ConnectionLimit::new(10, 2);
        let first = limit.admit(Some(peer("192.0.2.1"))).unwrap();
        let second = limit.admit(Some(peer("192.0.2.1"))).unwrap();
        assert!(limit.admit(Some(peer("192.0.2.1"))).is_none());
        assert!(limit.admit(Some(peer("::ffff:192.0.2.1"))).is_none());
        let other = limit.admit(Some(peer("192.0.2.2"))).unwrap();
        let unlimited: Vec<_> = (0..5).map(|_| limit.admit(None).unwrap()).collect();
        assert_eq!(limit.shared.lock().total, 8);
        drop((first, unlimited));
        assert!(limit.admit(Some(peer("192.0.2.1"))).is_some());
        drop((second, other));
        let open = limit.shared.lock();
        assert_eq!((open.total, open.peers.len()), (0, 0));
    }
}
