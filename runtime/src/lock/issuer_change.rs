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
                let verdict = match most_signers(&admitted).cmp(&most_signers(&refused)) {
                    Ordering::Greater => Verdict::Weaker,
                    Ordering::Less => Verdict::Stronger,
                    Ordering::Equal => Verdict::Incomparable,
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
                None => "the endpoint that its metadata document names".to_owned(),
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

/// The parties that can sign tokens besides the owner of the keys, the fewest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Signers {
    /// No other: the keys are public, and configured or fetched over https.
    None,
    /// Each program that can take the port on loopback, from which the keys are fetched over http.
    OnLoopback,
    /// Each party that verifies tokens, because it has the secret.
    Verifiers,
}

impl Signers {
    fn of(keys: &KeyEntry) -> Self {
        match keys {
            KeyEntry::Secret(_) => Self::Verifiers,
            KeyEntry::Url(url) if !url.starts_with("https:") => Self::OnLoopback,
            KeyEntry::Pem(_) | KeyEntry::Jwks | KeyEntry::Url(_) | KeyEntry::Discovered => {
                Self::None
            }
        }
    }
}

fn most_signers(signatures: &[&(KeyEntry, String)]) -> Option<Signers> {
    let signers = signatures.iter().map(|(keys, _)| Signers::of(keys));
    signers.max()
}

/// Describes a token by its signature; the algorithm suffices if the other version has the same source of keys.
fn signed((keys, algorithm): &(KeyEntry, String), others: &BTreeSet<(KeyEntry, String)>) -> String {
    if others.iter().any(|(other, _)| other == keys) {
        return format!("a token signed with `{algorithm}`");
    }
    match keys {
        KeyEntry::Secret(_) => {
            format!("a token signed with `{algorithm}` and the secret that it shares with the API")
        }
        KeyEntry::Pem(_) => {
            format!("a token signed with `{algorithm}` and the key that is configured for it")
        }
        KeyEntry::Jwks => "a token signed with a key of the configured JWK set".to_owned(),
        KeyEntry::Url(url) => format!("a token signed with a key from `{}`", word(url, &[])),
        KeyEntry::Discovered => {
            "a token signed with a key that its metadata document names".to_owned()
        }
    }
}
