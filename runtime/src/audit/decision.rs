//! The audit of one decision of the guard.

use std::time::Instant;

use crate::audit::{Principal, Reason, RequestId};
use crate::policy::{Access, Declaration};
use crate::steps;
use crate::token::VerifiedToken;

/// A decision in progress.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        dead_code,
        reason = "only events read the declaration, and only metrics read the time"
    )
)]
pub(crate) struct Decision<'a> {
    declaration: &'static Declaration,
    started_at: Option<Instant>,
    by_ticket: bool,
    request_id: Option<&'a RequestId>,
}

impl<'a> Decision<'a> {
    pub(crate) fn begin(
        declaration: &'static Declaration,
        request_id: Option<&'a RequestId>,
    ) -> Self {
        steps::route(
            declaration.module,
            declaration.handler,
            declaration.location,
        );
        Self {
            declaration,
            started_at: cfg!(feature = "metrics").then(Instant::now),
            by_ticket: false,
            request_id,
        }
    }

    /// Sets whether the request has a ticket instead of a token.
    pub(crate) fn set_by_ticket(&mut self, by_ticket: bool) {
        self.by_ticket = by_ticket;
    }

    /// Returns whether the request has a ticket instead of a token.
    pub(crate) fn is_by_ticket(&self) -> bool {
        self.by_ticket
    }

    /// Returns the id of the request, if it has one.
    pub(crate) fn request_id(&self) -> Option<&'a RequestId> {
        self.request_id
    }

    /// Records that the declaration's next access would refuse the token.
    pub(crate) fn emit_next_refusal(&self, next: &Access, token: &VerifiedToken) {
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_next_refusal(self.declaration, next, token, self.request_id);
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_next_refusal(self.declaration, token.client_id());
        #[cfg(not(feature = "tracing"))]
        let _ = (self, next, token);
    }

    /// Records the outcome, with the token if it was verified.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(
            clippy::unused_self,
            unused_variables,
            reason = "only events use the declaration and the token"
        )
    )]
    pub(crate) fn emit(&self, reason: Reason, principal: Option<Principal<'_>>) {
        steps::decide(reason.as_str(), !reason.allows());
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_decision(
            self.declaration,
            reason,
            principal,
            self.by_ticket,
            self.request_id,
        );
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_decision(
            reason,
            self.started_at.map(|start| start.elapsed()),
        );
    }
}
