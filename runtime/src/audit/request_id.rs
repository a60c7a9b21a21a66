//! The id of a request, which its response, its problem and its audit events have in common.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::rand;
use http::{HeaderMap, HeaderName, HeaderValue, Version};
use serde::{Serialize, Serializer};

/// The id of a request, which its response, its problem and its audit events have in common.
///
/// [`palisade::serve`](fn@crate::serve) gives one to every request: a random one, or the `X-Request-Id` that a
/// [proxy](crate::Server::behind_proxy) has sent. With another listener, [`Api::request_ids`](crate::Api::request_ids) does.
///
/// The id is the header field `x-request-id` of the response, the member `request_id` of a problem, and the field `request_id` of
/// audit events. Handlers have it as an argument, and layers as an argument of [`from_fn`](axum::middleware::from_fn) or in the extensions of
/// the request. Without an id in the extensions, the argument is a new one, which only the handler knows.
///
/// # Security
///
/// A random id is 128 bits, so that ids do not reveal the number of requests. It is not a secret: clients, proxies and logs
/// have it. Clients of a proxy that passes their `X-Request-Id` on can choose the id of a request, and use one twice.
///
/// # Examples
///
/// ```
/// use palisade::RequestId;
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:write")]
/// async fn create_order(id: RequestId) -> StatusCode {
///     println!("request {id} creates an order");
///     StatusCode::CREATED
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Id);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Id {
    /// The number of 32 lowercase hexadecimal digits, in bytes, which need no alignment.
    Hex([u8; HEX_LEN / 2]),
    Text(Arc<str>),
}

/// The text is not a request id: it is empty, longer than 128 bytes, or has another character than letters, digits and
/// `-._~+/=:@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestIdError;

/// The header field of a request and of its response.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The maximum length of an id, in bytes.
const MAX_LEN: usize = 128;

/// The length of a random id, in hexadecimal digits.
const HEX_LEN: usize = 32;

impl RequestId {
    /// Creates a random id: 32 lowercase hexadecimal digits.
    pub fn random() -> Self {
        Self(Id::Hex(random()))
    }

    /// Returns the id for a request with these header fields, which keep `X-Request-Id` only if it is that id.
    ///
    /// The field counts if it is from a trusted proxy, is not repeated, and is well formed. Otherwise the id is random.
    pub(crate) fn of(headers: &mut HeaderMap, is_from_proxy: bool) -> Self {
        let mut values = headers.get_all(X_REQUEST_ID).iter();
        let Some(value) = values.next() else {
            return Self::random();
        };
        let is_single = values.next().is_none();
        let sent = value.to_str().ok().filter(|_| is_from_proxy && is_single);
        sent.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
            headers.remove(X_REQUEST_ID);
            Self::random()
        })
    }

    /// Removes `X-Request-Id` from a request, unless it is this id, once.
    pub(crate) fn remove_others(&self, headers: &mut HeaderMap) {
        let mut values = headers.get_all(X_REQUEST_ID).iter();
        let is_own = |value: &HeaderValue| self.to_header_value().is_ok_and(|own| own == value);
        let keeps = values.next().is_none_or(is_own) && values.next().is_none();
        if !keeps {
            headers.remove(X_REQUEST_ID);
        }
    }

    /// Sets the header field of a response.
    ///
    /// In HTTP/2, it stays out of HPACK's table (RFC 7541 §7.1.3), because an id is used once and would replace fields that
    /// other responses have, too.
    pub(crate) fn set_header(&self, headers: &mut HeaderMap, version: Version) {
        if let Ok(mut value) = self.to_header_value() {
            value.set_sensitive(version == Version::HTTP_2);
            headers.insert(X_REQUEST_ID, value);
        }
    }

    /// Returns the id as the value of a header field; every character of an id is allowed there.
    fn to_header_value(&self) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        match &self.0 {
            Id::Hex(number) => HeaderValue::from_bytes(&hex(*number)),
            Id::Text(text) => HeaderValue::from_str(text),
        }
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=:@".contains(byte);
        let has_length = (1..=MAX_LEN).contains(&text.len());
        if !has_length || !text.as_bytes().iter().all(is_allowed) {
            return Err(RequestIdError);
        }
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == HEX_LEN
            && text.bytes().all(is_hex)
            && let Ok(number) = u128::from_str_radix(text, 16)
        {
            return Ok(Self(Id::Hex(number.to_be_bytes())));
        }
        Ok(Self(Id::Text(text.into())))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Id::Hex(number) => write!(f, "{:032x}", u128::from_be_bytes(*number)),
            Id::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

/// Serializes the text of the id.
impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for RequestIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request id has 1 to 128 letters, digits and characters of `-._~+/=:@`")
    }
}

impl Error for RequestIdError {}

/// Returns the 32 lowercase hexadecimal digits of a number.
fn hex(number: [u8; HEX_LEN / 2]) -> [u8; HEX_LEN] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [b'0'; HEX_LEN];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(number) {
        for (digit, value) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
        }
    }
    digits
}

thread_local! {
    static BATCH: RefCell<Batch> = const { RefCell::new(Batch::EMPTY) };
}

/// The random numbers of a thread that are not used yet. One at a time would cost ten times as much.
struct Batch {
    bytes: [[u8; HEX_LEN / 2]; Self::LEN],
    left: usize,
}

impl Batch {
    const LEN: usize = 64;

    const EMPTY: Self = Self {
        bytes: [[0; HEX_LEN / 2]; Self::LEN],
        left: 0,
    };

    /// Returns the next number; `None` if the operating system provides no random bytes.
    fn next(&mut self) -> Option<[u8; HEX_LEN / 2]> {
        if self.left == 0 {
            rand::fill(self.bytes.as_flattened_mut()).ok()?;
            self.left = Self::LEN;
        }
        self.left -= 1;
        self.bytes.get(self.left).copied()
    }
}

fn random() -> [u8; HEX_LEN / 2] {
    // no number: the thread ends, or there are no random bytes; the keys of hash maps are unique too
    let next = BATCH.try_with(|batch| batch.borrow_mut().next());
    next.ok().flatten().unwrap_or_else(|| {
        let keys = RandomState::new();
        let number = u128::from(keys.hash_one(0)) << 64 | u128::from(keys.hash_one(1));
        number.to_be_bytes()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn random_ids_are_32_hexadecimal_digits_and_differ() {
        let ids: HashSet<String> = (0..1_000)
            .map(|_| RequestId::random().to_string())
            .collect();
        assert_eq!(ids.len(), 1_000);
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        assert!(
            ids.iter()
                .all(|id| id.len() == 32 && id.bytes().all(is_hex))
        );
    }

    #[test]
    fn random_ids_of_threads_differ() {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                std::thread::spawn(|| (0..200).map(|_| RequestId::random()).collect::<Vec<_>>())
            })
            .collect();
        let ids = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        assert_eq!(ids.collect::<HashSet<_>>().len(), 1_600);
    }

    /// The ids of nginx, Envoy, `HAProxy` and Apache.
    #[test]
    fn ids_of_proxies_are_accepted() {
        for text in [
            "0af7651916cd43dd8448eb211c80319c",
            "0AF7651916CD43DD8448EB211C80319C",
            "00000000000000000000000000000000",
            "1a9a9d3f-7b8a-4f41-9f04-1c6e4d1f2b3c",
            "7F000001:8296_7F00001E:1F90_4F7B0A69_0003:790E",
            "Yg1k@H8AAAEAAHx-AAAAAAE",
            "JKJaXmPLvHcESHA=",
            "a+b/c~d.e",
            "x",
            &"x".repeat(128),
        ] {
            let id: RequestId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            let mut headers = HeaderMap::new();
            id.set_header(&mut headers, Version::HTTP_11);
            assert_eq!(headers[X_REQUEST_ID], text);
            assert!(!headers[X_REQUEST_ID].is_sensitive());
            id.set_header(&mut headers, Version::HTTP_2);
            assert_eq!(headers[X_REQUEST_ID], text);
            assert!(headers[X_REQUEST_ID].is_sensitive());
            assert_eq!(serde_json::to_value(&id).unwrap(), text);
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            " ",
            "a b",
            "a,b",
            "a;b",
            "a\tb",
            "a\r\nset-cookie: x",
            "<script>",
            "\"a\"",
            "'a'",
            "%0d%0a",
            "${jndi:ldap://x}",
            "a\\b",
            "\u{e9}",
            "\u{202e}x",
            "a\0",
            &"x".repeat(129),
            &"x".repeat(10_000),
        ] {
            assert_eq!(text.parse::<RequestId>(), Err(RequestIdError), "{text:?}");
        }
    }

    #[test]
    fn random_id_equals_its_parsed_text() {
        let id = RequestId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(
            "AB".repeat(16).parse::<RequestId>(),
            "ab".repeat(16).parse()
        );
    }

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn field_of_a_proxy_is_accepted() {
        let mut headers = headers(&[b"from-the-proxy"]);
        assert_eq!(
            RequestId::of(&mut headers, true).to_string(),
            "from-the-proxy"
        );
        assert_eq!(headers[X_REQUEST_ID], "from-the-proxy");
    }

    #[test]
    fn field_of_a_client_is_removed() {
        let mut headers = headers(&[b"from-a-client"]);
        assert_ne!(
            RequestId::of(&mut headers, false).to_string(),
            "from-a-client"
        );
        assert!(headers.is_empty());
    }

    #[test]
    fn duplicate_or_malformed_field_is_removed() {
        let long = [b'x'; 10_000];
        for values in [
            &[&b"one"[..], b"two"][..],
            &[b"one", b"one"],
            &[b""],
            &[b"one, two"],
            &[b"\xff\xfe"],
            &["\u{e9}".as_bytes()],
            &[b"a\tb"],
            &[&long],
        ] {
            let mut headers = headers(values);
            let id = RequestId::of(&mut headers, true);
            assert_eq!(id.to_string().len(), HEX_LEN, "{values:?}");
            assert!(headers.is_empty(), "{values:?}");
        }
    }
}
