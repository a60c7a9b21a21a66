//! The parameters of an authorization response ([RFC 6749 §4.1.2], [RFC 9207 §2]).
//!
//! `callback` compares `iss` before it uses any other parameter.
//!
//! [RFC 6749 §4.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
//! [RFC 9207 §2]: https://www.rfc-editor.org/rfc/rfc9207#section-2

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

use crate::relying_party::login::error::{AuthorizationError, LoginError};

/// The maximum length of the query, in bytes.
const MAX_QUERY: usize = 16 * 1024;

/// The maximum number of parameters.
const MAX_PARAMETERS: usize = 32;

/// The parameters of other flows, whose tokens would bypass the exchange of the code.
const OTHER_FLOWS: [&str; 4] = ["access_token", "id_token", "refresh_token", "response"];

/// An authorization response; nothing in it is compared with the login yet.
pub(super) struct AuthorizationResponse {
    pub(super) iss: Option<String>,
    pub(super) state: Option<String>,
    pub(super) result: ResponseResult,
}

/// The result that the provider reports.
pub(super) enum ResponseResult {
    Code(Zeroizing<String>),
    Error(AuthorizationError),
    /// There is a code and an error, or neither, or a parameter of another flow.
    Contradiction(&'static str),
}

impl AuthorizationResponse {
    /// Reads the query of the callback. Unknown parameters are ignored, as RFC 6749 requires.
    ///
    /// # Errors
    ///
    /// Returns [`LoginError::Response`] if the query is too long or malformed, or a parameter appears twice: the parser of
    /// a proxy or the provider might use the other one.
    pub(super) fn read(query: &str) -> Result<Self, LoginError> {
        let mut parameters = parameters(query).map_err(LoginError::Response)?;
        let is_of_another_flow = OTHER_FLOWS
            .iter()
            .any(|name| parameters.contains_key(*name));
        let code = parameters.remove("code").map(Zeroizing::new);
        let result = match (code, parameters.remove("error")) {
            _ if is_of_another_flow => ResponseResult::Contradiction("has a token"),
            (Some(_), Some(_)) => ResponseResult::Contradiction("has a code and an error"),
            (None, None) => ResponseResult::Contradiction("has neither a code nor an error"),
            (Some(code), None) if is_code(&code) => ResponseResult::Code(code),
            (Some(_), None) => ResponseResult::Contradiction("has a malformed code"),
            (None, Some(code)) => ResponseResult::Error(AuthorizationError::from_code(&code)),
        };
        Ok(Self {
            iss: parameters.remove("iss"),
            state: parameters.remove("state"),
            result,
        })
    }
}

/// Reads the parameters of a query or a form, each of which appears once.
///
/// # Errors
///
/// Returns the problem if the text is too long or malformed, or a parameter appears twice.
pub(in crate::relying_party) fn parameters(
    text: &str,
) -> Result<BTreeMap<String, String>, &'static str> {
    if text.len() > MAX_QUERY {
        return Err("is too long");
    }
    let mut parameters = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = decode(name).zip(decode(value));
        let (name, value) = decoded.ok_or("is not properly encoded")?;
        if parameters.len() == MAX_PARAMETERS {
            return Err("has too many parameters");
        }
        if parameters.insert(name, value).is_some() {
            return Err("has a parameter twice");
        }
    }
    Ok(parameters)
}

/// Returns whether a text could be a code: printable ASCII (RFC 6749 appendix A.11).
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Decodes `+` and `%XX`; returns `None` for a malformed encoding, or a text that is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut after_percent = text.split('%').skip(1);
    let is_complete = after_percent.all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !is_complete {
        return None;
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
