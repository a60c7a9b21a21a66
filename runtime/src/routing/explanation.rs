//! The explanation of one request: its steps through the guard.

use std::fmt;
#[cfg(feature = "serve")]
use std::sync::Arc;

use axum::http::StatusCode;

use crate::audit::RequestId;
#[cfg(feature = "serve")]
use crate::routing::panics::catch;
use crate::steps::{Decided, Record, Step};

/// The steps of a request, each passed or not, with the declaration of its handler.
///
/// [`Api::explain`](crate::Api::explain) shows one for each request on loopback, and `TestRequest::explain` returns one in tests. The
/// steps are recorded by the code that serves every request. An explanation contains nothing that the client sends: no token,
/// no path, no header field, no body.
///
/// The [reason](Self::reason) is that of the request's last audit event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    request_id: Option<RequestId>,
    status: StatusCode,
    declaration: Option<Declared>,
    steps: Vec<Step>,
    decided: Option<Decided>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Declared {
    handler: &'static str,
    file: &'static str,
    line: u32,
    access: Option<String>,
}

/// The function of [`Api::explain`](crate::Api::explain).
#[cfg(feature = "serve")]
#[derive(Clone)]
pub(crate) struct Explainer(Arc<dyn Fn(&Explanation) + Send + Sync>);

#[cfg(feature = "serve")]
impl Explainer {
    pub(super) fn new(show: impl Fn(&Explanation) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }

    /// Shows an explanation. A panic of the function does not affect the client.
    pub(crate) fn show(&self, explanation: &Explanation) {
        let _ = catch(|| (self.0)(explanation));
    }
}

impl Explanation {
    /// Creates the explanation of a response. `access` returns the access that a handler declares.
    #[cfg_attr(
        not(any(feature = "serve", feature = "testing")),
        allow(dead_code, reason = "only the listener and tests explain")
    )]
    pub(crate) fn new(
        status: StatusCode,
        record: Record,
        access: impl FnOnce((&str, &str)) -> Option<String>,
    ) -> Self {
        let declaration = record.handler.zip(record.location);
        let declaration = declaration.map(|((module, handler), location)| Declared {
            handler,
            file: location.file(),
            line: location.line(),
            access: access((module, handler)),
        });
        Self {
            request_id: None,
            status,
            declaration,
            steps: record.steps,
            decided: record.decided,
        }
    }

    /// Adds the id that the server assigned to the request.
    #[cfg(feature = "serve")]
    pub(crate) fn with_request_id(self, id: RequestId) -> Self {
        Self {
            request_id: Some(id),
            ..self
        }
    }

    /// Returns the id of the request, which is also the `x-request-id` of its response; `None` in tests without a listener.
    pub fn request_id(&self) -> Option<&RequestId> {
        self.request_id.as_ref()
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the reason of the last decision, as audit events spell it; `None` if no guard decided.
    pub fn reason(&self) -> Option<&'static str> {
        self.decided.map(|decided| decided.reason)
    }

    /// Returns the name of the handler whose guard decided.
    pub fn handler(&self) -> Option<&'static str> {
        self.declaration.as_ref().map(|declared| declared.handler)
    }

    /// Returns the file and the line of its declaration.
    pub fn location(&self) -> Option<(&'static str, u32)> {
        let declared = self.declaration.as_ref()?;
        Some((declared.file, declared.line))
    }

    /// Returns the step that refused the request; `None` if no step did, or if no guard decided.
    pub fn failed_step(&self) -> Option<&'static str> {
        self.unfinished_step().filter(|_| self.is_refused())
    }

    /// Returns the step at which an admitted request ended before its handler ran: an inner layer responded, an
    /// argument failed with a server error, or the time limit was reached.
    pub fn ended_at(&self) -> Option<&'static str> {
        self.unfinished_step().filter(|_| !self.is_refused())
    }

    /// Returns the steps that passed, in order.
    pub fn passed_steps(&self) -> impl Iterator<Item = &'static str> {
        let unfinished = usize::from(!self.reached_handler());
        let passed = self.steps.len().saturating_sub(unfinished);
        self.steps.iter().take(passed).map(|step| step.as_str())
    }

    /// Returns whether the handler ran.
    pub fn reached_handler(&self) -> bool {
        self.steps.last() == Some(&Step::Handler)
    }

    fn unfinished_step(&self) -> Option<&'static str> {
        let last = self.steps.last().filter(|_| !self.reached_handler());
        last.map(|step| step.as_str())
    }

    fn is_refused(&self) -> bool {
        self.decided.is_some_and(|decided| decided.is_refusal)
    }
}

/// Prints one line for the request, if it has an id, one for the declaration, one for each step, and the status.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.request_id {
            writeln!(f, "request {id}")?;
        }
        match &self.declaration {
            None => writeln!(
                f,
                "no guard decided: no declared route has this path and method, or a layer or the server responded"
            )?,
            Some(declared) => {
                let Declared {
                    handler,
                    file,
                    line,
                    access,
                } = declared;
                let access = access.as_deref().unwrap_or("an unknown access");
                writeln!(f, "{handler} in {file}:{line} requires {access}")?;
            }
        }
        for step in self.passed_steps() {
            writeln!(f, "  passed  {step}")?;
        }
        if let Some(step) = self.failed_step() {
            writeln!(
                f,
                "  failed  {step}: {}",
                self.reason().unwrap_or("unknown")
            )?;
        }
        if let Some(step) = self.ended_at() {
            writeln!(f, "  ended   {step}")?;
        }
        write!(f, "{}", self.status.as_u16())
    }
}
