//! The members of a metadata document that Palisade uses.

use serde_json::Value;

use crate::discovery::DiscoveryError;
use crate::json;

/// A metadata document whose `issuer` matches the issuer that it was requested for.
pub(crate) struct Document {
    members: Value,
}

impl Document {
    /// Reads a document and compares its `issuer` code point by code point ([RFC 8414 §4]).
    ///
    /// # Errors
    ///
    /// Returns [`DiscoveryError::Document`] if the document is malformed, and
    /// [`DiscoveryError::Issuer`] if it names another issuer.
    ///
    /// [RFC 8414 §4]: https://www.rfc-editor.org/rfc/rfc8414#section-4
    pub(super) fn read(json: &[u8], issuer: &str) -> Result<Self, DiscoveryError> {
        let members = json::parse(json).map_err(|_| DiscoveryError::Document)?;
        let document = Self { members };
        if document.string("issuer")? != issuer {
            return Err(DiscoveryError::Issuer);
        }
        Ok(document)
    }

    /// Returns the URL of the key set.
    pub(crate) fn jwks_uri(&self) -> Result<&str, DiscoveryError> {
        self.string("jwks_uri")
    }

    /// Returns the URL of the introspection endpoint.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspection_endpoint(&self) -> Result<&str, DiscoveryError> {
        self.string("introspection_endpoint")
    }

    fn string(&self, member: &str) -> Result<&str, DiscoveryError> {
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
    fn document_with_jwks_uri_returns_it() {
        let json = r#"{"issuer":"https://a.example/x","jwks_uri":"https://k","x":[]}"#;
        assert_eq!(read(json).unwrap(), "https://k");
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
            assert!(
                matches!(read(&json), Err(DiscoveryError::Issuer)),
                "{issuer}"
            );
        }
    }

    #[test]
    fn malformed_document_is_rejected() {
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
