//! JWTs that the provider signs for this client: ID tokens, logout tokens and signed `UserInfo` responses.
//!
//! The signature is verified here, before a claim is read (CVE-2024-51744). The rules of each kind of token follow
//! in `id_token`, `user_info` and `logout`.

use serde_json::Value;

use crate::claims::{Audience, NumericDate};
use crate::clock::Clock;
use crate::json;
use crate::keys::{Algorithm, KeySource};
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::members::Members;
use crate::token::{TokenError, UntrustedCompact, UntrustedHeader};

/// The keys of a provider, and the one algorithm that is registered for this client.
#[derive(Debug)]
pub(super) struct ProviderKeys {
    pub(super) algorithm: Algorithm,
    pub(super) source: KeySource,
}

/// A JWT whose signature is verified; its claims are not checked.
#[derive(Debug)]
pub(super) struct SignedJwt {
    pub(super) members: Members,
}

/// The values that the header's `typ` may have, besides being absent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    /// `JWT`, or no `typ` ([OpenID Connect Core §2] defines none).
    ///
    /// [OpenID Connect Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
    Jwt,
    /// `logout+jwt` ([Back-Channel Logout §2.4]).
    ///
    /// [Back-Channel Logout §2.4]: https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
    Logout,
}

impl Type {
    /// Returns whether the header's `typ` is allowed; `application/` is optional (RFC 7515 §4.1.9).
    fn accepts(self, typ: Option<&str>) -> bool {
        let typ = typ.map(|typ| match typ.split_once('/') {
            Some((prefix, name)) if prefix.eq_ignore_ascii_case("application") => name,
            _ => typ,
        });
        match self {
            Self::Jwt => typ.is_none_or(|typ| typ.eq_ignore_ascii_case("jwt")),
            Self::Logout => typ.is_some_and(|typ| typ.eq_ignore_ascii_case("logout+jwt")),
        }
    }
}

impl ProviderKeys {
    /// Verifies the signature of a JWT, and reads its claims.
    ///
    /// If no key matches, the provider's keys are fetched again, at most once a minute, so that a new key is used
    /// without a restart.
    ///
    /// # Errors
    ///
    /// Returns [`IdTokenError::Token`] if the token is not a JWS of this type, signed with the registered algorithm by a
    /// key of the provider, and [`IdTokenError::KeysUnavailable`] if there are no keys.
    pub(super) async fn verify(
        &self,
        token: &[u8],
        typ: Type,
        clock: &dyn Clock,
    ) -> Result<SignedJwt, IdTokenError> {
        let compact = UntrustedCompact::read(token)?;
        let header = compact.header()?;
        let header = UntrustedHeader::read(&header)?;
        if header.algorithm != self.algorithm {
            return Err(TokenError::Algorithm.into());
        }
        if !typ.accepts(header.typ.as_deref()) {
            return Err(TokenError::Type.into());
        }
        let signature = compact.signature()?;
        let kid = header.kid.as_deref();
        let verify = |now| self.verify_signature(kid, compact.signing_input(), &signature, now);
        if let Err((generation, error)) = verify(clock.now())? {
            if !self
                .source
                .refreshed_for_unknown_key(generation, clock)
                .await
            {
                return Err(error.into());
            }
            verify(clock.now())?.map_err(|(_, error)| error)?;
        }
        let Ok(Value::Object(claims)) = json::parse(&compact.payload()?) else {
            return Err(TokenError::MalformedClaims.into());
        };
        let members = Members::new(claims);
        let audience: Option<Audience> = members.audience()?;
        header.check_repeated(
            members.string("iss")?,
            members.string("sub")?,
            audience.as_ref(),
        )?;
        Ok(SignedJwt { members })
    }

    /// Returns the generation of keys and the error if none of them verifies the signature.
    fn verify_signature(
        &self,
        kid: Option<&str>,
        signing_input: &[u8],
        signature: &Vec<u8>,
        now: NumericDate,
    ) -> Result<Result<(), (u64, TokenError)>, IdTokenError> {
        let keys = self
            .source
            .current(now)
            .map_err(|keys| IdTokenError::KeysUnavailable {
                retry_after: keys.retry_after,
            })?;
        let generation = keys.generation();
        let mut candidates = keys.candidates(kid, self.algorithm).peekable();
        Ok(if candidates.peek().is_none() {
            Err((generation, TokenError::UnknownKey))
        } else if candidates.any(|key| key.verifies(signing_input, signature)) {
            Ok(())
        } else {
            Err((generation, TokenError::Signature))
        })
    }
}
