//! A server with two issuers: each has its own keys, algorithms and audience.

use super::*;
use crate::token::Profile;

const OTHER_ISSUER: &str = "https://other-issuer.test";
const OTHER_AUDIENCE: &str = "https://other-api.test";

/// A server that trusts two issuers.
struct Pair {
    one: EmbeddedIssuer,
    other: EmbeddedIssuer,
    server: ResourceServer,
}

impl Pair {
    async fn new() -> Self {
        let one = EmbeddedIssuer::new(ISSUER);
        let other = EmbeddedIssuer::with_own_keys(OTHER_ISSUER);
        Self::with(one, other).await
    }

    async fn with(one: EmbeddedIssuer, other: EmbeddedIssuer) -> Self {
        let server = ResourceServer::builder()
            .trust(one.issuer(AUDIENCE).grants_everything())
            .trust(other.issuer(OTHER_AUDIENCE).grants_everything())
            .build()
            .await
            .unwrap();
        Self { one, other, server }
    }

    async fn validate(&self, token: TokenBuilder) -> Result<(), TokenError> {
        validate(&self.server, &token.sign()).await
    }
}

#[tokio::test]
async fn token_is_accepted_for_the_audience_of_its_issuer() {
    let pair = Pair::new().await;
    for (issuer, audience) in [(&pair.one, AUDIENCE), (&pair.other, OTHER_AUDIENCE)] {
        let token = issuer.token("alice").audience(audience).sign();
        let verified = pair.server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.issuer(), issuer.url());
    }
}

#[tokio::test]
async fn audience_of_another_issuer_is_rejected() {
    let pair = Pair::new().await;
    for (issuer, audience) in [(&pair.one, OTHER_AUDIENCE), (&pair.other, AUDIENCE)] {
        let token = issuer.token("alice").audience(audience);
        assert_eq!(
            pair.validate(token).await,
            Err(TokenError::Audience),
            "{audience}"
        );
    }
}

/// RFC 8725 §3.8: a key is used only for tokens of its own issuer.
#[tokio::test]
async fn key_of_another_issuer_is_never_used() {
    let pair = Pair::new().await;
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        for (named, signer, audience) in [
            (&pair.one, &pair.other, AUDIENCE),
            (&pair.other, &pair.one, OTHER_AUDIENCE),
        ] {
            let token = named
                .token("alice")
                .audience(audience)
                .algorithm(algorithm)
                .signed_by(signer);
            // the `kid` is a key of the issuer in `iss`
            assert_eq!(
                pair.validate(token.clone()).await,
                Err(TokenError::Signature),
                "{algorithm:?}"
            );
            // the `kid` is a key of the issuer that signed
            let token = token.kid(&signer.kid(algorithm));
            assert_eq!(
                pair.validate(token).await,
                Err(TokenError::Issuer),
                "{algorithm:?}"
            );
        }
    }
}

/// Tenants of one service can share keys: `iss` alone distinguishes them.
#[tokio::test]
async fn issuers_with_shared_keys_keep_their_audiences() {
    let pair = Pair::with(
        EmbeddedIssuer::new(ISSUER),
        EmbeddedIssuer::new(OTHER_ISSUER),
    )
    .await;
    for (issuer, own, foreign) in [
        (&pair.one, AUDIENCE, OTHER_AUDIENCE),
        (&pair.other, OTHER_AUDIENCE, AUDIENCE),
    ] {
        let token = issuer.token("alice");
        assert_eq!(pair.validate(token.clone().audience(own)).await, Ok(()));
        assert_eq!(
            pair.validate(token.clone().audience(foreign)).await,
            Err(TokenError::Audience)
        );
        let third = token.audience(own).claim("iss", "https://third.test");
        assert_eq!(pair.validate(third).await, Err(TokenError::Issuer));
    }
}

/// A token is validated with the profile of its own issuer, in any order of the issuers.
#[tokio::test]
async fn issuers_with_shared_keys_keep_their_profiles() {
    let one = EmbeddedIssuer::new(ISSUER);
    let other = EmbeddedIssuer::new(OTHER_ISSUER);
    let server = ResourceServer::builder()
        .trust(
            one.issuer(AUDIENCE)
                .grants_everything()
                .profile(Profile::custom("Acme").scope_claim("scp")),
        )
        .trust(other.issuer(OTHER_AUDIENCE).grants_everything())
        .build()
        .await
        .unwrap();
    let token = |issuer: &EmbeddedIssuer, audience: &str| {
        let token = issuer.token("alice").audience(audience);
        token.claim("scp", 1).sign()
    };
    assert_eq!(
        validate(&server, &token(&other, OTHER_AUDIENCE)).await,
        Ok(())
    );
    assert_eq!(
        validate(&server, &token(&one, AUDIENCE)).await,
        Err(TokenError::WrongClaim("scp"))
    );
}

#[tokio::test]
async fn algorithm_of_another_issuer_is_rejected() {
    let one = EmbeddedIssuer::new(ISSUER);
    let other = EmbeddedIssuer::with_own_keys(OTHER_ISSUER);
    let server = ResourceServer::builder()
        .trust(
            one.issuer(AUDIENCE)
                .grants_everything()
                .algorithms([Algorithm::ES256]),
        )
        .trust(
            other
                .issuer(OTHER_AUDIENCE)
                .grants_everything()
                .algorithms([Algorithm::EdDSA]),
        )
        .build()
        .await
        .unwrap();
    for (issuer, audience, algorithm, expected) in [
        (&one, AUDIENCE, Algorithm::ES256, Ok(())),
        (&other, OTHER_AUDIENCE, Algorithm::EdDSA, Ok(())),
        (
            &one,
            AUDIENCE,
            Algorithm::EdDSA,
            Err(TokenError::UnknownKey),
        ),
        (&one, AUDIENCE, Algorithm::RS256, Err(TokenError::Algorithm)),
    ] {
        let token = issuer
            .token("alice")
            .audience(audience)
            .algorithm(algorithm)
            .sign();
        assert_eq!(validate(&server, &token).await, expected, "{algorithm:?}");
    }
}

#[tokio::test]
async fn shared_secret_is_used_for_its_issuer_only() {
    let one = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(one.issuer(AUDIENCE).grants_everything())
        .trust(
            Issuer::new(OTHER_ISSUER)
                .audience(OTHER_AUDIENCE)
                .hmac(Algorithm::HS256, secret(7))
                .grants_everything(),
        )
        .build()
        .await
        .unwrap();
    let token = one.token("alice").hmac(Algorithm::HS256, [7; 32]);
    assert_eq!(
        validate(&server, &token.clone().sign()).await,
        Err(TokenError::Issuer)
    );
    let own = token.claim("iss", OTHER_ISSUER).audience(OTHER_AUDIENCE);
    assert_eq!(validate(&server, &own.sign()).await, Ok(()));
}
