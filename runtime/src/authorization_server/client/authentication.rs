//! The authentication of a client at the endpoints for clients.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::ClientCertificate;
use crate::authorization_server::client::client_store::{DynClientStore, find};
use crate::authorization_server::client::credential::ClientCredential;
use crate::authorization_server::client::registration::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::jwt::{self, UntrustedJwt};
use crate::authorization_server::parameters::Parameters;
use crate::claims::NumericDate;
use crate::form_pairs::form_decode;
use crate::keys::KeySet;

/// The type of client assertions ([RFC 7523 §2.2]).
///
/// [RFC 7523 §2.2]: https://www.rfc-editor.org/rfc/rfc7523#section-2.2
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The longest time from now to the expiry of a client assertion, in seconds.
const MAX_LIFETIME: u64 = 3600;

/// The tolerated time by which the clock of a client is ahead, in seconds.
const SKEW: u64 = 10;

/// The maximum length of an assertion's `jti`, in bytes.
const MAX_JTI: usize = 256;

const FAILED: OAuthFailure = OAuthFailure::new(
    ErrorCode::InvalidClient,
    "the client is unknown, or its authentication failed",
);

/// An authenticated client; a public client has only sent its ID.
#[derive(Debug)]
pub(in crate::authorization_server) struct Authentication {
    pub(in crate::authorization_server) client: Client,
    /// The assertion, if the client signed one; it must not be used again.
    pub(in crate::authorization_server) assertion: Option<UsedAssertion>,
}

/// A client whose authentication failed.
#[derive(Debug)]
pub(in crate::authorization_server) struct RejectedClient {
    pub(in crate::authorization_server) failure: OAuthFailure,
    /// The reason in audit events.
    pub(in crate::authorization_server) reason: &'static str,
    client: Option<Client>,
}

impl RejectedClient {
    /// Returns the ID that the request names, if there is such a client.
    pub(in crate::authorization_server) fn client_id(&self) -> Option<&str> {
        self.client.as_ref().map(Client::id)
    }
}

/// The identity of a client assertion.
#[derive(Debug)]
pub(in crate::authorization_server) struct UsedAssertion {
    pub(in crate::authorization_server) jti: String,
    pub(in crate::authorization_server) until: NumericDate,
}

/// The unverified credential of a request.
enum Presented {
    None,
    /// The secret as it was sent, and decoded.
    Basic {
        secrets: [Option<String>; 2],
    },
    Form {
        secret: String,
    },
    Assertion(String),
}

/// Authenticates the client of a request, with the one method that is registered for it.
///
/// The caller must use up the assertion, if any, before it uses the client.
///
/// # Errors
///
/// Returns `invalid_request` if the request has several credentials, `invalid_client` if the client is unknown or its
/// credential is missing, wrong or of another method, and `temporarily_unavailable` if the store is.
pub(in crate::authorization_server) async fn authenticate(
    clients: &dyn DynClientStore,
    issuer: &str,
    now: NumericDate,
    headers: &HeaderMap,
    certificate: Option<&ClientCertificate>,
    form: &Parameters,
) -> Result<Authentication, RejectedClient> {
    let rejected = |failure, reason, client| RejectedClient {
        failure,
        reason,
        client,
    };
    let (id, presented) = presented(headers, form)
        .map_err(|failure| rejected(failure, "malformed_credential", None))?;
    let failed = match presented {
        Presented::Basic { .. } => FAILED.with_basic_challenge(),
        _ => FAILED,
    };
    let client = find(clients, &id).await;
    let client = client.map_err(|failure| rejected(failure, "clients_unavailable", None))?;
    let client = client.ok_or_else(|| rejected(failed, "unknown_client", None))?;
    let mut assertion = None;
    let is_authentic = match (client.credential(), &presented) {
        (ClientCredential::Public, Presented::None) => true,
        (ClientCredential::Secret(expected), Presented::Form { secret }) => {
            expected.matches(secret)
        }
        (ClientCredential::Secret(expected), Presented::Basic { secrets }) => secrets
            .iter()
            .flatten()
            .any(|secret| expected.matches(secret)),
        (ClientCredential::Certificate(expected), Presented::None) => {
            certificate.is_some_and(|certificate| expected.matches(certificate.der()))
        }
        // a name means something only if the listener has verified who issued it
        (ClientCredential::CertificateName(expected), Presented::None) => {
            certificate.is_some_and(|certificate| {
                certificate.is_issued() && expected.is_in(certificate.der())
            })
        }
        (ClientCredential::PrivateKeyJwt(keys), Presented::Assertion(token)) => {
            assertion = verify_assertion(&keys.0, client.id(), issuer, now, token);
            assertion.is_some()
        }
        _ => false,
    };
    if !is_authentic {
        return Err(rejected(failed, "wrong_credential", Some(client)));
    }
    Ok(Authentication { client, assertion })
}

/// Returns the client's ID and its credential. A request has at most one ([RFC 6749 §2.3]).
///
/// [RFC 6749 §2.3]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3
fn presented(headers: &HeaderMap, form: &Parameters) -> Result<(String, Presented), OAuthFailure> {
    let several = OAuthFailure::new(
        ErrorCode::InvalidRequest,
        "the client authenticates in several ways",
    );
    let client_id = form.get("client_id");
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let basic = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(field), None) => {
            let basic = read_basic(field.as_bytes());
            Some(basic.ok_or(FAILED.with_basic_challenge())?)
        }
        (Some(_), Some(_)) => return Err(several),
    };
    let secret = form.get("client_secret");
    let assertion = form.get("client_assertion");
    let count = [basic.is_some(), secret.is_some(), assertion.is_some()];
    if count.into_iter().filter(|is_present| *is_present).count() > 1 {
        return Err(several);
    }
    if form.has("client_assertion_type") != assertion.is_some()
        || form
            .get("client_assertion_type")
            .is_some_and(|kind| kind != JWT_BEARER)
    {
        return Err(OAuthFailure::new(
            ErrorCode::InvalidRequest,
            "the client assertion has no or an unknown type",
        ));
    }
    let (id, presented) = match (basic, secret, assertion) {
        (Some((id, secrets)), ..) => (Some(id), Presented::Basic { secrets }),
        (_, Some(secret), _) => {
            let secret = secret.to_owned();
            (None, Presented::Form { secret })
        }
        (.., Some(token)) => {
            // the ID is optional beside an assertion (RFC 7521 §4.2), whose `iss` is verified below
            let id = UntrustedJwt::read(token).and_then(|jwt| jwt.unverified_issuer());
            (id, Presented::Assertion(token.to_owned()))
        }
        (None, None, None) => (None, Presented::None),
    };
    match (id, client_id) {
        (Some(id), Some(other)) if id != other => Err(OAuthFailure::new(
            ErrorCode::InvalidRequest,
            "`client_id` names another client than the credential",
        )),
        (Some(id), _) => Ok((id, presented)),
        (None, Some(id)) => Ok((id.to_owned(), presented)),
        (None, None) => Err(FAILED),
    }
}

/// Reads HTTP Basic, whose parts are encoded as in a form ([RFC 6749 §2.3.1]).
///
/// Some clients do not encode the secret. Therefore it is returned in both forms, one of which must match.
///
/// [RFC 6749 §2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
fn read_basic(field: &[u8]) -> Option<(String, [Option<String>; 2])> {
    let (scheme, credentials) = std::str::from_utf8(field).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim_start_matches(' ')).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let secrets = [Some(secret.to_owned()), form_decode(secret)];
    Some((form_decode(id)?, secrets))
}

/// Verifies a client assertion ([RFC 7523 §3]): signed by a key of the client, about the client, for this issuer only.
///
/// The only audience is the issuer, as one string: an assertion for an endpoint could have been made for another server
/// (CVE-2025-27371).
///
/// [RFC 7523 §3]: https://www.rfc-editor.org/rfc/rfc7523#section-3
fn verify_assertion(
    keys: &KeySet,
    client_id: &str,
    issuer: &str,
    now: NumericDate,
    token: &str,
) -> Option<UsedAssertion> {
    let jwt = UntrustedJwt::read(token)?;
    let types = ["client-authentication+jwt", "jwt"];
    let is_typed = jwt.typ().is_none_or(|typ| jwt::is_type(typ, &types));
    let claims = jwt.verify(keys)?;
    let exp = claims.required_date("exp").ok()?;
    let latest = NumericDate::from_secs(now.as_secs().saturating_add(SKEW));
    let is_past = |name| match claims.date(name) {
        Ok(None) => true,
        Ok(Some(date)) => date <= latest,
        Err(_) => false,
    };
    let is_valid = is_typed
        && claims.required_string("iss") == Ok(client_id)
        && claims.required_string("sub") == Ok(client_id)
        && claims.required_string("aud") == Ok(issuer)
        && now < exp
        && exp.as_secs().saturating_sub(now.as_secs()) <= MAX_LIFETIME
        && is_past("iat")
        && is_past("nbf");
    let jti = claims.required_string("jti").ok()?;
    (is_valid && jti.len() <= MAX_JTI).then(|| UsedAssertion {
        jti: jti.to_owned(),
        until: exp,
    })
}
