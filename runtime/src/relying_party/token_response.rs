//! The response of a token endpoint ([RFC 6749 §5.1]).
//!
//! [RFC 6749 §5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroize as _;

use crate::claims::{NumericDate, ScopeSet};
use crate::json;
use crate::relying_party::endpoint_error::EndpointError;
use crate::secret::Secret;
use crate::text::is_b64token_byte;

/// The maximum length of a token, in bytes: more does not fit into the headers that servers accept.
const MAX_TOKEN_LEN: usize = 16 * 1024;

/// The lifetime of an access token whose response states none.
const ASSUMED_LIFETIME: Duration = Duration::from_mins(5);

/// The time after which an access token is not used any more, whatever its response states.
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// The tokens of a response, which was checked.
pub struct TokenResponse {
    access_token: Secret,
    expires_at: NumericDate,
    refresh_token: Option<Secret>,
    id_token: Option<Secret>,
    scopes: ScopeSet,
}

impl TokenResponse {
    /// Reads the body of a response. The scopes are the requested ones if the response names none.
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError::Malformed`] if a member is missing, malformed or duplicate, or the token is not
    /// a bearer token.
    pub(crate) fn read(
        json: &[u8],
        requested: &ScopeSet,
        requested_at: NumericDate,
    ) -> Result<Self, EndpointError> {
        let members = json::parse(json).map_err(|error| json::describe(json, &error));
        let mut members = Members(members.map_err(malformed)?);
        if !members.0.is_object() {
            return Err(malformed("it is not a JSON object"));
        }
        let token_type = members.text("token_type")?;
        let token_type = token_type.ok_or_else(|| malformed("it has no `token_type`"))?;
        // RFC 6749 §5.1: case-insensitive
        if !token_type.expose().eq_ignore_ascii_case(b"Bearer") {
            return Err(malformed("its `token_type` is not `Bearer`"));
        }
        let access_token = members.token("access_token")?;
        let access_token = access_token.ok_or_else(|| malformed("it has no `access_token`"))?;
        // RFC 6750 §2.1: only such a token can be sent
        if !is_b64token(access_token.expose()) {
            return Err(malformed("its `access_token` is not a bearer token"));
        }
        let lifetime = members.lifetime()?.unwrap_or(ASSUMED_LIFETIME);
        Ok(Self {
            access_token,
            expires_at: requested_at.saturating_add(lifetime.min(MAX_LIFETIME)),
            refresh_token: members.token("refresh_token")?,
            id_token: members.token("id_token")?,
            scopes: members.scopes()?.unwrap_or_else(|| requested.clone()),
        })
    }

    /// Returns the access token.
    pub(crate) fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// Returns the refresh token, if the provider issued one.
    pub(crate) fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// Returns the ID token, which is not validated yet.
    pub(crate) fn unverified_id_token(&self) -> Option<&Secret> {
        self.id_token.as_ref()
    }

    /// Returns when the access token expires: at most 24 hours after the request, and 5 minutes after it if
    /// the response does not say.
    pub fn expires_at(&self) -> NumericDate {
        self.expires_at
    }

    /// Returns the granted scopes: the requested ones, or fewer.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }
}

/// Omits the tokens.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The members of a response; their texts are zeroized when they are dropped.
struct Members(Value);

impl Members {
    /// Takes a member out that must be a string if it is present and not null.
    fn text(&mut self, name: &str) -> Result<Option<Secret>, EndpointError> {
        match self.0.get_mut(name).map(Value::take) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Secret::new(text))),
            Some(mut other) => {
                zeroize(&mut other);
                Err(malformed(format!("its `{name}` is not a string")))
            }
        }
    }

    /// Takes a token out: 1 to 16,384 printable ASCII characters (RFC 6749 appendix A.12, A.17).
    fn token(&mut self, name: &str) -> Result<Option<Secret>, EndpointError> {
        let token = self.text(name)?;
        let is_valid = token.as_ref().is_none_or(|token| {
            (1..=MAX_TOKEN_LEN).contains(&token.len())
                && token
                    .expose()
                    .iter()
                    .all(|byte| matches!(byte, b' '..=b'~'))
        });
        let invalid = || {
            malformed(format!(
                "its `{name}` is not 1 to {MAX_TOKEN_LEN} printable ASCII characters"
            ))
        };
        if is_valid { Ok(token) } else { Err(invalid()) }
    }

    fn lifetime(&self) -> Result<Option<Duration>, EndpointError> {
        let seconds = match self.0.get("expires_in") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_f64().filter(|seconds| *seconds >= 1.0),
            Some(_) => None,
        };
        let lifetime = seconds.map(|seconds| seconds.min(MAX_LIFETIME.as_secs_f64()));
        let lifetime = lifetime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let invalid = || malformed("its `expires_in` is not a number of seconds, at least 1");
        lifetime.ok_or_else(invalid).map(Some)
    }

    fn scopes(&mut self) -> Result<Option<ScopeSet>, EndpointError> {
        let Some(text) = self.text("scope")? else {
            return Ok(None);
        };
        let scopes = str::from_utf8(text.expose()).ok().map(ScopeSet::parse);
        match scopes {
            Some(Ok(scopes)) => Ok(Some(scopes)),
            _ => Err(malformed("its `scope` is not a list of scopes")),
        }
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        zeroize(&mut self.0);
    }
}

/// Zeroizes every string of a value.
fn zeroize(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(elements) => elements.iter_mut().for_each(zeroize),
        Value::Object(members) => members.values_mut().for_each(zeroize),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_b64token(token: &[u8]) -> bool {
    let end = token.iter().rposition(|byte| *byte != b'=');
    let body = end.and_then(|end| token.get(..=end)).unwrap_or_default();
    !body.is_empty() && body.iter().copied().all(is_b64token_byte)
}

fn malformed(problem: impl Into<String>) -> EndpointError {
    EndpointError::Malformed {
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: NumericDate = NumericDate::from_secs(1_700_000_000);

    fn read(json: &str) -> Result<TokenResponse, EndpointError> {
        let requested = ScopeSet::parse("a b").unwrap();
        TokenResponse::read(json.as_bytes(), &requested, NOW)
    }

    /// Reads a response with these members beside the required ones.
    fn with(members: &str) -> Result<TokenResponse, EndpointError> {
        read(&format!(
            r#"{{"access_token":"t","token_type":"Bearer"{members}}}"#
        ))
    }

    #[test]
    fn response_of_rfc_6749_is_read() {
        let response = read(
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA==","token_type":"bearer","expires_in":3600,
                "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","scope":"a","example_parameter":"x"}"#,
        )
        .unwrap();
        assert_eq!(
            response.access_token().expose(),
            b"2YotnFZFEjr1zCsicMWpAA=="
        );
        assert_eq!(response.expires_at().since(NOW), Duration::from_hours(1));
        let refresh_token = response.refresh_token().map(Secret::expose);
        assert_eq!(refresh_token, Some(&b"tGzv3JOkF0XG5Qx2TlKWIA"[..]));
        assert_eq!(response.scopes().as_str(), "a");
        assert!(response.unverified_id_token().is_none());
        assert!(!format!("{response:?}").contains("2Yotn"));
    }

    #[test]
    fn absent_or_null_members_have_defaults() {
        for members in [
            "",
            r#","expires_in":null,"scope":null,"refresh_token":null,"id_token":null"#,
        ] {
            let response = with(members).unwrap();
            assert_eq!(response.expires_at().since(NOW), Duration::from_mins(5));
            assert_eq!(response.scopes().as_str(), "a b");
            assert!(response.refresh_token().is_none());
        }
    }

    /// RFC 6749 §7.1: a client does not use a token whose type it does not understand.
    #[test]
    fn token_type_other_than_bearer_is_rejected() {
        for token_type in [
            r#""DPoP""#,
            r#""mac""#,
            r#""N_A""#,
            r#""""#,
            r#""Bearer ""#,
            r#"["Bearer"]"#,
            "null",
            "1",
        ] {
            let json = format!(r#"{{"access_token":"t","token_type":{token_type}}}"#);
            let error = read(&json).unwrap_err().to_string();
            assert!(error.contains("token_type"), "{token_type}: {error}");
        }
        assert!(read(r#"{"access_token":"t"}"#).is_err());
        for token_type in ["Bearer", "bearer", "BEARER"] {
            let json = format!(r#"{{"access_token":"t","token_type":"{token_type}"}}"#);
            assert!(read(&json).is_ok(), "{token_type}");
        }
    }

    /// CVE-2026-25537, as a member of a response: a value of another type is never absent.
    #[test]
    fn lifetime_that_is_not_a_positive_number_is_rejected() {
        for lifetime in [
            "-1",
            "0",
            "0.5",
            "-3600",
            r#""3600""#,
            r#""""#,
            "true",
            "[]",
            "[3600]",
            "{}",
            "1e999",
            "NaN",
            "-0.0",
        ] {
            assert!(
                with(&format!(r#","expires_in":{lifetime}"#)).is_err(),
                "{lifetime}"
            );
        }
    }

    #[test]
    fn lifetime_is_at_most_24_hours() {
        for (lifetime, expected) in [
            ("1", 1),
            ("1.5", 1),
            ("86399", 86_399),
            ("86400", 86_400),
            ("86401", 86_400),
            ("18446744073709551615", 86_400),
            ("99999999999999999999999", 86_400),
            ("1e300", 86_400),
        ] {
            let response = with(&format!(r#","expires_in":{lifetime}"#)).unwrap();
            let found = response.expires_at().since(NOW).as_secs();
            assert_eq!(found, expected, "{lifetime}");
        }
    }

    /// A line break would end the header field that carries the token.
    #[test]
    fn access_token_that_is_not_a_b64token_is_rejected() {
        for token in [
            "",
            "a b",
            " a",
            "a ",
            r"a\nb",
            r"a\r\nx: y",
            r"a\u0000",
            "a,b",
            "a;b",
            "=",
            "==",
            "a=b",
            r#"a\"b"#,
            "\u{e9}",
            r"\u00e9",
        ] {
            let json = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
            let error = read(&json).err().unwrap_or_else(|| panic!("{token}"));
            assert!(
                error.to_string().contains("access_token"),
                "{token}: {error}"
            );
        }
        for token in ["a", "a=", "aA0-._~+/==", "e.y.z"] {
            let json = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
            assert!(read(&json).is_ok(), "{token}");
        }
    }

    #[test]
    fn token_is_at_most_16_kib() {
        for (length, is_valid) in [(MAX_TOKEN_LEN, true), (MAX_TOKEN_LEN + 1, false)] {
            let token = "t".repeat(length);
            let access = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
            assert_eq!(read(&access).is_ok(), is_valid);
            for member in ["refresh_token", "id_token"] {
                assert_eq!(with(&format!(r#","{member}":"{token}""#)).is_ok(), is_valid);
            }
        }
    }

    #[test]
    fn token_of_another_type_or_alphabet_is_rejected() {
        for member in ["refresh_token", "id_token"] {
            for value in [
                "1",
                "true",
                "[]",
                "{}",
                r#""""#,
                r#""a\nb""#,
                r#""\u00e9""#,
                r#""\u007f""#,
            ] {
                let error = with(&format!(r#","{member}":{value}"#)).err();
                let error = error
                    .unwrap_or_else(|| panic!("{member} {value}"))
                    .to_string();
                assert!(error.contains(member), "{error}");
            }
            assert!(with(&format!(r#","{member}":"a b""#)).is_ok());
        }
    }

    #[test]
    fn scope_outside_the_grammar_is_rejected() {
        for scope in [
            r#""a  b""#,
            r#"" a""#,
            r#""a\tb""#,
            r#""\u00e9""#,
            "1",
            r#"["a"]"#,
            "{}",
        ] {
            assert!(with(&format!(r#","scope":{scope}"#)).is_err(), "{scope}");
        }
        assert_eq!(with(r#","scope":"""#).unwrap().scopes().as_str(), "");
    }

    #[test]
    fn response_with_a_duplicate_member_or_of_another_type_is_rejected() {
        for json in [
            r#"{"access_token":"t","token_type":"Bearer","access_token":"u"}"#,
            r#"{"access_token":"t","token_type":"Bearer","token_\u0074ype":"Bearer"}"#,
            r#"{"access_token":"t","token_type":"Bearer","x":{"y":1,"y":2}}"#,
            r#"{"access_token":"t","token_type":"Bearer"}x"#,
            r#"{"access_token":"t","token_type":"Bearer""#,
            r#"[{"access_token":"t","token_type":"Bearer"}]"#,
            r#"["t","Bearer"]"#,
            r#"{"token_type":"Bearer"}"#,
            r#"{"access_token":null,"token_type":"Bearer"}"#,
            "null",
            "",
        ] {
            let error = read(json).err().unwrap_or_else(|| panic!("{json}"));
            assert!(matches!(error, EndpointError::Malformed { .. }), "{json}");
        }
    }

    #[test]
    fn error_never_contains_a_token() {
        for json in [
            r#"{"access_token":"canary\n","token_type":"Bearer"}"#,
            r#"{"access_token":"canary","token_type":"Bearer","access_token":"canary"}"#,
            r#"{"access_token":["canary"],"token_type":"Bearer"}"#,
            r#"{"access_token":"t","token_type":"Bearer","refresh_token":"canary\n"}"#,
            r#"{"access_token":"t","token_type":"canary"}"#,
            r#"{"access_token":"canary"#,
        ] {
            let error = read(json).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{json}");
        }
    }
}
