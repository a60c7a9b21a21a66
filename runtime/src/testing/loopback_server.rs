//! An issuer's HTTP server on loopback that misbehaves on demand, for this crate's own tests.
#![expect(clippy::unwrap_used, reason = "test support")]

use std::future::pending;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How the server replies to every request except those for its metadata document.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A well-formed response with this key set.
    Keys(String),
    /// A complete response, head and body.
    Response(String),
    /// A reply that depends on the request.
    #[cfg(any(feature = "introspection", feature = "relying-party"))]
    PerRequest(Arc<dyn Fn(&str) -> Self + Send + Sync>),
    /// Another reply, once the notification arrives.
    Held(Box<Self>, Arc<Notify>),
    /// Closes the connection without a response.
    Closed,
    /// Keeps the connection open without a response.
    Silent,
    /// A head, and a body that never ends.
    Endless,
}

impl Reply {
    /// A response with a JSON body.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Response(http_response(status, "application/json", body))
    }

    /// An introspection response that reports the token as inactive.
    #[cfg(feature = "introspection")]
    pub(crate) fn inactive() -> Self {
        Self::json(200, r#"{"active":false}"#)
    }

    /// Delays this reply until the returned notification is sent.
    pub(crate) fn held(self) -> (Self, Arc<Notify>) {
        let released = Arc::new(Notify::new());
        (Self::Held(Box::new(self), Arc::clone(&released)), released)
    }
}

/// Serves a valid metadata document, and replies to everything else as its [`Reply`] says.
#[derive(Clone)]
pub(crate) struct LoopbackServer {
    pub(crate) url: String,
    reply: Arc<Mutex<Reply>>,
    requests: Arc<Mutex<Vec<String>>>,
    /// The reply to requests for the metadata document, if it is not the default one.
    document: Arc<Mutex<Option<Reply>>>,
    #[cfg(feature = "introspection")]
    document_requests: Arc<Mutex<usize>>,
}

impl LoopbackServer {
    pub(crate) async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            reply: Arc::new(Mutex::new(reply)),
            requests: Arc::default(),
            document: Arc::default(),
            #[cfg(feature = "introspection")]
            document_requests: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(socket));
            }
        });
        server
    }

    /// Sets the reply to all later requests.
    pub(crate) fn set(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// Returns the number of requests so far, without those for the metadata document.
    pub(crate) fn request_count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Returns every request so far, head and body, without those for the metadata document.
    #[cfg(any(feature = "introspection", feature = "relying-party"))]
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Sets the reply to later requests for the metadata document; `None` restores the default.
    pub(crate) fn set_document(&self, reply: Option<Reply>) {
        *self.document.lock().unwrap() = reply;
    }

    /// Returns the number of requests for the metadata document so far.
    #[cfg(feature = "introspection")]
    pub(crate) fn document_request_count(&self) -> usize {
        *self.document_requests.lock().unwrap()
    }

    /// Serves a metadata document that names this introspection endpoint.
    #[cfg(feature = "introspection")]
    pub(crate) fn set_introspection_endpoint(&self, endpoint: &str) {
        let document = format!(
            r#"{{"issuer":"{0}","introspection_endpoint":"{endpoint}"}}"#,
            self.url
        );
        self.set_document(Some(Reply::json(200, &document)));
    }

    fn document(&self) -> Reply {
        #[cfg(feature = "introspection")]
        {
            *self.document_requests.lock().unwrap() += 1;
        }
        if let Some(reply) = self.document.lock().unwrap().clone() {
            return reply;
        }
        let document = format!(
            r#"{{"issuer":"{0}","jwks_uri":"{0}/keys","introspection_endpoint":"{0}/introspect"}}"#,
            self.url
        );
        Reply::json(200, &document)
    }

    async fn serve(self, mut socket: TcpStream) {
        let request = read_request(&mut socket).await;
        let mut reply = if request.starts_with("GET /.well") {
            self.document()
        } else {
            self.requests.lock().unwrap().push(request.clone());
            self.reply.lock().unwrap().clone()
        };
        loop {
            reply = match reply {
                Reply::Keys(jwks) => {
                    Reply::Response(http_response(200, "application/jwk-set+json", &jwks))
                }
                #[cfg(any(feature = "introspection", feature = "relying-party"))]
                Reply::PerRequest(reply_to) => reply_to(&request),
                Reply::Held(reply, released) => {
                    released.notified().await;
                    *reply
                }
                Reply::Response(response) => {
                    let _ = socket.write_all(response.as_bytes()).await;
                    return;
                }
                Reply::Closed => return,
                Reply::Silent => pending().await,
                Reply::Endless => {
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

/// Reads a request, and its body up to the `content-length`.
async fn read_request(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text.into_owned();
            }
        }
        if socket.read_buf(&mut request).await.unwrap_or_default() == 0 {
            return String::from_utf8_lossy(&request).into_owned();
        }
    }
}

/// Returns a complete HTTP/1.1 response.
pub(crate) fn http_response(status: u16, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-type: {content_type}\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
