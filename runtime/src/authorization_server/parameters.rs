//! The parameters of a request to an endpoint of OAuth.

use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::form_pairs::form_pairs;

/// The maximum length of a query or form, in bytes.
pub(super) const MAX_LEN: usize = 16 << 10;

/// The maximum number of parameters.
const MAX_PARAMETERS: usize = 64;

/// The one parameter that may be repeated ([RFC 8707 §2]).
///
/// [RFC 8707 §2]: https://www.rfc-editor.org/rfc/rfc8707#section-2
const REPEATED: &str = "resource";

/// Parameters that each appear once, except `resource`; one without a value is absent ([RFC 6749 §3.1]).
///
/// [RFC 6749 §3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1
#[derive(Clone, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form.
    ///
    /// # Errors
    ///
    /// Returns `invalid_request` if the text is too long or malformed, or if a parameter is repeated: another parser might
    /// use the other value.
    pub(super) fn read(text: &str) -> Result<Self, OAuthFailure> {
        let invalid = |problem| OAuthFailure::new(ErrorCode::InvalidRequest, problem);
        if text.len() > MAX_LEN {
            return Err(invalid("the request is too long"));
        }
        let pairs = form_pairs(text, MAX_PARAMETERS)
            .map_err(|_| invalid("the parameters are malformed, or there are too many"))?;
        let mut names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| *name != REPEATED);
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(invalid("a parameter is repeated"));
        }
        Ok(Self::from_pairs(pairs))
    }

    /// Returns the parameters of pairs without repeated names.
    pub(super) fn from_pairs(mut pairs: Vec<(String, String)>) -> Self {
        pairs.retain(|(_, value)| !value.is_empty());
        Self(pairs)
    }

    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let pair = pairs.find(|(parameter, _)| parameter == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// Returns a parameter.
    ///
    /// # Errors
    ///
    /// Returns `invalid_request` if the parameter is absent.
    pub(super) fn required(&self, name: &str, missing: &'static str) -> Result<&str, OAuthFailure> {
        let invalid = || OAuthFailure::new(ErrorCode::InvalidRequest, missing);
        self.get(name).ok_or_else(invalid)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self
            .0
            .iter()
            .filter(move |(parameter, _)| parameter == name);
        pairs.map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parameter_is_absent() {
        let parameters = Parameters::read("scope=&client_id=web").unwrap();
        assert_eq!(parameters.get("scope"), None);
        assert_eq!(parameters.get("client_id"), Some("web"));
    }

    #[test]
    fn resource_may_be_repeated() {
        let parameters = Parameters::read("resource=a&resource=b").unwrap();
        assert_eq!(parameters.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn other_parameter_must_not_be_repeated() {
        for text in [
            "client_id=a&client_id=b",
            "client_id=a&client_id=a",
            "client_id=a&x=1&client_id=",
            "client%5Fid=a&client_id=a",
            "unknown=1&unknown=2",
        ] {
            assert!(Parameters::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn text_of_the_maximum_length_is_read() {
        let value = "v".repeat(MAX_LEN - "state=".len());
        let parameters = Parameters::read(&format!("state={value}")).unwrap();
        assert_eq!(parameters.get("state"), Some(&*value));
    }

    #[test]
    fn malformed_or_long_text_is_refused() {
        for text in ["a=%", "a=%ff", &"a".repeat(MAX_LEN + 1), &"a&".repeat(65)] {
            assert!(Parameters::read(text).is_err());
        }
    }
}
