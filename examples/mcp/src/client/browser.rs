//! The part of the person: a page to open, and the response that the browser brings to the redirect URI.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use palisade::relying_party::{AccessGrant, PendingAccess, ScopeSet};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The time that a person has.
pub(crate) const PATIENCE: Duration = Duration::from_mins(10);

/// The browser of the person, and the listener at the redirect URI.
#[derive(Clone)]
pub(crate) struct Browser {
    /// Open for the whole run, so that the port stays that of the redirect URI.
    listener: Arc<std::net::TcpListener>,
    address: SocketAddr,
}

impl Browser {
    pub(crate) fn new(callback: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(callback)?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener: Arc::new(listener),
        })
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// Asks the person for access with these scopes, and waits until it is granted.
    pub(crate) async fn ask(
        &self,
        access: &AccessGrant,
        scopes: &ScopeSet,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let pending = access.begin(self.redirect_uri(), scopes).await?;
        println!("open {}", pending.location());
        let (sender, mut outcome) = mpsc::channel(1);
        let pending = Arc::new(pending);
        let callback = get(move |uri: Uri| {
            let (pending, sender) = (Arc::clone(&pending), sender.clone());
            async move { respond(&pending, &uri, &sender).await }
        });
        let listener = TcpListener::from_std(self.listener.try_clone()?)?;
        let server = axum::serve(listener, Router::new().route("/callback", callback));
        let wait = tokio::time::timeout(PATIENCE, outcome.recv());
        tokio::select! {
            served = server => Err(served.err().map_or("the listener has ended".into(), Into::into)),
            outcome = wait => match outcome {
                Ok(Some(outcome)) => outcome,
                _ => Err("access was not granted within ten minutes".into()),
            },
        }
    }
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Completes the request with the response, and shows the person the outcome.
async fn respond(
    pending: &PendingAccess,
    uri: &Uri,
    sender: &mpsc::Sender<Outcome>,
) -> (StatusCode, &'static str) {
    let outcome = pending.complete(uri).await;
    // any page can send the browser here
    if pending.is_pending() {
        return (
            StatusCode::BAD_REQUEST,
            "This is not the response to the request.\n",
        );
    }
    let page = match outcome {
        Ok(()) => (
            StatusCode::OK,
            "Access is granted. You may close this page.\n",
        ),
        Err(_) => (
            StatusCode::FORBIDDEN,
            "Access is not granted. The terminal says why.\n",
        ),
    };
    let _ = sender.send(outcome.map_err(Into::into)).await;
    page
}
