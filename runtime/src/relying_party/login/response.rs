//! The parameters of an authorization response ([RFC 6749 §4.1.2], [RFC 9207 §2]).
//!
//! `callback` compares `iss` before it uses any other parameter, and `access_grant` after `state`.
//!
//! [RFC 6749 §4.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
//! [RFC 9207 §2]: https://www.rfc-editor.org/rfc/rfc9207#section-2

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::form_pairs::form_pairs;
use crate::relying_party::login::error::AuthorizationError;

/// The maximum length of the query, in bytes.
const MAX_QUERY: usize = 16 * 1024;

/// The maximum number of parameters.
const MAX_PARAMETERS: usize = 32;

/// The parameters of other flows, whose tokens would bypass the exchange of the code.
const OTHER_FLOWS: [&str; 4] = ["access_token", "id_token", "refresh_token", "response"];

/// An authorization response; nothing in it is compared with the login yet.
pub(in crate::relying_party) struct AuthorizationResponse {
    pub(super) iss: Option<String>,
    pub(in crate::relying_party) state: Option<String>,
    pub(in crate::relying_party) result: ResponseResult,
}

/// The result that the provider reports.
pub(in crate::relying_party) enum ResponseResult {
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
    /// Returns the problem if the query is too long or malformed, or a parameter appears twice: the parser of
    /// a proxy or the provider might use the other one.
    pub(in crate::relying_party) fn read(query: &str) -> Result<Self, &'static str> {
        let mut parameters = parameters(query)?;
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

    /// Returns whether the response comes from `issuer`, compared code point by code point ([RFC 9207 §2.4]).
    ///
    /// Without `iss`, it does unless the provider always sends it.
    ///
    /// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    pub(in crate::relying_party) fn is_from(&self, issuer: &str, is_always_sent: bool) -> bool {
        match self.iss.as_deref() {
            Some(iss) => iss == issuer,
            None => !is_always_sent,
        }
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
    let pairs = form_pairs(text, MAX_PARAMETERS)?;
    let count = pairs.len();
    let parameters: BTreeMap<_, _> = pairs.into_iter().collect();
    if parameters.len() < count {
        return Err("has a parameter twice");
    }
    Ok(parameters)
}

/// Returns whether a text could be a code: printable ASCII (RFC 6749 appendix A.11).
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
