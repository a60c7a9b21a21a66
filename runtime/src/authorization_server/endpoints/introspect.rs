//! Introspection ([RFC 7662]).
//!
//! [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662

use http::HeaderMap;
use serde_json::{Value, json};

use crate::ClientCertificate;
use crate::authorization_server::client::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::expiring_names::Kind;
use crate::authorization_server::parameters::Parameters;
use crate::authorization_server::{AuthorizationServer, StoreFailure};

/// The claims of an access token that its introspection returns.
const CLAIMS: [&str; 11] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "jti",
    "client_id",
    "scope",
    "acr",
    "auth_time",
    "cnf",
];

impl AuthorizationServer {
    /// Returns the state of a token: `{"active":false}` and nothing else for a token that is not valid or that the client may not
    /// introspect.
    ///
    /// # Errors
    ///
    /// Returns the error of the client's authentication; a public client cannot introspect tokens.
    pub(in crate::authorization_server) async fn introspect(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
        form: &str,
    ) -> Result<Value, OAuthFailure> {
        let form = Parameters::read(form)?;
        let client = self.authenticate(headers, certificate, &form).await?;
        if !client.credential().is_confidential() {
            let problem = "a public client cannot introspect tokens";
            return Err(OAuthFailure::new(ErrorCode::InvalidClient, problem));
        }
        let token = form.required("token", "`token` is missing")?;
        let found = match self.access_token_state(&client, token).await? {
            Some(state) => Some(state),
            None => self.refresh_token_state(&client, token).await?,
        };
        Ok(found.unwrap_or_else(|| json!({ "active": false })))
    }

    async fn access_token_state(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<Option<Value>, OAuthFailure> {
        let Some(verified) = self.shared.tokens.verify(token).await else {
            return Ok(None);
        };
        let is_visible = client.introspects_all() || verified.client_id == client.id();
        if !is_visible || self.is_revoked(&verified).await? {
            return Ok(None);
        }
        let claims = CLAIMS.iter().filter_map(|name| {
            let value = verified.claims.get(name)?;
            Some(((*name).to_owned(), value.clone()))
        });
        let fixed = [("active", json!(true)), ("token_type", json!("Bearer"))];
        let fixed = fixed.map(|(name, value)| (name.to_owned(), value));
        Ok(Some(Value::Object(claims.chain(fixed).collect())))
    }

    async fn refresh_token_state(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<Option<Value>, OAuthFailure> {
        let grants = &self.shared.grants;
        let found = grants.find(client.id(), token, self.now()).await?;
        Ok(found.map(|(authorization, until)| {
            json!({
                "active": true,
                "iss": self.issuer(),
                "sub": authorization.subject,
                "client_id": client.id(),
                "scope": authorization.scopes,
                "exp": until.as_secs(),
            })
        }))
    }

    /// Returns whether an access token, or the authorization that it comes from, was revoked.
    async fn is_revoked(
        &self,
        verified: &crate::authorization_server::access_token::VerifiedToken,
    ) -> Result<bool, OAuthFailure> {
        let client_id = &verified.client_id;
        let shared = &self.shared;
        let kind = Kind::RevokedToken;
        if shared
            .names
            .contains(kind, client_id, &verified.jti)
            .await?
        {
            return Ok(true);
        }
        if let Some(id) = verified.grant {
            return Ok(!shared.grants.is_active(client_id, id).await?);
        }
        let revoked_at = shared.grants.client_revoked_at(client_id).await;
        let revoked_at = revoked_at.map_err(StoreFailure)?;
        Ok(revoked_at.is_some_and(|revoked_at| verified.issued_at <= revoked_at))
    }
}
