//! The results that a report demands because of the issuers of the API, or of the expectations of the test.

use super::proof::proof_of;
use super::*;
#[cfg(feature = "testing")]
use crate::report::measured::Measured;

#[secured(authenticated)]
async fn whoami() {}

/// The attacks run on a `TestApi`, which may trust fewer issuers than the API whose report it is.
#[cfg(feature = "testing")]
#[tokio::test]
async fn trusted_issuer_without_a_valid_token_is_a_gap() {
    use crate::ResourceServer;
    use crate::evidence::TriedIssuers;
    use crate::testing::EmbeddedIssuer;

    const A: &str = "https://a.example";
    const B: &str = "https://b.example";
    const TEST: &str = "https://issuer.test";
    let missing = async |trusted: &[&str], tried: Option<(&str, &[&str])>| {
        let issuer = |url: &str| EmbeddedIssuer::new(url).issuer("https://orders.example");
        let server = ResourceServer::builder().trust(issuer(trusted[0]).grants_everything());
        let further = trusted[1..].iter();
        let server = further.fold(server, |server, url| {
            server.trust(issuer(url).grants_everything())
        });
        let routes = || SecureRouter::new().route("/whoami", get(whoami));
        let api = routes().protect(server.build().await.unwrap());
        let mut results = RouteResults::new("GET", "/whoami");
        results.add(AttackClass::OtherIssuer, |class| {
            class.add_refusal(401, None);
        });
        let mut results = results_of(&routes(), vec![results]);
        if let Some((test, further)) = tried {
            results = results.with_issuers(TriedIssuers {
                test: test.to_owned(),
                further: further.iter().copied().map(str::to_owned).collect(),
                settings: None,
            });
        }
        let measured = Measured::of(api.inventory(), &results);
        let of = |class| Proof::of(api.inventory(), Some(&measured), &[class]).missing;
        // it concerns only the lines that cite the attacks as other issuers
        assert!(
            !of(AttackClass::NoToken)
                .iter()
                .any(|gap| gap.contains("issuer"))
        );
        of(AttackClass::OtherIssuer)
    };
    let both = "valid tokens of only one of https://a.example, https://b.example were tried: the issuer of the test stands for it; pass the others to `issuer` of the attack";
    let unknown = "the attack results do not record of which issuers tokens were tried; run the attacks again";
    let only_b =
        "no valid token of https://b.example was tried; pass each to `issuer` of the attack";
    for (trusted, tried, expected) in [
        (&[A][..], None, &[][..]),
        (&[A, B], None, &[unknown]),
        (&[A], Some((TEST, &[][..])), &[]),
        (&[A, B], Some((TEST, &[])), &[both]),
        (&[A, B], Some((TEST, &[B])), &[]),
        (&[A, B], Some((A, &[])), &[only_b]),
        (&[A, B], Some((A, &[B])), &[]),
    ] {
        assert_eq!(
            missing(trusted, tried).await,
            expected,
            "{trusted:?} {tried:?}"
        );
    }
}

/// Only the test knows whom a route should admit, so that the results record whether it states it.
#[test]
fn removed_result_of_an_expectation_is_a_gap() {
    let routes: SecureRouter = SecureRouter::new().route("/health", get(health));
    let missing = |is_stated: bool, is_attacked: bool| {
        let mut results = RouteResults::new("GET", "/health").with_expectation(is_stated);
        if is_attacked {
            results.add(AttackClass::Expectation, |class| {
                class.add_refusal(403, None);
            });
        }
        proof_of(&routes, vec![results], AttackClass::Expectation).missing
    };
    assert_eq!(missing(false, false), [""; 0]);
    assert_eq!(missing(true, true), [""; 0]);
    let gap = "no result of `expectation` on `GET /health`";
    assert_eq!(missing(true, false), [gap]);
}

/// Without a route for tokens, no attack has one.
#[test]
fn api_without_tokens_needs_none_of_other_issuers() {
    let routes: SecureRouter = SecureRouter::new().route("/health", get(health));
    let proof = proof_of(&routes, Vec::new(), AttackClass::OtherIssuer);
    assert_eq!(proof.missing, [""; 0]);
}

#[test]
fn fallback_needs_no_attacks() {
    let routes: SecureRouter = SecureRouter::new().fallback(whoami);
    let proof = Proof::of(routes.inventory(), None, &AttackClass::ALL);
    assert_eq!(proof, Proof::default());
}
