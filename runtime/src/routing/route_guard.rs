//! The guard of one route: the decision about a request, and every response that the handler does not return.
//!
//! Nothing here depends on the type of the handler, so it is compiled once instead of once per handler.

use std::any::TypeId;
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use http_body::Body as _;

use crate::audit::{Decision, PanicOrigin, Principal, Reason, RequestId, emit_panic, emit_timeout};
use crate::guard::{
    Allowed, Authorized, Guard, Refusal, RefusalCause, SharedProof, TicketIssuer, TicketStore,
    restore_tickets,
};
use crate::input::BodyWait;
#[cfg(feature = "spool")]
use crate::input::RequestSpool;
use crate::policy::Declaration;
#[cfg(feature = "relying-party")]
use crate::response::login_redirect;
use crate::response::{
    Acceptable, handler_timeout, identify_problem, panicked, refusal_response, secure_response,
};
#[cfg(feature = "spool")]
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::argument::facts::DecodeClaims;
use crate::routing::declared::HandlerFacts;
use crate::routing::guard_extensions::{GuardExtensions, remove_guard_extensions};
use crate::routing::handling::{HandlerFuture, complete, limit_body, prepare};
use crate::routing::inner_layers::InnerStack;
use crate::routing::panics::{Panicked, catch, catch_async, drop_value, guard_body};
use crate::routing::passed_guard::PassedGuard;
use crate::routing::time_limit::{TimedOut, within};
use crate::routing::unread_body::Upload;
use crate::steps::{self, Step};

/// The guard of one route, with the facts about its handler.
pub(super) struct RouteGuard {
    guard: Guard,
    declaration: &'static Declaration,
    handler: TypeId,
    /// Decodes the typed claims of each argument that has them.
    claims: Box<[DecodeClaims]>,
    /// The inner layers with the handler, if there are layers.
    inner: Option<InnerStack>,
    /// The tickets of the `Api`, if the handler accepts or issues them.
    tickets: Option<Arc<TicketStore>>,
    issues_tickets: bool,
    /// Whether inner layers or an extractor outside this crate read the request.
    is_shared: bool,
    #[cfg(feature = "spool")]
    reads_form: bool,
}

/// The state of one request on its way through a route.
#[derive(Default)]
pub(super) struct Exchange {
    id: Option<RequestId>,
    upload: Option<Upload>,
    /// The permission to run the handler, once the guard gives it.
    passed: Option<PassedGuard>,
    acceptable: Option<Acceptable>,
    /// The field of a response that names the accepted media types.
    accepted_types: Option<&'static HeaderName>,
    response: Option<Response>,
    has_panicked: bool,
}

/// An admitted request, ready for its handler.
pub(super) struct AdmittedRequest<'e> {
    pub(super) request: &'e mut Request,
    pub(super) passed: &'e PassedGuard,
    pub(super) response: &'e mut Option<Response>,
}

/// How the API's code ended: in time, too late, or with a panic.
type HandlerOutcome = Result<Result<(), TimedOut>, Panicked>;

impl Exchange {
    /// Returns the request if the guard has admitted it, and there is no response yet.
    fn admitted<'e>(&'e mut self, request: &'e mut Request) -> Option<AdmittedRequest<'e>> {
        let has_ended = self.response.is_some() || self.has_panicked;
        Some(AdmittedRequest {
            request,
            passed: self.passed.as_ref().filter(|_| !has_ended)?,
            response: &mut self.response,
        })
    }

    fn principal(&self) -> Option<Principal<'_>> {
        self.passed.as_ref()?.principal()
    }
}

impl RouteGuard {
    pub(super) fn new(
        handler: &HandlerFacts,
        guard: Guard,
        inner: Option<InnerStack>,
        tickets: &Arc<TicketStore>,
    ) -> Self {
        let declaration = handler.declaration;
        let arguments = handler.arguments.iter();
        let issues_tickets = arguments.clone().any(|facts| facts.issues_tickets);
        let uses_tickets = declaration.accepts_tickets || issues_tickets;
        Self {
            guard,
            declaration,
            handler: handler.id,
            claims: arguments
                .clone()
                .filter_map(|facts| facts.decode_claims)
                .collect(),
            is_shared: inner.is_some() || arguments.clone().any(|facts| facts.custom),
            inner,
            tickets: uses_tickets.then(|| Arc::clone(tickets)),
            issues_tickets,
            #[cfg(feature = "spool")]
            reads_form: arguments.clone().any(ArgumentFacts::reads_multipart),
        }
    }

    /// Decides about a request, and runs the inner layers with the handler, if the route has some.
    ///
    /// Returns the request if its handler must run next. Otherwise, the guard has refused the request, code of the API
    /// has panicked, or the inner layers have responded.
    pub(super) async fn admit<'e>(
        &self,
        request: &'e mut Request,
        exchange: &'e mut Exchange,
    ) -> Option<AdmittedRequest<'e>> {
        exchange.upload = Upload::watch(request);
        exchange.id = request.extensions().get().cloned();
        let decided = {
            let deciding = pin!(self.decide(request, exchange));
            catch_async(deciding).await
        };
        exchange.has_panicked = decided.is_err();
        exchange.admitted(request)?;
        match &self.inner {
            None => exchange.admitted(request),
            Some(inner) => {
                // boxed, so that the future of a handler without layers stays small
                Box::pin(self.run_layers(inner, request, exchange)).await;
                None
            }
        }
    }

    /// Runs the API's code within the time limit of the handler.
    pub(super) async fn run(
        &self,
        mut handler: Pin<&mut dyn HandlerFuture>,
        passed: &PassedGuard,
        response: &mut Option<Response>,
    ) -> HandlerOutcome {
        let handled = {
            let responding = pin!(poll_fn(|context| handler
                .as_mut()
                .poll_response(context, response)));
            let responding = pin!(within(passed.limits(), passed.body_wait(), responding));
            catch_async(responding).await
        };
        catch(|| handler.drop_future())?;
        handled
    }

    /// Completes the response of a handler without inner layers.
    pub(super) fn complete_response(&self, exchange: &mut Exchange, handled: HandlerOutcome) {
        let accepted_types = exchange.accepted_types;
        let completed = match (&mut exchange.response, &exchange.passed) {
            (Some(response), Some(passed)) => {
                catch(|| complete(response, accepted_types, self.declaration, passed))
            }
            _ => Ok(()),
        };
        self.settle_outcome(exchange, completed.and(handled));
    }

    /// Drops the request, and returns the response.
    ///
    /// A panic of the API's code becomes a response with status 500.
    pub(super) fn finish(
        &self,
        request: &mut Option<Request>,
        exchange: &mut Exchange,
    ) -> Response {
        // with values of the API's code, whose destructors may panic
        let claims = exchange.passed.as_mut().map(PassedGuard::take_claims);
        let released = catch(|| {
            // in place, because a request is large
            *request = None;
            drop(claims);
        });
        let id = exchange.id.as_ref();
        let has_panicked = exchange.has_panicked || released.is_err();
        let mut response = match exchange.response.take() {
            Some(mut response) if !has_panicked => {
                let origin = PanicOrigin::ResponseBody;
                guard_body(&mut response, origin, Some(self.declaration), id);
                response
            }
            response => {
                let principal = exchange.principal();
                emit_panic(PanicOrigin::Handler, Some(self.declaration), principal, id);
                let _ = drop_value(response);
                panicked()
            }
        };
        identify_problem(&mut response, id);
        if let Some(upload) = exchange.upload.take() {
            upload.settle(&mut response);
        }
        secure_response(response.headers_mut(), self.declaration.is_public());
        response
    }

    /// Decides about a request: the exchange then has the permission to run the handler, or a response.
    async fn decide(&self, request: &mut Request, exchange: &mut Exchange) {
        remove_guard_extensions(request.extensions_mut());
        let body_wait = body_wait(request);
        match self
            .authorize(request, body_wait, exchange.id.as_ref())
            .await
        {
            Ok(passed) => {
                let passed = exchange.passed.insert(passed);
                passed.extensions().insert(request.extensions_mut());
                exchange.acceptable = Acceptable::of(request.method(), request.headers());
                if self.inner.is_none() {
                    exchange.accepted_types = prepare(request, passed);
                }
            }
            Err(cause) => exchange.response = Some(self.refuse(cause, request)),
        }
    }

    async fn run_layers(&self, inner: &InnerStack, request: &mut Request, exchange: &mut Exchange) {
        let Some(AdmittedRequest {
            request,
            passed,
            response,
        }) = exchange.admitted(request)
        else {
            return;
        };
        let handled = {
            let running = pin!(Some(async {
                steps::begin(Step::InnerLayers);
                self.prepare_for_layers(request, passed);
                inner.run(mem::take(request), passed).await
            }));
            self.run(running, passed, response).await
        };
        self.settle_outcome(exchange, handled);
    }

    /// Lets inner layers decode claims that the handler does not, and limits what they read.
    fn prepare_for_layers(&self, request: &mut Request, passed: &PassedGuard) {
        if let Some(shared) = &passed.extensions().shared {
            let shared = shared.for_layers(self.guard.server());
            request.extensions_mut().insert(shared);
        }
        limit_body(request, passed);
        DefaultBodyLimit::max(passed.limits().body_limit).apply(request);
    }

    /// Checks the media type of the response, or responds that the handler took too long.
    fn settle_outcome(&self, exchange: &mut Exchange, handled: HandlerOutcome) {
        let settled = handled.and_then(|handled| {
            catch(
                || match (handled, &exchange.acceptable, &mut exchange.response) {
                    (Ok(()), Some(acceptable), Some(response)) => acceptable.check(response),
                    (Ok(()), ..) => {}
                    (Err(TimedOut), ..) => {
                        let principal = exchange.principal();
                        emit_timeout(self.declaration, principal, exchange.id.as_ref());
                        exchange.response = Some(handler_timeout());
                    }
                },
            )
        });
        exchange.has_panicked |= settled.is_err();
    }

    /// Returns the response to a refused request.
    fn refuse(&self, cause: RefusalCause, request: &Request) -> Response {
        let (server, access) = (self.guard.server(), &self.declaration.access);
        #[cfg(feature = "relying-party")]
        if let Some(redirect) = login_redirect(&cause, server, access, request) {
            return redirect;
        }
        #[cfg(not(feature = "relying-party"))]
        let _ = request;
        refusal_response(cause, server, access)
    }

    /// Decides whether to serve a request with these header fields, and records the decision.
    async fn authorize(
        &self,
        request: &mut Request,
        body_wait: BodyWait,
        id: Option<&RequestId>,
    ) -> Result<PassedGuard, RefusalCause> {
        let mut decision = Decision::begin(self.declaration, id);
        if let Err(cause) = self.redeem_ticket(request, &mut decision) {
            decision.emit(cause.reason(), None);
            return Err(cause);
        }
        let headers = request.headers();
        let allowed = self
            .guard
            .authorize(self.declaration, request.method(), headers)
            .await;
        match allowed.and_then(|allowed| self.decode_claims(allowed)) {
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
                if let Some(next) = authorized.refusing_next(self.declaration) {
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
        Guard::check_header_limit(self.declaration, request.headers())?;
        if !self.declaration.accepts_tickets {
            restore_tickets(request);
            return Ok(());
        }
        let Some(tickets) = &self.tickets else {
            return Ok(());
        };
        steps::begin(Step::Ticket);
        let redeemed = tickets.redeem_in(request, self.handler);
        // an error: the request has a ticket that is not valid
        decision.set_by_ticket(!matches!(redeemed, Ok(false)));
        redeemed.map(drop).map_err(RefusalCause::from)
    }

    fn decode_claims(&self, mut allowed: Allowed) -> Result<Allowed, Refusal> {
        if let Allowed::Authorized(authorized) = &mut allowed {
            for decode in &self.claims {
                steps::begin(Step::TypedClaims);
                decode(authorized)
                    .map_err(|error| Refusal::with_token(error, authorized.token()))?;
            }
        }
        Ok(allowed)
    }

    /// Returns the issuer of tickets, if the handler has such an argument.
    fn ticket_issuer(
        &self,
        headers: &HeaderMap,
        authorized: &Authorized,
        decision: &Decision<'_>,
    ) -> Option<TicketIssuer> {
        if !self.issues_tickets {
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
        let shared = if self.is_shared {
            SharedProof::new(authorized.as_ref(), headers)
        } else {
            None
        };
        #[cfg(feature = "spool")]
        let spool = self
            .guard
            .server()
            .spool()
            .filter(|_| self.is_shared || self.reads_form);
        let extensions = GuardExtensions {
            shared,
            limits: &self.declaration.limits,
            #[cfg(feature = "spool")]
            spool: spool.map(|spool| RequestSpool(Arc::clone(spool))),
        };
        PassedGuard::new(authorized, extensions, body_wait, id.cloned())
    }
}

/// Measures the time for which the request's body is waited for, if there is one.
fn body_wait(request: &Request) -> BodyWait {
    if request.body().is_end_stream() {
        BodyWait::default()
    } else {
        BodyWait::new()
    }
}
