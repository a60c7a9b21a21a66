//! Errors of a configuration.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::claims::ScopeError;
use crate::keys::Algorithm;
use crate::relying_party::vault::VaultError;

/// An error in the configuration of an [`AuthorizationServer`](super::AuthorizationServer).
///
/// `Debug` prints the same sentence as `Display`, so that an error that `main` returns is readable. Neither prints the user
/// information of a URL, which may contain a password.
#[non_exhaustive]
pub enum AuthorizationServerError {
    /// The issuer is not an `https` URL with a host, and without query, fragment and user information ([RFC 8414 §2]), or its
    /// path ends with a slash or has other characters than letters, digits and `-._~`.
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    Issuer(String),
    /// A resource is missing, empty, or a duplicate.
    Resource,
    /// The scopes of a resource are malformed.
    Scopes(ScopeError),
    /// The algorithm is not one of RS256, PS256, ES256 and `EdDSA`.
    Algorithm(Algorithm),
    /// A lifetime is zero or too long.
    Lifetime(&'static str),
    /// A limit is out of its range.
    Limit(&'static str),
    /// A text is not an origin of pages: `https://`, or `http://` to loopback, with a host and without a path.
    BrowserOrigin(String),
    /// The vault is unavailable, or its records are of another format.
    Vault(VaultError),
}

impl fmt::Display for AuthorizationServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer(issuer) => {
                let shown = without_user_information(issuer);
                write!(
                    f,
                    "the issuer `{shown}` is not an https URL without query, fragment, user information, encoded characters and a trailing slash"
                )?;
                if issuer.starts_with("http://") {
                    f.write_str("; for development on loopback, add `.allow_loopback_http()`")?;
                }
                Ok(())
            }
            Self::Resource => f.write_str(
                "a resource is missing, empty or a duplicate: add each API once with `.resource(url, scopes)`",
            ),
            Self::Scopes(error) => write!(f, "the scopes of a resource: {error}"),
            Self::Algorithm(algorithm) => {
                write!(
                    f,
                    "tokens are signed with RS256, PS256, ES256 or EdDSA, not {algorithm:?}"
                )
            }
            Self::Lifetime(problem) | Self::Limit(problem) => f.write_str(problem),
            Self::BrowserOrigin(text) => {
                write!(f, "`{}` is not an https origin", without_user_information(text))
            }
            Self::Vault(error) => write!(f, "the vault: {error}"),
        }
    }
}

impl fmt::Debug for AuthorizationServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for AuthorizationServerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Scopes(error) => Some(error),
            Self::Vault(error) => Some(error),
            _ => None,
        }
    }
}

/// Returns a malformed URL for an error, without the text between its scheme and its last `@`.
pub(super) fn without_user_information(url: &str) -> Cow<'_, str> {
    let Some((before, after)) = url.rsplit_once('@') else {
        return Cow::Borrowed(url);
    };
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    let separator = if scheme.is_empty() { "" } else { "://" };
    Cow::Owned(format!("{scheme}{separator}[redacted]@{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization_server::client::ClientError;
    use crate::authorization_server::redirect_uri::RedirectUriError;

    #[test]
    fn error_with_a_url_omits_its_user_information() {
        for (url, shown) in [
            ("https://login.example/?a", "`https://login.example/?a`"),
            (
                "https://admin:hunter2@login.example",
                "`https://[redacted]@login.example`",
            ),
            (
                "https://hunter2@login.example/a",
                "`https://[redacted]@login.example/a`",
            ),
            (
                "https://a:hunter2@b:hunter2@login.example",
                "`https://[redacted]@login.example`",
            ),
            ("http://:hunter2@127.0.0.1", "`http://[redacted]@127.0.0.1`"),
            (
                "https://a:hunter2/@login.example",
                "`https://[redacted]@login.example`",
            ),
            ("https://hunter2@", "`https://[redacted]@`"),
            ("a:hunter2@login.example", "`[redacted]@login.example`"),
        ] {
            let text = || url.to_owned();
            let redirect = ClientError::RedirectUri(text(), RedirectUriError::Malformed);
            for printed in [
                format!("{:?}", AuthorizationServerError::Issuer(text())),
                AuthorizationServerError::Issuer(text()).to_string(),
                format!("{:?}", AuthorizationServerError::BrowserOrigin(text())),
                AuthorizationServerError::BrowserOrigin(text()).to_string(),
                format!("{redirect:?}"),
                redirect.to_string(),
            ] {
                assert!(printed.contains(shown), "{printed}");
                assert!(!printed.contains("hunter2"), "{printed}");
            }
        }
    }

    /// A program whose `main` returns the error prints its sentence.
    #[test]
    fn debug_of_an_error_prints_its_sentence() {
        for error in [
            AuthorizationServerError::Issuer("http://127.0.0.1".to_owned()),
            AuthorizationServerError::Resource,
            AuthorizationServerError::Algorithm(Algorithm::ES256),
            AuthorizationServerError::Lifetime("a lifetime"),
            AuthorizationServerError::Limit("a limit"),
            AuthorizationServerError::BrowserOrigin("*".to_owned()),
            AuthorizationServerError::Vault(VaultError::UnknownKey),
        ] {
            assert_eq!(format!("{error:?}"), error.to_string());
        }
    }
}
