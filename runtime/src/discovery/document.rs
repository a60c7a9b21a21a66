//! The members of a metadata document that Palisade uses.

use http::Uri;
use serde_json::Value;

use crate::discovery::error::DiscoveryError;
use crate::https::Client;
use crate::json;
use crate::text::quoted;

/// Reads a document, compares its `issuer` code point by code point ([RFC 8414 §4]), and returns what
/// `read_members` reads from its members.
///
/// `url` is the document's own URL. `read_members` returns a description of what is wrong otherwise.
///
/// # Errors
///
/// Returns [`DiscoveryError::Document`] if the document is malformed or lacks a member, and
/// [`DiscoveryError::Issuer`] if it names another issuer.
///
/// [RFC 8414 §4]: https://www.rfc-editor.org/rfc/rfc8414#section-4
pub(super) fn read<T>(
    json: &[u8],
    url: &str,
    issuer: &str,
    read_members: impl FnOnce(&Value) -> Result<T, String>,
) -> Result<T, DiscoveryError> {
    let invalid = |problem| DiscoveryError::Document {
        url: url.to_owned(),
        problem,
    };
    let members = json::parse(json).map_err(|error| invalid(json::describe(json, &error)))?;
    let found = string(&members, "issuer").map_err(invalid)?;
    if found != issuer {
        return Err(DiscoveryError::Issuer {
            url: url.to_owned(),
            found: quoted(found).to_string(),
        });
    }
    read_members(&members).map_err(invalid)
}

/// Returns the URL in a member, or a description of what is wrong with it.
pub(crate) fn url_member(members: &Value, member: &str, client: &Client) -> Result<Uri, String> {
    let text = string(members, member)?;
    client.parse_url(text).map_err(|_| {
        let problem = "not an https URL without user and fragment";
        match text.split_once('?').map_or(text, |(before, _)| before) {
            secret if secret.contains('@') => format!("`{member}` is {problem}"),
            shown => format!("`{member}` is {problem}: {}", quoted(shown)),
        }
    })
}

/// Returns a member that must be a string, or a description of what is wrong with it.
fn string<'a>(members: &'a Value, member: &str) -> Result<&'a str, String> {
    if !members.is_object() {
        return Err("it is not a JSON object".to_owned());
    }
    let found = match members.get(member) {
        None => return Err(format!("it has no `{member}`")),
        Some(Value::String(text)) => return Ok(text),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    };
    Err(format!("`{member}` is {found}, not a string"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Endpoint;
    use crate::https::ClientSettings;

    const ISSUER: &str = "https://a.example/x";

    fn read(json: &str) -> Result<String, DiscoveryError> {
        let client = Client::new(&ClientSettings::default()).unwrap();
        let url = "https://a.example/x/.well-known/y";
        let found = super::read(json.as_bytes(), url, ISSUER, |members| {
            url_member(members, Endpoint::Jwks.member(), &client)
        })?;
        Ok(found.to_string())
    }

    #[test]
    fn document_with_jwks_uri_returns_it() {
        let json = r#"{"issuer":"https://a.example/x","jwks_uri":"https://k/","x":[]}"#;
        assert_eq!(read(json).unwrap(), "https://k/");
    }

    #[test]
    fn document_of_similar_issuer_is_rejected() {
        for issuer in [
            "https://a.example",
            "https://a.example/x/",
            "https://A.example/x",
            "https://a.example:443/x",
            "",
        ] {
            let json = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://k"}}"#);
            let error = read(&json).unwrap_err();
            assert!(matches!(error, DiscoveryError::Issuer { .. }), "{issuer}");
            let text = error.to_string();
            assert!(text.contains(&format!("{issuer:?}")), "{text}");
        }
    }

    #[test]
    fn mistake_in_a_document_is_named() {
        for (json, expected) in [
            ("", "it is empty"),
            ("[]", "it is not a JSON object"),
            ("7", "it is not a JSON object"),
            ("{}", "it has no `issuer`"),
            ("<html>", "it is HTML"),
            ("\u{feff}{}", "byte order mark"),
            (r#"{"issuer":"https://a.example/x""#, "truncated"),
            (
                r#"{"issuer":"https://a.example/x"}"#,
                "it has no `jwks_uri`",
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":null}"#,
                "`jwks_uri` is null, not a string",
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":["https://k"]}"#,
                "`jwks_uri` is an array, not a string",
            ),
            (
                r#"{"issuer":["https://a.example/x"],"jwks_uri":"https://k"}"#,
                "`issuer` is an array, not a string",
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":"https://k","jwks_uri":"https://l"}"#,
                r#"duplicate member "jwks_uri""#,
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":"http://k"}"#,
                r#"`jwks_uri` is not an https URL without user and fragment: "http://k""#,
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":"/keys"}"#,
                "`jwks_uri` is not an https URL",
            ),
            (
                r#"{"issuer":"https://a.example/x","jwks_uri":"https://u:secret@k"}"#,
                "`jwks_uri` is not an https URL",
            ),
        ] {
            let error = read(json).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, DiscoveryError::Document { .. }), "{json}");
            assert!(text.contains(expected), "{json}: {text}");
            assert!(text.contains("https://a.example/x/.well-known/y"), "{text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
