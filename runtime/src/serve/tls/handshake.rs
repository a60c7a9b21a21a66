//! The handshake of a connection.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConnection;
use rustls::server::ServerConfig;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::guard::ClientCertificate;
use crate::serve::socket::Socket;
use crate::serve::stream::Stream;

/// The handshake of every connection of a server.
#[derive(Clone)]
pub(in crate::serve) struct Handshake {
    config: watch::Receiver<Arc<ServerConfig>>,
    timeout: Duration,
    /// Whether certificates of clients have an issuer that the server trusts.
    verifies_issuer: bool,
}

/// A protocol that the client has chosen (RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Protocol {
    Http1,
    #[cfg(feature = "http2")]
    Http2,
}

/// A connection after its handshake.
pub(in crate::serve) struct Established {
    pub(in crate::serve) stream: Stream,
    pub(in crate::serve) protocol: Protocol,
    /// The certificate of the client, if it has presented one.
    pub(in crate::serve) certificate: Option<ClientCertificate>,
}

impl Handshake {
    pub(in crate::serve) fn new(
        config: watch::Receiver<Arc<ServerConfig>>,
        timeout: Duration,
        verifies_issuer: bool,
    ) -> Self {
        Self {
            config,
            timeout,
            verifies_issuer,
        }
    }

    /// Runs the handshake. Returns `None` if it fails or takes too long; rustls has then sent an alert, if it can.
    pub(in crate::serve) async fn run(&self, socket: Socket) -> Option<Established> {
        let config = Arc::clone(&self.config.borrow());
        let handshake = TlsAcceptor::from(config).accept(socket);
        let stream = timeout(self.timeout, handshake).await.ok()?.ok()?;
        let (_, connection) = stream.get_ref();
        Some(Established {
            protocol: protocol(connection),
            certificate: certificate(connection, self.verifies_issuer),
            stream: Stream::Tls(Box::new(stream)),
        })
    }
}

/// Returns the protocol; HTTP/1.1 for a client that names none.
fn protocol(connection: &ServerConnection) -> Protocol {
    match connection.alpn_protocol() {
        #[cfg(feature = "http2")]
        Some(b"h2") => Protocol::Http2,
        _ => Protocol::Http1,
    }
}

/// Returns the certificate of the client, whose key has signed the handshake.
fn certificate(connection: &ServerConnection, is_issued: bool) -> Option<ClientCertificate> {
    let chain = connection.peer_certificates()?;
    let leaf = chain.first()?;
    Some(ClientCertificate::new(leaf.as_ref(), is_issued))
}
