//! One HTTP/1.1 exchange, byte by byte as the test wrote it.
//!
//! A client library would repair, merge or refuse some of what the tests have to send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_mins(1);

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    body: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target, "")
    }

    /// A form; its values are sent as they are, but for spaces.
    pub(crate) fn post(target: &str, fields: &[(&str, &str)]) -> Self {
        Self::new("POST", target, &form(fields))
            .header("Content-Type", "application/x-www-form-urlencoded")
    }

    fn new(method: &str, target: &str, body: &str) -> Self {
        Self {
            head: format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n"),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        let credential = STANDARD.encode(format!("{id}:{secret}"));
        self.header("Authorization", &format!("Basic {credential}"))
    }

    /// Sends it to `http://ADDRESS` and reads the answer to its end.
    pub(crate) fn send(&self, url: &str) -> Answer {
        let address = url.strip_prefix("http://").expect("loopback, without TLS");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let Self { head, body } = self;
        let length = body.len();
        write!(
            stream,
            "{head}Host: {address}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Answer::read(&answer)
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let answer = Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        };
        assert_eq!(answer.header("transfer-encoding"), None, "{answer:?}");
        answer
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1).filter_map(move |line| {
            let (header, value) = line.split_once(':')?;
            header.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The value of a header that may be there once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers(name);
        let value = values.next();
        assert_eq!(values.next(), None, "a second `{name}`");
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Fields as a query or a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    fields.join("&")
}
