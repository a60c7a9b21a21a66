//! A client's ID and secret in the header `authorization` ([RFC 6749 §2.3.1]).
//!
//! [RFC 6749 §2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use hyper::body::Bytes;
use percent_encoding::percent_encode;
use zeroize::Zeroizing;

use crate::https::HttpsError;
use crate::https::form::FORM;
use crate::secret::Secret;

/// Returns the header value of `client_secret_basic` ([RFC 6749 §2.3.1]).
///
/// Client ID and secret are escaped before they are joined. The header value zeroizes its bytes
/// when it is dropped, and no other copy remains in memory.
///
/// [RFC 6749 §2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
pub(crate) fn basic(client_id: &str, secret: &Secret) -> Result<HeaderValue, HttpsError> {
    const SCHEME: &[u8] = b"Basic ";
    let credentials = credentials(client_id, secret);
    let invalid = || HttpsError::InsecureUrl;
    let encoded_len = base64::encoded_len(credentials.len(), true).ok_or_else(invalid)?;
    let mut header = Zeroizing::new(vec![0; SCHEME.len() + encoded_len]);
    let (scheme, encoded) = header.split_at_mut(SCHEME.len());
    scheme.copy_from_slice(SCHEME);
    let written = STANDARD.encode_slice(&*credentials, encoded);
    written.map_err(|_| invalid())?;
    let header = Bytes::from_owner(header);
    let mut value = HeaderValue::from_maybe_shared(header).map_err(|_| invalid())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Escapes client ID and secret, and joins them with a colon.
///
/// The string has its full capacity from the beginning: reallocation would leave a copy of the
/// secret in memory that is not zeroized.
fn credentials(client_id: &str, secret: &Secret) -> Zeroizing<String> {
    let mut credentials = Zeroizing::new(String::with_capacity(max_len(client_id, secret)));
    credentials.extend(percent_encode(client_id.as_bytes(), FORM));
    credentials.push(':');
    credentials.extend(percent_encode(secret.expose(), FORM));
    credentials
}

/// Returns the maximum length of the credentials in bytes: an escaped byte takes three.
fn max_len(client_id: &str, secret: &Secret) -> usize {
    3 * (client_id.len() + secret.len()) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(client_id: &str, secret: &str) -> String {
        let header = basic(client_id, &Secret::new(secret)).unwrap();
        assert!(header.is_sensitive());
        let encoded = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
    }

    /// RFC 6749 §2.3.1 and appendix B.
    #[test]
    fn client_id_and_secret_are_escaped_before_joining() {
        for (client_id, secret, joined) in [
            ("orders-api", "s3cret_.*", "orders-api:s3cret_.*"),
            (
                "https://orders.example",
                "a:b c",
                "https%3A%2F%2Forders.example:a%3Ab%20c",
            ),
            ("ü", "+%&=", "%C3%BC:%2B%25%26%3D"),
        ] {
            assert_eq!(decoded(client_id, secret), joined);
        }
    }

    /// Reallocation would leave parts of the secret in memory.
    #[test]
    fn escaped_credentials_never_reallocate() {
        for secret in ["s", "+%&=", &"/".repeat(1000), &"s".repeat(1000)] {
            let max_len = max_len("ü", &Secret::new(secret));
            let credentials = credentials("ü", &Secret::new(secret));
            assert_eq!(credentials.capacity(), max_len);
            assert!(credentials.len() <= max_len);
        }
        assert_eq!(
            credentials("ü", &Secret::new("/")).len(),
            max_len("ü", &Secret::new("/"))
        );
    }
}
