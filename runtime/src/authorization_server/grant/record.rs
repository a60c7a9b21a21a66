//! The stored form of an authorization.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::authorization_server::grant::credential::GrantSecret;
use crate::claims::NumericDate;

/// The authorization that a user gave a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::authorization_server) struct Authorization {
    pub(in crate::authorization_server) subject: String,
    pub(in crate::authorization_server) scopes: String,
    pub(in crate::authorization_server) resources: Vec<String>,
    /// The time of the user's login, in milliseconds.
    pub(in crate::authorization_server) authenticated_at: u64,
    pub(in crate::authorization_server) acr: Option<String>,
    pub(in crate::authorization_server) nonce: Option<String>,
    /// Further claims of the ID token.
    pub(in crate::authorization_server) claims: serde_json::Map<String, serde_json::Value>,
}

/// The policy of the refresh tokens of a client.
#[derive(Clone, Debug)]
pub(in crate::authorization_server) struct RefreshPolicy {
    /// The time from the authorization to the end of its refresh tokens.
    pub(in crate::authorization_server) lifetime: Duration,
    /// Whether each use replaces the token.
    pub(in crate::authorization_server) rotates: bool,
    /// The time for which a replaced token returns its successor again.
    pub(in crate::authorization_server) grace: Duration,
    /// The hash of the certificate that the tokens are bound to, if they are.
    pub(in crate::authorization_server) certificate: Option<String>,
}

/// A record: an authorization and its state.
#[derive(Serialize, Deserialize)]
pub(super) struct GrantRecord {
    secret: String,
    /// In milliseconds.
    created_at: u64,
    pub(super) authorization: Authorization,
    pub(super) state: GrantState,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GrantState {
    /// The client has a code and must redeem it.
    Code {
        challenge: String,
        redirect_uri: String,
        expires_at: u64,
    },
    /// The code was redeemed.
    Active {
        /// The number of the current refresh token.
        number: u32,
        /// The time at which it replaced the previous one, in milliseconds.
        replaced_at: Option<u64>,
        /// The end of the refresh tokens, in seconds.
        until: u64,
        /// The hash of the certificate that the refresh tokens are bound to.
        certificate: Option<String>,
    },
}

impl Authorization {
    /// Returns the time of the user's login.
    pub(in crate::authorization_server) fn auth_time(&self) -> NumericDate {
        NumericDate::from_millis(self.authenticated_at)
    }
}

impl GrantRecord {
    pub(super) fn new(
        secret: &GrantSecret,
        authorization: Authorization,
        state: GrantState,
        now: NumericDate,
    ) -> Self {
        Self {
            secret: secret.to_text().to_string(),
            created_at: now.as_millis(),
            authorization,
            state,
        }
    }

    pub(super) fn secret(&self) -> Option<GrantSecret> {
        GrantSecret::from_text(&self.secret)
    }

    pub(super) fn created_at(&self) -> NumericDate {
        NumericDate::from_millis(self.created_at)
    }

    /// Returns the time from which on the record may be removed.
    pub(super) fn expires_at(&self) -> NumericDate {
        let (GrantState::Code {
            expires_at: end, ..
        }
        | GrantState::Active { until: end, .. }) = &self.state;
        NumericDate::from_secs(*end)
    }
}

impl Drop for GrantRecord {
    fn drop(&mut self) {
        drop(Zeroizing::new(std::mem::take(&mut self.secret)));
    }
}
