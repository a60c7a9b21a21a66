//! Clients of the certified provider with TLS: each authentication method, certificates, and tokens bound to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Request;
use palisade::relying_party::{
    ApiClient, AssertionKey, ClientAuthentication, ClientRegistration, Provider, ProviderError,
    RelyingParty, TlsClientKey, TokenSourceError,
};
use palisade::{Algorithm, Secret, scopes_for};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::process::Process;
use crate::{PROVIDER, RESOURCE, list_orders};

/// A test: its name and its function.
type Case = (&'static str, fn());

pub(crate) const CASES: [Case; 4] = [
    (
        "relying_party::client_of_each_method_obtains_and_uses_a_token",
        client_of_each_method_obtains_and_uses_a_token,
    ),
    (
        "relying_party::token_of_a_certificate_is_bound_to_it",
        token_of_a_certificate_is_bound_to_it,
    ),
    (
        "relying_party::wrong_credential_is_refused",
        wrong_credential_is_refused,
    ),
    (
        "relying_party::provider_of_an_unknown_authority_is_not_trusted",
        provider_of_an_unknown_authority_is_not_trusted,
    ),
];

/// The clients whose certificate the provider knows.
const WITH_CERTIFICATE: [&str; 2] = ["certificate", "self-signed"];

/// A certificate with its key.
struct Identity {
    parameters: CertificateParams,
    certificate: Certificate,
    key: KeyPair,
}

/// The running provider, and the credentials of its clients.
struct Credentials {
    provider: Process,
    /// The URL of the port that requests certificates.
    api: String,
    authority: Identity,
    jwt: KeyPair,
    certified: Identity,
    self_signed: Identity,
    directory: PathBuf,
    runtime: Runtime,
}

impl Identity {
    fn authority() -> Self {
        let mut parameters = CertificateParams::new([]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // a certificate whose issuer has the name of its subject is self-signed for OpenSSL
        let name = &mut parameters.distinguished_name;
        name.push(DnType::CommonName, "Authority of a test");
        Self::self_signed(parameters)
    }

    fn self_signed(parameters: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            parameters,
            certificate,
            key,
        }
    }

    /// Issues a certificate for a host.
    fn issue(&self, host: &str) -> Self {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        Self {
            parameters,
            certificate,
            key,
        }
    }

    fn tls_key(&self) -> TlsClientKey {
        let key = self.key.serialize_pem();
        TlsClientKey::from_pem(self.certificate.pem(), key).unwrap()
    }
}

impl Credentials {
    fn start() -> Self {
        static DIRECTORIES: AtomicUsize = AtomicUsize::new(0);
        let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("clients-{}-{number}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        let authority = Identity::authority();
        let server = authority.issue("127.0.0.1");
        let jwt = KeyPair::generate().unwrap();
        let host = CertificateParams::new(["client.example".to_owned()]).unwrap();
        let self_signed = Identity::self_signed(host);
        for (file, content) in [
            ("ca.pem", authority.certificate.pem()),
            ("server.pem", server.certificate.pem()),
            ("server.key", server.key.serialize_pem()),
            ("jwt.pem", jwt.public_key_pem()),
            ("self.pem", self_signed.certificate.pem()),
        ] {
            fs::write(directory.join(file), content).unwrap();
        }
        let mut provider = Command::new("node");
        provider
            .arg(Path::new(PROVIDER).join("clients.mjs"))
            .arg(&directory);
        let provider = Process::start(&mut provider);
        let log = provider.log();
        let api = log.lines().find_map(|line| line.strip_prefix("api "));
        Self {
            api: api.unwrap().to_owned(),
            provider,
            certified: authority.issue("client.example"),
            authority,
            jwt,
            self_signed,
            directory,
            runtime: Runtime::new().unwrap(),
        }
    }

    /// Returns the authentication of each client.
    fn authentications(&self) -> [(&'static str, ClientAuthentication); 5] {
        let secret = || Secret::new("a secret: 100%");
        let key = AssertionKey::from_pem(Algorithm::ES256, self.jwt.serialize_pem()).unwrap();
        let (certified, self_signed) = (self.certified.tls_key(), self.self_signed.tls_key());
        [
            ("basic", ClientAuthentication::ClientSecretBasic(secret())),
            ("post", ClientAuthentication::ClientSecretPost(secret())),
            ("jwt", ClientAuthentication::PrivateKeyJwt(key)),
            (
                WITH_CERTIFICATE[0],
                ClientAuthentication::TlsClientAuth(certified),
            ),
            (
                WITH_CERTIFICATE[1],
                ClientAuthentication::SelfSignedTlsClientAuth(self_signed),
            ),
        ]
    }

    /// Requests a token, and sends it to the API, which returns the claims and the hash of the certificate.
    fn use_token(
        &self,
        client: &str,
        authentication: ClientAuthentication,
    ) -> Result<Value, TokenSourceError> {
        self.runtime.block_on(async {
            let provider = Provider::builder(self.provider.url());
            let provider = provider.root_certificates(self.authority.certificate.pem());
            let registration = ClientRegistration::new(client, authentication);
            let provider = provider.build().await.unwrap();
            let party = RelyingParty::new(provider, registration).unwrap();
            let tokens = party.client_credentials(&scopes_for![list_orders], [RESOURCE]);
            let tokens = tokens.unwrap();
            tokens.token().await?;
            let api = ApiClient::builder(&self.api, tokens).build().unwrap();
            let request = Request::get("/orders").body(Vec::new()).unwrap();
            let response = api.send(request).await.unwrap();
            Ok(serde_json::from_slice(response.body()).unwrap())
        })
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn client_of_each_method_obtains_and_uses_a_token() {
    let credentials = Credentials::start();
    for (client, authentication) in credentials.authentications() {
        let used = credentials.use_token(client, authentication);
        let used = used.unwrap_or_else(|error| {
            panic!("{client}: {error:?}\n{}", credentials.provider.log());
        });
        let claims = &used["claims"];
        assert_eq!(claims["client_id"], client);
        assert_eq!(claims["aud"], RESOURCE);
        assert_eq!(claims["scope"], "orders:read");
        // only a client that authenticates with a certificate presents one
        let presents = WITH_CERTIFICATE.contains(&client);
        assert_eq!(used["hash"].is_string(), presents, "{client}: {used}");
    }
}

fn token_of_a_certificate_is_bound_to_it() {
    let credentials = Credentials::start();
    for (client, authentication) in credentials.authentications() {
        let used = credentials.use_token(client, authentication).unwrap();
        let bound = &used["claims"]["cnf"]["x5t#S256"];
        assert_eq!(*bound, used["hash"], "{client}: {used}");
    }
}

fn wrong_credential_is_refused() {
    let credentials = Credentials::start();
    let secret = || Secret::new("another");
    let other = KeyPair::generate().unwrap().serialize_pem();
    let other = AssertionKey::from_pem(Algorithm::ES256, other).unwrap();
    let host = CertificateParams::new(["client.example".to_owned()]).unwrap();
    let foreign = || Identity::self_signed(host.clone()).tls_key();
    let other_host = credentials.authority.issue("other.example").tls_key();
    for (client, authentication) in [
        ("basic", ClientAuthentication::ClientSecretBasic(secret())),
        ("post", ClientAuthentication::ClientSecretPost(secret())),
        ("jwt", ClientAuthentication::PrivateKeyJwt(other)),
        // no authority, another name, another key, and no certificate
        (
            "certificate",
            ClientAuthentication::TlsClientAuth(foreign()),
        ),
        (
            "certificate",
            ClientAuthentication::TlsClientAuth(other_host),
        ),
        (
            "self-signed",
            ClientAuthentication::SelfSignedTlsClientAuth(foreign()),
        ),
        ("certificate", ClientAuthentication::Public),
        // of another client
        ("jwt", ClientAuthentication::ClientSecretPost(secret())),
    ] {
        let method = authentication.method();
        let error = credentials.use_token(client, authentication).unwrap_err();
        let message = format!("{error:?}");
        assert!(
            message.contains("invalid_client") || message.contains("InvalidClient"),
            "{client} by {method}: {message}"
        );
    }
}

fn provider_of_an_unknown_authority_is_not_trusted() {
    let credentials = Credentials::start();
    let other = Identity::authority().certificate.pem();
    credentials.runtime.block_on(async {
        let issuer = credentials.provider.url();
        for provider in [
            Provider::builder(issuer),
            Provider::builder(issuer).root_certificates(other),
            Provider::builder(issuer).allow_loopback_http(),
        ] {
            let error = provider.build().await.unwrap_err();
            assert!(matches!(error, ProviderError::Discovery(_)), "{error:?}");
        }
    });
}
