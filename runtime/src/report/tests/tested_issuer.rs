//! The settings of a trusted issuer, compared with those of the attacked one.

use std::time::Duration;

use super::evidence::{has_proof, line, parsed};
use super::*;
use crate::danger::dangerous_token_lifetime;
use crate::evidence::TriedIssuers;
use crate::resource_server::WithAudience;
use crate::testing::{EmbeddedIssuer, TestApi};
use crate::{Profile, ResourceServer};

const PRODUCTION: &str = "https://login.prod.example";

/// The lines whose attacks send broken tokens.
const OF_ISSUER: [&str; 4] = ["P5", "R5", "R6", "R7"];

/// Returns results of a `TestApi` with these settings of its issuer.
async fn attacked(
    settings: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
) -> AttackResults {
    let api = TestApi::with_issuer(routes(), settings).await;
    let issuer = &api.api().inventory().issuers()[0];
    results_without(&[]).with_issuers(TriedIssuers {
        test: issuer.issuer().to_owned(),
        further: Vec::new(),
        settings: Some(issuer.token_settings()),
    })
}

/// Returns the API that trusts an issuer with these settings.
async fn production(
    settings: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
) -> crate::Api {
    let issuer = EmbeddedIssuer::new(PRODUCTION).issuer("https://api.prod.example");
    let server = ResourceServer::builder().trust(settings(issuer));
    routes().protect(server.build().await.unwrap())
}

fn complete(api: &crate::Api, results: AttackResults) -> Report<'_> {
    let topics = Topic::ALL.into_iter();
    let report = topics.fold(Report::new("Orders", api.inventory()), |report, topic| {
        report.statement(statement(topic))
    });
    report.attack_results(results)
}

/// Returns the sentences about issuers in the evidence of a line.
fn differences(report: &serde_json::Value, id: &str) -> Vec<String> {
    let evidence = line(report, id)["evidence"].as_array().unwrap().iter();
    let texts = evidence.map(|text| text.as_str().unwrap().to_owned());
    texts.filter(|text| text.contains("attack")).collect()
}

fn lax(issuer: Issuer<WithAudience>) -> Issuer<WithAudience> {
    let year = Duration::from_hours(24 * 365);
    let issuer = issuer.clock_skew(Duration::from_mins(5));
    dangerous_token_lifetime(issuer, year, "legacy")
}

#[tokio::test]
async fn issuer_with_the_settings_of_the_attacked_one_has_no_difference() {
    for (test, trusted) in [
        (
            attacked(|issuer| issuer).await,
            production(|issuer| issuer).await,
        ),
        (attacked(lax).await, production(lax).await),
    ] {
        let report = complete(&trusted, test);
        assert_eq!(report.require_complete(), Ok(()));
        let json = parsed(&report);
        for id in OF_ISSUER {
            assert!(has_proof(&json, id), "{id}");
            assert_eq!(differences(&json, id), [""; 0]);
        }
    }
    let trusted = production(lax).await;
    let report = complete(&trusted, attacked(lax).await);
    let relaxation =
        "https://login.prod.example: tokens are valid for up to 31536000 s, because legacy";
    let r7 = line(&parsed(&report), "R7")["evidence"].clone();
    assert!(r7.as_array().unwrap().contains(&relaxation.into()), "{r7}");
}

#[tokio::test]
async fn issuer_with_other_settings_is_declared_with_each_difference() {
    let algorithms = [crate::Algorithm::ES256];
    let trusted = production(|issuer| lax(issuer).profile(Profile::Auth0).algorithms(algorithms));
    let (trusted, results) = (trusted.await, attacked(|issuer| issuer).await);
    let report = complete(&trusted, results);
    assert_eq!(report.require_complete(), Ok(()));
    let json = parsed(&report);
    let start = "the attacks were against an issuer with";
    let lacks = "the attacked issuer lacks a relaxation of https://login.prod.example";
    for id in OF_ISSUER {
        let one = line(&json, id);
        assert_eq!(one["status"], "declared", "{id}");
        let basis = one["basis"].as_str().unwrap();
        assert!(
            basis.ends_with(
                "; the attacked issuer is not known to have the settings of each trusted one"
            ),
            "{basis}"
        );
        let found = differences(&json, id);
        for expected in [
            format!("{start} validation by the profile RFC 9068; {PRODUCTION} has validation by the profile Auth0"),
            format!("{start} a clock skew of 30 seconds; {PRODUCTION} has a clock skew of 5 minutes"),
            format!("{start} a token lifetime of up to 30 minutes; {PRODUCTION} has a token lifetime of up to 365 days"),
            format!("{start} roles in the claim /roles; {PRODUCTION} has roles in the claim /permissions"),
            format!("{lacks}: tokens are valid for up to 31536000 s, because legacy"),
            "attack a test API whose issuer has the settings of production (`TestApi::with_issuer`)".to_owned(),
        ] {
            assert!(found.contains(&expected), "{expected}\n{found:#?}");
        }
        let of_algorithms = |text: &String| text.ends_with("has the algorithms ES256");
        assert!(found.iter().any(of_algorithms), "{found:#?}");
    }
    // the other lines do not depend on these settings
    for id in ["P1", "P2", "P3", "P6", "R2", "R8"] {
        assert!(has_proof(&json, id), "{id}");
        assert_eq!(differences(&json, id), [""; 0], "{id}");
    }
    // nor does a stricter issuer of production pass as the attacked one
    let trusted = production(|issuer| issuer).await;
    let json = parsed(&complete(&trusted, attacked(lax).await));
    assert_eq!(line(&json, "R7")["status"], "declared");
    let relaxed = "the attacked issuer has a relaxation that https://login.prod.example lacks: tokens are valid for up to 31536000 s, because legacy";
    assert!(differences(&json, "R7").contains(&relaxed.to_owned()));
}

#[cfg(feature = "introspection")]
#[tokio::test]
async fn introspection_is_a_difference() {
    use crate::{Introspection, Secret};

    for (cache, expected) in [
        (0, "has introspection without a cache"),
        (
            60,
            "has introspection responses that are cached for 1 minute",
        ),
    ] {
        let introspection = Introspection::new("orders", Secret::new("s3cret"))
            .endpoint("https://login.prod.example/introspect")
            .cache_for(Duration::from_secs(cache));
        let issuer = Issuer::new(PRODUCTION).audience("https://api.prod.example");
        let server = ResourceServer::builder()
            .startup(crate::resource_server::Startup::Deferred)
            .trust(issuer.introspect(introspection));
        let trusted = routes().protect(server.build().await.unwrap());
        let json = parsed(&complete(&trusted, attacked(|issuer| issuer).await));
        let found = differences(&json, "R6");
        assert!(
            found.iter().any(|text| text.ends_with(expected)),
            "{found:#?}"
        );
    }
}

#[tokio::test]
async fn results_without_the_settings_of_the_attacked_issuer_are_one_gap() {
    let trusted = production(|issuer| issuer).await;
    let gap = "the attack results do not record the settings of the attacked issuer, so that they are no evidence for a line about tokens; run the attacks again";
    let of_old_version = results_without(&[]).with_issuers(TriedIssuers {
        test: "https://issuer.test".to_owned(),
        further: Vec::new(),
        settings: None,
    });
    for results in [results_without(&[]), of_old_version] {
        let report = complete(&trusted, results);
        assert_eq!(gaps(&report), [gap]);
        let json = parsed(&report);
        for id in OF_ISSUER {
            assert_eq!(line(&json, id)["status"], "declared");
            assert_eq!(
                differences(&json, id),
                ["the settings of the attacked issuer are unknown"]
            );
        }
        assert!(has_proof(&json, "P1"));
    }
    // nothing is compared without an issuer, or without attacks with broken tokens
    let routes = routes();
    let report = report(&routes, &Topic::ALL, Some(results_without(&[])));
    assert_eq!(gaps(&report), [""; 0]);
    assert_eq!(
        differences(&parsed(&report), "R6"),
        ["the report knows no issuer that it could compare with the attacked one"]
    );
    let open: SecureRouter = SecureRouter::new().route("/health", get(health));
    let mut results = RouteResults::new("GET", "/health");
    for class in AttackClass::ALL {
        results.add(class, |class| class.add_refusal(401, None));
    }
    let results = results_of(&open, vec![results]);
    let report = super::report(&open, &Topic::ALL, Some(results));
    assert!(has_proof(&parsed(&report), "R6"));
}
