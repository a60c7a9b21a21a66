//! The metadata document ([RFC 8414 §2], [OpenID Discovery §3]).
//!
//! [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
//! [OpenID Discovery §3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata

use serde_json::{Value, json};

use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::paths::Paths;
use crate::authorization_server::resources::Resource;
use crate::keys::DEFAULT_ALGORITHMS;

impl AuthorizationServer {
    /// Returns the document; it lists what the endpoints accept, and nothing else.
    pub(in crate::authorization_server) fn metadata(&self, paths: &Paths) -> Value {
        let issuer = self.issuer();
        let url = |path: &str| format!("{issuer}{path}");
        let mut scopes: Vec<&str> = vec!["openid"];
        for scope in self.shared.resources.iter().flat_map(Resource::scopes) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let mut confidential = vec![
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ];
        // without TLS, there are no certificates
        let has_tls = issuer.starts_with("https:");
        if has_tls {
            confidential.extend(["tls_client_auth", "self_signed_tls_client_auth"]);
        }
        let methods: Vec<_> = confidential.iter().copied().chain(["none"]).collect();
        json!({
            "issuer": issuer,
            "authorization_endpoint": url(&paths.authorize),
            "token_endpoint": url(&paths.token),
            "pushed_authorization_request_endpoint": url(&paths.push),
            "introspection_endpoint": url(&paths.introspect),
            "revocation_endpoint": url(&paths.revoke),
            "jwks_uri": url(&paths.jwks),
            "scopes_supported": scopes,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.shared.tokens.id_token_algorithm()],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": DEFAULT_ALGORITHMS,
            "introspection_endpoint_auth_methods_supported": confidential,
            "introspection_endpoint_auth_signing_alg_values_supported": DEFAULT_ALGORITHMS,
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": DEFAULT_ALGORITHMS,
            "tls_client_certificate_bound_access_tokens": has_tls,
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "authorization_response_iss_parameter_supported": true,
            "require_pushed_authorization_requests": self.shared.requires_pushed_requests,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "claims_parameter_supported": false,
            "client_id_metadata_document_supported": self.shared.clients.supports_documents(),
        })
    }
}
