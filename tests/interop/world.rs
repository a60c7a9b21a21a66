//! Everything that is running: the provider, another like it, and `orders` in every way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http::{Answer, Request};
use crate::node::Node;
use crate::process::Process;
use crate::provider::{Provider, RESOURCE_SERVER, audience};

/// The algorithms that are on by default; each has its resource and its key at the provider.
pub(crate) const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// Programs that are started when a test first asks for them, and then shared.
pub(crate) struct World {
    node: Node,
    provider: OnceLock<Provider>,
    stranger: OnceLock<Provider>,
    apis: OnceLock<Vec<Api>>,
}

/// A running `orders` that trusts the provider for one of its resources.
pub(crate) struct Api {
    /// The resource, named as the algorithm of its tokens.
    pub(crate) algorithm: &'static str,
    /// Where it has the keys from.
    keys: &'static str,
    process: Process,
}

impl World {
    pub(crate) fn new(node: Node) -> Self {
        Self {
            node,
            provider: OnceLock::new(),
            stranger: OnceLock::new(),
            apis: OnceLock::new(),
        }
    }

    /// The provider that is trusted.
    pub(crate) fn provider(&self) -> &Provider {
        self.provider.get_or_init(|| Provider::start(&self.node))
    }

    /// Another provider, whose keys have the same names.
    pub(crate) fn stranger(&self) -> &Provider {
        self.stranger.get_or_init(|| Provider::start(&self.node))
    }

    /// `orders` for each algorithm's resource, with the keys by discovery and from a file.
    pub(crate) fn everywhere(&self) -> &[Api] {
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

    /// `orders` that discovers the keys.
    pub(crate) fn by_discovery(&self, audience: &str, more: &[&str]) -> Process {
        let issuer = self.provider().issuer();
        let arguments = ["--issuer", issuer, "--allow-loopback-http"];
        start(audience, &[&arguments, more].concat())
    }

    /// `orders` that trusts an issuer by that name, with the provider's keys in a file.
    pub(crate) fn by_file(&self, issuer: &str, audience: &str) -> Process {
        let file = file(&self.provider().jwks());
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

    /// `orders` that asks the provider about its tokens.
    pub(crate) fn by_introspection(&self, audience: &str, secret: &str, more: &[&str]) -> Process {
        // with a line break, as editors leave it
        let file = file(&format!("{secret}\n"));
        let process = Process::start(self.introspecting(audience, &file).args(more));
        fs::remove_file(file).unwrap();
        process
    }

    /// Whether `orders` ends well with a secret that is not its own, and what it prints.
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

/// A file with that text, of a name that no other test has.
fn file(text: &str) -> PathBuf {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("interop-{}-{number}", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap();
    file
}

impl Api {
    /// A token for this API from a provider, in a manner (see `provider.mjs`).
    pub(crate) fn token(&self, provider: &Provider, manner: &str, scope: &str) -> String {
        let resource = [self.algorithm, manner].join("/");
        provider.token(resource.trim_end_matches('/'), scope)
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        request.send(self.process.url())
    }

    /// What a failed assertion should say of it.
    pub(crate) fn name(&self) -> String {
        format!("{}, keys by {}", self.algorithm, self.keys)
    }
}

fn start(audience: &str, more: &[&str]) -> Process {
    Process::start(orders(audience).args(more))
}

fn orders(audience: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command.args(["--listen", "127.0.0.1:0", "--audience", audience]);
    command
}
