//! Custom profiles that `build` rejects.

use std::time::Duration;

use super::*;
use crate::resource_server::error::ConfigError;
use crate::token::{CustomProfile, Profile, ProfileError};

async fn profile_error(profile: CustomProfile) -> Option<ProfileError> {
    let issuer = EmbeddedIssuer::new(ISSUER)
        .issuer(AUDIENCE)
        .profile(profile);
    match ResourceServer::builder().trust(issuer).build().await {
        Ok(_) => None,
        Err(ConfigError::Profile { issuer, source }) => {
            assert_eq!(issuer, ISSUER);
            Some(source)
        }
        Err(other) => unreachable!("{other:?}"),
    }
}

/// A profile that an ID token of its provider could match is a mistake of the configuration.
#[tokio::test]
async fn profile_that_does_not_distinguish_access_tokens_is_rejected() {
    let acme = || Profile::custom("Acme");
    let undistinguished = ProfileError::NotDistinguished;
    for (profile, expected) in [
        (acme().typ("JWT"), undistinguished),
        (acme().typ("application/jwt"), undistinguished),
        (acme().typ("at+jwt").typ("JWT"), undistinguished),
        (acme().typ_optional(), undistinguished),
        (acme().typ("at+jwt").typ_optional(), undistinguished),
        (
            acme().typ("JWT").scope_claim("scp").scope_as_list(),
            undistinguished,
        ),
        (acme().typ("JWT").id_tokens_have("sid"), undistinguished),
        (acme().typ("acme"), undistinguished),
        (acme().nonce_allowed("it has one"), undistinguished),
        (
            acme().typ("JWT").access_tokens_have_value("acr", "1"),
            undistinguished,
        ),
    ] {
        assert_eq!(
            profile_error(profile.clone()).await,
            Some(expected),
            "{profile:?}"
        );
    }
    for claim in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "azp",
        "nonce",
        "auth_time",
        "acr",
        "amr",
        "at_hash",
        "sid",
        "email",
        "name",
        "preferred_username",
        "roles",
        "groups",
        "typ",
        "token_use",
        "token_type",
        "updated_at",
    ] {
        let profile = acme().typ("JWT").access_tokens_have(claim);
        let expected = Some(ProfileError::IdTokenClaim(claim));
        assert_eq!(profile_error(profile).await, expected, "{claim}");
    }
    let unrelated = acme()
        .typ("JWT")
        .access_tokens_have("jti")
        .id_tokens_have("x");
    assert_eq!(
        profile_error(unrelated).await,
        Some(ProfileError::IdTokenClaim("jti"))
    );
    for profile in [
        acme(),
        acme().typ("at+jwt"),
        acme().typ("application/at+jwt"),
        acme().typ("vnd.acme.at+jwt"),
        acme().typ("JWT").access_tokens_have("scope"),
        acme().typ("JWT").access_tokens_have("client_id"),
        acme()
            .typ("JWT")
            .access_tokens_have("email")
            .access_tokens_have("scp"),
        acme()
            .typ("JWT")
            .access_tokens_have("jti")
            .id_tokens_have("sid"),
        acme().typ("JWT").access_tokens_have_value("typ", "Bearer"),
        acme().typ_optional().access_tokens_have("x"),
        acme().nonce_allowed("it has one").access_tokens_have("x"),
    ] {
        assert_eq!(profile_error(profile.clone()).await, None, "{profile:?}");
    }
}

#[tokio::test]
async fn mistake_in_a_profile_is_rejected() {
    let acme = || Profile::custom("Acme").access_tokens_have("x");
    for (profile, expected) in [
        (Profile::custom(""), ProfileError::Name),
        (Profile::custom("  "), ProfileError::Name),
        (acme().nonce_allowed(" "), ProfileError::NoReason),
        (acme().typ(""), ProfileError::Type("")),
        (
            acme().typ("application/"),
            ProfileError::Type("application/"),
        ),
        (acme().typ("J WT"), ProfileError::Type("J WT")),
        (acme().typ("text/jwt"), ProfileError::Type("text/jwt")),
        (acme().scope_claim(""), ProfileError::Claim("")),
        (acme().scope_claim("aud"), ProfileError::Claim("aud")),
        (
            acme().scope_claim("client_id"),
            ProfileError::Claim("client_id"),
        ),
        (acme().scope_claim("typ"), ProfileError::Claim("typ")),
        (acme().client_id_claim("sub"), ProfileError::Claim("sub")),
        (acme().client_id_claim("jti"), ProfileError::Claim("jti")),
        (acme().jti_claim("cnf"), ProfileError::Claim("cnf")),
        (acme().jti_claim("events"), ProfileError::Claim("events")),
        (acme().access_tokens_have(""), ProfileError::Claim("")),
        (acme().access_tokens_have("x"), ProfileError::Claim("x")),
        (acme().id_tokens_have("x"), ProfileError::Claim("x")),
        (acme().id_tokens_have(""), ProfileError::Claim("")),
        (acme().id_tokens_have("scope"), ProfileError::Claim("scope")),
        (
            acme().access_tokens_have_value("x", ""),
            ProfileError::Claim("x"),
        ),
        (
            acme().access_tokens_have_value("aud", "a"),
            ProfileError::Claim("aud"),
        ),
        (
            acme().access_tokens_have_value("token_use", "id"),
            ProfileError::Claim("token_use"),
        ),
        (
            acme().access_tokens_have_value("typ", "JWT"),
            ProfileError::Claim("typ"),
        ),
        (
            acme()
                .access_tokens_have_value("a", "1")
                .access_tokens_have_value("b", "2"),
            ProfileError::Claim("b"),
        ),
    ] {
        assert_eq!(
            profile_error(profile.clone()).await,
            Some(expected),
            "{profile:?}"
        );
    }
    for typ in [
        "logout+jwt",
        "Logout+JWT",
        "application/logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "client-authentication+jwt",
        "id_token",
        "rt+jwt",
        "kb+jwt",
    ] {
        let profile = acme().typ(typ);
        assert_eq!(
            profile_error(profile).await,
            Some(ProfileError::Type(typ)),
            "{typ}"
        );
    }
}

#[tokio::test]
async fn lifetime_of_a_profile_has_the_limits_of_an_issuer() {
    for (lifetime, reason, is_valid) in [
        (Duration::ZERO, "because", false),
        (Duration::from_secs(1), "because", true),
        (Duration::from_mins(90), "because", true),
        (Duration::from_secs(5_401), "because", false),
        (Duration::from_hours(1), " ", false),
    ] {
        let profile = Profile::custom("Acme").max_token_lifetime(lifetime, reason);
        let issuer = EmbeddedIssuer::new(ISSUER)
            .issuer(AUDIENCE)
            .profile(profile);
        let built = ResourceServer::builder().trust(issuer).build().await;
        assert_eq!(built.is_ok(), is_valid, "{lifetime:?} {reason:?}");
    }
}

#[tokio::test]
async fn roles_claim_must_not_decide_the_kind_of_a_token() {
    for pointer in [
        "/typ",
        "/token_use",
        "/events",
        "/htm",
        "/x",
        "/scope",
        "/client_id",
    ] {
        let profile = Profile::custom("Acme")
            .access_tokens_have("y")
            .id_tokens_have("x")
            .roles_claim(pointer);
        let issuer = EmbeddedIssuer::new(ISSUER)
            .issuer(AUDIENCE)
            .profile(profile);
        let error = ResourceServer::builder().trust(issuer).build().await.err();
        assert!(
            matches!(error, Some(ConfigError::RolesClaim { .. })),
            "{pointer}"
        );
    }
}
