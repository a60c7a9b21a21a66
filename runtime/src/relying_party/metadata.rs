//! The members of a metadata document that a client uses ([RFC 8414 §2], [OpenID Discovery §3]).
//!
//! [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
//! [OpenID Discovery §3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata

use std::net::IpAddr;

use http::Uri;
use serde_json::Value;

use crate::discovery::url_member;
use crate::https::{Client, is_loopback};

/// The maximum number of elements of a list, of which none needs as many.
const MAX_LIST: usize = 256;

/// An issuer's metadata, as its clients use it.
///
/// It comes from a document whose `issuer` is the configured one, code point by code point
/// ([RFC 8414 §3.3]). Every endpoint is https, or http to loopback if the issuer itself is and that is allowed.
///
/// [RFC 8414 §3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
#[derive(Clone, Debug)]
pub struct ProviderMetadata {
    authorization_endpoint: Option<Uri>,
    token_endpoint: Endpoint,
    pushed_authorization_request_endpoint: Option<Endpoint>,
    revocation_endpoint: Option<Endpoint>,
    introspection_endpoint: Option<Endpoint>,
    userinfo_endpoint: Option<Endpoint>,
    end_session_endpoint: Option<Uri>,
    jwks_uri: Option<Uri>,
    registration_endpoint: Option<Uri>,
    accepts_client_id_documents: bool,
    requires_pushed_requests: bool,
    sends_iss: bool,
    code_challenge_methods: Option<Vec<String>>,
    token_endpoint_auth_methods: Option<Vec<String>>,
    assertion_algorithms: Option<Vec<String>>,
    id_token_algorithms: Option<Vec<String>>,
    userinfo_algorithms: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
}

/// An endpoint that the client sends requests to.
#[derive(Clone, Debug)]
struct Endpoint {
    url: Uri,
    /// The URL for clients that authenticate in the TLS handshake (RFC 8705 §5).
    with_client_certificate: Option<Uri>,
}

impl Endpoint {
    fn url(&self, with_client_certificate: bool) -> &Uri {
        let alias = self.with_client_certificate.as_ref();
        alias
            .filter(|_| with_client_certificate)
            .unwrap_or(&self.url)
    }
}

impl ProviderMetadata {
    /// Reads the members of a document whose issuer was compared.
    ///
    /// # Errors
    ///
    /// Returns a description of what is wrong with the document.
    pub(super) fn read(members: &Value, issuer: &str, client: &Client) -> Result<Self, String> {
        let members = Members {
            document: members,
            issuer,
            client,
        };
        let token_endpoint = members.endpoint("token_endpoint")?;
        Ok(Self {
            authorization_endpoint: members.url("authorization_endpoint")?,
            token_endpoint: token_endpoint.ok_or("it has no `token_endpoint`")?,
            pushed_authorization_request_endpoint: members
                .endpoint("pushed_authorization_request_endpoint")?,
            revocation_endpoint: members.endpoint("revocation_endpoint")?,
            introspection_endpoint: members.endpoint("introspection_endpoint")?,
            userinfo_endpoint: members.endpoint("userinfo_endpoint")?,
            end_session_endpoint: members.url("end_session_endpoint")?,
            jwks_uri: members.url("jwks_uri")?,
            registration_endpoint: members.url("registration_endpoint")?,
            accepts_client_id_documents: members.flag("client_id_metadata_document_supported")?,
            requires_pushed_requests: members.flag("require_pushed_authorization_requests")?,
            sends_iss: members.flag("authorization_response_iss_parameter_supported")?,
            code_challenge_methods: members.list("code_challenge_methods_supported")?,
            token_endpoint_auth_methods: members.list("token_endpoint_auth_methods_supported")?,
            assertion_algorithms: members
                .list("token_endpoint_auth_signing_alg_values_supported")?,
            id_token_algorithms: members.list("id_token_signing_alg_values_supported")?,
            userinfo_algorithms: members.list("userinfo_signing_alg_values_supported")?,
            grant_types: members.list("grant_types_supported")?,
            scopes: members.list("scopes_supported")?,
        })
    }

    /// Returns the URL to which browsers are sent to log in, if the provider has one.
    pub fn authorization_endpoint(&self) -> Option<&Uri> {
        self.authorization_endpoint.as_ref()
    }

    /// Returns the URL of the token endpoint.
    pub fn token_endpoint(&self) -> &Uri {
        &self.token_endpoint.url
    }

    /// Returns the URL to which authorization requests are pushed ([RFC 9126]).
    ///
    /// [RFC 9126]: https://www.rfc-editor.org/rfc/rfc9126
    pub fn pushed_authorization_request_endpoint(&self) -> Option<&Uri> {
        let endpoint = self.pushed_authorization_request_endpoint.as_ref()?;
        Some(&endpoint.url)
    }

    /// Returns the URL of the revocation endpoint ([RFC 7009]).
    ///
    /// [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009
    pub fn revocation_endpoint(&self) -> Option<&Uri> {
        Some(&self.revocation_endpoint.as_ref()?.url)
    }

    /// Returns the URL of the introspection endpoint ([RFC 7662]).
    ///
    /// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
    pub fn introspection_endpoint(&self) -> Option<&Uri> {
        Some(&self.introspection_endpoint.as_ref()?.url)
    }

    /// Returns the URL of the `UserInfo` endpoint.
    pub fn userinfo_endpoint(&self) -> Option<&Uri> {
        Some(&self.userinfo_endpoint.as_ref()?.url)
    }

    /// Returns the URL to which browsers are sent to log out.
    pub fn end_session_endpoint(&self) -> Option<&Uri> {
        self.end_session_endpoint.as_ref()
    }

    /// Returns the URL of the provider's keys.
    pub fn jwks_uri(&self) -> Option<&Uri> {
        self.jwks_uri.as_ref()
    }

    /// Returns the URL at which clients [register](super::DynamicRegistration) ([RFC 7591]).
    ///
    /// [RFC 7591]: https://www.rfc-editor.org/rfc/rfc7591
    pub fn registration_endpoint(&self) -> Option<&Uri> {
        self.registration_endpoint.as_ref()
    }

    /// Returns whether a client ID may be the URL of the client's metadata document, so that the client needs no
    /// registration ([Client ID Metadata Document]).
    ///
    /// [Client ID Metadata Document]: https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
    pub fn accepts_client_id_metadata_documents(&self) -> bool {
        self.accepts_client_id_documents
    }

    /// Returns whether the provider accepts pushed authorization requests only ([RFC 9126 §5]).
    ///
    /// [RFC 9126 §5]: https://www.rfc-editor.org/rfc/rfc9126#section-5
    pub fn requires_pushed_authorization_requests(&self) -> bool {
        self.requires_pushed_requests
    }

    /// Returns whether every authorization response has the parameter `iss` ([RFC 9207 §3]).
    ///
    /// [RFC 9207 §3]: https://www.rfc-editor.org/rfc/rfc9207#section-3
    pub fn authorization_response_has_iss(&self) -> bool {
        self.sends_iss
    }

    /// Returns the PKCE methods of the provider, or `None` if its document has no list.
    pub fn code_challenge_methods(&self) -> Option<&[String]> {
        self.code_challenge_methods.as_deref()
    }

    /// Returns the authentication methods of the token endpoint, or `None` if the document has no list.
    ///
    /// Without a list, the provider supports `client_secret_basic` ([RFC 8414 §2]).
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn token_endpoint_auth_methods(&self) -> Option<&[String]> {
        self.token_endpoint_auth_methods.as_deref()
    }

    /// Returns the algorithms of client assertions, or `None` if the document has no list.
    pub fn assertion_algorithms(&self) -> Option<&[String]> {
        self.assertion_algorithms.as_deref()
    }

    /// Returns the algorithms of ID tokens, or `None` if the document has no list.
    pub fn id_token_algorithms(&self) -> Option<&[String]> {
        self.id_token_algorithms.as_deref()
    }

    /// Returns the algorithms of signed `UserInfo` responses, or `None` if the document has no list.
    pub fn userinfo_algorithms(&self) -> Option<&[String]> {
        self.userinfo_algorithms.as_deref()
    }

    /// Returns the grant types of the provider, or `None` if the document has no list.
    pub fn grant_types(&self) -> Option<&[String]> {
        self.grant_types.as_deref()
    }

    /// Returns the scopes of the provider, or `None` if the document has no list.
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    /// Returns the URL of an endpoint for a client that does, or does not, authenticate in the TLS handshake.
    pub(super) fn url_of(
        &self,
        endpoint: EndpointName,
        with_client_certificate: bool,
    ) -> Option<&Uri> {
        let endpoint = match endpoint {
            EndpointName::Token => Some(&self.token_endpoint),
            EndpointName::PushedAuthorizationRequest => {
                self.pushed_authorization_request_endpoint.as_ref()
            }
            EndpointName::Revocation => self.revocation_endpoint.as_ref(),
            EndpointName::UserInfo => self.userinfo_endpoint.as_ref(),
        };
        Some(endpoint?.url(with_client_certificate))
    }
}

/// An endpoint that a client sends requests to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointName {
    Token,
    PushedAuthorizationRequest,
    Revocation,
    UserInfo,
}

impl EndpointName {
    /// Returns the member with the endpoint's URL.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::Token => "token_endpoint",
            Self::PushedAuthorizationRequest => "pushed_authorization_request_endpoint",
            Self::Revocation => "revocation_endpoint",
            Self::UserInfo => "userinfo_endpoint",
        }
    }
}

/// The members of a document.
struct Members<'a> {
    document: &'a Value,
    issuer: &'a str,
    client: &'a Client,
}

impl Members<'_> {
    /// Returns a member, unless it is absent or null.
    fn get(&self, member: &str) -> Option<&Value> {
        self.document.get(member).filter(|value| !value.is_null())
    }

    fn endpoint(&self, member: &str) -> Result<Option<Endpoint>, String> {
        let Some(url) = self.url(member)? else {
            return Ok(None);
        };
        let with_client_certificate = match self.get("mtls_endpoint_aliases") {
            None => None,
            Some(aliases) if aliases.is_object() => {
                let aliases = Members {
                    document: aliases,
                    ..*self
                };
                let alias = aliases.url(member);
                alias.map_err(|error| format!("in `mtls_endpoint_aliases`, {error}"))?
            }
            Some(_) => return Err("`mtls_endpoint_aliases` is not an object".to_owned()),
        };
        Ok(Some(Endpoint {
            url,
            with_client_certificate,
        }))
    }

    fn url(&self, member: &str) -> Result<Option<Uri>, String> {
        if self.get(member).is_none() {
            return Ok(None);
        }
        let url = url_member(self.document, member, self.client)?;
        if url.scheme_str() != Some("https") && self.issuer.starts_with("https:") {
            return Err(format!("`{member}` is http, and the issuer is https"));
        }
        // a document must not make this client send requests into its own network
        if is_internal(&url) && !self.issuer.parse().is_ok_and(|issuer| is_internal(&issuer)) {
            return Err(format!(
                "`{member}` has a loopback or private address, and the issuer has not"
            ));
        }
        Ok(Some(url))
    }

    fn flag(&self, member: &str) -> Result<bool, String> {
        match self.get(member) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(format!("`{member}` is not a boolean")),
        }
    }

    fn list(&self, member: &str) -> Result<Option<Vec<String>>, String> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let elements = value.as_array().filter(|list| list.len() <= MAX_LIST);
        let list = elements.and_then(|list| {
            let texts = list
                .iter()
                .map(|element| Some(element.as_str()?.to_owned()));
            texts.collect()
        });
        let invalid = || format!("`{member}` is not an array of at most {MAX_LIST} strings");
        Ok(Some(list.ok_or_else(invalid)?))
    }
}

/// Returns whether the host is `localhost`, or an address that is not of the public internet.
pub(super) fn is_internal(url: &Uri) -> bool {
    let Some(host) = url.host() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = bare.trim_end_matches('.').to_ascii_lowercase();
    if is_loopback(&name) || name.ends_with(".localhost") {
        return true;
    }
    match name.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                // RFC 6598
                || matches!(address.octets(), [100, 64..=127, ..])
        }
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
        // an address in another notation, such as 127.1 or 0x7f000001, which some resolvers accept
        Err(_) => name.rsplit('.').next().is_some_and(is_number),
    }
}

/// Returns whether a URL parser takes a host with this last label for an address ([WHATWG URL §3.5]).
///
/// [WHATWG URL §3.5]: https://url.spec.whatwg.org/#ends-in-a-number-checker
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x");
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
