//! Connections to servers, directly or through the tunnel of a proxy ([RFC 9110 §9.3.6]).
//!
//! TLS is added outside of the tunnel, with the server's name: a proxy sees neither requests nor
//! responses, and cannot take the server's part.
//!
//! [RFC 9110 §9.3.6]: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::https::proxy::Proxy;

type BoxError = Box<dyn Error + Send + Sync>;

/// Opens connections; TLS to the server is up to the caller.
#[derive(Clone)]
pub(super) struct Connector {
    direct: HttpConnector,
    proxied: Option<Proxied>,
}

#[derive(Clone)]
struct Proxied {
    proxy: Arc<Proxy>,
    tunnel: Tunnel<HttpsConnector<HttpConnector>>,
}

impl Connector {
    /// Creates a connector; `tls` is for the connection to an https proxy.
    pub(super) fn new(proxy: Option<Proxy>, tls: &Arc<ClientConfig>) -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        let proxied = proxy.map(|proxy| {
            let connector = HttpsConnector::from((direct.clone(), Arc::clone(tls)));
            let tunnel = Tunnel::new(proxy.url().clone(), connector);
            let tunnel = match proxy.authorization() {
                Some(authorization) => tunnel.with_auth(authorization.clone()),
                None => tunnel,
            };
            Proxied {
                proxy: Arc::new(proxy),
                tunnel,
            }
        });
        Self { direct, proxied }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if let Some(proxied) = &mut self.proxied {
            ready!(proxied.tunnel.poll_ready(context))?;
        }
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        match &mut self.proxied {
            Some(Proxied { proxy, tunnel }) if proxy.applies_to(&server) => {
                let (tunnel, proxy) = (tunnel.call(server), Arc::clone(proxy));
                Box::pin(async move {
                    tunnel.await.map_err(|source| {
                        let source = source.into();
                        ProxyError { proxy, source }.into()
                    })
                })
            }
            _ => {
                let direct = self.direct.call(server);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(direct.await?)) })
            }
        }
    }
}

/// The proxy opened no tunnel.
struct ProxyError {
    proxy: Arc<Proxy>,
    source: BoxError,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy `{}` opened no tunnel", self.proxy.url())
    }
}

impl fmt::Debug for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyError")
            .field("url", self.proxy.url())
            .field("source", &self.source)
            .finish()
    }
}

impl Error for ProxyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
