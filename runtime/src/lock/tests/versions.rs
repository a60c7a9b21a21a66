//! Files of older versions.

use super::at;
use crate::lock::{Lock, Verdict};
use crate::prelude::*;
use crate::{Caller, RevocationList, secured};

#[derive(Clone, Deserialize, Validate)]
struct Staff {
    #[garde(length(chars, max = 8))]
    tenant: String,
}

#[secured(scopes = "orders:read")]
async fn read(_: Caller) {}

#[secured(scopes = "orders:read")]
async fn read_as_staff(_: Caller<Staff>) {}

#[secured(authenticated)]
async fn open(_: Caller) {}

const LIMITS: &str = "limits body_limit=65536B body_timeout=30000ms body_idle_timeout=30000ms timeout=30000ms \
    header_limit=100 parameter_limit=256 part_limit=100";

const LACKS_FACTS: &str = "incomparable, counts as weaker: the lock file: its version 1 lacks the keys, algorithms, clock skew \
    and roles claim of issuers, the check of revocations, and the claims of callers";

fn routes_of_version_1() -> String {
    format!("version 1\n\nGET /orders\n  access orders:read\n  {LIMITS}\n")
}

fn parsed(text: &str) -> Lock {
    let lock: Lock = text.parse().unwrap();
    assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
    lock
}

#[test]
fn file_of_version_1_is_compared_if_it_lacks_nothing() {
    let old = parsed(&routes_of_version_1());
    let same = Lock::of(at("/orders", get(read)).inventory());
    assert!(old.compare(&same).is_unchanged());
    assert!(same.compare(&old).is_unchanged());
    let weaker = Lock::of(at("/orders", get(open)).inventory());
    assert_eq!(
        old.compare(&weaker).to_string(),
        "weaker: `GET /orders`: a caller with only a valid token is now admitted"
    );
}

#[test]
fn file_of_version_1_lacks_claims() {
    let old = parsed(&routes_of_version_1());
    let new = Lock::of(at("/orders", get(read_as_staff)).inventory());
    assert_eq!(old.compare(&new).to_string(), LACKS_FACTS);
    assert_eq!(new.compare(&old).to_string(), LACKS_FACTS);
}

#[tokio::test]
async fn file_of_version_1_lacks_facts_of_the_server() {
    let issuer = crate::testing::EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder().trust(issuer.issuer("https://api.example"));
    let server = server.revocations(RevocationList::new());
    let api = at("/orders", get(read)).protect(server.build().await.unwrap());
    let new = Lock::of(api.inventory());
    let old = |limit: u32| {
        let issuer = format!(
            "issuer https://login.example\n  audience https://api.example\n  validation \"the profile RFC 9068\"\n  \
             token_limit {limit}B\n  grants everything\n"
        );
        parsed(&routes_of_version_1().replace("GET", &format!("{issuer}\nGET")))
    };
    assert_eq!(old(8192).compare(&new).to_string(), LACKS_FACTS);
    // all other facts are compared
    let comparison = old(8191).compare(&new);
    let verdicts: Vec<_> = comparison
        .changes()
        .iter()
        .map(crate::lock::Change::verdict)
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Weaker, Verdict::Incomparable],
        "{comparison}"
    );
    assert!(
        comparison.to_string().starts_with(
            "weaker: issuer `https://login.example`: a token of 8192 bytes is now read"
        )
    );
}

#[test]
fn line_of_version_2_in_a_file_of_version_1_is_an_error() {
    let text = routes_of_version_1();
    for (old, new) in [
        ("  access", "  claims \"Staff\"\n  access"),
        ("GET", "api\n  revocations\n\nGET"),
        (
            "GET",
            "issuer https://login.example\n  clock_skew 30000ms\n\nGET",
        ),
    ] {
        let error = text.replacen(old, new, 1).parse::<Lock>().unwrap_err();
        assert!(error.to_string().ends_with(": unknown line"), "{error}");
    }
}
