//! Errors of a registration.

use std::error::Error;
use std::fmt;

use crate::authorization_server::redirect_uri::RedirectUriError;
use crate::authorization_server::server_error::without_user_information;
use crate::claims::ScopeError;

/// An error in the registration of a [`Client`](super::Client).
///
/// `Debug` prints the same sentence as `Display`, so that an error that `main` returns is readable. Neither prints the user
/// information of a URL, which may contain a password.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// The ID is empty, longer than 256 bytes, or has characters other than printable ASCII.
    Id,
    /// The name has no letter or digit, more than 128 characters, or control or bidirectional characters.
    Name,
    /// A redirect URI cannot be registered.
    RedirectUri(String, RedirectUriError),
    /// There are more than 32 redirect URIs.
    TooManyRedirectUris,
    /// Two clients have this ID.
    Duplicate(String),
    /// The scopes are malformed.
    Scopes(ScopeError),
    /// The secret has fewer than 32 bytes.
    ShortSecret,
    /// The keys of the client cannot be used.
    Keys(String),
    /// The name of a certificate is empty, or has a wildcard or a character that no certificate should have.
    CertificateName,
    /// A public client cannot use the grant with client credentials, or introspect tokens.
    Public,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str("a client ID has 1 to 256 printable ASCII characters"),
            Self::Name => f.write_str(
                "a client's name has a letter or digit, at most 128 characters, and no control characters",
            ),
            Self::RedirectUri(uri, error) => {
                let shown = without_user_information(uri);
                write!(f, "the redirect URI `{shown}`: {error}")
            }
            Self::Duplicate(id) => write!(f, "two clients have the ID `{id}`"),
            Self::TooManyRedirectUris => f.write_str("a client has at most 32 redirect URIs"),
            Self::Scopes(error) => write!(f, "the scopes of the client: {error}"),
            Self::ShortSecret => f.write_str(
                "the secret has fewer than 32 bytes: generate one from 32 random bytes",
            ),
            Self::Keys(problem) => write!(f, "the client's keys: {problem}"),
            Self::CertificateName => f.write_str(
                "the name in a client's certificate is empty, or has a wildcard or another character that it cannot have",
            ),
            Self::Public => f.write_str(
                "a public client cannot use the grant with client credentials, or introspect tokens",
            ),
        }
    }
}

impl fmt::Debug for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ClientError {}
