//! The members of a discovery document that matter here.

use serde_json::Value;

use crate::claims::strict_json::{self, AnyValue};
use crate::keys::discovery::DiscoveryError;

/// A document that belongs to the issuer it was fetched from.
pub(super) struct Document {
    members: Value,
}

impl Document {
    /// Reads a document; `issuer` is compared code point by code point ([RFC 8414 §4]).
    ///
    /// [RFC 8414 §4]: https://www.rfc-editor.org/rfc/rfc8414#section-4
    pub(super) fn read(json: &[u8], issuer: &str) -> Result<Self, DiscoveryError> {
        strict_json::read(json, AnyValue::document()).map_err(|_| DiscoveryError::Document)?;
        let members = serde_json::from_slice(json).map_err(|_| DiscoveryError::Document)?;
        let document = Self { members };
        if document.text("issuer")? != issuer {
            return Err(DiscoveryError::Issuer);
        }
        Ok(document)
    }

    /// Where the key set is.
    pub(super) fn jwks_uri(&self) -> Result<&str, DiscoveryError> {
        self.text("jwks_uri")
    }

    /// Where tokens are introspected.
    #[cfg(feature = "introspection")]
    pub(super) fn introspection_endpoint(&self) -> Result<&str, DiscoveryError> {
        self.text("introspection_endpoint")
    }

    fn text(&self, member: &str) -> Result<&str, DiscoveryError> {
        let value = self.members.get(member).and_then(Value::as_str);
        value.ok_or(DiscoveryError::Document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://a.example/x";

    fn read(json: &str) -> Result<String, DiscoveryError> {
        let document = Document::read(json.as_bytes(), ISSUER)?;
        document.jwks_uri().map(str::to_owned)
    }

    #[test]
    fn the_key_sets_address_is_read() {
        let json = r#"{"issuer":"https://a.example/x","jwks_uri":"https://k","x":[]}"#;
        assert_eq!(read(json).unwrap(), "https://k");
    }

    #[test]
    fn another_issuer_is_refused_however_alike() {
        for issuer in [
            "https://a.example",
            "https://a.example/x/",
            "https://A.example/x",
            "https://a.example:443/x",
            "",
        ] {
            let json = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://k"}}"#);
            assert!(
                matches!(read(&json), Err(DiscoveryError::Issuer)),
                "{issuer}"
            );
        }
    }

    #[test]
    fn anything_but_a_strict_object_with_both_members_is_no_document() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"issuer":"https://a.example/x"}"#,
            r#"{"issuer":"https://a.example/x","jwks_uri":null}"#,
            r#"{"issuer":"https://a.example/x","jwks_uri":["https://k"]}"#,
            r#"{"issuer":["https://a.example/x"],"jwks_uri":"https://k"}"#,
            r#"{"issuer":"https://a.example/x","jwks_uri":"https://k","jwks_uri":"https://l"}"#,
        ] {
            assert!(
                matches!(read(json), Err(DiscoveryError::Document)),
                "{json}"
            );
        }
    }
}
