//! Changes of hosts, issuers and undeclared routes.

use std::time::Duration;

use super::at;
use crate::claims::Grants;
use crate::lock::{Lock, Verdict};
use crate::prelude::*;
use crate::secured;

const VIEW: Scope = Scope::new("view");
const EDIT: Scope = Scope::new("edit");
const CLERK: Role = Role::new("clerk");

#[secured(scopes = "orders:read")]
async fn read() {}

#[tokio::test]
async fn hosts_issuers_and_undeclared_routes_are_compared() {
    let routes = || at("/orders", get(read));
    let issuer = crate::testing::EmbeddedIssuer::new("https://login.example");
    let lock = async |change: fn(crate::Api) -> crate::Api| {
        let trusted = issuer.issuer("https://api.example");
        let server = ResourceServer::builder().trust(trusted);
        let api = change(routes().protect(server.build().await.unwrap()));
        let lock = Lock::of(api.inventory());
        assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
        lock
    };
    let plain = lock(|api| api).await;
    let one_host = lock(|api| api.hosts(["a.example"])).await;
    let two_hosts = lock(|api| api.hosts(["a.example", "b.example"])).await;
    let beside = lock(|api| {
        let pages = axum::Router::new().route("/pages", axum::routing::get(async || ""));
        api.beside(pages, "static \u{202e}pages\n, moved in spring")
    })
    .await;
    for (old, new, verdict, part) in [
        (
            &plain,
            &one_host,
            Verdict::Stronger,
            "requests for other hosts",
        ),
        (&one_host, &plain, Verdict::Weaker, "every host"),
        (
            &one_host,
            &two_hosts,
            Verdict::Weaker,
            "the host `b.example`",
        ),
        (
            &two_hosts,
            &one_host,
            Verdict::Stronger,
            "the host `b.example`",
        ),
        (
            &plain,
            &beside,
            Verdict::Weaker,
            "undeclared routes, because \"static \\u202epages\\u000a, moved in spring\", is new",
        ),
        (&beside, &plain, Verdict::Stronger, "undeclared routes"),
        (
            &Lock::of(routes().inventory()),
            &plain,
            Verdict::Weaker,
            "its tokens are now accepted",
        ),
        (
            &plain,
            &Lock::of(routes().inventory()),
            Verdict::Stronger,
            "its tokens are no longer accepted",
        ),
    ] {
        let comparison = old.compare(new);
        assert_eq!(comparison.changes().len(), 1, "{comparison}");
        assert_eq!(comparison.changes()[0].verdict(), verdict, "{comparison}");
        assert!(comparison.to_string().contains(part), "{comparison}");
        assert_eq!(comparison.is_weaker(), verdict == Verdict::Weaker);
    }
}

#[tokio::test]
async fn relaxation_audience_and_grants_of_an_issuer_are_compared() {
    use crate::testing::EmbeddedIssuer;
    use crate::{Issuer, ResourceServer};

    let issuer = EmbeddedIssuer::new("https://login.example");
    let jwks = issuer.jwks();
    let lock = async |change: fn(
        Issuer<crate::resource_server::WithAudience>,
    ) -> Issuer<crate::resource_server::WithAudience>| {
        let issuer = Issuer::new("https://login.example")
            .audience("https://a.example")
            .jwks(jwks.clone());
        let server = ResourceServer::builder()
            .trust(change(issuer))
            .build()
            .await
            .unwrap();
        let lock = Lock::of(at("/orders", get(read)).protect(server).inventory());
        assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
        lock
    };
    let plain = lock(|issuer| issuer.grants(Grants::none().scopes([VIEW]))).await;
    for (changed, sentence) in [
        (
            lock(|issuer| issuer.grants(Grants::none().scopes([VIEW, EDIT]))).await,
            "the scope `edit` in its tokens is now trusted",
        ),
        (
            lock(|issuer| issuer.grants(Grants::none().scopes([VIEW]).roles([CLERK]))).await,
            "the role `clerk` in its tokens is now trusted",
        ),
        (
            lock(|issuer| issuer).await,
            "every scope and role in its tokens is now trusted",
        ),
        (
            lock(|issuer| {
                issuer
                    .grants(Grants::none().scopes([VIEW]))
                    .audience("https://b.example")
            })
            .await,
            "tokens for the audience `https://b.example` are now accepted",
        ),
        (
            lock(|issuer| {
                let issuer = issuer.grants(Grants::none().scopes([VIEW]));
                issuer.max_token_lifetime(Duration::from_hours(1), "long \"jobs\"")
            })
            .await,
            "the relaxation \"tokens are valid for up to 3600 s, because long \\\"jobs\\\"\" is new",
        ),
    ] {
        let comparison = plain.compare(&changed);
        let expected = format!("weaker: issuer `https://login.example`: {sentence}");
        assert_eq!(comparison.to_string(), expected);
        let back = changed.compare(&plain);
        assert_eq!(back.changes()[0].verdict(), Verdict::Stronger, "{back}");
    }
}
