//! Tickets for the caller of a handler, as an argument.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::guard::{Ticket, TicketError, TicketIssuer};
use crate::routing::argument::extraction::{Extract, ExtractLast};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::argument::kinds::TicketsArgument;
use crate::routing::argument::rules::{HandlerArgument, ReadsHead};
use crate::routing::declared::{AcceptsTickets, Declares, DeclaresAccess};
use crate::routing::passed_guard::PassedGuard;

/// Issues [tickets](Ticket) to the caller of a `#[secured]` handler.
///
/// A browser cannot send an `Authorization` header with `WebSocket` and `EventSource`. Its page first requests a ticket
/// with its token, and then opens the connection with the ticket in the query parameter `ticket`. A handler accepts
/// tickets if its declaration has the option `ticket`.
///
/// A ticket is valid
///
/// - for one request; the first one that presents it uses it up, whatever the response is;
/// - for a `GET` of one handler, and with [`issue_for_path`](Self::issue_for_path) for one path only;
/// - for 30 s ([`Builder::ticket_lifetime`](crate::resource_server::Builder::ticket_lifetime));
/// - as long as the token of its caller. The guard validates that token again: its lifetime, its keys, its revocation,
///   and its scopes and roles for the declaration of the handler.
///
/// The `Caller` of the handler is the caller that obtained the ticket, and the request has the `Authorization` header of that
/// token. Code of the API does not see the ticket.
///
/// Tickets are in the memory of one [`Api`](crate::Api): another process, or another `Api`, does not know them. A caller has at
/// most 32 tickets; a further one replaces the oldest. All tickets use at most 16 MiB; more are refused with 503.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::{Ticket, TicketError, Tickets};
///
/// #[secured(scopes = "orders:read")]
/// async fn order_events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
///     tickets.issue(order_events)
/// }
///
/// #[secured(scopes = "orders:read", ticket)]
/// async fn order_events(caller: Caller) -> String {
///     format!("events for {}", caller.subject())
/// }
///
/// let routes: SecureRouter = SecureRouter::new()
///     .route("/orders/events", get(order_events))
///     .route("/orders/events/tickets", post(order_events_ticket));
/// # let _ = routes;
/// ```
pub struct Tickets(Arc<TicketIssuer>);

impl Tickets {
    /// Issues a ticket for a handler, at any of its paths.
    ///
    /// # Errors
    ///
    /// Returns [`TicketError`], which is a response: 403 if a ticket has authenticated this request, 503 if there are too
    /// many tickets, 500 if the handler has no route.
    pub fn issue<N, H: DeclaresAccess<N, Handler: AcceptsTickets>>(
        &self,
        _: H,
    ) -> Result<Ticket, TicketError> {
        self.issue_ticket::<H::Handler>(None)
    }

    /// Issues a ticket for a handler at one path, such as `/rooms/7/chat`.
    ///
    /// The path is that of the request as the server receives it, with the prefixes of all routers and percent-encoded,
    /// compared byte by byte. If a path parameter selects an object, check that the caller may use it before you issue
    /// the ticket.
    ///
    /// # Errors
    ///
    /// As [`issue`](Self::issue), and [`TicketError::MalformedPath`].
    pub fn issue_for_path<N, H: DeclaresAccess<N, Handler: AcceptsTickets>>(
        &self,
        _: H,
        path: &str,
    ) -> Result<Ticket, TicketError> {
        self.issue_ticket::<H::Handler>(Some(path))
    }

    fn issue_ticket<H: Declares + 'static>(
        &self,
        path: Option<&str>,
    ) -> Result<Ticket, TicketError> {
        self.0.issue(TypeId::of::<H>(), H::DECLARATION, path)
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl HandlerArgument for Tickets {
    type Kind = TicketsArgument;
    type Reads = ReadsHead;
    type Extraction = IssuerFromGuard;
    const FACTS: ArgumentFacts = ArgumentFacts {
        issues_tickets: true,
        ..ArgumentFacts::PLAIN
    };
}

/// The extraction from the guard, which has the token of the caller.
pub enum IssuerFromGuard {}

impl<S: Sync> Extract<Tickets, S> for IssuerFromGuard {
    async fn extract(_: &mut Parts, _: &S, guard: &PassedGuard) -> Result<Tickets, Response> {
        let issuer = guard.ticket_issuer();
        // never an error: the guard of a handler with this argument has an issuer
        let issuer = issuer.ok_or_else(|| TicketError::NotMounted.into_response())?;
        Ok(Tickets(Arc::clone(issuer)))
    }
}

impl<S: Sync> ExtractLast<Tickets, S, ()> for IssuerFromGuard {
    async fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Tickets, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}
