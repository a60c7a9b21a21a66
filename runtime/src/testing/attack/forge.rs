//! Requests without a valid token.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::HeaderValue;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::claims::NumericDate;
use crate::testing::attack::access::Grant;
use crate::testing::attack::request::AttackRequest;
use crate::testing::{EmbeddedIssuer, TestApi, TokenBuilder};

/// The subject of tokens, unless an attack is about objects.
pub(super) const SUBJECT: &str = "mallory";

/// More bytes than any server accepts in a token.
const TOO_LONG: usize = 65 * 1024;

/// Makes tokens, valid and broken.
pub(super) struct Forge<'a> {
    api: &'a TestApi,
}

/// One way to break a token, with a description.
type Broken = (&'static str, fn(&Forge<'_>, TokenBuilder) -> String);

const HOUR: Duration = Duration::from_hours(1);

/// The tokens of a single `Authorization: Bearer` field that no API accepts.
const BROKEN: &[Broken] = &[
    ("an expired token", |forge, token| {
        let then = forge.before(2 * HOUR);
        token.issued_at(then).lifetime(HOUR / 4).sign()
    }),
    ("a token that is not valid yet", |forge, token| {
        token
            .not_before(forge.after(HOUR))
            .lifetime(2 * HOUR)
            .sign()
    }),
    ("a token issued in the future", |forge, token| {
        token.issued_at(forge.after(HOUR)).sign()
    }),
    ("a token that is valid for ten years", |_, token| {
        token.lifetime(24 * 3_650 * HOUR).sign()
    }),
    ("a token without an expiry", |_, token| {
        token.without("exp").sign()
    }),
    ("a token for another audience", |_, token| {
        token.audience("https://other-api.test").sign()
    }),
    ("a token without an audience", |_, token| {
        token.without("aud").sign()
    }),
    ("a token that names another issuer", |_, token| {
        token.claim("iss", "https://other-issuer.test").sign()
    }),
    ("a token without an issuer", |_, token| {
        token.without("iss").sign()
    }),
    ("a token without a subject", |_, token| {
        token.without("sub").sign()
    }),
    ("a token of the type `JWT`", |_, token| {
        token.typ("JWT").sign()
    }),
    ("a logout token", |_, token| token.typ("logout+jwt").sign()),
    ("a client assertion", |_, token| {
        token.typ("client-authentication+jwt").sign()
    }),
    ("an ID token", |_, token| {
        token
            .typ("JWT")
            .audience("test-client")
            .claim("nonce", "n-0S6")
            .without("client_id")
            .sign()
    }),
    ("an ID token for the audience of the API", |_, token| {
        token
            .typ("JWT")
            .claim("nonce", "n-0S6")
            .claim("at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng")
            .without("client_id")
            .sign()
    }),
    ("a token with `alg: none`", |_, token| {
        token.header("alg", json!("none")).signature([]).sign()
    }),
    ("a token with `alg: nOnE`", |_, token| {
        token.header("alg", json!("nOnE")).signature([]).sign()
    }),
    ("a token signed by another key", |_, token| {
        token.signed_by(attacker()).sign()
    }),
    (
        "a token signed by another key, which is in its header",
        |_, token| {
            let jwk = attacker().jwk(Algorithm::ES256);
            token
                .without_header("kid")
                .header("jwk", jwk)
                .signed_by(attacker())
                .sign()
        },
    ),
    (
        "a token signed by another key, at a URL in its header",
        |_, token| {
            token
                .without_header("kid")
                .header("jku", "https://attacker.test/jwks")
                .signed_by(attacker())
                .sign()
        },
    ),
    (
        "a token signed by HS256 with the public key as the secret",
        |forge, token| {
            let pem = forge.api.issuer().pem(Algorithm::RS256);
            let kid = forge.api.issuer().kid(Algorithm::RS256);
            token.hmac(Algorithm::HS256, pem).kid(&kid).sign()
        },
    ),
    (
        "a token with other claims than the signed ones",
        |_, token| {
            let signed = token.clone().sign();
            let signature = signed
                .rsplit_once('.')
                .map_or("", |(_, signature)| signature);
            format!(
                "{}.{signature}",
                token.claim("sub", "admin").signing_input()
            )
        },
    ),
    ("a token with a changed signature", |_, token| {
        let signed = token.sign();
        let (rest, signature) = signed.rsplit_once('.').unwrap_or_default();
        let first = if signature.starts_with('A') { 'B' } else { 'A' };
        format!("{rest}.{first}{}", signature.get(1..).unwrap_or_default())
    }),
    ("a token without a signature", |_, token| {
        token.signature([]).sign()
    }),
    ("a token with an unknown critical extension", |_, token| {
        token
            .header("crit", json!(["attack"]))
            .header("attack", true)
            .sign()
    }),
    ("a token that is bound to a key", |_, token| {
        token
            .claim(
                "cnf",
                json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            )
            .sign()
    }),
    ("a token of more than 64 KiB", |_, token| {
        token.claim("padding", "a".repeat(TOO_LONG)).sign()
    }),
    ("a token with spaces inside", |_, token| {
        token.sign().replace('.', " . ")
    }),
    ("a text that is no token", |_, _| {
        "palisade-attack".to_owned()
    }),
    ("an empty token", |_, _| String::new()),
];

/// Returns an issuer that no API trusts.
pub(super) fn attacker() -> &'static EmbeddedIssuer {
    static ATTACKER: OnceLock<EmbeddedIssuer> = OnceLock::new();
    ATTACKER.get_or_init(|| EmbeddedIssuer::with_own_keys("https://attacker.test"))
}

impl<'a> Forge<'a> {
    pub(super) fn new(api: &'a TestApi) -> Self {
        Self { api }
    }

    /// Returns a valid token of an issuer.
    pub(super) fn token_of(
        &self,
        issuer: &EmbeddedIssuer,
        subject: &str,
        grant: &Grant,
    ) -> TokenBuilder {
        let token = issuer.token(subject).audience(self.api.audience());
        let token = token.issued_at(self.api.clock().time());
        let token = if grant.scopes.is_empty() {
            token
        } else {
            token.scopes(&grant.scopes.join(" "))
        };
        if grant.roles.is_empty() {
            token
        } else {
            token.roles(grant.roles.iter().cloned())
        }
    }

    /// Returns a valid token of the issuer that the API trusts.
    pub(super) fn token(&self, subject: &str, grant: &Grant) -> TokenBuilder {
        self.token_of(self.api.issuer(), subject, grant)
    }

    /// Adds a valid token to a request.
    pub(super) fn authorize(
        &self,
        request: &AttackRequest,
        subject: &str,
        grant: &Grant,
    ) -> AttackRequest {
        with_bearer(request, &self.token(subject, grant).sign())
    }

    /// Returns the request with each broken credential, and its description.
    pub(super) fn broken(
        &self,
        request: &AttackRequest,
        grant: &Grant,
    ) -> Vec<(String, AttackRequest)> {
        let token = || self.token(SUBJECT, grant);
        let mut requests: Vec<_> = BROKEN
            .iter()
            .map(|(name, forge)| {
                (
                    (*name).to_owned(),
                    with_bearer(request, &forge(self, token())),
                )
            })
            .collect();
        let valid = token().sign();
        requests.extend(misplaced(request, &valid));
        let mut push =
            |name: &str, request: AttackRequest| requests.push((name.to_owned(), request));
        let twice = with_bearer(&with_bearer(request, &valid), &token().sign());
        push("two fields with valid tokens", twice);
        let both = with_bearer(&with_bearer(request, "palisade-attack"), &valid);
        push(
            "a field with a text that is no token, and one with a valid token",
            both,
        );
        for (name, value) in [
            (
                "two valid tokens in one field",
                format!("Bearer {valid}, Bearer {valid}"),
            ),
            (
                "a valid token under the scheme `Basic`",
                format!("Basic {valid}"),
            ),
            ("a valid token without a scheme", valid),
        ] {
            let mut request = request.clone();
            request.header("authorization", &value);
            push(name, request);
        }
        let mut identity = request.clone();
        for name in [
            "x-user",
            "x-remote-user",
            "x-forwarded-user",
            "x-user-id",
            "x-auth-request-user",
        ] {
            identity.header(name, "admin");
        }
        push(
            "no token, and fields by which proxies name a user",
            identity,
        );
        requests
    }

    fn before(&self, time: Duration) -> NumericDate {
        let seconds = self
            .api
            .clock()
            .time()
            .as_secs()
            .saturating_sub(time.as_secs());
        NumericDate::from_secs(seconds)
    }

    fn after(&self, time: Duration) -> NumericDate {
        self.api.clock().time().saturating_add(time)
    }
}

/// Returns the request with a valid token where no token is accepted.
fn misplaced(request: &AttackRequest, valid: &str) -> Vec<(String, AttackRequest)> {
    let mut requests = Vec::new();
    let mut push = |name: &str, request: AttackRequest| requests.push((name.to_owned(), request));
    let separator = if request.target.contains('?') {
        '&'
    } else {
        '?'
    };
    for name in ["access_token", "token"] {
        let mut in_query = request.clone();
        in_query.target = format!("{}{separator}{name}={valid}", request.target);
        push(
            &format!("a valid token in the query, as `{name}`"),
            in_query,
        );
    }
    let mut in_cookie = request.clone();
    in_cookie.header("cookie", &format!("access_token={valid}"));
    push("a valid token in a cookie", in_cookie);
    for name in [
        "x-access-token",
        "x-forwarded-authorization",
        "proxy-authorization",
    ] {
        let mut in_field = request.clone();
        in_field.header(name, &format!("Bearer {valid}"));
        push(&format!("a valid token in the field `{name}`"), in_field);
    }
    requests
}

/// Adds a field with a bearer credential.
pub(super) fn with_bearer(request: &AttackRequest, credential: &str) -> AttackRequest {
    let mut request = request.clone();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {credential}")) {
        request.headers.push(("authorization".to_owned(), value));
    }
    request
}
