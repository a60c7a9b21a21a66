//! A minimal HTTP/2 client over TLS, which sends prepared frames.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::outcome::Outcome;
use crate::tls::frames::{
    self, ACK, DATA, END_STREAM, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS, STATUS_200,
};
use crate::tls::stream::{TlsStream, connect};

/// The number of connections to one server.
const CONNECTIONS: usize = 4;

/// The number of requests in flight on each of them.
const STREAMS: u32 = 16;

const WINDOW: u32 = 65_535;

/// The connections to one server.
pub(crate) struct Http2Client {
    connections: Vec<Connection>,
}

struct Connection {
    stream: TlsStream,
    /// The number of the next request's stream.
    next: u32,
    received: Vec<u8>,
}

impl Http2Client {
    /// Opens all connections, and sends one batch.
    pub(crate) fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Outcome<Self> {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut stream = connect(address, config)?;
            stream.write_all(&frames::opening(WINDOW))?;
            connections.push(Connection {
                stream,
                next: 1,
                received: Vec::new(),
            });
        }
        let mut client = Self { connections };
        client.batch(1)?;
        Ok(client)
    }

    /// Sends `rounds` times as many requests on each connection as may be in flight, and returns their number and
    /// the elapsed time.
    ///
    /// # Errors
    ///
    /// Returns an error if a response is not 200 or a connection fails.
    pub(crate) fn batch(&mut self, rounds: usize) -> Outcome<(usize, Duration)> {
        let begin = Instant::now();
        for _ in 0..rounds {
            for connection in &mut self.connections {
                connection.send()?;
            }
            for connection in &mut self.connections {
                connection.receive()?;
            }
        }
        let streams = usize::try_from(STREAMS)?;
        Ok((rounds * self.connections.len() * streams, begin.elapsed()))
    }
}

impl Connection {
    fn send(&mut self) -> Outcome<()> {
        let mut bytes = Vec::new();
        for _ in 0..STREAMS {
            bytes.extend(frames::get(self.next));
            self.next += 2;
        }
        Ok(self.stream.write_all(&bytes)?)
    }

    /// Reads the responses to all requests in flight.
    fn receive(&mut self) -> Outcome<()> {
        let mut open = STREAMS;
        let mut buffer = [0; 16 * 1024];
        while open > 0 {
            let length = self.stream.read(&mut buffer)?;
            if length == 0 {
                return Err("the server closed the connection".into());
            }
            self.received
                .extend(buffer.get(..length).unwrap_or_default());
            let mut parsed = 0;
            let mut replies = Vec::new();
            while let Some((frame, length)) =
                frames::parse(self.received.get(parsed..).unwrap_or_default())
            {
                parsed += length;
                match frame.kind {
                    SETTINGS if frame.flags & ACK == 0 => {
                        replies.extend(frames::frame(SETTINGS, ACK, 0, &[]));
                    }
                    PING if frame.flags & ACK == 0 => {
                        replies.extend(frames::frame(PING, ACK, 0, frame.payload));
                    }
                    HEADERS if frame.payload.first() != Some(&STATUS_200) => {
                        return Err("a response over HTTP/2 is not 200".into());
                    }
                    HEADERS | DATA if frame.flags & END_STREAM != 0 => open -= 1,
                    RST_STREAM | GOAWAY => return Err("the server refused a request".into()),
                    _ => {}
                }
            }
            self.received.drain(..parsed);
            if !replies.is_empty() {
                self.stream.write_all(&replies)?;
            }
        }
        Ok(())
    }
}
