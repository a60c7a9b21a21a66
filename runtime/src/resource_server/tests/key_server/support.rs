//! A key server on loopback that misbehaves as it is told.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::*;
use crate::resource_server::Startup;

/// What is answered where the key set is asked for.
#[derive(Clone, Debug)]
pub(super) enum Mode {
    /// A key set, as it should be.
    Keys(String),
    /// A key set, once it is released.
    Held(String, Arc<Notify>),
    /// A whole answer, head and body.
    Answer(String),
    /// The connection is closed.
    Down,
    /// Nothing, for as long as the caller likes.
    Silent,
    /// A head, and a body without an end.
    Endless,
}

/// Serves a good discovery document, and keys by its mode.
#[derive(Clone)]
pub(super) struct KeyServer {
    pub(super) url: String,
    mode: Arc<Mutex<Mode>>,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    pub(super) async fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            mode: Arc::new(Mutex::new(mode)),
            asked: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serving.clone().answer(socket));
            }
        });
        server
    }

    pub(super) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// How often the key set was asked for.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn answer(self, mut socket: TcpStream) {
        let mut request = vec![0; 4096];
        let length = socket.read(&mut request).await.unwrap_or_default();
        let is_document = String::from_utf8_lossy(&request[..length]).starts_with("GET /.well");
        let mode = if is_document {
            let document = format!(r#"{{"issuer":"{0}","jwks_uri":"{0}/keys"}}"#, self.url);
            Mode::Answer(answer(200, "application/json", &document))
        } else {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.mode.lock().unwrap().clone()
        };
        match mode {
            Mode::Keys(jwks) => {
                let answer = answer(200, "application/jwk-set+json", &jwks);
                let _ = socket.write_all(answer.as_bytes()).await;
            }
            Mode::Held(jwks, released) => {
                released.notified().await;
                let answer = answer(200, "application/jwk-set+json", &jwks);
                let _ = socket.write_all(answer.as_bytes()).await;
            }
            Mode::Answer(answer) => {
                let _ = socket.write_all(answer.as_bytes()).await;
            }
            Mode::Down => {}
            Mode::Silent => pending().await,
            Mode::Endless => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"keys\":[";
                let _ = socket.write_all(head.as_bytes()).await;
                while socket.write_all(&[b' '; 1024]).await.is_ok() {}
            }
        }
    }
}

pub(super) fn answer(status: u16, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-type: {content_type}\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An API whose issuer's keys are served by a key server.
pub(super) struct Realm {
    pub(super) keys: KeyServer,
    /// The issuer with the keys that are served at first.
    pub(super) issuer: EmbeddedIssuer,
    pub(super) server: ResourceServer,
    pub(super) clock: TestClock,
}

impl Realm {
    pub(super) async fn new() -> Self {
        Self::with(Startup::FailFast, None).await.unwrap()
    }

    /// With keys that are served, or in another mode.
    pub(super) async fn with(startup: Startup, mode: Option<Mode>) -> Result<Self, ConfigError> {
        let keys = KeyServer::start(Mode::Down).await;
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(&keys.url).clock(clock.clone());
        keys.set(mode.unwrap_or_else(|| Mode::Keys(issuer.jwks())));
        let server = ResourceServer::builder()
            .trust(
                Issuer::new(&keys.url)
                    .audience(AUDIENCE)
                    .allow_loopback_http(),
            )
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        Ok(Self {
            keys,
            issuer,
            server,
            clock,
        })
    }

    /// Answers with these keys from now on, once what is returned says so.
    pub(super) fn hold(&self, jwks: String) -> Arc<Notify> {
        let released = Arc::new(Notify::new());
        self.keys.set(Mode::Held(jwks, Arc::clone(&released)));
        released
    }

    /// The same issuer with keys that it did not have before.
    pub(super) fn rotated(&self) -> EmbeddedIssuer {
        EmbeddedIssuer::with_own_keys(&self.keys.url).clock(self.clock.clone())
    }

    pub(super) async fn judge(&self, token: TokenBuilder) -> Result<(), Denial> {
        self.judge_text(&token.algorithm(Algorithm::ES256).sign())
            .await
    }

    pub(super) async fn judge_text(&self, token: &str) -> Result<(), Denial> {
        denial(&self.server, token).await.map_or(Ok(()), Err)
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Waits until one more answer of the key server has been dealt with, for at most 5 s.
    pub(super) async fn until(&self, what: &str, is_so: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self).await {
            assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lets so much time pass that a fetch is due, has it begun, and waits for its end.
    pub(super) async fn until_refreshed(&self, seconds: u64) {
        let asked = self.keys.asked();
        self.advance(seconds);
        let _ = self.server.ready();
        self.until("the key server is asked", async |realm| {
            realm.keys.asked() > asked
        })
        .await;
        self.until("the fetch ends", async |realm| !realm.is_fetching())
            .await;
    }

    fn is_fetching(&self) -> bool {
        let mut issuers = self.server.shared.validator.issuers().iter();
        issuers.any(|issuer| match &issuer.keys {
            crate::keys::KeySource::Fetched(keys) => keys.is_fetching(),
            crate::keys::KeySource::Given(_) => false,
        })
    }
}
