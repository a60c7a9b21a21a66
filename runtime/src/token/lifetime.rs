//! The time checks: from when, until when, and for how long a token may live.
//!
//! The lifetime is judged once, the instant at every use.

use std::time::Duration;

use crate::claims::NumericDate;
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
    /// The time in which a token may be used.
    ///
    /// # Errors
    ///
    /// [`TokenError::Lifetime`] where `exp` is not after `iat`, or by more than the limit.
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

/// From when until when a token may be used, the clock skew included.
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

    /// The time that both allow.
    #[cfg(feature = "introspection")]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
        }
    }

    /// Judges the present instant; also of a token that was verified before.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] from `exp + skew` on, [`TokenError::NotYetValid`] where `iat` or
    /// `nbf` is later than `now + skew`.
    pub(super) fn judge(self, now: NumericDate) -> Result<(), TokenError> {
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

    const LIMITS: Limits = Limits {
        clock_skew: Duration::from_secs(30),
        max_lifetime: Duration::from_mins(30),
    };
    const IAT: u64 = 1_700_000_000;
    const EXP: u64 = IAT + 300;

    fn judge(iat: u64, nbf: Option<u64>, exp: u64, now: u64) -> Result<(), TokenError> {
        let [exp, iat, now] = [exp, iat, now].map(NumericDate::from_secs);
        let validity = LIMITS.validity(exp, iat, nbf.map(NumericDate::from_secs))?;
        validity.judge(now)
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

    /// RFC 7519 §4.1.4 to §4.1.6: with every skew, the edges are where the skew says, to the second.
    #[test]
    fn the_edges_move_with_the_skew() {
        let nbf = IAT + 100;
        for skew in 0..=300 {
            let limits = Limits {
                clock_skew: Duration::from_secs(skew),
                ..LIMITS
            };
            let judge = |nbf: Option<u64>, now: u64| {
                let [exp, iat, now] = [EXP, IAT, now].map(NumericDate::from_secs);
                let nbf = nbf.map(NumericDate::from_secs);
                limits.validity(exp, iat, nbf).unwrap().judge(now)
            };
            for (start, begin) in [(None, IAT), (Some(nbf), nbf), (Some(IAT - 1), IAT)] {
                let early = judge(start, begin - skew - 1);
                assert_eq!(early, Err(TokenError::NotYetValid), "{skew}");
                assert_eq!(judge(start, begin - skew), Ok(()), "{skew}");
                assert_eq!(judge(start, EXP + skew - 1), Ok(()), "{skew}");
                let late = judge(start, EXP + skew);
                assert_eq!(late, Err(TokenError::Expired), "{skew}");
            }
        }
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

    #[cfg(feature = "introspection")]
    #[test]
    fn two_times_allow_what_both_do() {
        let at = NumericDate::from_secs;
        let of = |from, until| Validity {
            from: at(from),
            until: at(until),
        };
        for (one, other) in [
            (of(10, 30), of(20, 40)),
            (of(20, 40), of(10, 30)),
            (of(20, 30), of(10, 40)),
        ] {
            let both = one.and(other);
            let allowed: Vec<u64> = (0..50).filter(|now| both.judge(at(*now)).is_ok()).collect();
            assert_eq!(allowed, (20..30).collect::<Vec<_>>());
        }
    }

    /// A clock that fails reads as the end of time: nothing is accepted.
    #[test]
    fn at_the_end_of_time_every_token_has_expired() {
        let iat = NumericDate::from_secs(NumericDate::MAX.as_secs() - 60);
        let validity = LIMITS.validity(NumericDate::MAX, iat, None).unwrap();
        assert_eq!(validity.judge(NumericDate::MAX), Err(TokenError::Expired));
    }

    #[test]
    fn a_start_near_the_epoch_does_not_wrap() {
        assert_eq!(judge(1, None, 60, 0), Ok(()));
        assert_eq!(judge(31, None, 60, 0), Err(TokenError::NotYetValid));
    }
}
