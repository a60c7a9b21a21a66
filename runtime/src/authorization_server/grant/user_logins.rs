//! The record of a user: the logins at clients, and the limit of their number.

use serde::{Deserialize, Serialize};

use crate::authorization_server::StoreFailure;
use crate::claims::NumericDate;
use crate::relying_party::vault::{VaultError, VaultRecord};

/// The logins of a user at clients: the record of the user.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct UserLogins {
    /// Logins up to this time are revoked, in milliseconds.
    pub(super) revoked_at: Option<u64>,
    pub(super) logins: Vec<UserLogin>,
}

/// A login of a user at a client, which has a separate authorization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct UserLogin {
    pub(super) client_id: String,
    pub(super) grant: String,
    /// The end of the authorization, in seconds.
    pub(super) until: u64,
}

/// The reason why an authorization was not stored.
#[derive(Debug)]
pub(in crate::authorization_server) enum IssueError {
    /// The logins of the user were revoked after this login.
    Revoked,
    Store(StoreFailure),
}

impl From<VaultError> for IssueError {
    fn from(error: VaultError) -> Self {
        Self::Store(StoreFailure(error))
    }
}

impl UserLogins {
    pub(super) fn read(record: Option<&VaultRecord>) -> Result<Self, VaultError> {
        record.map_or(Ok(Self::default()), |record| {
            let bytes = record.value().expose();
            serde_json::from_slice(bytes).map_err(|_| VaultError::UnknownFormat)
        })
    }

    pub(super) fn is_revoked(&self, auth_time: NumericDate) -> bool {
        self.revoked_at
            .is_some_and(|revoked_at| auth_time.as_millis() <= revoked_at)
    }

    /// Adds a login, and returns those that end because of the limit: the oldest of the client that has most.
    pub(super) fn add(&mut self, login: UserLogin, max: usize, now: NumericDate) -> Vec<UserLogin> {
        self.logins.retain(|login| login.until > now.as_secs());
        self.logins.push(login);
        let mut ended = Vec::new();
        while self.logins.len() > max.max(1) {
            let count = |login: &UserLogin| {
                let of_client = |other: &&UserLogin| other.client_id == login.client_id;
                self.logins.iter().filter(of_client).count()
            };
            // of equal counts, `max_by_key` returns the last one
            let oldest = self.logins.iter().enumerate().rev();
            let oldest = oldest.max_by_key(|(_, login)| count(login));
            let Some((index, _)) = oldest else {
                break;
            };
            ended.push(self.logins.remove(index));
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: NumericDate = NumericDate::from_secs(1_800_000_000);

    fn login(client_id: &str, grant: usize) -> UserLogin {
        UserLogin {
            client_id: client_id.to_owned(),
            grant: grant.to_string(),
            until: NOW.as_secs() + 60,
        }
    }

    fn add(user: &mut UserLogins, client_id: &str, grant: usize) -> Vec<String> {
        let ended = user.add(login(client_id, grant), 3, NOW).into_iter();
        ended.map(|login| login.grant).collect()
    }

    #[test]
    fn login_over_the_limit_ends_the_oldest_of_the_busiest_client() {
        let mut user = UserLogins::default();
        for (client_id, grant, ended) in [
            ("web", 1, &[][..]),
            ("spa", 2, &[]),
            ("spa", 3, &[]),
            ("spa", 4, &["2"]),
            ("spa", 5, &["3"]),
            // equal counts: the oldest of all
            ("web", 6, &["1"]),
            ("app", 7, &["4"]),
            ("app", 8, &["7"]),
        ] {
            let found = add(&mut user, client_id, grant);
            assert_eq!(found, ended, "{client_id} {grant}: {:?}", user.logins);
        }
    }

    #[test]
    fn expired_login_does_not_count() {
        let mut user = UserLogins::default();
        for grant in 0..3 {
            add(&mut user, "web", grant);
        }
        let later = NOW.saturating_add(std::time::Duration::from_mins(1));
        let mut new = login("web", 3);
        new.until += 60;
        assert_eq!(user.add(new, 3, later), []);
        assert_eq!(user.logins.len(), 1);
    }

    #[test]
    fn login_up_to_the_revocation_is_revoked() {
        let user = UserLogins {
            revoked_at: Some(1_000),
            logins: Vec::new(),
        };
        for (millis, is_revoked) in [(0, true), (999, true), (1_000, true), (1_001, false)] {
            let auth_time = NumericDate::from_millis(millis);
            assert_eq!(user.is_revoked(auth_time), is_revoked, "{millis}");
        }
        assert!(!UserLogins::default().is_revoked(NumericDate::from_secs(0)));
    }
}
