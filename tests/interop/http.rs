//! A minimal HTTP/1.1 client that sends each request exactly as written.
//!
//! A client library would repair, merge or reject some of the requests of these tests.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// A builder of a request.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    body: String,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target, "")
    }

    /// Creates a request with a form. Only spaces in its values are encoded.
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

    /// Sends the request to `http://ADDRESS`, and reads the whole response.
    pub(crate) fn send(&self, url: &str) -> Response {
        let address = url.strip_prefix("http://").expect("loopback, without TLS");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
        let Self { head, body } = self;
        let length = body.len();
        write!(
            stream,
            "{head}Host: {address}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        Response::read(&response)
    }
}

impl Response {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a complete response");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let response = Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        };
        assert_eq!(response.header("transfer-encoding"), None, "{response:?}");
        response
    }

    /// Returns all values of a header field.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1).filter_map(move |line| {
            let (header, value) = line.split_once(':')?;
            header.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// Returns the value of a header field.
    ///
    /// # Panics
    ///
    /// Panics if the field is present more than once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers(name);
        let value = values.next();
        assert_eq!(values.next(), None, "duplicate `{name}`");
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Encodes fields as a query or a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    fields.join("&")
}
