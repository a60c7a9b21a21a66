//! A minimal HTTP/1.1 client over TLS, which sends the same request again and again.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::client::read_first_response;
use crate::outcome::Outcome;
use crate::tls::identity::NAME;
use crate::tls::stream::{TlsStream, connect};
use crate::tokens::PATH;

/// The number of keep-alive connections, each with one request in flight.
const CONNECTIONS: usize = 16;

const ACCEPTED: &[u8] = b"HTTP/1.1 200 ";

/// The connections to one server.
pub(crate) struct Http1Client {
    connections: Vec<TlsStream>,
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Http1Client {
    /// Opens all connections, and sends one request on each.
    pub(crate) fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Outcome<Self> {
        let mut client = Self {
            connections: Vec::new(),
            request: request(),
            response: Vec::new(),
        };
        for _ in 0..CONNECTIONS {
            let mut stream = connect(address, config)?;
            stream.write_all(&client.request)?;
            let length = read_first_response(&mut stream)?;
            client.response.resize(length, 0);
            client.connections.push(stream);
        }
        Ok(client)
    }

    /// Sends `rounds` requests on each connection, and returns their number and the elapsed time.
    ///
    /// # Errors
    ///
    /// Returns an error if a response is not 200 or a connection fails.
    pub(crate) fn batch(&mut self, rounds: usize) -> Outcome<(usize, Duration)> {
        let begin = Instant::now();
        for _ in 0..rounds {
            for stream in &mut self.connections {
                stream.write_all(&self.request)?;
            }
            for stream in &mut self.connections {
                stream.read_exact(&mut self.response)?;
                if !self.response.starts_with(ACCEPTED) {
                    return Err("a response over HTTP/1.1 is not 200".into());
                }
            }
        }
        Ok((rounds * self.connections.len(), begin.elapsed()))
    }
}

/// Returns the request.
pub(crate) fn request() -> Vec<u8> {
    format!("GET {PATH} HTTP/1.1\r\nhost: {NAME}\r\n\r\n").into()
}
