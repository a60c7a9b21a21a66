//! Revocation of all logins of a user or of a client, and the limit of logins that a user has.

use crate::authorization_server::grant::credential::GrantId;
use crate::authorization_server::grant::record::Authorization;
use crate::authorization_server::grant::store::Grants;
use crate::authorization_server::grant::user_logins::{IssueError, UserLogin, UserLogins};
use crate::claims::NumericDate;
use crate::relying_party::vault::{RecordId, VaultError, VaultRecord};
use crate::secret::Secret;

/// How often a change is repeated because another request was faster.
const ATTEMPTS: usize = 32;

impl Grants {
    /// Adds a login to the record of its user, and ends older ones over the limit.
    ///
    /// # Errors
    ///
    /// Returns an error if the logins of the user were revoked after this one, or if the vault is unavailable.
    pub(super) async fn add_login(
        &self,
        client_id: &str,
        id: GrantId,
        authorization: &Authorization,
        now: NumericDate,
    ) -> Result<(), IssueError> {
        let login = UserLogin {
            client_id: client_id.to_owned(),
            grant: id.to_text(),
            until: self.last(now).as_secs(),
        };
        let auth_time = authorization.auth_time();
        let add = |user: &mut UserLogins| {
            if user.is_revoked(auth_time) {
                return Err(IssueError::Revoked);
            }
            Ok(user.add(login.clone(), self.max_logins, now))
        };
        let ended = self.change_user(&authorization.subject, now, add).await?;
        self.end(&ended).await?;
        Ok(())
    }

    /// Revokes the logins of a user up to now, and returns the number of those that have ended.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault is unavailable; some logins may remain, and a repeated call ends them.
    pub(in crate::authorization_server) async fn revoke_user(
        &self,
        subject: &str,
        now: NumericDate,
    ) -> Result<usize, VaultError> {
        // no login up to now is added afterwards, and the record keeps its logins, in case that this process ends here
        let revoke = |user: &mut UserLogins| {
            user.revoked_at = user.revoked_at.max(Some(now.as_millis()));
            Ok::<_, VaultError>(user.logins.clone())
        };
        let logins = self.change_user(subject, now, revoke).await?;
        self.end(&logins).await
    }

    /// Changes the record of a user; a change by another request in between repeats it.
    async fn change_user<T, E: From<VaultError>>(
        &self,
        subject: &str,
        now: NumericDate,
        change: impl Fn(&mut UserLogins) -> Result<T, E>,
    ) -> Result<T, E> {
        let id = self.user(subject)?;
        for _ in 0..ATTEMPTS {
            let record = self.vault.read(&id).await?;
            let version = record.as_ref().map(VaultRecord::version);
            let mut user = UserLogins::read(record.as_ref())?;
            let changed = change(&mut user)?;
            let json = serde_json::to_vec(&user).map_err(|_| VaultError::TooLong)?;
            let value = Secret::new(json);
            let former = record.and_then(|record| record.expires_at());
            let expires_at = former.max(Some(self.last(now)));
            let written = self.vault.write(&id, version, &value, expires_at);
            match written.await {
                Ok(_) => return Ok(changed),
                Err(VaultError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(VaultError::Conflict.into())
    }

    /// Revokes the authorizations of a client up to now.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault is unavailable.
    pub(in crate::authorization_server) async fn revoke_client(
        &self,
        client_id: &str,
        now: NumericDate,
    ) -> Result<(), VaultError> {
        let id = self.client(client_id)?;
        let value = Secret::new(now.as_millis().to_string());
        self.vault.put(&id, &value, Some(self.last(now))).await?;
        Ok(())
    }

    /// Returns the time of the last revocation of a client.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault is unavailable.
    pub(in crate::authorization_server) async fn client_revoked_at(
        &self,
        client_id: &str,
    ) -> Result<Option<NumericDate>, VaultError> {
        let Some(record) = self.vault.read(&self.client(client_id)?).await? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(record.value().expose()).ok();
        let millis = text.and_then(|text| text.parse().ok());
        let millis = millis.ok_or(VaultError::UnknownFormat)?;
        Ok(Some(NumericDate::from_millis(millis)))
    }

    /// Removes authorizations, and returns the number of those that existed.
    async fn end(&self, logins: &[UserLogin]) -> Result<usize, VaultError> {
        let mut ended = 0;
        for login in logins {
            let id = GrantId::from_text(&login.grant).ok_or(VaultError::UnknownFormat)?;
            ended += usize::from(self.remove(&login.client_id, id).await?);
        }
        Ok(ended)
    }

    fn user(&self, subject: &str) -> Result<RecordId, VaultError> {
        let id = RecordId::new(&*self.issuer, &*self.issuer, "logins of a user");
        let id = id.and_then(|id| id.subject(subject));
        id.map_err(|_| VaultError::TooLong)
    }

    fn client(&self, client_id: &str) -> Result<RecordId, VaultError> {
        let id = RecordId::new(&*self.issuer, client_id, "revocation of a client");
        id.map_err(|_| VaultError::TooLong)
    }
}
