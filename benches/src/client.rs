//! A small HTTP/1.1 client that costs less than any server it asks.
//!
//! Written by hand so that the server is what is measured: requests are bytes made
//! before, and an answer is read by its length, which the first one tells.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::outcome::Outcome;
use crate::tokens::PATH;

/// Kept alive; each has one request under way at a time.
pub(crate) const CONNECTIONS: usize = 16;

/// A server that does not answer for so long ends the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the answer to a good token begins with.
const ACCEPTED: &[u8] = b"HTTP/1.1 200 ";

/// Some connections to one server.
pub(crate) struct Client {
    connections: Vec<TcpStream>,
    answer: Vec<u8>,
}

impl Client {
    /// Connects, and presents `token` once on each connection.
    ///
    /// # Errors
    ///
    /// Where the token is not accepted, with the line that says so.
    pub(crate) fn connect(address: SocketAddr, token: &str) -> Outcome<Self> {
        let mut client = Self {
            connections: Vec::new(),
            answer: Vec::new(),
        };
        for _ in 0..CONNECTIONS {
            let mut stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(&request(token))?;
            let length = first_answer(&mut stream)?;
            client.answer.resize(length, 0);
            client.connections.push(stream);
        }
        Ok(client)
    }

    /// Asks with each token, over all connections at once, and says how long that took.
    ///
    /// # Errors
    ///
    /// Where a token is not accepted, or the connection fails.
    pub(crate) fn batch<'a>(
        &mut self,
        tokens: impl Iterator<Item = &'a str>,
        count: usize,
    ) -> Outcome<Duration> {
        let requests: Vec<Vec<u8>> = tokens.map(request).collect();
        if requests.len() != count {
            return Err("there are too few tokens".into());
        }
        let begin = Instant::now();
        for some in requests.chunks(self.connections.len()) {
            for (stream, request) in self.connections.iter_mut().zip(some) {
                stream.write_all(request)?;
            }
            for (stream, _) in self.connections.iter_mut().zip(some) {
                stream.read_exact(&mut self.answer)?;
                if !self.answer.starts_with(ACCEPTED) {
                    return Err(refusal(&self.answer));
                }
            }
        }
        Ok(begin.elapsed())
    }
}

fn request(token: &str) -> Vec<u8> {
    format!("GET {PATH} HTTP/1.1\r\nhost: api.test\r\nauthorization: Bearer {token}\r\n\r\n").into()
}

/// Reads one answer, and says how long all answers of this server are.
fn first_answer(stream: &mut impl Read) -> Outcome<usize> {
    let mut answer = Vec::new();
    let mut some = [0; 1024];
    loop {
        if let Some(length) = length(&answer)
            && answer.len() >= length
        {
            return if answer.starts_with(ACCEPTED) {
                Ok(length)
            } else {
                Err(refusal(&answer))
            };
        }
        let read = stream.read(&mut some)?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        answer.extend_from_slice(some.get(..read).unwrap_or_default());
    }
}

/// Head and body, once the head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let text = str::from_utf8(answer).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let body = lines.find_map(|(name, value)| {
        let found = name.eq_ignore_ascii_case("content-length");
        found.then(|| value.parse::<usize>().ok()).flatten()
    });
    Some(head.len() + 4 + body?)
}

fn refusal(answer: &[u8]) -> Box<dyn std::error::Error + Send + Sync> {
    let text = String::from_utf8_lossy(answer);
    let line = text.lines().next().unwrap_or_default();
    format!("a good token is answered `{line}`").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ndate: now\r\n\r\nhello";

    #[test]
    fn an_answer_is_as_long_as_its_head_and_body() {
        assert_eq!(length(ANSWER.as_bytes()), Some(ANSWER.len()));
        assert_eq!(length(b"HTTP/1.1 200 OK\r\ncontent-le"), None);
        assert_eq!(first_answer(&mut ANSWER.as_bytes()).unwrap(), ANSWER.len());
    }

    #[test]
    fn a_refusal_is_told_by_its_first_line() {
        let refused = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
        let error = first_answer(&mut refused.as_bytes()).unwrap_err();
        let told = error.to_string();
        assert_eq!(told, "a good token is answered `HTTP/1.1 401 Unauthorized`");
    }

    #[test]
    fn an_answer_that_breaks_off_is_an_error() {
        let half = ANSWER.get(..30).unwrap();
        assert!(first_answer(&mut half.as_bytes()).is_err());
    }
}
