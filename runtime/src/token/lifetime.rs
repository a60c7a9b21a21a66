//! Time checks: when a token becomes valid, when it expires, and how long it may be valid.
//!
//! The lifetime is checked once per token, and the current time at every use.

use std::time::Duration;

use crate::claims::NumericDate;
use crate::token::error::TokenError;

/// The time limits for an issuer's tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LifetimeLimits {
    /// The maximum difference between the issuer's clock and ours.
    pub(crate) clock_skew: Duration,
    /// The maximum of `exp − iat`.
    pub(crate) max_lifetime: Duration,
}

impl LifetimeLimits {
    /// Returns the interval in which a token is valid.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::Lifetime`] if `exp` is not after `iat`, or if `exp − iat` exceeds the
    /// limit.
    pub(super) fn validity(
        &self,
        exp: NumericDate,
        iat: NumericDate,
        nbf: Option<NumericDate>,
    ) -> Result<Validity, TokenError> {
        if exp <= iat || exp.since(iat) > self.max_lifetime {
            return Err(TokenError::Lifetime);
        }
        let start = nbf.map_or(iat, |nbf| nbf.max(iat));
        Ok(Validity {
            from: start.saturating_sub(self.clock_skew),
            until: exp.saturating_add(self.clock_skew),
        })
    }
}

/// The interval in which a token is valid, extended by the clock skew at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    from: NumericDate,
    until: NumericDate,
}

impl Validity {
    #[cfg(feature = "testing")]
    pub(super) const ALWAYS: Self = Self {
        from: NumericDate::from_secs(0),
        until: NumericDate::MAX,
    };

    /// Checks that `now` is in the interval.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::Expired`] from `exp + skew` on, [`TokenError::NotYetValid`] if `iat` or
    /// `nbf` is later than `now + skew`.
    pub(super) fn check(self, now: NumericDate) -> Result<(), TokenError> {
        if now >= self.until {
            Err(TokenError::Expired)
        } else if now < self.from {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: LifetimeLimits = LifetimeLimits {
        clock_skew: Duration::from_secs(30),
        max_lifetime: Duration::from_mins(30),
    };
    const IAT: u64 = 1_700_000_000;
    const EXP: u64 = IAT + 300;

    fn check(iat: u64, nbf: Option<u64>, exp: u64, now: u64) -> Result<(), TokenError> {
        let [exp, iat, now] = [exp, iat, now].map(NumericDate::from_secs);
        let validity = LIMITS.validity(exp, iat, nbf.map(NumericDate::from_secs))?;
        validity.check(now)
    }

    /// RFC 7519 §4.1.4, RFC 9068 §4.
    #[test]
    fn token_expires_at_exp_plus_skew() {
        assert_eq!(check(IAT, None, EXP, EXP + 29), Ok(()));
        assert_eq!(check(IAT, None, EXP, EXP + 30), Err(TokenError::Expired));
        assert_eq!(check(IAT, None, EXP, EXP + 31), Err(TokenError::Expired));
    }

    #[test]
    fn token_is_valid_from_iat_minus_skew() {
        assert_eq!(check(IAT, None, EXP, IAT - 29), Ok(()));
        assert_eq!(check(IAT, None, EXP, IAT - 30), Ok(()));
        assert_eq!(
            check(IAT, None, EXP, IAT - 31),
            Err(TokenError::NotYetValid)
        );
    }

    /// RFC 7519 §4.1.5.
    #[test]
    fn token_is_valid_from_nbf_minus_skew() {
        let nbf = IAT + 100;
        assert_eq!(check(IAT, Some(nbf), EXP, nbf - 29), Ok(()));
        assert_eq!(check(IAT, Some(nbf), EXP, nbf - 30), Ok(()));
        assert_eq!(
            check(IAT, Some(nbf), EXP, nbf - 31),
            Err(TokenError::NotYetValid)
        );
    }

    /// RFC 7519 §4.1.4 to §4.1.6, to the second, for every skew that can be configured.
    #[test]
    fn validity_is_extended_by_every_skew() {
        let nbf = IAT + 100;
        for skew in 0..=300 {
            let limits = LifetimeLimits {
                clock_skew: Duration::from_secs(skew),
                ..LIMITS
            };
            let check = |nbf: Option<u64>, now: u64| {
                let [exp, iat, now] = [EXP, IAT, now].map(NumericDate::from_secs);
                let nbf = nbf.map(NumericDate::from_secs);
                limits.validity(exp, iat, nbf).unwrap().check(now)
            };
            for (nbf, valid_from) in [(None, IAT), (Some(nbf), nbf), (Some(IAT - 1), IAT)] {
                let early = check(nbf, valid_from - skew - 1);
                assert_eq!(early, Err(TokenError::NotYetValid), "{skew}");
                assert_eq!(check(nbf, valid_from - skew), Ok(()), "{skew}");
                assert_eq!(check(nbf, EXP + skew - 1), Ok(()), "{skew}");
                let late = check(nbf, EXP + skew);
                assert_eq!(late, Err(TokenError::Expired), "{skew}");
            }
        }
    }

    #[test]
    fn lifetime_outside_the_limits_is_rejected() {
        assert_eq!(check(IAT, None, IAT - 1, IAT), Err(TokenError::Lifetime));
        assert_eq!(check(IAT, None, IAT, IAT), Err(TokenError::Lifetime));
        assert_eq!(check(IAT, None, IAT + 1, IAT), Ok(()));
        assert_eq!(check(IAT, None, IAT + 1_799, IAT), Ok(()));
        assert_eq!(check(IAT, None, IAT + 1_800, IAT), Ok(()));
        assert_eq!(
            check(IAT, None, IAT + 1_801, IAT),
            Err(TokenError::Lifetime)
        );
    }

    /// A clock that fails returns `NumericDate::MAX`, at which no token must be accepted.
    #[test]
    fn token_at_the_maximum_instant_is_expired() {
        let iat = NumericDate::from_secs(NumericDate::MAX.as_secs() - 60);
        let validity = LIMITS.validity(NumericDate::MAX, iat, None).unwrap();
        assert_eq!(validity.check(NumericDate::MAX), Err(TokenError::Expired));
    }

    #[test]
    fn validity_near_the_epoch_does_not_wrap() {
        assert_eq!(check(1, None, 60, 0), Ok(()));
        assert_eq!(check(31, None, 60, 0), Err(TokenError::NotYetValid));
    }
}
