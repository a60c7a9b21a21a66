//! The challenge of an API that rejects a token: `WWW-Authenticate` ([RFC 6750 §3], [RFC 9470 §3]).
//!
//! [RFC 6750 §3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
//! [RFC 9470 §3]: https://www.rfc-editor.org/rfc/rfc9470#section-3

use std::time::Duration;

use http::header::{HeaderMap, WWW_AUTHENTICATE};

use crate::claims::ScopeSet;

/// The maximum length of all challenges of a response, in bytes.
const MAX_LEN: usize = 8 * 1024;

/// The maximum number of values of `acr_values`.
const MAX_ACR_VALUES: usize = 16;

/// The demands of an API that needs more than the token: other scopes, or a stronger or more recent login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    scopes: ScopeSet,
    acr_values: Vec<String>,
    max_age: Option<Duration>,
}

impl StepUp {
    /// Returns the scopes that the operation needs (`insufficient_scope`), or the empty set.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// Returns the accepted authentication contexts, the preferred one first (`acr_values`).
    pub fn acr_values(&self) -> &[String] {
        &self.acr_values
    }

    /// Returns the maximum time since the person's last authentication.
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
    }
}

/// The meaning of a `Bearer` challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// `invalid_token`: the token is expired, revoked or malformed.
    InvalidToken,
    /// `insufficient_scope` or `insufficient_user_authentication`.
    StepUp(StepUp),
    /// Another one, or none.
    Other,
}

impl Challenge {
    /// Reads the `Bearer` challenge of a response. Two of them, or a malformed one, are `Other`.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        bearer_parameters(headers).map_or(Self::Other, |parameters| Self::of(&parameters))
    }

    fn of(parameters: &Parameters) -> Self {
        let get = |name| parameter(parameters, name);
        match get("error") {
            Some("invalid_token") => Self::InvalidToken,
            Some("insufficient_scope" | "insufficient_user_authentication") => {
                let scopes = get("scope").map_or(Ok(ScopeSet::default()), ScopeSet::parse);
                let acr_values = get("acr_values").unwrap_or_default();
                let max_age = get("max_age").map(|text| {
                    let is_number =
                        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                    text.parse().ok().filter(|_| is_number)
                });
                match (scopes, acr(acr_values), max_age) {
                    (Ok(scopes), Some(acr_values), None) => Self::StepUp(StepUp {
                        scopes,
                        acr_values,
                        max_age: None,
                    }),
                    (Ok(scopes), Some(acr_values), Some(Some(seconds))) => Self::StepUp(StepUp {
                        scopes,
                        acr_values,
                        max_age: Some(Duration::from_secs(seconds)),
                    }),
                    _ => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }
}

/// The parameters of a `Bearer` challenge that lead to a token for the API ([RFC 9728 §5.1]).
///
/// [RFC 9728 §5.1]: https://www.rfc-editor.org/rfc/rfc9728#section-5.1
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ResourceChallenge {
    /// The URL of the metadata document.
    pub(super) resource_metadata: Option<String>,
    /// The scopes that the request needs.
    pub(super) scopes: Option<ScopeSet>,
}

impl ResourceChallenge {
    /// Reads the `Bearer` challenge of a response.
    ///
    /// Returns `None` without one, with two, or if it is malformed.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let parameters = bearer_parameters(headers)?;
        let scopes = parameter(&parameters, "scope").map(ScopeSet::parse);
        Some(Self {
            resource_metadata: parameter(&parameters, "resource_metadata").map(str::to_owned),
            scopes: scopes.transpose().ok()?,
        })
    }
}

/// Returns the parameters of the only `Bearer` challenge of a response.
fn bearer_parameters(headers: &HeaderMap) -> Option<Parameters> {
    let mut bearer = None;
    let mut len = 0;
    for value in headers.get_all(WWW_AUTHENTICATE) {
        len += value.len();
        let challenges = value.to_str().ok().filter(|_| len <= MAX_LEN);
        for (scheme, parameters) in parse(challenges?)? {
            if scheme.eq_ignore_ascii_case("Bearer") && bearer.replace(parameters).is_some() {
                return None;
            }
        }
    }
    bearer
}

fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(found, _)| found == name);
    values.next().map(|(_, value)| &**value)
}

fn acr(text: &str) -> Option<Vec<String>> {
    let values: Vec<String> = text
        .split(' ')
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect();
    (values.len() <= MAX_ACR_VALUES).then_some(values)
}

type Parameters = Vec<(String, String)>;

/// Parses a list of challenges ([RFC 9110 §11.6.1]); names are lower-case, and unique in a challenge.
///
/// [RFC 9110 §11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
fn parse(text: &str) -> Option<Vec<(String, Parameters)>> {
    let mut challenges: Vec<(String, Parameters)> = Vec::new();
    let mut rest = text;
    loop {
        // empty elements of the list are allowed (RFC 9110 §5.6.1.2)
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(challenges);
        }
        let (name, after) = token(rest)?;
        let unspaced = after.trim_start_matches([' ', '\t']);
        if let Some((value, after)) = assigned(unspaced) {
            // a parameter of the last challenge
            let (_, parameters) = challenges.last_mut()?;
            let name = name.to_ascii_lowercase();
            if parameters.iter().any(|(other, _)| *other == name) {
                return None;
            }
            parameters.push((name, value));
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        } else {
            challenges.push((name.to_owned(), Vec::new()));
            rest = skip_token68(unspaced);
        }
    }
}

/// Returns a token at the beginning of a text, and the rest.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_tchar(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Returns the value after `=`, and the rest; `None` if there is no parameter.
fn assigned(text: &str) -> Option<(String, &str)> {
    let value = text.strip_prefix('=')?.trim_start_matches([' ', '\t']);
    let Some(quoted) = value.strip_prefix('"') else {
        let (value, rest) = token(value)?;
        return Some((value.to_owned(), rest));
    };
    let mut unescaped = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((unescaped, quoted.get(at + 1..)?)),
            '\\' => unescaped.push(characters.next()?.1),
            _ => unescaped.push(character),
        }
    }
    None
}

/// Skips the data of a challenge without parameters, as `Negotiate` has it.
fn skip_token68(text: &str) -> &str {
    let is_token68 = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let data = text.trim_start_matches(is_token68);
    let padded = data.trim_start_matches('=').trim_start_matches([' ', '\t']);
    if padded.is_empty() || padded.starts_with(',') {
        padded
    } else {
        // the first parameter of the challenge
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Challenge {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::read(&headers)
    }

    fn step_up(scopes: &str, acr_values: &[&str], max_age: Option<u64>) -> Challenge {
        Challenge::StepUp(StepUp {
            scopes: ScopeSet::parse(scopes).unwrap(),
            acr_values: acr_values.iter().map(|acr| (*acr).to_owned()).collect(),
            max_age: max_age.map(Duration::from_secs),
        })
    }

    #[test]
    fn challenge_is_read() {
        for (value, expected) in [
            (r#"Bearer error="invalid_token""#, Challenge::InvalidToken),
            (
                r#"bearer realm="x", ERROR=invalid_token"#,
                Challenge::InvalidToken,
            ),
            (
                r#"Basic realm="a, b", Bearer error="invalid_token""#,
                Challenge::InvalidToken,
            ),
            (
                r#"Negotiate YWJj==, Bearer error = "invalid_token""#,
                Challenge::InvalidToken,
            ),
            (
                r#"Negotiate a+/b==, Bearer error="invalid_token""#,
                Challenge::InvalidToken,
            ),
            (
                r#"Negotiate Bearer, Bearer error="invalid_token""#,
                Challenge::InvalidToken,
            ),
            (
                r#",, Bearer realm="\"error=", , error="invalid_token""#,
                Challenge::InvalidToken,
            ),
            (
                r#"Bearer error="insufficient_scope", scope="a b""#,
                step_up("a b", &[], None),
            ),
            (
                r#"Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age=5"#,
                step_up("", &["gold", "silver"], Some(5)),
            ),
            (
                r#"Bearer error="insufficient_user_authentication", max_age="0""#,
                step_up("", &[], Some(0)),
            ),
            (r#"Bearer realm="x""#, Challenge::Other),
            ("Bearer", Challenge::Other),
            ("", Challenge::Other),
            (r#"DPoP error="invalid_token""#, Challenge::Other),
            (
                r#"Basic realm="Bearer error=\"invalid_token\"""#,
                Challenge::Other,
            ),
        ] {
            assert_eq!(read(&[value]), expected, "{value}");
        }
        let two = [r#"Basic realm="x""#, r#"Bearer error="invalid_token""#];
        assert_eq!(read(&two), Challenge::InvalidToken);
        assert_eq!(read(&[]), Challenge::Other);
    }

    #[test]
    fn challenge_at_each_limit_is_read() {
        let bearer = |len: usize| {
            let start = r#"Bearer error="invalid_token", x="#;
            format!("{start}{}", "x".repeat(len - start.len()))
        };
        assert_eq!(read(&[&bearer(MAX_LEN)]), Challenge::InvalidToken);
        assert_eq!(read(&[&bearer(MAX_LEN + 1)]), Challenge::Other);
        // all fields count
        let half = bearer(MAX_LEN / 2);
        let basic = format!("{:x<1$}", "Basic ", MAX_LEN - half.len());
        assert_eq!(read(&[&half, &basic]), Challenge::InvalidToken);
        assert_eq!(read(&[&half, &format!("{basic}x")]), Challenge::Other);
        let values = vec!["a"; MAX_ACR_VALUES];
        let many = format!(
            r#"Bearer error="insufficient_user_authentication", acr_values="{}""#,
            values.join(" ")
        );
        assert_eq!(read(&[&many]), step_up("", &values, None));
    }

    /// Nothing is guessed: a malformed challenge starts neither a refresh nor a step-up.
    #[test]
    fn malformed_or_ambiguous_challenge_is_ignored() {
        for value in [
            r#"Bearer error="invalid_token", error="insufficient_scope""#,
            r#"Bearer error="invalid_token", Bearer error="invalid_token""#,
            r#"Bearer error="invalid_token"#,
            r#"Bearer error="invalid_token" scope="a""#,
            r#"error="invalid_token""#,
            r#"Bearer error="insufficient_scope", scope="a  b""#,
            r#"Bearer error="insufficient_scope", scope="a\"b""#,
            r#"Bearer error="insufficient_user_authentication", max_age="-1""#,
            r#"Bearer error="insufficient_user_authentication", max_age="+1""#,
            r#"Bearer error="insufficient_user_authentication", max_age="""#,
            r#"Bearer error="insufficient_user_authentication", max_age="99999999999999999999""#,
            r#"Bearer error="insufficient_user_authentication", max_age="1.5""#,
            r#"Bearer error="Invalid_Token""#,
        ] {
            assert_eq!(read(&[value]), Challenge::Other, "{value}");
        }
        let long = format!(
            r#"Bearer error="invalid_token", x="{}""#,
            "x".repeat(MAX_LEN)
        );
        assert_eq!(read(&[&long]), Challenge::Other);
        let many = vec!["a"; MAX_ACR_VALUES + 1].join(" ");
        let many =
            format!(r#"Bearer error="insufficient_user_authentication", acr_values="{many}""#);
        assert_eq!(read(&[&many]), Challenge::Other);
    }

    #[test]
    fn any_text_is_parsed_without_a_panic() {
        let parts = [
            "Bearer",
            " ",
            "=",
            "\"",
            "\\",
            ",",
            "error",
            "\t",
            "invalid_token",
            "a=",
            "é",
        ];
        for one in parts {
            for two in parts {
                for three in parts {
                    for four in parts {
                        let _ = parse(&[one, two, three, four].concat());
                    }
                }
            }
        }
    }
}
