//! Addresses for programs whose port must be known before they start.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The first port, and their number.
///
/// They are below those that a system gives to connections and to listeners without a port (from 32,768 on Linux, from 49,152
/// elsewhere): such a connection of another test cannot take the port before the program listens.
const PORTS: (u32, u32) = (20_000, 12_000);

/// Returns an address of loopback that no program uses, and no other call in this process returns.
pub(crate) fn unused_address() -> SocketAddr {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let (first, count) = PORTS;
    // other processes begin elsewhere
    let start = process::id().wrapping_mul(997);
    let mut ports = (0..count).map(|_| {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let port = first + start.wrapping_add(call) % count;
        SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap()))
    });
    ports
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("no port is unused")
}
