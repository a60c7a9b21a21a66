//! jsonwebtoken without a usable backend: it panics at the first token that it is given.
//!
//! Which backend it takes is decided by the features of the whole build, so a crate that
//! Palisade never heard of can take it away. No verdict may depend on it.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};
use palisade::Algorithm;
use palisade::prelude::*;
use palisade::testing::TestApi;

#[secured(authenticated)]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

/// Takes the place of the backend, as a build without one has it.
static NO_BACKEND: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| panic!("no backend"),
    verifier_factory: |_, _| panic!("no backend"),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Part C, row 34: the process's backend is nobody's, and every verdict is as ever.
#[tokio::test]
async fn no_verdict_depends_on_the_process_wide_backend() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| NO_BACKEND.install_default().expect("nobody installed one"));
    let key = jsonwebtoken::DecodingKey::from_secret(&[7; 32]);
    let used = std::panic::catch_unwind(|| {
        jsonwebtoken::crypto::verify("AAAA", b"message", &key, Algorithm::HS256)
    });
    assert!(used.is_err(), "the backend is gone");
    let api = TestApi::new(SecureRouter::new().route("/", get(whoami))).await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let good = api.caller("alice").algorithm(algorithm).token();
        let forged = api.issuer().token("alice").audience(api.audience());
        let forged = forged.algorithm(algorithm).signature([1; 64]).sign();
        for (token, status) in [(good, 200), (forged, 401)] {
            let response = api.anonymous().bearer(&token).get("/").send().await;
            assert_eq!(response.status(), status, "{algorithm:?}");
        }
    }
}
