//! Logout at the provider, which the application begins ([RP-Initiated Logout 1.0]).
//!
//! [RP-Initiated Logout 1.0]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html

use http::Uri;

use crate::https::Form;
use crate::input::types::ReturnTo;
use crate::relying_party::id_token::IdToken;
use crate::relying_party::login::{LoginError, Logins};
use crate::secret::Secret;

/// The maximum length of a sealed state.
const MAX_STATE: usize = 2048;

impl Logins {
    /// Returns the URL at which the user logs out at the provider too, or `None` if the provider has none.
    ///
    /// Call it in a handler for `POST` that has checked the origin of the request and has ended the local session: a link
    /// on another site must not log users out. The URL has the ID token as `id_token_hint`, so that the provider knows
    /// which session ends; the ID token therefore stays on the server until then.
    ///
    /// With [`post_logout_redirect_uri`](super::super::LoginsBuilder::post_logout_redirect_uri), the provider returns the
    /// browser there; [`logged_out`](Self::logged_out) then yields `return_to`.
    ///
    /// # Errors
    ///
    /// Returns [`LoginError`] if the provider's metadata is unavailable, or the system has no randomness.
    pub async fn end_session(
        &self,
        id_token: Option<&IdToken>,
        return_to: &ReturnTo,
    ) -> Result<Option<String>, LoginError> {
        self.end_session_with_hint(id_token.map(IdToken::text), return_to)
            .await
    }

    /// Does the same with the text of an ID token from sealed storage.
    pub(in crate::relying_party) async fn end_session_with_hint(
        &self,
        id_token_hint: Option<&Secret>,
        return_to: &ReturnTo,
    ) -> Result<Option<String>, LoginError> {
        let metadata = self.relying_party().provider().metadata().await?;
        let Some(endpoint) = metadata.end_session_endpoint() else {
            return Ok(None);
        };
        let mut form = Form::new();
        if let Some(hint) = id_token_hint {
            form = form.with("id_token_hint", hint.expose());
        }
        form = form.with("client_id", self.client_id());
        if let Some(uri) = self.post_logout_redirect_uri() {
            let sealed = self
                .state_sealer()
                .seal_text(return_to.as_str().as_bytes(), &self.logout_data());
            let state = sealed.map_err(|_| LoginError::NoRandomness)?;
            form = form
                .with("post_logout_redirect_uri", uri)
                .with("state", state);
        }
        let query = form.into_bytes();
        let separator = if endpoint.query().is_some() { '&' } else { '?' };
        Ok(Some(format!(
            "{endpoint}{separator}{}",
            String::from_utf8_lossy(&query)
        )))
    }

    /// Returns the page of the logout to which the provider's response belongs, or `/`.
    ///
    /// `state` is sealed, so that only a page that the application chose is returned.
    pub fn logged_out(&self, uri: &Uri) -> ReturnTo {
        let mut states = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.strip_prefix("state="));
        let (Some(state), None) = (states.next(), states.next()) else {
            return ReturnTo::default();
        };
        let opened = self
            .state_sealer()
            .open_text(state, MAX_STATE, &self.logout_data());
        let text = opened
            .ok()
            .and_then(|text| str::from_utf8(&text).ok()?.parse().ok());
        text.unwrap_or_default()
    }

    fn logout_data(&self) -> [&[u8]; 2] {
        [self.issuer().as_bytes(), self.client_id().as_bytes()]
    }
}
