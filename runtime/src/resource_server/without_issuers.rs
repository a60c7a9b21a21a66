//! A server that accepts no tokens.

use crate::resource_server::builder::{Builder, NoIssuer, WithIssuers};

impl<R> Builder<NoIssuer, R> {
    /// Accepts no tokens, for an application whose handlers are all public, such as an authorization server.
    ///
    /// Every request for a handler with `#[secured]` is refused.
    pub fn without_issuers(self) -> Builder<WithIssuers, R> {
        Builder {
            issuers: WithIssuers(Vec::new()),
            resource: self.resource,
            options: self.options,
        }
    }
}
