//! The orders API for your own issuer.
//!
//! ```text
//! orders --listen 127.0.0.1:8080 --issuer URL --audience AUD [--jwks FILE] [--algorithm ALG]... [--allow-loopback-http]
//! orders --listen 127.0.0.1:8080 --issuer URL --audience AUD --introspect --client ID --secret-file FILE [--cache-for SECONDS]
//!        [--allow-loopback-http]
//! ```
//!
//! Each form has the options of the listener:
//!
//! ```text
//!        [--tls-cert FILE --tls-key FILE [--client-ca FILE]] [--behind-proxy CIDR]... [--resource URL] [--max-connections N]
//! ```
//!
//! A third form writes the documents of the API and exits:
//!
//! ```text
//! orders --write-documents DIR [--attack-results FILE] [the options above]
//! ```
//!
//! `DIR` then has `openapi.json`, `report.html`, `report.md`, `report.json`, `inventory.json` and `palisade.lock`. The issuer and the audience have defaults, and no
//! keys are fetched, because the documents contain none. The report and the inventory list the options of the listener; their files are not read.
//! `--attack-results` names the result file of the attack kit, whose refused attacks the report lists as proofs.
//!
//! Without `--jwks`, the keys come from the issuer's discovery document. `--algorithm` can be
//! repeated and allows only the named algorithms; the default is RS256, PS256, ES256 and `EdDSA`.
//!
//! With `--introspect`, the issuer's tokens are opaque. The program introspects them as the client
//! `ID`, with the secret in the file (a final line break is removed), and caches each response for
//! `--cache-for` seconds (60 by default). A token without `sub` identifies its client: the issuer
//! must not assign a client ID that equals a user's `sub`.
//!
//! With `--tls-cert` and `--tls-key`, the program serves TLS on any address, and reads changed files every 30 s and on
//! SIGHUP. With `--client-ca`, each client needs a certificate of one of the authorities in the file. `--behind-proxy` can be
//! repeated and names the networks of proxies, whose `X-Forwarded-For` is trusted; it allows plain HTTP on any address.
//!
//! `--resource` is the URL at which clients find the API. The program then serves its metadata (RFC 9728), and names the
//! document in challenges. With `--allow-loopback-http`, the URL may have the scheme `http` and a loopback address.
//!
//! `--max-connections` limits the connections, 8192 by default: a new one replaces the one that has waited longest for a request.
//!
//! The description of the API (OpenAPI 3.1) is public at `/openapi.json`, and a page that shows it at `/docs`.
//!
//! The program prints `listening on http://ADDR` or `listening on https://ADDR` when it is ready, logs every decision as one line
//! of JSON on standard error, and shuts down gracefully on SIGTERM.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use lexopt::prelude::*;
use palisade::evidence::AttackResults;
use palisade::resource_server::{ProtectedResource, WithAudience};
use palisade::testing::EmbeddedIssuer;
use palisade::{Algorithm, Introspection, Issuer, Network, ResourceServer, Secret, Tls};
use palisade_examples::documents;
use palisade_examples::orders::{Store, described, routes};

const USAGE: &str = "orders --listen ADDR --issuer URL --audience AUD \
     [[--jwks FILE] [--algorithm ALG]... | --introspect --client ID --secret-file FILE [--cache-for SECONDS]] \
     [--allow-loopback-http] [--tls-cert FILE --tls-key FILE [--client-ca FILE]] [--behind-proxy CIDR]... \
     [--resource URL] [--max-connections N] | orders --write-documents DIR [--attack-results FILE]";

/// The command line.
struct Options {
    listen: SocketAddr,
    issuer: String,
    audience: String,
    jwks: Option<PathBuf>,
    /// Empty for Palisade's defaults.
    algorithms: Vec<Algorithm>,
    introspection: Option<IntrospectionOptions>,
    allow_loopback_http: bool,
    tls: Option<Tls>,
    /// Empty without a proxy.
    proxies: Vec<Network>,
    resource: Option<String>,
    /// The folder for documents; the program then does not listen.
    documents: Option<PathBuf>,
    /// The results of attacks, for the security report.
    attack_results: Option<PathBuf>,
    /// Palisade's default if absent.
    max_connections: Option<NonZeroUsize>,
}

/// How the issuer's opaque tokens are introspected.
struct IntrospectionOptions {
    client: String,
    secret: PathBuf,
    /// The seconds for which a response is cached; Palisade's default if absent.
    cache_for: Option<u64>,
}

/// The files for TLS.
#[derive(Default)]
struct TlsFiles {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    /// The certificate authorities of clients.
    client_authorities: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("orders: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let issuer = options.issuer()?;
    let builder = ResourceServer::builder().realm("orders");
    let server = match options.resource() {
        Some(resource) => builder.resource(resource).trust(issuer).build().await?,
        None => builder.trust(issuer).build().await?,
    };
    let api = described(routes().with_state(Store::default()).protect(server));
    let mut server = palisade::serve(api.clone());
    let scheme = if options.tls.is_some() {
        "https"
    } else {
        "http"
    };
    if let Some(tls) = options.tls {
        server = server.tls_with(tls);
    }
    if !options.proxies.is_empty() {
        server = server.behind_proxy(options.proxies);
    }
    if let Some(connections) = options.max_connections {
        server = server.connection_limit(connections.get());
    }
    if let Some(folder) = options.documents {
        let results = options
            .attack_results
            .map(AttackResults::read)
            .transpose()?;
        documents::write(&api, &server, results, &folder)?;
        println!("wrote the documents to {}", folder.display());
        return Ok(());
    }
    let bound = server.bind(options.listen).await?;
    let address = bound.local_addr();
    let running = bound.run();
    println!("listening on {scheme}://{address}");
    running.await?;
    Ok(())
}

impl Options {
    #[expect(clippy::too_many_lines, reason = "a line for each option")]
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut listen, mut issuer, mut audience, mut jwks) = (None, None, None, None);
        let mut algorithms = Vec::new();
        let mut allow_loopback_http = false;
        let mut introspect = false;
        let (mut resource, mut max_connections) = (None, None);
        let (mut documents, mut attack_results) = (None::<PathBuf>, None);
        let (mut client, mut secret, mut cache_for) = (None, None, None);
        let mut tls = TlsFiles::default();
        let mut proxies = Vec::new();
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => listen = Some(parser.value()?.parse()?),
                Long("issuer") => issuer = Some(parser.value()?.string()?),
                Long("audience") => audience = Some(parser.value()?.string()?),
                Long("jwks") => jwks = Some(parser.value()?.into()),
                Long("algorithm") => algorithms.push(parser.value()?.parse()?),
                Long("introspect") => introspect = true,
                Long("client") => client = Some(parser.value()?.string()?),
                Long("secret-file") => secret = Some(parser.value()?.into()),
                // `--remember` is the former name
                Long("cache-for" | "remember") => cache_for = Some(parser.value()?.parse()?),
                Long("allow-loopback-http") => allow_loopback_http = true,
                Long("tls-cert") => tls.certificate = Some(parser.value()?.into()),
                Long("tls-key") => tls.key = Some(parser.value()?.into()),
                Long("client-ca") => tls.client_authorities = Some(parser.value()?.into()),
                Long("behind-proxy") => proxies.push(parser.value()?.parse()?),
                Long("resource") => resource = Some(parser.value()?.string()?),
                Long("write-documents") => documents = Some(parser.value()?.into()),
                Long("attack-results") => attack_results = Some(parser.value()?.into()),
                Long("max-connections") => max_connections = Some(parser.value()?.parse()?),
                other => return Err(other.unexpected()),
            }
        }
        let introspection = match (introspect, client, secret) {
            (true, Some(client), Some(secret)) => Some(IntrospectionOptions {
                client,
                secret,
                cache_for,
            }),
            (false, None, None) if cache_for.is_none() => None,
            _ => {
                let incomplete =
                    "`--introspect`, `--client` and `--secret-file` must be used together; usage: ";
                return Err((incomplete.to_owned() + USAGE).into());
            }
        };
        if attack_results.is_some() && documents.is_none() {
            return Err("`--attack-results` needs `--write-documents`".into());
        }
        if documents.is_some() {
            listen = listen.or(Some(SocketAddr::from(([127, 0, 0, 1], 0))));
            issuer = issuer.or_else(|| Some("https://login.example".to_owned()));
            audience = audience.or_else(|| Some("https://orders.example".to_owned()));
        }
        Ok(Self {
            listen: listen.ok_or("`--listen` is missing; usage: ".to_owned() + USAGE)?,
            issuer: issuer.ok_or("`--issuer` is missing; usage: ".to_owned() + USAGE)?,
            audience: audience.ok_or("`--audience` is missing; usage: ".to_owned() + USAGE)?,
            jwks,
            algorithms,
            introspection,
            allow_loopback_http,
            documents,
            attack_results,
            tls: tls.into_tls()?,
            proxies,
            resource,
            max_connections,
        })
    }

    fn issuer(&self) -> Result<Issuer<WithAudience>, String> {
        let mut issuer = Issuer::new(&self.issuer).audience(&self.audience);
        if let Some(file) = &self.jwks {
            issuer = issuer.jwks(read(file)?);
        } else if self.documents.is_some() && self.introspection.is_none() {
            issuer = issuer.jwks(EmbeddedIssuer::new(&self.issuer).jwks());
        }
        if !self.algorithms.is_empty() {
            issuer = issuer.algorithms(self.algorithms.iter().copied());
        }
        if let Some(options) = &self.introspection {
            issuer = issuer.introspect(options.introspection()?);
        }
        if self.allow_loopback_http {
            issuer = issuer.allow_loopback_http();
        }
        Ok(issuer)
    }

    fn resource(&self) -> Option<ProtectedResource> {
        let resource = ProtectedResource::new(self.resource.as_ref()?);
        Some(if self.allow_loopback_http {
            resource.allow_loopback_http()
        } else {
            resource
        })
    }
}

impl TlsFiles {
    fn into_tls(self) -> Result<Option<Tls>, lexopt::Error> {
        let (certificate, key) = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => (certificate, key),
            (None, None) if self.client_authorities.is_none() => return Ok(None),
            _ => {
                let incomplete = "`--tls-cert` and `--tls-key` must be used together, and \
                                  `--client-ca` with both; usage: ";
                return Err((incomplete.to_owned() + USAGE).into());
            }
        };
        let tls = Tls::new(certificate, key);
        Ok(Some(match self.client_authorities {
            Some(authorities) => tls.client_certificates(authorities),
            None => tls,
        }))
    }
}

impl IntrospectionOptions {
    fn introspection(&self) -> Result<Introspection, String> {
        let secret = Secret::from_file(&self.secret).map_err(|error| error.to_string())?;
        let introspection = Introspection::new(&self.client, secret)
            .client_as_subject("shops order for themselves, and some issuers omit `sub` then");
        Ok(match self.cache_for {
            Some(seconds) => introspection.cache_for(Duration::from_secs(seconds)),
            None => introspection,
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
