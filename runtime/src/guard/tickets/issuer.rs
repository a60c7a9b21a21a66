//! The right of one caller to obtain tickets.

use std::any::TypeId;
use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::audit::RequestId;
#[cfg(feature = "tracing")]
use crate::audit::emit_ticket_issued;
use crate::guard::tickets::store::caller_digest;
use crate::guard::tickets::{Ticket, TicketError, TicketStore};
use crate::policy::Declaration;
use crate::secret::Secret;
use crate::token::{Credential, VerifiedToken};

/// Issues tickets to the caller of one request.
pub(crate) struct TicketIssuer {
    store: Arc<TicketStore>,
    /// `None` if a ticket has authenticated the request.
    holder: Option<Holder>,
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "only events have it")
    )]
    request_id: Option<RequestId>,
}

/// The bearer of a token.
struct Holder {
    credential: Secret,
    token: Arc<VerifiedToken>,
}

impl TicketIssuer {
    /// Creates the issuer for a request whose `Authorization` header the guard has authorized.
    pub(crate) fn new(
        store: &Arc<TicketStore>,
        headers: &HeaderMap,
        token: &Arc<VerifiedToken>,
        by_ticket: bool,
        request_id: Option<&RequestId>,
    ) -> Self {
        let values = headers.get_all(AUTHORIZATION).iter();
        let holder = match Credential::read(values.map(HeaderValue::as_bytes)) {
            Credential::Bearer(credential) if !by_ticket => Some(Holder {
                credential: Secret::new(credential),
                token: Arc::clone(token),
            }),
            _ => None,
        };
        Self {
            store: Arc::clone(store),
            holder,
            request_id: request_id.cloned(),
        }
    }

    /// Issues a ticket for a handler, and for one path if there is one.
    pub(crate) fn issue(
        &self,
        handler: TypeId,
        declaration: &'static Declaration,
        path: Option<&str>,
    ) -> Result<Ticket, TicketError> {
        let holder = self
            .holder
            .as_ref()
            .ok_or(TicketError::AuthenticatedByTicket)?;
        let caller = caller_digest(holder.token.issuer(), holder.token.subject());
        let credential = holder.credential.clone();
        let ticket = self.store.issue(caller, credential, handler, path)?;
        #[cfg(feature = "tracing")]
        emit_ticket_issued(declaration, &holder.token, self.request_id.as_ref());
        #[cfg(not(feature = "tracing"))]
        let _ = declaration;
        Ok(ticket)
    }
}
