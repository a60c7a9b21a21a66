//! The tokens of a client or of a login, and their encoding in a sealed record.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::claims::{NumericDate, ScopeSet};
use crate::relying_party::token_response::TokenResponse;
use crate::secret::Secret;

/// The time before its expiry from which a token is replaced, unless it lives less than four times as long.
const MARGIN: Duration = Duration::from_mins(1);

/// The version of the encoding.
const FORMAT: u8 = 2;

/// A bearer token, its scopes and its lifetime. Clones share the token.
///
/// The token itself is sent by an [`ApiClient`](crate::relying_party::ApiClient) only.
#[derive(Clone)]
pub struct AccessToken {
    inner: Arc<Inner>,
}

struct Inner {
    token: Secret,
    obtained_at: NumericDate,
    expires_at: NumericDate,
    scopes: ScopeSet,
}

impl AccessToken {
    fn new(
        token: Secret,
        obtained_at: NumericDate,
        expires_at: NumericDate,
        scopes: ScopeSet,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                token,
                obtained_at,
                expires_at,
                scopes,
            }),
        }
    }

    pub(super) fn of_response(response: &TokenResponse, obtained_at: NumericDate) -> Self {
        Self::new(
            response.access_token().clone(),
            obtained_at,
            response.expires_at(),
            response.scopes().clone(),
        )
    }

    /// Returns when the token expires, as far as the client knows.
    pub fn expires_at(&self) -> NumericDate {
        self.inner.expires_at
    }

    /// Returns the granted scopes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.inner.scopes
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.inner.token
    }

    /// Returns whether the token is valid long enough to be used without a replacement.
    pub(super) fn is_fresh(&self, now: NumericDate) -> bool {
        let lifetime = self.inner.expires_at.since(self.inner.obtained_at);
        now.saturating_add(MARGIN.min(lifetime / 4)) < self.inner.expires_at
    }

    pub(super) fn is_expired(&self, now: NumericDate) -> bool {
        now >= self.inner.expires_at
    }

    /// Returns whether both are the same token.
    pub(in crate::relying_party) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.secret().expose(), other.secret().expose()).is_ok()
    }
}

/// Omits the token.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.inner.expires_at)
            .field("scopes", &self.inner.scopes)
            .finish_non_exhaustive()
    }
}

/// The tokens of a login, as a sealed record keeps them.
#[derive(Clone)]
pub(crate) struct GrantTokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<Secret>,
    /// The ID token of the login, which a logout at the provider sends as a hint.
    pub(super) id: Option<Secret>,
    /// The refresh token is from a response whose ID token was not valid: only a response with a valid one is used.
    pub(super) is_unconfirmed: bool,
}

impl GrantTokens {
    /// Returns the tokens of a login's response to a code.
    pub(crate) fn of_login(response: &TokenResponse, obtained_at: NumericDate) -> Self {
        Self {
            id: response.unverified_id_token().cloned(),
            ..Self::of_access(response, obtained_at)
        }
    }

    /// Returns the tokens of a response to a code, without the ID token that it may have.
    pub(crate) fn of_access(response: &TokenResponse, obtained_at: NumericDate) -> Self {
        Self {
            access: AccessToken::of_response(response, obtained_at),
            refresh: response.refresh_token().cloned(),
            id: None,
            is_unconfirmed: false,
        }
    }

    /// Returns the tokens after a refresh: the response's, and the former ones that it does not replace.
    pub(super) fn refreshed(&self, response: &TokenResponse, obtained_at: NumericDate) -> Self {
        let rotated = response.refresh_token().cloned();
        Self {
            access: AccessToken::of_response(response, obtained_at),
            refresh: rotated.or_else(|| self.refresh.clone()),
            id: self.id.clone(),
            is_unconfirmed: false,
        }
    }

    /// Returns the former tokens with the refresh token of a response that was rejected.
    pub(super) fn rotated(&self, refresh_token: Secret, is_unconfirmed: bool) -> Self {
        Self {
            refresh: Some(refresh_token),
            is_unconfirmed: self.is_unconfirmed || is_unconfirmed,
            ..self.clone()
        }
    }

    /// Returns the refresh token, if the provider issued one.
    #[cfg(all(test, feature = "testing"))]
    pub(crate) fn refresh_token(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// Returns the ID token of the login.
    pub(crate) fn id_token(&self) -> Option<&Secret> {
        self.id.as_ref()
    }

    /// Encodes the tokens: a version, whether they are unconfirmed, two times in milliseconds, and each text after its
    /// length.
    pub(crate) fn encode(&self) -> Secret {
        let token = &*self.access.inner;
        let texts = [
            token.token.expose(),
            token.scopes.as_str().as_bytes(),
            self.refresh.as_ref().map_or(&[][..], Secret::expose),
            self.id.as_ref().map_or(&[][..], Secret::expose),
        ];
        let len = 18 + texts.iter().map(|text| 4 + text.len()).sum::<usize>();
        // its full capacity from the beginning: reallocation would leave a copy of the tokens
        let mut encoded = Vec::with_capacity(len);
        encoded.push(FORMAT);
        encoded.push(self.is_unconfirmed.into());
        encoded.extend_from_slice(&token.obtained_at.as_millis().to_be_bytes());
        encoded.extend_from_slice(&token.expires_at.as_millis().to_be_bytes());
        for text in texts {
            // no text is longer than a response, which has at most 64 KiB
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            encoded.extend_from_slice(&len.to_be_bytes());
            encoded.extend_from_slice(text);
        }
        Secret::new(encoded)
    }

    /// Decodes tokens, or returns `None` if the bytes have another format.
    pub(crate) fn decode(encoded: &[u8]) -> Option<Self> {
        let (flag, rest) = encoded.strip_prefix(&[FORMAT])?.split_first()?;
        let is_unconfirmed = match flag {
            0 => false,
            1 => true,
            _ => return None,
        };
        let (obtained_at, rest) = rest.split_first_chunk::<8>()?;
        let (expires_at, mut rest) = rest.split_first_chunk::<8>()?;
        let mut text = || -> Option<&[u8]> {
            let (len, after) = rest.split_first_chunk::<4>()?;
            let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
            let (text, after) = after.split_at_checked(len)?;
            rest = after;
            Some(text)
        };
        let (token, scopes, refresh_token, id_token) = (text()?, text()?, text()?, text()?);
        if !rest.is_empty() || token.is_empty() {
            return None;
        }
        let date = |bytes: &[u8; 8]| NumericDate::from_millis(u64::from_be_bytes(*bytes));
        let scopes = ScopeSet::parse(str::from_utf8(scopes).ok()?).ok()?;
        let secret = |bytes: &[u8]| (!bytes.is_empty()).then(|| Secret::new(bytes));
        Some(Self {
            access: AccessToken::new(
                Secret::new(token),
                date(obtained_at),
                date(expires_at),
                scopes,
            ),
            refresh: secret(refresh_token),
            id: secret(id_token),
            is_unconfirmed,
        })
    }
}

/// Omits the tokens.
impl fmt::Debug for GrantTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrantTokens")
            .field("access_token", &self.access)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: NumericDate = NumericDate::from_secs(1_700_000_000);

    fn token(lifetime: u64) -> AccessToken {
        let expires_at = NOW.saturating_add(Duration::from_secs(lifetime));
        AccessToken::new(Secret::new("access"), NOW, expires_at, ScopeSet::default())
    }

    #[test]
    fn token_is_replaced_a_minute_or_a_quarter_ahead_of_its_expiry() {
        for (lifetime, fresh_for) in [(3600, 3540), (240, 180), (100, 75), (4, 3)] {
            let token = token(lifetime);
            for (age, is_fresh) in [
                (fresh_for - 1, true),
                (fresh_for, false),
                (fresh_for + 1, false),
            ] {
                let now = NOW.saturating_add(Duration::from_secs(age));
                assert_eq!(token.is_fresh(now), is_fresh, "{lifetime} {age}");
            }
            for (age, is_expired) in [(lifetime - 1, false), (lifetime, true)] {
                let now = NOW.saturating_add(Duration::from_secs(age));
                assert_eq!(token.is_expired(now), is_expired, "{lifetime} {age}");
            }
        }
    }

    #[test]
    fn encoded_tokens_are_decoded() {
        for (refresh_token, id_token, is_unconfirmed) in [
            (None, None, false),
            (Some("refresh"), Some("id"), false),
            (Some("refresh"), Some("id"), true),
        ] {
            let tokens = GrantTokens {
                access: token(60),
                refresh: refresh_token.map(Secret::new),
                id: id_token.map(Secret::new),
                is_unconfirmed,
            };
            let encoded = tokens.encode().expose().to_vec();
            let decoded = GrantTokens::decode(&encoded).unwrap();
            assert!(decoded.access.is(&tokens.access));
            assert_eq!(decoded.access.expires_at(), tokens.access.expires_at());
            let expose =
                |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_vec());
            assert_eq!(expose(&decoded.refresh), expose(&tokens.refresh));
            assert_eq!(expose(&decoded.id), expose(&tokens.id));
            assert_eq!(decoded.is_unconfirmed, is_unconfirmed);
            assert!(!format!("{decoded:?}").contains("refresh"));
            for len in 0..encoded.len() {
                assert!(GrantTokens::decode(&encoded[..len]).is_none(), "{len}");
            }
            let longer = [&encoded[..], &[0]].concat();
            assert!(GrantTokens::decode(&longer).is_none());
            let mut other_format = encoded.clone();
            other_format[0] = FORMAT + 1;
            assert!(GrantTokens::decode(&other_format).is_none());
            let mut other_flag = encoded.clone();
            other_flag[1] = 2;
            assert!(GrantTokens::decode(&other_flag).is_none());
        }
    }
}
