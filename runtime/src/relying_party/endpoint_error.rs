//! Errors of a provider's endpoints.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use crate::https::HttpsError;
use crate::relying_party::provider_error::ProviderError;
use crate::text::is_nqschar;

/// The maximum length of an error code, in bytes.
const MAX_CODE_LEN: usize = 64;

/// The maximum length of a description, in bytes.
const MAX_DESCRIPTION_LEN: usize = 256;

/// An error that a provider reports ([RFC 6749 §5.2, §4.1.2.1]).
///
/// [RFC 6749 §5.2, §4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    code: String,
    description: Option<String>,
}

impl OAuthError {
    /// Reads the parameters `error` and `error_description`.
    ///
    /// Returns `None` unless the code has 1 to 64 characters that RFC 6749 allows. A description is shortened
    /// to 256 characters, and dropped if it has others.
    pub(crate) fn read(code: &str, description: Option<&str>) -> Option<Self> {
        let is_allowed = |text: &str| !text.is_empty() && text.bytes().all(is_nqschar);
        if code.len() > MAX_CODE_LEN || !is_allowed(code) {
            return None;
        }
        let description = description.filter(|text| is_allowed(text));
        // ASCII, so that any length is a boundary
        let shortened = description.map(|text| text.get(..MAX_DESCRIPTION_LEN).unwrap_or(text));
        Some(Self {
            code: code.to_owned(),
            description: shortened.map(str::to_owned),
        })
    }

    /// Reads the body of an error response.
    pub(super) fn from_members(members: &Value) -> Option<Self> {
        let text = |name| members.get(name).and_then(Value::as_str);
        Self::read(text("error")?, text("error_description"))
    }

    /// Returns the error code, such as `invalid_grant`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the provider's description, for operators and not for users.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    fn is_temporary(&self) -> bool {
        matches!(
            &*self.code,
            "temporarily_unavailable" | "server_error" | "slow_down"
        )
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.code)?;
        match &self.description {
            Some(description) => write!(f, " ({description})"),
            None => Ok(()),
        }
    }
}

impl Error for OAuthError {}

/// An error of a request to one of the provider's endpoints.
#[derive(Debug)]
#[non_exhaustive]
pub enum EndpointError {
    /// The provider's metadata is unavailable.
    Provider(ProviderError),
    /// The provider has no such endpoint.
    NoEndpoint {
        /// The member of the metadata.
        member: &'static str,
    },
    /// The provider does not support the client's authentication method.
    AuthenticationMethod {
        /// The method of the client.
        method: &'static str,
        /// The methods of the provider.
        supported: Vec<String>,
    },
    /// The client's assertion could not be signed.
    Signing,
    /// The request failed.
    Https(HttpsError),
    /// The provider refuses the request.
    Refused(OAuthError),
    /// The response has another status than 200, and no error of OAuth.
    Status(u16),
    /// The response is malformed.
    Malformed {
        /// The mistake in it.
        problem: String,
    },
    /// The provider granted scopes that were not requested.
    ExcessScope {
        /// The scopes.
        scopes: String,
    },
}

impl EndpointError {
    /// Returns whether the provider has ended the grant: the code or refresh token is expired, revoked or used
    /// (`invalid_grant`). No later attempt can succeed; a person logs in again.
    pub fn is_invalid_grant(&self) -> bool {
        matches!(self, Self::Refused(error) if error.code() == "invalid_grant")
    }

    /// Returns whether a later attempt can succeed: the provider is unavailable, and has decided nothing.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Provider(error) => error.is_retryable(),
            Self::Https(error) => {
                matches!(error, HttpsError::Transport(_) | HttpsError::Timeout)
            }
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Refused(error) => error.is_temporary(),
            Self::Signing => true,
            Self::NoEndpoint { .. }
            | Self::AuthenticationMethod { .. }
            | Self::Malformed { .. }
            | Self::ExcessScope { .. } => false,
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(error) => error.fmt(f),
            Self::NoEndpoint { member } => write!(f, "the provider's metadata has no `{member}`"),
            Self::AuthenticationMethod { method, supported } => write!(
                f,
                "the provider does not support the client's authentication `{method}`, only {supported:?}"
            ),
            Self::Signing => f.write_str("the client's assertion could not be signed"),
            Self::Https(error) => error.fmt(f),
            Self::Refused(error) => write!(f, "the provider refuses the request: {error}"),
            Self::Status(status) => write!(f, "the provider responded with status {status}"),
            Self::Malformed { problem } => {
                write!(f, "the provider's response is malformed: {problem}")
            }
            Self::ExcessScope { scopes } => write!(
                f,
                "the provider granted scopes that were not requested, {scopes:?}; \
                 `ClientRegistration::also_granted` accepts them"
            ),
        }
    }
}

impl Error for EndpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Provider(error) => error.source(),
            Self::Https(error) => error.source(),
            _ => None,
        }
    }
}

impl From<ProviderError> for EndpointError {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl From<HttpsError> for EndpointError {
    fn from(error: HttpsError) -> Self {
        Self::Https(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_1_to_64_allowed_characters() {
        let longest = "e".repeat(MAX_CODE_LEN);
        let description = "d".repeat(MAX_DESCRIPTION_LEN);
        for code in ["e", &longest, "invalid_grant"] {
            let error = OAuthError::read(code, Some(&description)).unwrap();
            assert_eq!(error.code(), code);
            assert_eq!(error.description(), Some(&*description));
        }
        for code in ["", &format!("{longest}e"), "a\"b", "a\nb"] {
            assert_eq!(OAuthError::read(code, None), None, "{code}");
        }
        let error = OAuthError::read("e", Some(&format!("{description}d"))).unwrap();
        assert_eq!(error.description(), Some(&*description));
    }
}
