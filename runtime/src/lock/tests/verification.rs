//! Changes in how an issuer's tokens are verified: each is one sentence that names the issuer and a token.

use std::time::Duration;

use super::at;
use crate::lock::{Lock, Verdict};
use crate::prelude::*;
use crate::resource_server::WithAudience;
use crate::testing::EmbeddedIssuer;
use crate::{Algorithm, RevocationList, Secret, secured};

type TrustedIssuer = Issuer<WithAudience>;

const URL: &str = "https://127.0.0.1:1";

#[secured(scopes = "orders:read")]
async fn read() {}

fn plain() -> TrustedIssuer {
    Issuer::new(URL).audience("https://api.example")
}

fn with_jwks() -> TrustedIssuer {
    plain().jwks(EmbeddedIssuer::new(URL).jwks())
}

fn pem(algorithm: Algorithm) -> String {
    EmbeddedIssuer::new(URL).pem(algorithm)
}

fn with_secret(algorithm: Algorithm, secret: &str) -> TrustedIssuer {
    plain().hmac(algorithm, Secret::new(secret.repeat(64)))
}

async fn lock(issuer: TrustedIssuer) -> Lock {
    let server = ResourceServer::builder()
        .startup(crate::resource_server::Startup::Deferred)
        .trust(issuer);
    let api = at("/orders", get(read)).protect(server.build().await.unwrap());
    let lock = Lock::of(api.inventory());
    assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
    lock
}

/// Asserts the only sentence of a change, and the verdict of the reverse change.
async fn assert_change(old: TrustedIssuer, new: TrustedIssuer, sentence: &str, reverse: Verdict) {
    let (old, new) = (lock(old).await, lock(new).await);
    assert!(old.compare(&old).is_unchanged() && new.compare(&new).is_unchanged());
    let (verdict, rest) = sentence.split_once(": ").unwrap();
    let expected = format!("{verdict}: issuer `{URL}`: {rest}");
    assert_eq!(old.compare(&new).to_string(), expected);
    let back = new.compare(&old);
    assert_eq!(back.changes().len(), 1, "{back}");
    assert_eq!(back.changes()[0].verdict(), reverse, "{back}");
}

#[tokio::test]
async fn algorithm_and_its_key_are_compared() {
    let listed = |algorithms: &[Algorithm]| with_jwks().algorithms(algorithms.to_vec());
    assert_change(
        listed(&[Algorithm::ES256]),
        listed(&[Algorithm::ES256, Algorithm::RS256]),
        "weaker: a token signed with `RS256` is now accepted",
        Verdict::Stronger,
    )
    .await;
    assert_change(
        listed(&[Algorithm::ES256]),
        listed(&[Algorithm::RS256]),
        "incomparable, counts as weaker: a token signed with `RS256` is now accepted, and a token signed with `ES256` no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        with_jwks().algorithms([Algorithm::ES256]),
        with_jwks()
            .algorithms([Algorithm::ES256])
            .pem(Algorithm::ES256, pem(Algorithm::ES256)),
        "weaker: a token signed with `ES256` and the configured key is now accepted",
        Verdict::Stronger,
    )
    .await;
    let old = lock(listed(&[Algorithm::ES256, Algorithm::RS256])).await;
    let new = lock(listed(&[Algorithm::RS256, Algorithm::ES256])).await;
    assert!(old.compare(&new).is_unchanged());
}

#[tokio::test]
async fn shared_secret_is_weaker_than_public_keys() {
    assert_change(
        with_jwks(),
        with_secret(Algorithm::HS256, "s"),
        "weaker: a token signed with `HS256` and the shared secret is now accepted, and a token signed with a key of the configured JWK set no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        with_secret(Algorithm::HS512, "s"),
        with_secret(Algorithm::HS256, "s"),
        "incomparable, counts as weaker: a token signed with `HS256` and the shared secret is now accepted, and a token signed with `HS512` and the shared secret no longer is",
        Verdict::Incomparable,
    )
    .await;
}

/// Neither a secret nor anything that is computed from it is in the file.
#[tokio::test]
async fn file_does_not_depend_on_secrets() {
    let [one, other] = ["a", "b"].map(|text| with_secret(Algorithm::HS256, text));
    assert_eq!(lock(one).await.to_string(), lock(other).await.to_string());
    let [one, other] = ["https://a.example", "https://b.example"]
        .map(|url| plain().jwks(EmbeddedIssuer::new(url).jwks()));
    assert_eq!(lock(one).await, lock(other).await);
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn place_of_keys_is_compared() {
    let from = |url: &str| plain().keys_url(url).allow_loopback_http();
    assert_change(
        from("https://127.0.0.1:1/keys"),
        from("http://127.0.0.1:1/keys"),
        "weaker: a token signed with a key from `http://127.0.0.1:1/keys` is now accepted, and a token signed with a key from `https://127.0.0.1:1/keys` no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        plain().allow_loopback_http(),
        from("https://127.0.0.1:1/keys"),
        "incomparable, counts as weaker: a token signed with a key from `https://127.0.0.1:1/keys` is now accepted, and a token signed with a key from the issuer's metadata document no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        from("http://127.0.0.1:1/keys"),
        with_secret(Algorithm::HS256, "s").allow_loopback_http(),
        "incomparable, counts as weaker: a token signed with `HS256` and the shared secret is now accepted, and a token signed with a key from `http://127.0.0.1:1/keys` no longer is",
        Verdict::Incomparable,
    )
    .await;
    let with_query = lock(from("https://127.0.0.1:1/keys?code=k3y")).await;
    assert_eq!(with_query, lock(from("https://127.0.0.1:1/keys")).await);
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn key_age_is_compared() {
    let fetched = |minutes| {
        plain()
            .keys_url("https://127.0.0.1:1/keys")
            .max_key_age(Duration::from_mins(minutes))
    };
    assert_change(
        fetched(5),
        fetched(6),
        "weaker: a token signed with a key that was fetched more than 300000 ms ago is now accepted (`max_key_age` was 300000 ms, is 360000 ms)",
        Verdict::Stronger,
    )
    .await;
    let default = plain().keys_url("https://127.0.0.1:1/keys");
    let (default, same) = (lock(default).await, lock(fetched(60)).await);
    assert!(default.compare(&same).is_unchanged());
}

#[tokio::test]
async fn clock_skew_and_roles_claim_are_compared() {
    let skew = |millis| with_jwks().clock_skew(Duration::from_millis(millis));
    assert_change(
        skew(29_999),
        with_jwks(),
        "weaker: a token that expired more than 29999 ms ago is now accepted (`clock_skew` was 29999 ms, is 30000 ms)",
        Verdict::Stronger,
    )
    .await;
    assert_change(
        with_jwks(),
        skew(30_001),
        "weaker: a token that expired more than 30000 ms ago is now accepted (`clock_skew` was 30000 ms, is 30001 ms)",
        Verdict::Stronger,
    )
    .await;
    assert_change(
        with_jwks(),
        with_jwks().roles_claim("/groups"),
        "incomparable, counts as weaker: a role in the claim `/groups` of its tokens is now trusted, and one in `/roles` no longer is",
        Verdict::Incomparable,
    )
    .await;
    let (default, same) = (
        lock(with_jwks()).await,
        lock(with_jwks().roles_claim("/roles")).await,
    );
    assert_eq!(default, same);
}

#[cfg(feature = "introspection")]
#[tokio::test]
async fn introspection_endpoint_and_cache_time_are_compared() {
    use crate::Introspection;

    let introspected = |change: fn(Introspection) -> Introspection| {
        let introspection = Introspection::new("orders", Secret::new("s3cret"));
        plain().introspect(change(introspection))
    };
    let at_login = || introspected(|one| one.endpoint("https://127.0.0.1:1/introspect"));
    assert_change(
        at_login(),
        introspected(|one| one.endpoint("https://127.0.0.1:2/introspect")),
        "incomparable, counts as weaker: a token that `https://127.0.0.1:2/introspect` confirms is now accepted, and one that `https://127.0.0.1:1/introspect` confirms no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        introspected(|one| one),
        at_login(),
        "incomparable, counts as weaker: a token that `https://127.0.0.1:1/introspect` confirms is now accepted, and one that the endpoint in the issuer's metadata document confirms no longer is",
        Verdict::Incomparable,
    )
    .await;
    assert_change(
        introspected(|one| one.cache_for(Duration::from_secs(5))),
        introspected(|one| one.cache_for(Duration::from_mins(1))),
        "weaker: a token that was revoked more than 5000 ms ago is now accepted (`cache_for` was 5000 ms, is 60000 ms)",
        Verdict::Stronger,
    )
    .await;
    let text = lock(introspected(|one| {
        one.endpoint("https://127.0.0.1:1/introspect?code=k3y")
    }))
    .await
    .to_string();
    assert!(!text.contains("k3y") && !text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn revocations_are_compared() {
    let lock = async |is_checked: bool| {
        let mut server = ResourceServer::builder().trust(with_jwks());
        if is_checked {
            server = server.revocations(RevocationList::new());
        }
        let api = at("/orders", get(read)).protect(server.build().await.unwrap());
        assert_eq!(api.inventory().checks_revocations(), is_checked);
        let lock = Lock::of(api.inventory());
        assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
        lock
    };
    let (checked, unchecked) = (lock(true).await, lock(false).await);
    assert_eq!(
        checked.compare(&unchecked).to_string(),
        "weaker: the API: a revoked token is now accepted"
    );
    assert_eq!(
        unchecked.compare(&checked).to_string(),
        "stronger: the API: a revoked token is no longer accepted"
    );
}

#[tokio::test]
async fn block_of_an_issuer_has_a_line_for_each_fact() {
    let issuer = with_jwks()
        .pem(Algorithm::ES256, pem(Algorithm::ES256))
        .roles_claim("/staff roles")
        .clock_skew(Duration::ZERO);
    let text = lock(issuer).await.to_string();
    let block = text
        .split("\n\n")
        .find(|block| block.starts_with("issuer "))
        .unwrap();
    assert_eq!(
        block,
        r#"issuer https://127.0.0.1:1
  audience https://api.example
  validation "the profile RFC 9068"
  algorithm ES256
  algorithm EdDSA
  algorithm PS256
  algorithm RS256
  keys pem ES256
  keys jwks
  clock_skew 0ms
  roles_claim "/staff roles"
  token_limit 8192B
  grants everything"#
    );
}

#[tokio::test]
async fn malformed_line_of_an_issuer_is_an_error() {
    let text = lock(with_jwks()).await.to_string();
    for (old, new, expected) in [
        ("  clock_skew 30000ms\n", "", "has no `clock_skew`"),
        ("  roles_claim /roles\n", "", "has no `roles_claim`"),
        (
            "clock_skew 30000ms",
            "clock_skew 30s",
            "malformed `clock_skew`",
        ),
        (
            "roles_claim /roles",
            "roles_claim",
            "malformed `roles_claim`",
        ),
        ("keys jwks", "keys", "malformed `keys`"),
        ("keys jwks", "keys jwks more", "malformed `keys`"),
        ("keys jwks", "keys url", "malformed `keys`"),
        ("keys jwks", "keys file /keys", "malformed `keys`"),
        ("keys jwks", "keys pem ES256 more", "malformed `keys`"),
        ("  keys jwks\n", "  keys jwks\n  keys jwks\n", "duplicate"),
        (
            "  keys jwks\n",
            "  keys jwks\n  max_key_age 1s\n",
            "malformed `max_key_age`",
        ),
        ("algorithm ES256", "algorithm", "malformed `algorithm`"),
        ("algorithm ES256", "algorithm EdDSA", "duplicate"),
        (
            "  clock_skew 30000ms\n",
            "  clock_skew 30000ms\n  clock_skew 1ms\n",
            "duplicate",
        ),
        (
            "  clock_skew",
            "  introspection discovered\n  clock_skew",
            "malformed `introspection`",
        ),
        (
            "  clock_skew",
            "  introspection url cache_for=1ms\n  clock_skew",
            "malformed `introspection`",
        ),
        (
            "  clock_skew",
            "  introspection discovered cache_for=1s\n  clock_skew",
            "malformed `introspection`",
        ),
    ] {
        let changed = text.replacen(old, new, 1);
        assert_ne!(text, changed, "{old}");
        let error = changed.parse::<Lock>().unwrap_err().to_string();
        assert!(error.contains(expected), "{new}: {error}");
    }
}

/// An issuer that states that it grants everything is the same as the only one without grants.
#[tokio::test]
async fn grants_of_everything_are_compared() {
    let everything = || with_jwks().grants_everything();
    let text = lock(everything()).await.to_string();
    assert!(text.contains("\n  grants everything\n"), "{text}");
    assert_change(
        with_jwks().grants(Grants::none()),
        everything(),
        "weaker: every scope and role in its tokens is now trusted",
        Verdict::Stronger,
    )
    .await;
    let (stated, only) = (lock(everything()).await, lock(with_jwks()).await);
    assert!(stated.compare(&only).is_unchanged());
}
