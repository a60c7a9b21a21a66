//! The comparison of issuers: which tokens one version accepts and the other does not.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::lock::changes::Changes;
use crate::lock::issuer_entry::{
    IntrospectionEntry, IssuerEntry, KeyEntry, LockedGrants, Verification,
};
use crate::lock::verdict::Verdict;
use crate::lock::word::{quoted, word};

impl Changes {
    pub(super) fn issuers(&mut self, old: &[IssuerEntry], new: &[IssuerEntry]) {
        let find =
            |list: &[IssuerEntry], url: &str| list.iter().position(|issuer| issuer.url == url);
        for issuer in new {
            self.set_subject(format!("issuer `{}`", word(&issuer.url, &[])));
            match find(old, &issuer.url).and_then(|at| old.get(at)) {
                Some(old) => self.issuer(old, issuer),
                None => self.push(Verdict::Weaker, "its tokens are now accepted"),
            }
        }
        for issuer in old.iter().filter(|issuer| find(new, &issuer.url).is_none()) {
            self.set_subject(format!("issuer `{}`", word(&issuer.url, &[])));
            self.push(Verdict::Stronger, "its tokens are no longer accepted");
        }
    }

    fn issuer(&mut self, old: &IssuerEntry, new: &IssuerEntry) {
        let audience = |name: &str| format!("tokens for the audience `{name}` are");
        self.names(&old.audiences, &new.audiences, audience, "accepted");
        if old.validation != new.validation {
            let (old, new) = (quoted(&old.validation), quoted(&new.validation));
            self.push(
                Verdict::Incomparable,
                format!("its tokens were validated by {old}, now by {new}"),
            );
        }
        if let (Some(old), Some(new)) = (&old.verification, &new.verification) {
            self.verification(old, new);
        }
        if new.token_limit > old.token_limit {
            let length = old.token_limit + 1;
            self.push(
                Verdict::Weaker,
                format!("a token of {length} bytes is now read"),
            );
        } else if new.token_limit < old.token_limit {
            let length = old.token_limit;
            self.push(
                Verdict::Stronger,
                format!("a token of {length} bytes is no longer read"),
            );
        }
        match (&old.grants, &new.grants) {
            (None, None) => {}
            (Some(_), None) => self.push(
                Verdict::Weaker,
                "every scope and role in its tokens is now trusted",
            ),
            (None, Some(_)) => self.push(
                Verdict::Stronger,
                "scopes and roles that it may not grant are no longer trusted",
            ),
            (Some(old), Some(new)) => self.grants(old, new),
        }
        self.list(&old.relaxations, &new.relaxations, |relaxation| {
            format!("the relaxation {}", quoted(relaxation))
        });
    }

    fn grants(&mut self, old: &LockedGrants, new: &LockedGrants) {
        self.names(
            &old.scopes,
            &new.scopes,
            |scope| format!("the scope `{scope}` in its tokens is"),
            "trusted",
        );
        self.names(
            &old.roles,
            &new.roles,
            |role| format!("the role `{role}` in its tokens is"),
            "trusted",
        );
    }
    fn verification(&mut self, old: &Verification, new: &Verification) {
        self.signatures(old, new);
        if let (Some(old), Some(new)) = (old.max_key_age, new.max_key_age) {
            let token = |age| format!("a token signed with a key that was fetched {age} ms ago is");
            self.time("max_key_age", old, new, token);
        }
        self.time("clock_skew", old.clock_skew, new.clock_skew, |time| {
            format!("a token that expired {time} ms ago is")
        });
        if old.roles_claim != new.roles_claim {
            let [old, new] = [old, new].map(|one| word(&one.roles_claim, &[]));
            self.push(
                Verdict::Incomparable,
                format!("a role in the claim `{new}` of its tokens is now trusted, and one in `{old}` no longer is"),
            );
        }
        if let (Some(old), Some(new)) = (&old.introspection, &new.introspection) {
            self.introspection(old, new);
        }
    }

    /// Compares the signatures that verify: with the keys of which source, and with which algorithm.
    ///
    /// A new one is never stronger, whatever it replaces. It is weaker if more parties can sign than before.
    fn signatures(&mut self, old: &Verification, new: &Verification) {
        let (old, new) = (old.signatures(), new.signatures());
        let admitted: Vec<_> = new.difference(&old).collect();
        let refused: Vec<_> = old.difference(&new).collect();
        match (admitted.as_slice(), refused.as_slice()) {
            ([], []) => {}
            ([one, ..], []) => {
                let token = signed(one, &old);
                self.push(Verdict::Weaker, format!("{token} is now accepted"));
            }
            ([], [one, ..]) => {
                let token = signed(one, &new);
                self.push(Verdict::Stronger, format!("{token} is no longer accepted"));
            }
            ([now, ..], [before, ..]) => {
                let (before_all, now_all) = (other_signers(&old), other_signers(&new));
                let has_more_signers = before_all != now_all && before_all.is_subset(&now_all);
                let verdict = if has_more_signers {
                    Verdict::Weaker
                } else {
                    Verdict::Incomparable
                };
                let (now, before) = (signed(now, &old), signed(before, &new));
                self.push(
                    verdict,
                    format!("{now} is now accepted, and {before} no longer is"),
                );
            }
        }
    }

    fn introspection(&mut self, old: &IntrospectionEntry, new: &IntrospectionEntry) {
        if old.endpoint != new.endpoint {
            let [old, new] = [old, new].map(|one| match &one.endpoint {
                Some(url) => format!("`{}`", word(url, &[])),
                None => "the endpoint in the issuer's metadata document".to_owned(),
            });
            self.push(
                Verdict::Incomparable,
                format!("a token that {new} confirms is now accepted, and one that {old} confirms no longer is"),
            );
        }
        self.time("cache_for", old.cache_time, new.cache_time, |time| {
            format!("a token that was revoked {time} ms ago is")
        });
    }

    /// Compares times of which a longer one accepts more tokens.
    fn time(&mut self, name: &str, old: u64, new: u64, token: impl Fn(String) -> String) {
        let times = format!("(`{name}` was {old} ms, is {new} ms)");
        let token = token(format!("more than {}", old.min(new)));
        match new.cmp(&old) {
            Ordering::Equal => {}
            Ordering::Greater => {
                self.push(Verdict::Weaker, format!("{token} now accepted {times}"));
            }
            Ordering::Less => {
                self.push(
                    Verdict::Stronger,
                    format!("{token} no longer accepted {times}"),
                );
            }
        }
    }
}

/// The parties that can sign tokens besides the owner of the keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum OtherSigners {
    /// Each program that can take the port on loopback, from which the keys are fetched over http.
    OnLoopback,
    /// Each party that verifies tokens, because it has the secret.
    Verifiers,
}

impl OtherSigners {
    /// Returns `None` for public keys that are configured, or fetched over https.
    fn of(keys: &KeyEntry) -> Option<Self> {
        match keys {
            KeyEntry::Secret(_) => Some(Self::Verifiers),
            KeyEntry::Url(url) if !url.starts_with("https:") => Some(Self::OnLoopback),
            KeyEntry::Pem(_) | KeyEntry::Jwks | KeyEntry::Url(_) | KeyEntry::Discovered => None,
        }
    }
}

fn other_signers(signatures: &BTreeSet<(KeyEntry, String)>) -> BTreeSet<OtherSigners> {
    let signers = signatures.iter();
    signers
        .filter_map(|(keys, _)| OtherSigners::of(keys))
        .collect()
}

/// Describes a token by its signature; the algorithm suffices if the other version has the same source of keys.
fn signed((keys, algorithm): &(KeyEntry, String), others: &BTreeSet<(KeyEntry, String)>) -> String {
    let key = match keys {
        _ if others.iter().any(|(other, _)| other == keys) => format!("`{algorithm}`"),
        KeyEntry::Secret(_) => format!("`{algorithm}` and the shared secret"),
        KeyEntry::Pem(_) => format!("`{algorithm}` and the configured key"),
        KeyEntry::Jwks => "a key of the configured JWK set".to_owned(),
        KeyEntry::Url(url) => format!("a key from `{}`", word(url, &[])),
        KeyEntry::Discovered => "a key from the issuer's metadata document".to_owned(),
    };
    format!("a token signed with {key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Change;

    /// Sources of every kind, and two of some.
    const SOURCES: [&str; 7] = [
        "jwks",
        "discovered",
        "https://a.example/keys",
        "https://b.example/keys",
        "http://127.0.0.1:1/keys",
        "secret",
        "pem",
    ];

    fn source(name: &str) -> KeyEntry {
        match name {
            "jwks" => KeyEntry::Jwks,
            "discovered" => KeyEntry::Discovered,
            "secret" => KeyEntry::Secret("HS256".to_owned()),
            "pem" => KeyEntry::Pem("RS256".to_owned()),
            url => KeyEntry::Url(url.to_owned()),
        }
    }

    /// Returns the words of a sentence that only this source has.
    fn description(name: &str) -> &str {
        match name {
            "jwks" => "the configured JWK set",
            "discovered" => "metadata document",
            "secret" => "the shared secret",
            "pem" => "the configured key",
            url => url,
        }
    }

    fn subset(bits: usize) -> Vec<&'static str> {
        let names = SOURCES.into_iter().enumerate();
        let chosen = names.filter(|(at, _)| bits & (1 << at) != 0);
        chosen.map(|(_, name)| name).collect()
    }

    fn compare(old: &[&str], new: &[&str]) -> Vec<Change> {
        let [old, new] = [old, new].map(|names| Verification {
            algorithms: BTreeSet::from(["ES256".to_owned()]),
            keys: names.iter().map(|name| source(name)).collect(),
            max_key_age: None,
            clock_skew: 0,
            roles_claim: String::new(),
            introspection: None,
        });
        let mut changes = Changes::default();
        changes.signatures(&old, &new);
        changes.into_list()
    }

    /// A token is signed with a key of one source; a version accepts it if it has that source.
    #[test]
    fn verdict_on_sources_agrees_with_the_tokens_that_each_version_accepts() {
        for (old, new) in (0..1 << SOURCES.len())
            .flat_map(|old| (0..1 << SOURCES.len()).map(move |new| (subset(old), subset(new))))
        {
            let accepted: Vec<_> = new.iter().filter(|name| !old.contains(name)).collect();
            let rejected: Vec<_> = old.iter().filter(|name| !new.contains(name)).collect();
            let changes = compare(&old, &new);
            let [change] = changes.as_slice() else {
                assert!(changes.is_empty() && accepted.is_empty() && rejected.is_empty());
                continue;
            };
            let sentence = change.to_string();
            let names = |sources: &[&&str]| {
                let mut names = sources.iter().map(|name| description(name));
                names.any(|name| sentence.contains(name))
            };
            let is_allowed = match change.verdict() {
                Verdict::Weaker => !accepted.is_empty(),
                Verdict::Incomparable => !accepted.is_empty() && !rejected.is_empty(),
                Verdict::Stronger => accepted.is_empty() && !rejected.is_empty(),
                Verdict::New | Verdict::Gone => false,
            };
            assert!(is_allowed, "{old:?} {new:?}: {sentence}");
            assert_eq!(sentence.contains("is now accepted"), !accepted.is_empty());
            assert_eq!(sentence.contains("no longer"), !rejected.is_empty());
            assert_eq!(names(&accepted), !accepted.is_empty(), "{sentence}");
            assert_eq!(names(&rejected), !rejected.is_empty(), "{sentence}");
        }
    }

    #[test]
    fn new_source_is_weaker_if_more_parties_can_sign() {
        const A: &str = "https://a.example/keys";
        const B: &str = "https://b.example/keys";
        const LOOPBACK: &str = "http://127.0.0.1:1/keys";
        for (old, new, verdict) in [
            (&["secret", A][..], &[B][..], Verdict::Incomparable),
            (&[A], &[B], Verdict::Incomparable),
            (&["secret"], &["jwks"], Verdict::Incomparable),
            (&[LOOPBACK], &["secret"], Verdict::Incomparable),
            (&["secret", A], &["secret", B], Verdict::Incomparable),
            (&["jwks"], &["secret"], Verdict::Weaker),
            (&[A, B], &[A, LOOPBACK], Verdict::Weaker),
            (&["secret", A], &["secret", LOOPBACK], Verdict::Weaker),
            (&["secret", A], &["secret", A, B], Verdict::Weaker),
            (&["secret", A], &[A], Verdict::Stronger),
        ] {
            assert_eq!(compare(old, new)[0].verdict(), verdict, "{old:?} {new:?}");
        }
    }
}
