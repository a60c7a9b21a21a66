//! jsonwebtoken without a usable crypto backend, which panics when it is used.
//!
//! The features of the whole build select the backend, so an unrelated crate can remove it.
//! Token validation must not depend on it.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};
use palisade::Algorithm;
use palisade::prelude::*;
use palisade::testing::TestApi;

#[secured(authenticated)]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

/// Replaces the backend, as in a build without one.
static NO_BACKEND: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| panic!("no backend"),
    verifier_factory: |_, _| panic!("no backend"),
    key_utils: KeyUtils::new_unimplemented(),
};

/// A missing crypto backend of the process does not affect validation.
#[tokio::test]
async fn token_validation_does_not_depend_on_the_process_wide_backend() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        NO_BACKEND
            .install_default()
            .expect("no backend is installed");
    });
    let key = jsonwebtoken::DecodingKey::from_secret(&[7; 32]);
    let used = std::panic::catch_unwind(|| {
        jsonwebtoken::crypto::verify("AAAA", b"message", &key, Algorithm::HS256)
    });
    assert!(used.is_err(), "the backend is unusable");
    let api = TestApi::new(SecureRouter::new().route("/", get(whoami))).await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let valid = api.caller("alice").algorithm(algorithm).token();
        let forged = api.issuer().token("alice").audience(api.audience());
        let forged = forged.algorithm(algorithm).signature([1; 64]).sign();
        for (token, status) in [(valid, 200), (forged, 401)] {
            let response = api.anonymous().bearer(&token).get("/").send().await;
            assert_eq!(response.status(), status, "{algorithm:?}");
        }
    }
}
