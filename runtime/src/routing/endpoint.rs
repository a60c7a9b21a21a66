//! A handler in the form that a route calls.

use axum::extract::Request;
use axum::http::Extensions;
use axum::response::Response;

use crate::guard::Authorized;
use crate::token::TokenError;

/// Extracts a handler's arguments, calls it, and makes a response of what it returns.
///
/// `S` is the router's state and `M` axum's own marker for what the last argument
/// reads; both are inferred. Implemented by the macros only.
#[diagnostic::on_unimplemented(
    message = "this handler does not fit the router's state",
    label = "an argument of this handler cannot be extracted here"
)]
pub trait Endpoint<S, M>: 'static {
    /// Decodes and checks the typed claims that the arguments ask for.
    #[doc(hidden)]
    fn admit(caller: &Admitted<'_>, extensions: &mut Extensions) -> Result<(), TokenError>;

    /// Runs the handler on a request that the guard let through.
    fn call(request: Request, state: S) -> impl Future<Output = Response> + Send;
}

/// The guard's proof, as far as generated code may handle it.
#[derive(Clone, Copy)]
pub struct Admitted<'a> {
    authorized: &'a Authorized,
}

impl<'a> Admitted<'a> {
    pub(crate) fn new(authorized: &'a Authorized) -> Self {
        Self { authorized }
    }

    pub(crate) fn authorized(&self) -> &'a Authorized {
        self.authorized
    }
}
