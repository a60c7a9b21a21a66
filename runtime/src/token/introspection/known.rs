//! What issuers have said of tokens, for a while: no token is kept in clear, no error at all.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::claims::NumericDate;
use crate::token::error::TokenError;
use crate::token::verified::VerifiedToken;

/// What an entry costs beside its claims, in bytes: the table's and the values' own size.
const OVERHEAD: u64 = 512;

/// How many bytes an answer has, where nothing is known of it yet.
const USUAL_ENTRY: u64 = 1024;

/// The most entries that room is made for from the beginning.
const MOST_ENTRIES: usize = 1 << 16;

/// How many refused tokens are remembered.
const REFUSED_ENTRIES: usize = 8 * 1024;

/// A token's SHA-256, which stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(token: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token).as_ref());
        Self(bytes)
    }
}

/// For how long an answer is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remembering {
    /// Of an active token, and never past its `exp`.
    pub(crate) active: Duration,
    /// Of a token that was refused.
    pub(crate) refused: Duration,
    /// How many bytes active tokens may take.
    pub(crate) bytes: u64,
}

/// The tokens that were asked about; those that were refused apart, so that they displace no other.
pub(super) struct KnownTokens {
    active: Option<Cache<Digest, Active, Weigh>>,
    refused: Cache<Digest, Refused>,
    remembering: Remembering,
}

#[derive(Clone)]
struct Active {
    token: Arc<VerifiedToken>,
    asked_at: NumericDate,
    until: NumericDate,
}

#[derive(Clone, Copy)]
struct Refused {
    error: TokenError,
    asked_at: NumericDate,
    until: NumericDate,
}

impl KnownTokens {
    pub(super) fn new(remembering: Remembering) -> Self {
        let bytes = remembering.bytes;
        let entries =
            usize::try_from(bytes / USUAL_ENTRY).map_or(MOST_ENTRIES, |n| n.min(MOST_ENTRIES));
        Self {
            active: (bytes > 0).then(|| Cache::with_weighter(entries, bytes, Weigh)),
            refused: Cache::new(REFUSED_ENTRIES),
            remembering,
        }
    }

    /// What the issuer has said, where that may still be used.
    pub(super) fn get(
        &self,
        token: &Digest,
        now: NumericDate,
    ) -> Option<Result<Arc<VerifiedToken>, TokenError>> {
        if let Some(active) = self.active.as_ref().and_then(|cache| cache.get(token)) {
            if is_within(now, active.asked_at, active.until) {
                return Some(Ok(active.token));
            }
            self.forget(token);
        }
        let refused = self.refused.get(token)?;
        if is_within(now, refused.asked_at, refused.until) {
            return Some(Err(refused.error));
        }
        self.refused.remove(token);
        None
    }

    /// Remembers what the issuer said when it was asked at `asked_at`.
    pub(super) fn insert(
        &self,
        token: Digest,
        said: &Result<Arc<VerifiedToken>, TokenError>,
        asked_at: NumericDate,
    ) {
        match said {
            Ok(verified) => {
                let until = asked_at.saturating_add(self.remembering.active);
                let active = Active {
                    token: Arc::clone(verified),
                    asked_at,
                    until: until.min(verified.expires_at()),
                };
                if let Some(cache) = &self.active {
                    cache.insert(token, active);
                }
            }
            Err(error) => {
                self.forget(&token);
                let refused = Refused {
                    error: *error,
                    asked_at,
                    until: asked_at.saturating_add(self.remembering.refused),
                };
                self.refused.insert(token, refused);
            }
        }
    }

    /// How many active tokens there are, and the bytes that they are counted as.
    pub(super) fn size(&self) -> (usize, u64) {
        self.active
            .as_ref()
            .map_or((0, 0), |cache| (cache.len(), cache.weight()))
    }

    /// Forgets every active token: whoever called them so is not to be believed.
    pub(super) fn forget_active(&self) {
        if let Some(cache) = &self.active {
            cache.clear();
        }
    }

    /// Forgets that a token is active.
    pub(super) fn forget(&self, token: &Digest) {
        if let Some(cache) = &self.active {
            cache.remove(token);
        }
    }
}

/// Whether the instant lies in a span whose end is outside; before it, where a clock was set back.
fn is_within(now: NumericDate, from: NumericDate, until: NumericDate) -> bool {
    from <= now && now < until
}

#[derive(Clone)]
struct Weigh;

impl Weighter<Digest, Active> for Weigh {
    fn weight(&self, _: &Digest, active: &Active) -> u64 {
        let claims = active.token.claims_json().len();
        OVERHEAD + u64::try_from(claims).unwrap_or(u64::MAX / 2)
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::claims::ScopeSet;

    const EXP: u64 = 2_000;

    fn known(active: u64, refused: u64) -> KnownTokens {
        KnownTokens::new(Remembering {
            active: Duration::from_secs(active),
            refused: Duration::from_secs(refused),
            bytes: 64 * 1024,
        })
    }

    type Said = Result<Arc<VerifiedToken>, TokenError>;

    fn active() -> Arc<VerifiedToken> {
        let token = VerifiedToken::for_testing("https://a.example", "alice", ScopeSet::default());
        Arc::new(token.expiring_for_testing(at(EXP)))
    }

    fn at(seconds: u64) -> NumericDate {
        NumericDate::from_secs(seconds)
    }

    /// From when to when what was said at 1000 is used, second by second.
    fn used(known: &KnownTokens, said: &Said) -> Vec<u64> {
        let token = Digest::of(b"t");
        let mut used = Vec::new();
        for now in 900..2_200 {
            known.insert(token, said, at(1_000));
            if known.get(&token, at(now)).is_some() {
                used.push(now);
            }
        }
        used
    }

    #[test]
    fn an_answer_is_used_for_the_time_that_was_set() {
        let expected: Vec<u64> = (1_000..1_060).collect();
        assert_eq!(used(&known(60, 5), &Ok(active())), expected);
        assert!(used(&known(0, 5), &Ok(active())).is_empty());
    }

    /// RFC 7662 §4: never beyond `exp`, the clock skew notwithstanding.
    #[test]
    fn no_answer_is_used_past_the_tokens_end() {
        let expected: Vec<u64> = (1_000..EXP).collect();
        assert_eq!(used(&known(1_800, 5), &Ok(active())), expected);
    }

    #[test]
    fn a_refusal_is_used_for_its_own_shorter_time() {
        let expected: Vec<u64> = (1_000..1_005).collect();
        let said = Err(TokenError::Inactive);
        assert_eq!(used(&known(60, 5), &said), expected);
        assert!(used(&known(60, 0), &said).is_empty());
    }

    #[test]
    fn the_later_answer_counts() {
        let known = known(60, 5);
        let token = Digest::of(b"t");
        known.insert(token, &Ok(active()), at(1_000));
        known.insert(token, &Err(TokenError::Inactive), at(1_060));
        assert!(matches!(
            known.get(&token, at(1_061)),
            Some(Err(TokenError::Inactive))
        ));
        known.insert(token, &Ok(active()), at(1_062));
        assert!(matches!(known.get(&token, at(1_063)), Some(Ok(_))));
    }

    #[test]
    fn a_refusal_displaces_an_answer_that_could_still_be_used() {
        let known = known(60, 5);
        let token = Digest::of(b"t");
        known.insert(token, &Ok(active()), at(1_000));
        known.insert(token, &Err(TokenError::Inactive), at(1_010));
        assert!(matches!(known.get(&token, at(1_011)), Some(Err(_))));
        assert!(known.get(&token, at(1_015)).is_none());
    }

    /// However many tokens nobody has issued are tried, what is known of good ones stays.
    #[test]
    fn refused_tokens_displace_no_other() {
        let known = known(60, 5);
        let good = Digest::of(b"good");
        known.insert(good, &Ok(active()), at(1_000));
        for n in 0_u32..20_000 {
            known.insert(
                Digest::of(&n.to_le_bytes()),
                &Err(TokenError::Inactive),
                at(1_000),
            );
        }
        assert!(matches!(known.get(&good, at(1_001)), Some(Ok(_))));
        let refused = known.refused.len();
        assert!((4_000..=8_192).contains(&refused), "{refused}");
    }

    #[test]
    fn active_tokens_take_no_more_bytes_than_were_set() {
        let known = known(60, 5);
        for n in 0_u32..10_000 {
            known.insert(Digest::of(&n.to_le_bytes()), &Ok(active()), at(1_000));
        }
        let (count, bytes) = known.size();
        assert!(count > 50 && bytes <= 64 * 1024, "{count}: {bytes}");
    }

    #[test]
    fn without_room_nothing_is_remembered() {
        let nothing = KnownTokens::new(Remembering {
            active: Duration::from_mins(1),
            refused: Duration::from_secs(5),
            bytes: 0,
        });
        let token = Digest::of(b"t");
        nothing.insert(token, &Ok(active()), at(1_000));
        assert!(nothing.get(&token, at(1_000)).is_none());
    }
}
