//! The path of one request through a route: removal of foreign extensions → ticket → guard → typed claims →
//! time limit → inner layers → body limits → arguments → handler → audit of rejected input → security headers.

use std::any::TypeId;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderMap;
use axum::response::Response;
use http_body::Body as _;
use tower_service::Service;

use crate::audit::{Decision, PanicOrigin, Principal, Reason, RequestId, emit_panic, emit_timeout};
use crate::guard::{
    Allowed, Authorized, Guard, Refusal, RefusalCause, SharedProof, TicketIssuer, TicketStore,
    restore_tickets,
};
use crate::input::BodyWait;
#[cfg(feature = "spool")]
use crate::input::RequestSpool;
#[cfg(feature = "relying-party")]
use crate::response::login_redirect;
use crate::response::{
    Acceptable, handler_timeout, identify_problem, panicked, refusal_response, secure_response,
};
use crate::routing::argument::facts::issues_tickets;
use crate::routing::declared::Declares;
use crate::routing::guard_extensions::{GuardExtensions, remove_guard_extensions};
use crate::routing::inner_layers::InnerStack;
use crate::routing::panics::{catch, catch_async, drop_value, guard_body};
use crate::routing::passed_guard::PassedGuard;
#[cfg(feature = "spool")]
use crate::routing::run_handler::reads_form;
use crate::routing::run_handler::{Shared, has_custom_argument, limit_body, run_handler};
use crate::routing::runs_with_state::RunsWithState;
use crate::routing::time_limit::{TimedOut, within};
use crate::routing::unread_body::Upload;
use crate::steps::{self, Step};

/// A declared handler behind its guard, as a service.
///
/// It is one reference, because axum clones it for each request.
pub(super) struct Guarded<H, S, M> {
    route: Arc<GuardedRoute<H, S>>,
    argument: PhantomData<fn() -> M>,
}

/// The future of a [`Guarded`] handler.
pub(super) type Served = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// A declared handler with its guard and its state.
struct GuardedRoute<H, S> {
    guard: Guard,
    /// The inner layers with the handler, if there are layers.
    inner: Option<Arc<InnerStack>>,
    /// The tickets of the `Api`, if the handler accepts or issues them.
    tickets: Option<Arc<TicketStore>>,
    state: Shared<S>,
    handler: PhantomData<fn() -> H>,
}

impl<H: Declares + 'static, S, M> Guarded<H, S, M> {
    pub(super) fn new(
        guard: Guard,
        inner: Option<Arc<InnerStack>>,
        tickets: &Arc<TicketStore>,
        state: Shared<S>,
    ) -> Self {
        let uses_tickets = H::DECLARATION.accepts_tickets || GuardedRoute::<H, S>::ISSUES_TICKETS;
        let route = GuardedRoute {
            guard,
            inner,
            tickets: uses_tickets.then(|| Arc::clone(tickets)),
            state,
            handler: PhantomData,
        };
        Self {
            route: Arc::new(route),
            argument: PhantomData,
        }
    }
}

impl<H: Declares + 'static, S> GuardedRoute<H, S> {
    const ISSUES_TICKETS: bool = issues_tickets(H::ARGUMENTS);

    /// Serves one request; a panic of the API's code becomes a response with status 500.
    ///
    /// Drops the request.
    async fn respond<M>(&self, slot: &mut Option<Request>) -> Response
    where
        H: RunsWithState<S, M>,
    {
        let request = slot.get_or_insert_default();
        let upload = Upload::watch(request);
        let request_id: Option<RequestId> = request.extensions().get().cloned();
        let id = request_id.as_ref();
        let (mut passed, mut response) = (None, None);
        let served = {
            let serving = pin!(self.serve(request, id, &mut passed, &mut response));
            catch_async(serving).await
        };
        // with values of the API's code, whose destructors may panic
        let claims = passed.as_mut().map(PassedGuard::take_claims);
        let released = catch(|| {
            // in place, because a request is large
            *slot = None;
            drop(claims);
        });
        let mut response = match (response, served.and(released)) {
            (Some(mut response), Ok(())) => {
                guard_body(
                    &mut response,
                    PanicOrigin::ResponseBody,
                    Some(H::DECLARATION),
                    id,
                );
                response
            }
            (response, _) => {
                let principal = passed.as_ref().and_then(PassedGuard::principal);
                emit_panic(PanicOrigin::Handler, Some(H::DECLARATION), principal, id);
                let _ = drop_value(response);
                panicked()
            }
        };
        identify_problem(&mut response, id);
        if let Some(upload) = upload {
            upload.settle(&mut response);
        }
        secure_response(response.headers_mut(), H::DECLARATION.is_public());
        response
    }

    /// Runs the guard, then the inner layers, then the handler; sets the response.
    ///
    /// The response is large, and each future that returns one moves it.
    async fn serve<M>(
        &self,
        request: &mut Request,
        id: Option<&RequestId>,
        passed: &mut Option<PassedGuard>,
        response: &mut Option<Response>,
    ) where
        H: RunsWithState<S, M>,
    {
        remove_guard_extensions(request.extensions_mut());
        let body_wait = body_wait(request);
        // not in the arms of one `match`, which would keep its value as long as the handler runs
        let guard = match self.authorize(request, body_wait, id).await {
            Ok(guard) => passed.insert(guard),
            Err(cause) => {
                *response = Some(self.refuse(cause, request));
                return;
            }
        };
        guard.extensions().insert(request.extensions_mut());
        let acceptable = Acceptable::of(request.method(), request.headers());
        let handled = {
            let handling = pin!(async {
                let response = response.insert(match &self.inner {
                    None => run_handler::<H, S, M>(request, &self.state, guard).await,
                    Some(inner) => {
                        steps::begin(Step::InnerLayers);
                        self.prepare_for_layers(request, guard);
                        // boxed, so that the future of a handler without layers stays small
                        Box::pin(inner.run(mem::take(request), guard)).await
                    }
                });
                if let Some(acceptable) = acceptable {
                    acceptable.check(response);
                }
            });
            within(guard.limits(), guard.body_wait(), handling).await
        };
        if let Err(TimedOut) = handled {
            emit_timeout(H::DECLARATION, guard.principal(), id);
            *response = Some(handler_timeout());
        }
    }

    /// Returns the response to a refused request.
    fn refuse(&self, cause: RefusalCause, request: &Request) -> Response {
        let (server, access) = (self.guard.server(), &H::DECLARATION.access);
        #[cfg(feature = "relying-party")]
        if let Some(redirect) = login_redirect(&cause, server, access, request) {
            return redirect;
        }
        #[cfg(not(feature = "relying-party"))]
        let _ = request;
        refusal_response(cause, server, access)
    }

    /// Lets inner layers decode claims that the handler does not, and limits what they read.
    fn prepare_for_layers(&self, request: &mut Request, guard: &PassedGuard) {
        if let Some(shared) = &guard.extensions().shared {
            let shared = shared.for_layers(self.guard.server());
            request.extensions_mut().insert(shared);
        }
        limit_body(request, guard);
        DefaultBodyLimit::max(guard.limits().body_limit).apply(request);
    }

    /// Decides whether to serve a request with these header fields, and records the decision.
    async fn authorize(
        &self,
        request: &mut Request,
        body_wait: BodyWait,
        id: Option<&RequestId>,
    ) -> Result<PassedGuard, RefusalCause> {
        let mut decision = Decision::begin(H::DECLARATION, id);
        if let Err(cause) = self.redeem_ticket(request, &mut decision) {
            decision.emit(cause.reason(), None);
            return Err(cause);
        }
        let headers = request.headers();
        let allowed = self
            .guard
            .authorize(H::DECLARATION, request.method(), headers)
            .await;
        match allowed.and_then(decode_claims::<H>) {
            Ok(Allowed::Public) => {
                decision.emit(Reason::Public, None);
                Ok(self.passed(None, headers, body_wait, id))
            }
            #[cfg(feature = "relying-party")]
            Ok(Allowed::LoggedIn(login)) => {
                decision.emit(Reason::Authorized, Some(Principal::Login(&login)));
                Ok(self.passed(None, headers, body_wait, id).with_login(login))
            }
            Ok(Allowed::Authorized(authorized)) => {
                decision.emit(
                    Reason::Authorized,
                    Some(Principal::Token(authorized.token())),
                );
                if let Some(next) = authorized.refusing_next(H::DECLARATION) {
                    decision.emit_next_refusal(next, authorized.token());
                }
                let issuer = self.ticket_issuer(headers, &authorized, &decision);
                let passed = self.passed(Some(authorized), headers, body_wait, id);
                Ok(match issuer {
                    None => passed,
                    Some(issuer) => passed.with_ticket_issuer(issuer),
                })
            }
            Err(refusal) => {
                let principal = refusal.token.as_deref().map(Principal::Token);
                decision.emit(refusal.cause.reason(), principal);
                Err(refusal.cause)
            }
        }
    }

    /// Checks the number of header fields, then replaces the ticket of the request by its token.
    fn redeem_ticket(
        &self,
        request: &mut Request,
        decision: &mut Decision<'_>,
    ) -> Result<(), RefusalCause> {
        steps::begin(Step::HeaderLimit);
        Guard::check_header_limit(H::DECLARATION, request.headers())?;
        if !H::DECLARATION.accepts_tickets {
            restore_tickets(request);
            return Ok(());
        }
        let Some(tickets) = &self.tickets else {
            return Ok(());
        };
        steps::begin(Step::Ticket);
        let redeemed = tickets.redeem_in(request, TypeId::of::<H>());
        // an error: the request has a ticket that is not valid
        decision.set_by_ticket(!matches!(redeemed, Ok(false)));
        redeemed.map(drop).map_err(RefusalCause::from)
    }

    /// Returns the issuer of tickets, if the handler has such an argument.
    fn ticket_issuer(
        &self,
        headers: &HeaderMap,
        authorized: &Authorized,
        decision: &Decision<'_>,
    ) -> Option<TicketIssuer> {
        if !Self::ISSUES_TICKETS {
            return None;
        }
        let tickets = self.tickets.as_ref()?;
        let token = authorized.token();
        let (by_ticket, id) = (decision.is_by_ticket(), decision.request_id());
        Some(TicketIssuer::new(tickets, headers, token, by_ticket, id))
    }

    /// Returns the permission to run the handler.
    ///
    /// The proof goes into the request's extensions only for inner layers and for an extractor outside
    /// this crate, which have no other way to the caller.
    fn passed(
        &self,
        authorized: Option<Authorized>,
        headers: &HeaderMap,
        body_wait: BodyWait,
        id: Option<&RequestId>,
    ) -> PassedGuard {
        let shares = has_custom_argument::<H>() || self.inner.is_some();
        let shared = if shares {
            SharedProof::new(authorized.as_ref(), headers)
        } else {
            None
        };
        let limits = &H::DECLARATION.limits;
        #[cfg(feature = "spool")]
        let spool = self
            .guard
            .server()
            .spool()
            .filter(|_| shares || reads_form::<H>());
        let extensions = GuardExtensions {
            shared,
            limits,
            #[cfg(feature = "spool")]
            spool: spool.map(|spool| RequestSpool(Arc::clone(spool))),
        };
        PassedGuard::new(authorized, extensions, body_wait, id.cloned())
    }
}

/// Decodes the typed claims of each argument that has them.
fn decode_claims<H: Declares>(mut allowed: Allowed) -> Result<Allowed, Refusal> {
    if let Allowed::Authorized(authorized) = &mut allowed {
        for decode in H::ARGUMENTS.iter().filter_map(|facts| facts.decode_claims) {
            steps::begin(Step::TypedClaims);
            decode(authorized).map_err(|error| Refusal::with_token(error, authorized.token()))?;
        }
    }
    Ok(allowed)
}

/// Measures the time for which the request's body is waited for, if there is one.
fn body_wait(request: &Request) -> BodyWait {
    if request.body().is_end_stream() {
        BodyWait::default()
    } else {
        BodyWait::new()
    }
}

impl<H, S, M> Clone for Guarded<H, S, M> {
    fn clone(&self) -> Self {
        Self {
            route: Arc::clone(&self.route),
            argument: PhantomData,
        }
    }
}

impl<H, S, M> Service<Request> for Guarded<H, S, M>
where
    H: Declares + RunsWithState<S, M> + 'static,
    S: Send + Sync + 'static,
    M: 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Served;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let route = Arc::clone(&self.route);
        let mut request = Some(request);
        // the future owns the request once; an `async fn` with a parameter would store it a second time
        Box::pin(async move { Ok(route.respond::<M>(&mut request).await) })
    }
}
