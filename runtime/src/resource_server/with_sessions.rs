//! A server for browser sessions, with or without issuers of access tokens.

use crate::resource_server::builder::{Builder, NoIssuer, WithIssuers};
use crate::resource_server::options::ServerOptions;
use crate::session::Sessions;

impl<R> Builder<NoIssuer, R> {
    /// Sets the sessions of handlers with [`login`](macro@crate::secured).
    ///
    /// An application whose handlers accept no tokens needs no issuer.
    pub fn sessions(self, sessions: Sessions) -> Builder<WithIssuers, R> {
        Builder {
            issuers: WithIssuers(Vec::new()),
            resource: self.resource,
            options: ServerOptions {
                sessions: Some(sessions),
                ..self.options
            },
        }
    }
}

impl<R> Builder<WithIssuers, R> {
    /// Sets the sessions of handlers with [`login`](macro@crate::secured).
    pub fn sessions(mut self, sessions: Sessions) -> Self {
        self.options.sessions = Some(sessions);
        self
    }
}
