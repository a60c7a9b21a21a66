//! The running programs: two providers, and `orders` in several configurations.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http::{Request, Response};
use crate::identity::Identity;
use crate::node::Node;
use crate::process::Process;
use crate::provider::{Provider, RESOURCE_SERVER, audience};

/// The default algorithms. The provider has a resource and a key for each.
pub(crate) const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// The programs. Each is started on first use, and then shared.
pub(crate) struct Environment {
    node: Node,
    provider: OnceLock<Provider>,
    other_provider: OnceLock<Provider>,
    apis: OnceLock<Vec<Api>>,
}

/// A running `orders` that trusts the provider for one of its resources.
pub(crate) struct Api {
    /// The resource, which is named like the algorithm of its tokens.
    pub(crate) algorithm: &'static str,
    /// The source of the keys.
    keys: &'static str,
    process: Process,
}

impl Environment {
    pub(crate) fn new(node: Node) -> Self {
        Self {
            node,
            provider: OnceLock::new(),
            other_provider: OnceLock::new(),
            apis: OnceLock::new(),
        }
    }

    /// Returns the trusted provider.
    pub(crate) fn provider(&self) -> &Provider {
        self.provider.get_or_init(|| Provider::start(&self.node))
    }

    /// Returns another provider, whose keys have the same `kid`s.
    pub(crate) fn other_provider(&self) -> &Provider {
        self.other_provider
            .get_or_init(|| Provider::start(&self.node))
    }

    /// Starts a provider that also supports the implicit flow.
    pub(crate) fn implicit_provider(&self) -> Process {
        Process::start(self.node.provider().arg("implicit"))
    }

    /// Returns `orders` for each algorithm, with keys from discovery and with keys from a file.
    pub(crate) fn apis(&self) -> &[Api] {
        self.apis.get_or_init(|| {
            let both = |algorithm| {
                [
                    Api {
                        algorithm,
                        keys: "discovery",
                        process: self.by_discovery(&audience(algorithm), &[]),
                    },
                    Api {
                        algorithm,
                        keys: "file",
                        process: self.by_file(self.provider().issuer(), &audience(algorithm)),
                    },
                ]
            };
            ALGORITHMS.into_iter().flat_map(both).collect()
        })
    }

    /// Starts `orders` with keys from discovery.
    pub(crate) fn by_discovery(&self, audience: &str, more: &[&str]) -> Process {
        let issuer = self.provider().issuer();
        let arguments = ["--issuer", issuer, "--allow-loopback-http"];
        start(audience, &[&arguments, more].concat())
    }

    /// Starts `orders` with an issuer and the provider's keys from a file.
    pub(crate) fn by_file(&self, issuer: &str, audience: &str) -> Process {
        start_with_keys(issuer, audience, &self.provider().jwks())
    }

    /// Starts `orders` with introspection by the provider.
    pub(crate) fn by_introspection(&self, audience: &str, secret: &str, more: &[&str]) -> Process {
        // with a final newline, as editors write it
        let file = file(&format!("{secret}\n"));
        let process = Process::start(self.introspecting(audience, &file).args(more));
        fs::remove_file(file).unwrap();
        process
    }

    /// Runs `orders` with a wrong secret, and returns whether it succeeds, and its output.
    pub(crate) fn failing_introspection(&self, audience: &str, secret: &str) -> (bool, String) {
        let file = file(secret);
        let output = self.introspecting(audience, &file).output().unwrap();
        fs::remove_file(file).unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), printed)
    }

    fn introspecting(&self, audience: &str, secret: &Path) -> Command {
        let mut command = orders(audience);
        command
            .args(["--issuer", self.provider().issuer()])
            .args(["--introspect", "--client", RESOURCE_SERVER, "--secret-file"])
            .arg(secret)
            .arg("--allow-loopback-http");
        command
    }
}

/// Writes a text to a file with a unique name.
fn file(text: &str) -> PathBuf {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("interop-{}-{number}", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap();
    file
}

impl Api {
    /// Requests a token for this API, in a variant of `provider.mjs`.
    pub(crate) fn token(&self, provider: &Provider, variant: &str, scope: &str) -> String {
        let resource = [self.algorithm, variant].join("/");
        provider.token(resource.trim_end_matches('/'), scope)
    }

    pub(crate) fn send(&self, request: &Request) -> Response {
        request.send(self.process.url())
    }

    /// Returns a description for failed assertions.
    pub(crate) fn name(&self) -> String {
        format!("{}, keys by {}", self.algorithm, self.keys)
    }
}

/// Starts `orders` with the keys of an issuer from a file.
pub(crate) fn start_with_keys(issuer: &str, audience: &str, jwks: &str) -> Process {
    let file = file(jwks);
    let arguments = [
        "--issuer",
        issuer,
        "--jwks",
        file.to_str().unwrap(),
        "--allow-loopback-http",
    ];
    let process = start(audience, &arguments);
    fs::remove_file(file).unwrap();
    process
}

/// Starts `bookings`, which prints a token of its own issuer.
pub(crate) fn start_bookings() -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bookings"));
    Process::start(command.args(["--listen", "127.0.0.1:0"]))
}

/// Starts `orders` with TLS and the keys of an issuer from a file.
pub(crate) fn start_with_tls(
    issuer: &str,
    audience: &str,
    jwks: &str,
    identity: &Identity,
) -> Process {
    let file = file(jwks);
    let mut command = orders(audience);
    command.args(["--issuer", issuer, "--jwks"]).arg(&file);
    command.arg("--tls-cert").arg(identity.certificate_file());
    command.arg("--tls-key").arg(identity.key_file());
    let process = Process::start(&mut command);
    fs::remove_file(file).unwrap();
    process
}

fn start(audience: &str, more: &[&str]) -> Process {
    Process::start(orders(audience).args(more))
}

fn orders(audience: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command.args(["--listen", "127.0.0.1:0", "--audience", audience]);
    command
}
