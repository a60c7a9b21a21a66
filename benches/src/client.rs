//! A minimal HTTP/1.1 client that costs less than any of the servers.
//!
//! Requests are prepared bytes. The first response on a connection is parsed for its length, and all
//! further ones are read by that length, so that the server dominates the measured time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::outcome::Outcome;
use crate::tokens::PATH;

/// The number of keep-alive connections, each with one request in flight.
pub(crate) const CONNECTIONS: usize = 16;

/// The read timeout; a server that exceeds it ends the run.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The start of the response to a valid token.
const ACCEPTED: &[u8] = b"HTTP/1.1 200 ";

/// The connections to one server.
pub(crate) struct Client {
    connections: Vec<TcpStream>,
    response: Vec<u8>,
}

impl Client {
    /// Opens all connections, and sends `token` once on each.
    ///
    /// # Errors
    ///
    /// Returns an error with the status line if the token is not accepted.
    pub(crate) fn connect(address: SocketAddr, token: &str) -> Outcome<Self> {
        let mut client = Self {
            connections: Vec::new(),
            response: Vec::new(),
        };
        for _ in 0..CONNECTIONS {
            let mut stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(READ_TIMEOUT))?;
            stream.write_all(&request(token))?;
            let length = read_first_response(&mut stream)?;
            client.response.resize(length, 0);
            client.connections.push(stream);
        }
        Ok(client)
    }

    /// Sends a request with each token, spread over all connections, and returns the elapsed time.
    ///
    /// # Errors
    ///
    /// Returns an error if a token is not accepted or a connection fails.
    pub(crate) fn batch<'a>(
        &mut self,
        tokens: impl Iterator<Item = &'a str>,
        count: usize,
    ) -> Outcome<Duration> {
        let requests: Vec<Vec<u8>> = tokens.map(request).collect();
        if requests.len() != count {
            return Err("too few tokens".into());
        }
        let begin = Instant::now();
        for chunk in requests.chunks(self.connections.len()) {
            for (stream, request) in self.connections.iter_mut().zip(chunk) {
                stream.write_all(request)?;
            }
            for (stream, _) in self.connections.iter_mut().zip(chunk) {
                stream.read_exact(&mut self.response)?;
                if !self.response.starts_with(ACCEPTED) {
                    return Err(unexpected_response(&self.response));
                }
            }
        }
        Ok(begin.elapsed())
    }
}

fn request(token: &str) -> Vec<u8> {
    format!("GET {PATH} HTTP/1.1\r\nhost: api.test\r\nauthorization: Bearer {token}\r\n\r\n").into()
}

/// Reads one response and returns its length, which is that of all responses of this server.
pub(crate) fn read_first_response(stream: &mut impl Read) -> Outcome<usize> {
    let mut response = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if let Some(length) = length(&response)
            && response.len() >= length
        {
            return if response.starts_with(ACCEPTED) {
                Ok(length)
            } else {
                Err(unexpected_response(&response))
            };
        }
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        response.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
}

/// Returns the length of head and body once the head is complete.
fn length(response: &[u8]) -> Option<usize> {
    let text = str::from_utf8(response).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let body = lines.find_map(|(name, value)| {
        let found = name.eq_ignore_ascii_case("content-length");
        found.then(|| value.parse::<usize>().ok()).flatten()
    });
    Some(head.len() + 4 + body?)
}

fn unexpected_response(response: &[u8]) -> Box<dyn std::error::Error + Send + Sync> {
    let text = String::from_utf8_lossy(response);
    let line = text.lines().next().unwrap_or_default();
    format!("a valid token got the response `{line}`").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ndate: now\r\n\r\nhello";

    #[test]
    fn response_length_is_that_of_head_and_body() {
        assert_eq!(length(RESPONSE.as_bytes()), Some(RESPONSE.len()));
        assert_eq!(length(b"HTTP/1.1 200 OK\r\ncontent-le"), None);
        assert_eq!(
            read_first_response(&mut RESPONSE.as_bytes()).unwrap(),
            RESPONSE.len()
        );
    }

    #[test]
    fn rejected_token_is_an_error_with_the_status_line() {
        let unauthorized = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
        let error = read_first_response(&mut unauthorized.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a valid token got the response `HTTP/1.1 401 Unauthorized`"
        );
    }

    #[test]
    fn truncated_response_is_an_error() {
        let half = RESPONSE.get(..30).unwrap();
        assert!(read_first_response(&mut half.as_bytes()).is_err());
    }
}
