//! The time checks: from when, until when, and for how long a token may live.

use std::time::Duration;

use crate::claims::NumericDate;
use crate::token::claims::Claims;
use crate::token::error::TokenError;

/// What an issuer's configuration says of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How far the issuer's clock may differ from ours.
    pub(crate) clock_skew: Duration,
    /// The longest `exp − iat`.
    pub(crate) max_lifetime: Duration,
}

impl Limits {
    /// Judges the instants of a token; `iat` is compared where the profile lets it be absent too.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] where `now >= exp + skew`, [`TokenError::NotYetValid`] where
    /// `iat` or `nbf` is later than `now + skew`, [`TokenError::Lifetime`] where `exp` is not
    /// after `iat`, or by more than the limit.
    pub(super) fn judge(
        &self,
        exp: NumericDate,
        claims: &Claims<'_>,
        now: NumericDate,
    ) -> Result<(), TokenError> {
        if now >= exp.saturating_add(self.clock_skew) {
            return Err(TokenError::Expired);
        }
        let latest = now.saturating_add(self.clock_skew);
        if [claims.iat, claims.nbf]
            .iter()
            .flatten()
            .any(|start| *start > latest)
        {
            return Err(TokenError::NotYetValid);
        }
        if let Some(iat) = claims.iat
            && (exp <= iat || exp.since(iat) > self.max_lifetime)
        {
            return Err(TokenError::Lifetime);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        clock_skew: Duration::from_secs(30),
        max_lifetime: Duration::from_mins(30),
    };
    const IAT: u64 = 1_700_000_000;
    const EXP: u64 = IAT + 300;

    fn judge(iat: u64, nbf: Option<u64>, exp: u64, now: u64) -> Result<(), TokenError> {
        let claims = Claims {
            iat: Some(NumericDate::from_secs(iat)),
            nbf: nbf.map(NumericDate::from_secs),
            ..Claims::default()
        };
        LIMITS.judge(
            NumericDate::from_secs(exp),
            &claims,
            NumericDate::from_secs(now),
        )
    }

    /// RFC 7519 §4.1.4, RFC 9068 §4: now is before exp, plus the skew.
    #[test]
    fn a_token_ends_at_exp_plus_skew() {
        assert_eq!(judge(IAT, None, EXP, EXP + 29), Ok(()));
        assert_eq!(judge(IAT, None, EXP, EXP + 30), Err(TokenError::Expired));
        assert_eq!(judge(IAT, None, EXP, EXP + 31), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_begins_at_iat_minus_skew() {
        assert_eq!(judge(IAT, None, EXP, IAT - 29), Ok(()));
        assert_eq!(judge(IAT, None, EXP, IAT - 30), Ok(()));
        assert_eq!(
            judge(IAT, None, EXP, IAT - 31),
            Err(TokenError::NotYetValid)
        );
    }

    /// RFC 7519 §4.1.5.
    #[test]
    fn a_token_begins_at_nbf_minus_skew() {
        let nbf = IAT + 100;
        assert_eq!(judge(IAT, Some(nbf), EXP, nbf - 29), Ok(()));
        assert_eq!(judge(IAT, Some(nbf), EXP, nbf - 30), Ok(()));
        assert_eq!(
            judge(IAT, Some(nbf), EXP, nbf - 31),
            Err(TokenError::NotYetValid)
        );
    }

    #[test]
    fn a_lifetime_is_positive_and_at_most_the_limit() {
        assert_eq!(judge(IAT, None, IAT - 1, IAT), Err(TokenError::Lifetime));
        assert_eq!(judge(IAT, None, IAT, IAT), Err(TokenError::Lifetime));
        assert_eq!(judge(IAT, None, IAT + 1, IAT), Ok(()));
        assert_eq!(judge(IAT, None, IAT + 1_799, IAT), Ok(()));
        assert_eq!(judge(IAT, None, IAT + 1_800, IAT), Ok(()));
        assert_eq!(
            judge(IAT, None, IAT + 1_801, IAT),
            Err(TokenError::Lifetime)
        );
    }

    /// A clock that fails reads as the end of time: nothing is accepted.
    #[test]
    fn at_the_end_of_time_every_token_has_expired() {
        let claims = Claims::default();
        assert_eq!(
            LIMITS.judge(NumericDate::MAX, &claims, NumericDate::MAX),
            Err(TokenError::Expired)
        );
    }
}
