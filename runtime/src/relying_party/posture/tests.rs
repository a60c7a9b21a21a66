//! Each finding, from a document with one shortcoming.

use serde_json::json;

use super::*;

const ISSUER: &str = "https://a.example";

/// A document without errors and with all protections.
fn good() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://a.example/authorize",
        "token_endpoint": "https://a.example/token",
        "jwks_uri": "https://a.example/keys",
        "revocation_endpoint": "https://a.example/revoke",
        "pushed_authorization_request_endpoint": "https://a.example/par",
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": ["ES256", "PS256", "EdDSA", "RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "dpop_signing_alg_values_supported": ["ES256"]
    })
}

/// Returns the posture of the good document with these members instead; null removes one.
fn with(members: &Value) -> Posture {
    let mut document = good();
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    Posture::of(ISSUER, &document, false)
}

fn ids(posture: &Posture, severity: Severity) -> Vec<&'static str> {
    let findings = posture.findings().iter();
    let of = findings.filter(|finding| finding.severity() == severity);
    of.map(Finding::id).collect()
}

#[test]
fn good_provider_does_not_fall_short() {
    let posture = with(&json!({}));
    assert!(!posture.falls_short(), "{posture}");
    assert_eq!(
        ids(&posture, Severity::Advice),
        ["access-token-type-unstated"]
    );
}

/// PKCE protects codes, which such a provider does not issue.
#[test]
fn provider_without_logins_needs_no_pkce() {
    let posture = with(&json!({
        "authorization_endpoint": null,
        "code_challenge_methods_supported": null,
    }));
    assert!(!posture.falls_short(), "{posture}");
}

#[test]
fn each_shortcoming_is_one_named_error() {
    for (members, id) in [
        (
            json!({"code_challenge_methods_supported": ["plain2"]}),
            "pkce-s256-missing",
        ),
        (
            json!({"code_challenge_methods_supported": null}),
            "pkce-s256-missing",
        ),
        (
            json!({"code_challenge_methods_supported": []}),
            "pkce-s256-missing",
        ),
        (
            json!({"code_challenge_methods_supported": ["s256"]}),
            "pkce-s256-missing",
        ),
        (
            json!({"code_challenge_methods_supported": ["S256", "plain"]}),
            "pkce-plain",
        ),
        (
            json!({"grant_types_supported": ["authorization_code", "password"]}),
            "grant-password",
        ),
        (
            json!({"grant_types_supported": ["implicit"]}),
            "grant-implicit",
        ),
        (
            json!({"response_types_supported": ["code", "token"]}),
            "response-type-token",
        ),
        (
            json!({"response_types_supported": ["code", "id_token token"]}),
            "response-type-token",
        ),
        (
            json!({"response_types_supported": ["code token"]}),
            "response-type-token",
        ),
        (
            json!({"id_token_signing_alg_values_supported": ["RS256", "none"]}),
            "algorithm-none",
        ),
        (
            json!({"userinfo_signing_alg_values_supported": ["None"]}),
            "algorithm-none",
        ),
        (
            json!({"request_object_signing_alg_values_supported": ["none"]}),
            "algorithm-none",
        ),
        (
            json!({"id_token_signing_alg_values_supported": ["RS1"]}),
            "algorithm-sha1",
        ),
        (
            json!({"token_endpoint": "http://a.example/token"}),
            "endpoint-insecure",
        ),
        (
            json!({"authorization_endpoint": "http://127.0.0.1/authorize"}),
            "endpoint-insecure",
        ),
        (
            json!({"jwks_uri": "https://u:secret@a.example/keys"}),
            "endpoint-insecure",
        ),
        (
            json!({"revocation_endpoint": "https://a.example/revoke#x"}),
            "endpoint-insecure",
        ),
        (
            json!({"userinfo_endpoint": "/userinfo"}),
            "endpoint-insecure",
        ),
        (
            json!({"authorization_response_iss_parameter_supported": false}),
            "iss-parameter-missing",
        ),
        (
            json!({"authorization_response_iss_parameter_supported": null}),
            "iss-parameter-missing",
        ),
        (json!({"token_endpoint": null}), "token-endpoint-missing"),
        (json!({"userinfo_endpoint": 1}), "metadata-malformed"),
        (
            json!({"userinfo_signing_alg_values_supported": "RS256"}),
            "metadata-malformed",
        ),
        (
            json!({"userinfo_signing_alg_values_supported": [1]}),
            "metadata-malformed",
        ),
        (
            json!({"tls_client_certificate_bound_access_tokens": "true"}),
            "metadata-malformed",
        ),
    ] {
        let posture = with(&members);
        assert!(posture.falls_short(), "{members}");
        assert_eq!(ids(&posture, Severity::Error), [id], "{members}: {posture}");
        for finding in posture.findings() {
            assert!(!finding.message().ends_with('.') && !finding.message().contains('\n'));
            assert!(
                ["RFC", "FAPI"]
                    .iter()
                    .any(|text| finding.reference().starts_with(text))
            );
        }
    }
}

#[test]
fn each_missing_protection_is_advice() {
    for (members, id) in [
        (
            json!({"pushed_authorization_request_endpoint": null}),
            "par-missing",
        ),
        (json!({"revocation_endpoint": null}), "revocation-missing"),
        (
            json!({"dpop_signing_alg_values_supported": null}),
            "sender-constraint-missing",
        ),
        (
            json!({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}),
            "client-authentication-symmetric",
        ),
        (
            json!({"token_endpoint_auth_methods_supported": null}),
            "client-authentication-symmetric",
        ),
        (
            json!({"response_types_supported": ["code", "id_token"]}),
            "response-type-id-token",
        ),
        (
            json!({"grant_types_supported": null}),
            "grant-types-unlisted",
        ),
        (
            json!({"id_token_signing_alg_values_supported": ["HS256"]}),
            "algorithm-symmetric",
        ),
    ] {
        let posture = with(&members);
        assert!(!posture.falls_short(), "{members}: {posture}");
        let advice = ids(&posture, Severity::Advice);
        assert_eq!(advice, [id, "access-token-type-unstated"], "{members}");
    }
}

#[test]
fn loopback_endpoint_needs_no_tls_if_allowed() {
    let mut document = good();
    document["token_endpoint"] = "http://127.0.0.1:1/token".into();
    assert!(Posture::of(ISSUER, &document, false).falls_short());
    assert!(!Posture::of(ISSUER, &document, true).falls_short());
    document["token_endpoint"] = "http://a.example/token".into();
    assert!(Posture::of(ISSUER, &document, true).falls_short());
}

#[test]
fn message_contains_no_user_and_no_query() {
    let document = json!({"token_endpoint": "http://a.example/token?key=canary"});
    let text = Posture::of(ISSUER, &document, false).to_string();
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn json_has_documented_members() {
    let json = serde_json::to_value(with(&json!({"token_endpoint": null}))).unwrap();
    assert_eq!(json["issuer"], ISSUER);
    assert_eq!(json["falls_short"], true);
    assert_eq!(
        json["findings"][0],
        json!({
            "id": "token-endpoint-missing",
            "severity": "error",
            "reference": "RFC 8414 §2",
            "message": "there is no `token_endpoint`"
        })
    );
}

#[test]
fn refusing_policy_refuses_errors_only() {
    let short = with(&json!({"token_endpoint": null}));
    let advised = with(&json!({"revocation_endpoint": null}));
    assert_eq!(PosturePolicy::Refuse.apply(&advised), Ok(()));
    assert_eq!(PosturePolicy::Warn.apply(&short), Ok(()));
    let refused = PosturePolicy::Refuse.apply(&short).unwrap_err();
    assert!(refused.contains("token-endpoint-missing"), "{refused}");
}

#[test]
fn endpoint_for_clients_with_a_certificate_is_checked_like_the_others() {
    for (aliases, id) in [
        (
            json!({"token_endpoint": "http://mtls.a.example/token"}),
            "endpoint-insecure",
        ),
        (
            json!({"userinfo_endpoint": "https://mtls.a.example/userinfo#x"}),
            "endpoint-insecure",
        ),
        (
            json!({"pushed_authorization_request_endpoint": "https://u@mtls.a.example/par"}),
            "endpoint-insecure",
        ),
        (json!({"token_endpoint": 1}), "metadata-malformed"),
        (
            json!(["https://mtls.a.example/token"]),
            "metadata-malformed",
        ),
        (json!("https://mtls.a.example/token"), "metadata-malformed"),
    ] {
        let posture = with(&json!({ "mtls_endpoint_aliases": aliases }));
        assert_eq!(ids(&posture, Severity::Error), [id], "{aliases}");
    }
    for aliases in [
        json!(null),
        json!({}),
        json!({"token_endpoint": "https://mtls.a.example/token", "other_endpoint": 1}),
    ] {
        let posture = with(&json!({ "mtls_endpoint_aliases": aliases }));
        assert!(!posture.falls_short(), "{posture}");
    }
}
