//! The checks of a metadata document.
//!
//! Unlike a [`Provider`](crate::relying_party::Provider), they read a document that no client would use.

use serde_json::Value;

use crate::https::is_loopback;
use crate::relying_party::posture::finding::{Finding, Severity};
use crate::text::quoted;

/// The endpoints of a document.
const ENDPOINTS: [&str; 10] = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "pushed_authorization_request_endpoint",
    "end_session_endpoint",
    "registration_endpoint",
    "device_authorization_endpoint",
];

/// The members with algorithms of signatures.
const ALGORITHMS: [&str; 9] = [
    "id_token_signing_alg_values_supported",
    "access_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
];

/// The algorithms with SHA-1 or MD5.
const BROKEN: [&str; 3] = ["RS1", "ES1", "HS1"];

/// The algorithms with a secret that both sides share.
const SYMMETRIC: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Returns the points in which a document falls short of the standard, in a fixed order.
///
/// With `allow_loopback_http`, endpoints on loopback need no TLS.
pub(super) fn check(document: &Value, allow_loopback_http: bool) -> Vec<Finding> {
    let mut checks = Checks {
        document,
        findings: Vec::new(),
    };
    checks.endpoints(allow_loopback_http);
    checks.grants();
    checks.response_types();
    checks.pkce();
    checks.issuer_parameter();
    checks.algorithms();
    checks.client_authentication();
    checks.protections();
    checks.findings
}

struct Checks<'a> {
    document: &'a Value,
    findings: Vec<Finding>,
}

impl Checks<'_> {
    fn error(&mut self, id: &'static str, reference: &'static str, message: impl Into<String>) {
        let finding = Finding::new(Severity::Error, id, reference, message);
        self.findings.push(finding);
    }

    fn advice(&mut self, id: &'static str, reference: &'static str, message: impl Into<String>) {
        let finding = Finding::new(Severity::Advice, id, reference, message);
        self.findings.push(finding);
    }

    fn has(&self, member: &str) -> bool {
        self.document
            .get(member)
            .is_some_and(|value| !value.is_null())
    }

    /// Returns the strings of a list, or `None` without the member. Another type is a finding, and an empty list.
    fn list(&mut self, member: &'static str) -> Option<Vec<String>> {
        let value = self.document.get(member).filter(|value| !value.is_null())?;
        let list = value.as_array().and_then(|list| {
            let texts = list
                .iter()
                .map(|element| Some(element.as_str()?.to_owned()));
            texts.collect::<Option<Vec<_>>>()
        });
        if list.is_none() {
            self.malformed(member, "an array of strings");
        }
        Some(list.unwrap_or_default())
    }

    fn flag(&mut self, member: &'static str) -> bool {
        match self.document.get(member) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.malformed(member, "a boolean");
                false
            }
        }
    }

    fn malformed(&mut self, member: &str, expected: &str) {
        let message = format!("`{member}` is not {expected}");
        self.error("metadata-malformed", "RFC 8414 §2", message);
    }

    fn endpoints(&mut self, allow_loopback_http: bool) {
        if !self.has("token_endpoint") {
            self.error(
                "token-endpoint-missing",
                "RFC 8414 §2",
                "there is no `token_endpoint`",
            );
        }
        for member in ENDPOINTS {
            let Some(value) = self.document.get(member).filter(|value| !value.is_null()) else {
                continue;
            };
            let Some(text) = value.as_str() else {
                self.malformed(member, "a string");
                continue;
            };
            let url = text.parse::<http::Uri>().ok();
            let url = url.filter(|_| !text.contains(['#', '\\', ' ', '@']));
            let is_secure = url.is_some_and(|url| match (url.scheme_str(), url.host()) {
                (Some("https"), Some(_)) => true,
                (Some("http"), Some(host)) => allow_loopback_http && is_loopback(host),
                _ => false,
            });
            if !is_secure {
                let shown = quoted(text.split('?').next().unwrap_or_default());
                let message =
                    format!("`{member}` is not an https URL without user and fragment: {shown}");
                self.error(
                    "endpoint-insecure",
                    "RFC 6749 §3.1, §3.2; RFC 8414 §2",
                    message,
                );
            }
        }
    }

    fn grants(&mut self) {
        // RFC 8414 §2: the default
        let grants = self
            .list("grant_types_supported")
            .unwrap_or_else(|| vec!["authorization_code".to_owned(), "implicit".to_owned()]);
        let has_default = !self.has("grant_types_supported");
        if grants.iter().any(|grant| grant == "password") {
            self.error(
                "grant-password",
                "RFC 9700 §2.4",
                "the grant with the user's password is offered",
            );
        }
        if grants.iter().any(|grant| grant == "implicit") {
            if has_default {
                self.advice(
                    "grant-types-unlisted",
                    "RFC 8414 §2",
                    "there is no `grant_types_supported`, and its default contains `implicit`",
                );
            } else {
                self.error(
                    "grant-implicit",
                    "RFC 9700 §2.1.2",
                    "the implicit grant is offered",
                );
            }
        }
    }

    fn response_types(&mut self) {
        let types = self.list("response_types_supported").unwrap_or_default();
        let issues_token = |response_type: &String| {
            let mut parts = response_type.split(' ');
            parts.any(|part| part == "token")
        };
        let found: Vec<&String> = types.iter().filter(|text| issues_token(text)).collect();
        if !found.is_empty() {
            let found = shown(&found);
            self.error(
                "response-type-token",
                "RFC 9700 §2.1.2",
                format!("authorization responses can contain access tokens: {found}"),
            );
        }
        let id_token = |text: &&String| text.split(' ').any(|part| part == "id_token");
        if types
            .iter()
            .any(|text| id_token(&text) && !issues_token(text))
        {
            self.advice(
                "response-type-id-token",
                "RFC 9700 §2.1.2",
                "authorization responses can contain ID tokens",
            );
        }
    }

    fn pkce(&mut self) {
        if !self.has("authorization_endpoint") {
            return;
        }
        let methods = self.list("code_challenge_methods_supported");
        let is_offered = |method: &str| {
            let mut methods = methods.iter().flatten();
            methods.any(|offered| offered == method)
        };
        let (s256, plain) = (is_offered("S256"), is_offered("plain"));
        if !s256 {
            self.error(
                "pkce-s256-missing",
                "RFC 7636 §4.2; RFC 9700 §2.1.1",
                "PKCE with S256 is not offered in `code_challenge_methods_supported`",
            );
        }
        if plain {
            self.error(
                "pkce-plain",
                "RFC 9700 §2.1.1",
                "PKCE with `plain` is offered, which reveals the verifier",
            );
        }
    }

    fn issuer_parameter(&mut self) {
        let is_sent = self.flag("authorization_response_iss_parameter_supported");
        if self.has("authorization_endpoint") && !is_sent {
            self.error(
                "iss-parameter-missing",
                "RFC 9207 §3; RFC 9700 §4.4.2",
                "authorization responses have no `iss`, so a response of another issuer is not recognized",
            );
        }
    }

    fn algorithms(&mut self) {
        for member in ALGORITHMS {
            let Some(algorithms) = self.list(member) else {
                continue;
            };
            let all: Vec<&String> = algorithms.iter().collect();
            if all
                .iter()
                .any(|algorithm| algorithm.eq_ignore_ascii_case("none"))
            {
                let message = format!("`{member}` contains `none`: tokens without signature");
                self.error("algorithm-none", "RFC 8725 §3.2; RFC 8414 §2", message);
            }
            let of = |names: &[&str]| -> Vec<&String> {
                let is_named = |algorithm: &&&String| names.contains(&algorithm.as_str());
                all.iter().filter(is_named).copied().collect()
            };
            let (broken, symmetric) = (of(&BROKEN), of(&SYMMETRIC));
            if !broken.is_empty() {
                let message = format!(
                    "`{member}` contains algorithms with SHA-1: {}",
                    shown(&broken)
                );
                self.error("algorithm-sha1", "RFC 8725 §3.2", message);
            }
            if !symmetric.is_empty() {
                let message = format!(
                    "`{member}` contains algorithms with a shared secret: {}",
                    shown(&symmetric)
                );
                self.advice("algorithm-symmetric", "RFC 8725 §2.2, §3.5", message);
            }
        }
    }

    fn client_authentication(&mut self) {
        let methods = self
            .list("token_endpoint_auth_methods_supported")
            .unwrap_or_else(|| vec!["client_secret_basic".to_owned()]);
        let is_asymmetric = |method: &String| {
            matches!(
                &**method,
                "private_key_jwt" | "tls_client_auth" | "self_signed_tls_client_auth"
            )
        };
        if !methods.iter().any(is_asymmetric) {
            self.advice(
                "client-authentication-symmetric",
                "RFC 9700 §2.5",
                "no client authentication with a private key is offered (`private_key_jwt`, `tls_client_auth`)",
            );
        }
    }

    fn protections(&mut self) {
        let issues_codes = self.has("authorization_endpoint");
        if issues_codes && !self.has("pushed_authorization_request_endpoint") {
            self.advice(
                "par-missing",
                "RFC 9126; FAPI 2.0 §5.3.2.2",
                "there is no `pushed_authorization_request_endpoint`, so requests pass through browsers",
            );
        }
        if !self.has("revocation_endpoint") {
            self.advice(
                "revocation-missing",
                "RFC 7009; RFC 9700 §4.14.2",
                "there is no `revocation_endpoint`, so a logout leaves refresh tokens valid",
            );
        }
        let binds_to_certificates = self.flag("tls_client_certificate_bound_access_tokens");
        if !binds_to_certificates && !self.has("dpop_signing_alg_values_supported") {
            self.advice(
                "sender-constraint-missing",
                "RFC 9700 §2.2.1",
                "access tokens are not bound to their client (DPoP or certificates)",
            );
        }
        self.advice(
            "access-token-type-unstated",
            "RFC 9068 §2.1",
            "metadata cannot state that access tokens have the type `at+jwt`: look at one",
        );
    }
}

/// Returns names of a document for a message, quoted and shortened.
fn shown(names: &[&String]) -> String {
    let names: Vec<String> = names
        .iter()
        .take(8)
        .map(|name| quoted(name).to_string())
        .collect();
    names.join(", ")
}
