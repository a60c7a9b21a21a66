//! A blocking TLS connection of a client.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::outcome::Outcome;
use crate::tls::identity;

/// The read timeout; a server that exceeds it has failed.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// Connects, and completes the handshake.
///
/// # Errors
///
/// Returns an error if the server does not choose the protocol that the client speaks.
pub(crate) fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Outcome<TlsStream> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut connection = ClientConnection::new(Arc::clone(config), identity::name()?)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    if connection.alpn_protocol() != config.alpn_protocols.first().map(Vec::as_slice) {
        return Err("the server speaks another protocol".into());
    }
    Ok(StreamOwned::new(connection, socket))
}
