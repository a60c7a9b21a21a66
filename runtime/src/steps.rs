//! The steps of a request, recorded for explanations.
//!
//! The code of each step records it here. Without the feature `explain`, the functions are empty. With it, they record only
//! inside [`Recording::scope`], which the test client uses, and the listener of an explained API.

use std::panic::Location;
#[cfg(feature = "explain")]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "explain")]
use std::sync::{Arc, Mutex, PoisonError};

/// A step of the path of a request, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    dead_code,
    reason = "some steps belong to features, and only explanations read steps"
)]
pub(crate) enum Step {
    /// The number of header fields.
    HeaderLimit,
    /// The ticket in the query.
    Ticket,
    /// The session of a login.
    Session,
    /// One well-formed bearer credential.
    Credential,
    /// The length of the token.
    TokenLength,
    /// The validation of a token that is in the cache.
    CachedToken,
    /// The compact form of a new token.
    TokenForm,
    /// The header of the token: algorithm, type, critical extensions.
    TokenHeader,
    /// A key and the signature.
    Signature,
    /// The claims, and the lifetime of the token.
    Claims,
    /// The response of an introspection endpoint.
    Introspection,
    /// The revocation of the token.
    Revocation,
    /// The scopes and roles.
    Requirement,
    /// The typed claims of the handler.
    TypedClaims,
    /// The inner layers.
    InnerLayers,
    /// The arguments of the handler.
    Arguments,
    /// The handler.
    Handler,
}

#[cfg(feature = "explain")]
impl Step {
    /// Returns the name of the step for people.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::HeaderLimit => "number of header fields",
            Self::Ticket => "ticket",
            Self::Session => "session",
            Self::Credential => "bearer credential",
            Self::TokenLength => "length of the token",
            Self::CachedToken => "cached token",
            Self::TokenForm => "form of the token",
            Self::TokenHeader => "header of the token",
            Self::Signature => "key and signature",
            Self::Claims => "claims and lifetime",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::Requirement => "scopes and roles",
            Self::TypedClaims => "typed claims",
            Self::InnerLayers => "inner layers",
            Self::Arguments => "arguments",
            Self::Handler => "handler",
        }
    }
}

/// The recorded steps of one request.
#[cfg(feature = "explain")]
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The steps that began, in order. The last one failed, unless it is the handler.
    pub(crate) steps: Vec<Step>,
    /// The module and the name of the handler whose guard decided.
    pub(crate) handler: Option<(&'static str, &'static str)>,
    /// The file and the line of its declaration.
    pub(crate) location: Option<&'static Location<'static>>,
    /// The last decision.
    pub(crate) decided: Option<Decided>,
}

/// A decision, as its audit event reports it.
#[cfg(feature = "explain")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) reason: &'static str,
    /// Whether the request is refused.
    pub(crate) is_refusal: bool,
}

/// The record of one request, which is complete when the future of the request completes or is dropped.
#[cfg(feature = "explain")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording(Arc<Mutex<Record>>);

#[cfg(feature = "explain")]
tokio::task_local! {
    static RECORDING: Recording;
}

/// Reports that a step begins; the earlier ones have passed.
#[inline]
pub(crate) fn begin(step: Step) {
    #[cfg(feature = "explain")]
    record(|record| {
        // the length of a token is checked before and after it is looked up in the cache
        if !record.steps.contains(&step) {
            record.steps.push(step);
        }
    });
    #[cfg(not(feature = "explain"))]
    let _ = step;
}

/// Reports the handler of the request, and where it is declared.
#[inline]
pub(crate) fn route(
    module: &'static str,
    handler: &'static str,
    location: &'static Location<'static>,
) {
    #[cfg(feature = "explain")]
    record(|record| {
        record.handler = Some((module, handler));
        record.location = Some(location);
    });
    #[cfg(not(feature = "explain"))]
    let _ = (module, handler, location);
}

/// Reports the reason of a decision.
#[inline]
pub(crate) fn decide(reason: &'static str, is_refusal: bool) {
    #[cfg(feature = "explain")]
    record(|record| record.decided = Some(Decided { reason, is_refusal }));
    #[cfg(not(feature = "explain"))]
    let _ = (reason, is_refusal);
}

/// Whether any request was ever recorded, so that a step costs one load in a program that records none.
#[cfg(feature = "explain")]
static HAS_RECORDED: AtomicBool = AtomicBool::new(false);

#[cfg(feature = "explain")]
#[inline]
fn record(change: impl FnOnce(&mut Record)) {
    if !HAS_RECORDED.load(Ordering::Relaxed) {
        return;
    }
    // not recorded outside a scope
    let _ = RECORDING.try_with(|recording| recording.change(change));
}

#[cfg(feature = "explain")]
#[cfg_attr(
    not(any(feature = "serve", feature = "testing")),
    allow(dead_code, reason = "only the listener and tests record")
)]
impl Recording {
    /// Runs a future and records the steps of its request.
    ///
    /// The steps of a task that the future spawns are not recorded.
    pub(crate) fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        HAS_RECORDED.store(true, Ordering::Relaxed);
        RECORDING.scope(self.clone(), future)
    }

    /// Takes the record so far.
    pub(crate) fn take(&self) -> Record {
        let mut taken = Record::default();
        self.change(|record| std::mem::swap(record, &mut taken));
        taken
    }

    fn change(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(feature = "attack")]
tokio::task_local! {
    /// Set in a task that discards the rest of a refused body.
    static DISCARDING: ();
}

/// Runs a task that discards the rest of a refused body, which an attack does not count as reading it.
#[cfg(feature = "attack")]
pub(crate) fn discarding<F: Future>(task: F) -> impl Future<Output = F::Output> + use<F> {
    DISCARDING.scope((), task)
}

/// Runs a task that discards the rest of a refused body.
#[cfg(not(feature = "attack"))]
pub(crate) fn discarding<F: Future>(task: F) -> F {
    task
}

/// Returns whether this task discards the rest of a refused body.
#[cfg(feature = "attack")]
pub(crate) fn is_discarding() -> bool {
    DISCARDING.try_with(|()| ()).is_ok()
}

#[cfg(feature = "attack")]
impl Record {
    /// Returns whether the handler ran.
    pub(crate) fn reached_handler(&self) -> bool {
        self.steps.last() == Some(&Step::Handler)
    }
}
