//! The revocation of tokens ([RFC 7009]).
//!
//! [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009

use crate::https::Form;
use crate::relying_party::client::RelyingParty;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::metadata::EndpointName;
use crate::secret::Secret;

impl RelyingParty {
    /// Revokes a token. The provider also accepts a token that it does not know.
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError::NoEndpoint`] if the provider revokes no tokens, and others if the request fails.
    pub(crate) async fn revoke(&self, token: &Secret, hint: &str) -> Result<(), EndpointError> {
        let form = Form::new()
            .with("token", token.expose())
            .with("token_type_hint", hint);
        self.post(EndpointName::Revocation, form).await.map(drop)
    }
}
