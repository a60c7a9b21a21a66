//! Custom profiles and sample tokens of issuers whose tokens describe a workload instead of a login.

use serde_json::json;

use super::custom_samples::{CustomSample, HOUR, sample, token};
use crate::token::Profile;

/// Kubernetes, "Managing service accounts": bound tokens have a claim `kubernetes.io`.
pub(super) fn kubernetes() -> CustomSample {
    let profile = Profile::custom("Kubernetes service accounts")
        .typ_optional()
        .client_id_optional()
        .jti_optional()
        .roles_claim("/kubernetes.io/serviceaccount/name")
        .access_tokens_have("kubernetes.io")
        .max_token_lifetime(HOUR, "projected tokens live for an hour by default");
    let issuer = "https://kubernetes.default.svc.test";
    let api = "https://orders.acme.test";
    let claims = |name: &str, jti: &str| {
        json!({
            "aud": [api],
            "iss": issuer,
            "jti": jti,
            "kubernetes.io": {
                "namespace": "shop",
                "node": {"name": "worker-1", "uid": "n-1"},
                "pod": {"name": "web-1", "uid": "p-1"},
                "serviceaccount": {"name": name, "uid": "sa-1"},
            },
            "nbf": 1_700_000_000,
            "sub": format!("system:serviceaccount:shop:{name}"),
        })
    };
    let id_token = json!({
        "aud": [api],
        "iss": issuer,
        "jti": "k-3",
        "nbf": 1_700_000_000,
        "sub": "system:serviceaccount:shop:web",
    });
    let tokens = [
        token(claims("web", "k-1"), None, Some("k-1"), "", &["web"]),
        token(claims("batch", "k-2"), None, Some("k-2"), "", &["batch"]),
    ];
    CustomSample {
        sample: sample(profile, issuer, api, None, tokens),
        id_token,
        markers: &["kubernetes.io"],
    }
}

/// GitHub Actions, "OpenID Connect reference": every token names the `repository` of the job.
pub(super) fn github() -> CustomSample {
    let profile = Profile::custom("GitHub Actions")
        .typ("JWT")
        .client_id_optional()
        .roles_claim("/repository")
        .access_tokens_have("repository");
    let issuer = "https://token.actions.githubusercontent.test";
    let api = "https://orders.acme.test";
    let claims = |repository: &str, jti: &str| {
        json!({
            "jti": jti,
            "sub": format!("repo:{repository}:environment:prod"),
            "environment": "prod",
            "aud": api,
            "ref": "refs/heads/main",
            "sha": "example-sha",
            "repository": repository,
            "repository_owner": "octo-org",
            "actor_id": "12",
            "repository_visibility": "private",
            "repository_id": "74",
            "repository_owner_id": "65",
            "run_id": "example-run-id",
            "run_number": "10",
            "run_attempt": "2",
            "runner_environment": "github-hosted",
            "actor": "octocat",
            "workflow": "example-workflow",
            "head_ref": "",
            "base_ref": "",
            "event_name": "workflow_dispatch",
            "ref_type": "branch",
            "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
            "iss": issuer,
            "nbf": 1_700_000_000,
        })
    };
    let id_token = json!({
        "jti": "g-3",
        "sub": "octocat",
        "aud": api,
        "iss": issuer,
        "actor": "octocat",
    });
    let tokens = [
        token(
            claims("octo-org/orders", "g-1"),
            None,
            Some("g-1"),
            "",
            &["octo-org/orders"],
        ),
        token(
            claims("octo-org/other", "g-2"),
            None,
            Some("g-2"),
            "",
            &["octo-org/other"],
        ),
    ];
    CustomSample {
        sample: sample(profile, issuer, api, Some("JWT"), tokens),
        id_token,
        markers: &["repository"],
    }
}
