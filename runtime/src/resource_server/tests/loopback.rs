//! An issuer's server on loopback that misbehaves as it is told.

use std::future::pending;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::*;

/// What is answered where anything but the discovery document is asked for.
#[derive(Clone)]
pub(super) enum Mode {
    /// A key set, as it should be.
    Keys(String),
    /// A key set, once it is released.
    Held(String, Arc<Notify>),
    /// A whole answer, head and body.
    Answer(String),
    /// What the request deserves.
    #[cfg(feature = "introspection")]
    By(Arc<dyn Fn(&str) -> Self + Send + Sync>),
    /// What another mode answers, once it is released.
    Late(Box<Self>, Arc<Notify>),
    /// The connection is closed.
    Down,
    /// Nothing, for as long as the caller likes.
    Silent,
    /// A head, and a body without an end.
    Endless,
}

/// Serves a good discovery document, and everything else by its mode.
#[derive(Clone)]
pub(super) struct Loopback {
    pub(super) url: String,
    mode: Arc<Mutex<Mode>>,
    requests: Arc<Mutex<Vec<String>>>,
    /// What the document says, and how often it was asked for.
    #[cfg(feature = "introspection")]
    pub(super) document: Arc<Mutex<(Option<Mode>, usize)>>,
}

impl Loopback {
    pub(super) async fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            mode: Arc::new(Mutex::new(mode)),
            requests: Arc::default(),
            #[cfg(feature = "introspection")]
            document: Arc::default(),
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

    /// How often anything but the document was asked for.
    pub(super) fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Everything that was asked for but the document, heads and bodies.
    #[cfg(feature = "introspection")]
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Has the document say that tokens are introspected there.
    #[cfg(feature = "introspection")]
    pub(super) fn introspect_at(&self, endpoint: &str) {
        let document = format!(
            r#"{{"issuer":"{0}","introspection_endpoint":"{endpoint}"}}"#,
            self.url
        );
        let document = Mode::Answer(answer(200, "application/json", &document));
        self.document.lock().unwrap().0 = Some(document);
    }

    fn document(&self) -> Mode {
        #[cfg(feature = "introspection")]
        {
            let mut document = self.document.lock().unwrap();
            document.1 += 1;
            if let Some(mode) = document.0.clone() {
                return mode;
            }
        }
        let document = format!(
            r#"{{"issuer":"{0}","jwks_uri":"{0}/keys","introspection_endpoint":"{0}/introspect"}}"#,
            self.url
        );
        Mode::Answer(answer(200, "application/json", &document))
    }

    async fn answer(self, mut socket: TcpStream) {
        let request = read(&mut socket).await;
        let mut mode = if request.starts_with("GET /.well") {
            self.document()
        } else {
            self.requests.lock().unwrap().push(request.clone());
            self.mode.lock().unwrap().clone()
        };
        loop {
            mode = match mode {
                Mode::Keys(jwks) => Mode::Answer(answer(200, "application/jwk-set+json", &jwks)),
                Mode::Held(jwks, released) => Mode::Late(Box::new(Mode::Keys(jwks)), released),
                #[cfg(feature = "introspection")]
                Mode::By(by) => by(&request),
                Mode::Late(mode, released) => {
                    released.notified().await;
                    *mode
                }
                Mode::Answer(answer) => {
                    let _ = socket.write_all(answer.as_bytes()).await;
                    return;
                }
                Mode::Down => return,
                Mode::Silent => pending().await,
                Mode::Endless => {
                    let head =
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"keys\":[";
                    let _ = socket.write_all(head.as_bytes()).await;
                    while socket.write_all(&[b' '; 1024]).await.is_ok() {}
                    return;
                }
            }
        }
    }
}

/// Reads a request with the body that its head announces.
async fn read(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length = announced.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text.into_owned();
            }
        }
        if socket.read_buf(&mut request).await.unwrap_or_default() == 0 {
            return String::from_utf8_lossy(&request).into_owned();
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
