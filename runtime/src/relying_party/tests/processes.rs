//! Processes that share a record, and refresh the same token at the same time.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use super::token_source::{login, strict};
use super::*;
use crate::claims::ScopeSet;
use crate::clock::SystemClock;
use crate::relying_party::token_source::Attempts;
use crate::relying_party::vault::{FileStore, KeyFile, RecordId, TokenVault};

/// The environment variables of a child process.
const ISSUER: &str = "PALISADE_TEST_ISSUER";
const DIRECTORY: &str = "PALISADE_TEST_DIRECTORY";

/// The number of tokens that each process replaces.
const ROUNDS: usize = 500;

fn id() -> RecordId {
    RecordId::new("https://a.example", "web", "tokens").unwrap()
}

fn store(directory: &Path) -> (std::path::PathBuf, KeyFile) {
    (directory.join("vault"), KeyFile::new(directory.join("key")))
}

/// Replaces tokens; runs only as a child process of the next test.
#[test]
fn child_replaces_tokens() {
    let (Ok(issuer), Some(directory)) = (env::var(ISSUER), env::var_os(DIRECTORY)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async move {
        let (path, key) = store(Path::new(&directory));
        let vault = TokenVault::open(FileStore::open(path).unwrap(), key).await;
        let provider = Provider::builder(issuer)
            .allow_loopback_http()
            .build()
            .await;
        let registration = ClientRegistration::new("web", secret());
        let client = RelyingParty::new(provider.unwrap(), registration).unwrap();
        let scopes = ScopeSet::parse("openid").unwrap();
        let tokens = client.login_tokens(
            vault.unwrap(),
            id(),
            scopes,
            Vec::new(),
            None,
            Attempts::default(),
        );
        for _ in 0..ROUNDS {
            let token = tokens.token().await.unwrap();
            tokens.replace(&token).await.unwrap();
        }
        tokens.token().await.unwrap();
    });
}

/// neon#233, Duende Support#1286: two processes refresh, and the provider ends the login.
///
/// Two requests in flight would present the same refresh token, and the provider would refuse the second one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_refresh_1000_times_and_stay_logged_in() {
    let server = start(strict(), &json!({})).await;
    let directory = tempfile::tempdir().unwrap();
    let (path, key) = store(directory.path());
    let vault = TokenVault::create(FileStore::create(path).unwrap(), key).await;
    let tokens = login(SystemClock.now());
    vault
        .unwrap()
        .write(&id(), None, &tokens.encode(), None)
        .await
        .unwrap();
    let children: Vec<_> = (0..2)
        .map(|_| {
            let name = "relying_party::tests::processes::child_replaces_tokens";
            let mut child = Command::new(env::current_exe().unwrap());
            child.args(["--exact", name, "--nocapture"]);
            child
                .env(ISSUER, &server.url)
                .env(DIRECTORY, directory.path());
            child.stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        let status = tokio::task::spawn_blocking(move || child.wait()).await;
        assert!(status.unwrap().unwrap().success());
    }
    // each refresh was needed by one process at least
    assert!((ROUNDS..=2 * ROUNDS).contains(&server.request_count()));
}
