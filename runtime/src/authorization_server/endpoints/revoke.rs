//! Revocation ([RFC 7009]).
//!
//! [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009

use http::HeaderMap;

use crate::ClientCertificate;
use crate::audit::emit_revoked;
use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::error::OAuthFailure;
use crate::authorization_server::expiring_names::Kind;
use crate::authorization_server::grant::GrantId;
use crate::authorization_server::parameters::Parameters;
use crate::relying_party::vault::VaultError;

impl AuthorizationServer {
    /// Revokes a token of the client. A refresh token ends its authorization, with every token that came from it; an access
    /// token ends alone.
    ///
    /// An unknown token, or one of another client, is not an error ([RFC 7009 §2.2]) and is not changed. Resource servers that
    /// validate access tokens locally accept a revoked one until it expires.
    ///
    /// # Errors
    ///
    /// Returns the error of the client's authentication, or `temporarily_unavailable` if the token could not be revoked.
    ///
    /// [RFC 7009 §2.2]: https://www.rfc-editor.org/rfc/rfc7009#section-2.2
    pub(in crate::authorization_server) async fn revoke(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
        form: &str,
    ) -> Result<(), OAuthFailure> {
        let form = Parameters::read(form)?;
        let client = self.authenticate(headers, certificate, &form).await?;
        let token = form.required("token", "`token` is missing")?;
        let shared = &self.shared;
        if let Some(grant) = shared.grants.revoke(client.id(), token).await? {
            let grant = grant.to_text();
            let context = self.context(Some(client.id()), Some(&grant));
            emit_revoked(context, "refresh_token", None);
            return Ok(());
        }
        let verified = shared.tokens.verify(token).await;
        if let Some(verified) = verified.filter(|verified| verified.client_id == client.id()) {
            let names = &shared.names;
            let (jti, until) = (&verified.jti, verified.expires_at);
            let inserted = names.insert(Kind::RevokedToken, client.id(), jti, until, self.now());
            inserted.await?;
            let grant = verified.grant.map(GrantId::to_text);
            let context = self.context(Some(client.id()), grant.as_deref());
            emit_revoked(context, "access_token", Some(jti));
        }
        Ok(())
    }

    /// Revokes all logins of a user up to now, at every client, and returns how many have ended: after a change of the password,
    /// or when the user leaves.
    ///
    /// Codes and refresh tokens are refused from then on, and access tokens of the logins are inactive at introspection. An
    /// approval with an [`auth_time`](super::super::Approval::new) up to now is refused, so that a user must log in again. End the
    /// user's sessions at the application's own pages too. Tokens that [`AccessTokenIssuer`](super::super::AccessTokenIssuer)
    /// minted outside the endpoints are not affected.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault is unavailable. Some logins may then remain; a repeated call ends them.
    pub async fn revoke_user(&self, subject: &str) -> Result<usize, VaultError> {
        let ended = self.shared.grants.revoke_user(subject, self.now()).await?;
        emit_revoked(self.context(None, None), "user", None);
        Ok(ended)
    }

    /// Revokes everything that a client has up to now: the codes and refresh tokens of all users, and at introspection its
    /// access tokens.
    ///
    /// The client itself stays registered; remove it from the [`ClientStore`](super::super::ClientStore) to refuse its requests.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault is unavailable. Then nothing is revoked.
    pub async fn revoke_client(&self, client_id: &str) -> Result<(), VaultError> {
        let now = self.now();
        self.shared.grants.revoke_client(client_id, now).await?;
        emit_revoked(self.context(Some(client_id), None), "client", None);
        Ok(())
    }
}
