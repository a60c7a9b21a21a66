//! The audit of one decision of the guard.

use std::time::Instant;

use crate::audit::{Principal, Reason, RequestId};
use crate::policy::Declaration;

/// A decision in progress.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        dead_code,
        reason = "only events read the declaration, and only metrics read the time"
    )
)]
pub(crate) struct Decision {
    declaration: &'static Declaration,
    started_at: Option<Instant>,
    by_ticket: bool,
    request_id: Option<RequestId>,
}

impl Decision {
    pub(crate) fn begin(declaration: &'static Declaration, request_id: Option<&RequestId>) -> Self {
        Self {
            declaration,
            started_at: cfg!(feature = "metrics").then(Instant::now),
            by_ticket: false,
            request_id: request_id.cloned(),
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
    pub(crate) fn request_id(&self) -> Option<&RequestId> {
        self.request_id.as_ref()
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
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_decision(
            self.declaration,
            reason,
            principal,
            self.by_ticket,
            self.request_id.as_ref(),
        );
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_decision(
            reason,
            self.started_at.map(|start| start.elapsed()),
        );
    }
}
