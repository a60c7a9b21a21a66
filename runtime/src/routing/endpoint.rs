//! A handler in the form that a route calls.

use axum::extract::Request;
use axum::response::Response;

/// Extracts a handler's arguments, calls it, and makes a response of what it returns.
///
/// `S` is the router's state and `M` axum's own marker for what the last argument
/// reads; both are inferred. Implemented by the macros only.
#[diagnostic::on_unimplemented(
    message = "this handler does not fit the router's state",
    label = "an argument of this handler cannot be extracted here"
)]
pub trait Endpoint<S, M>: 'static {
    /// Runs the handler on a request that the guard let through.
    fn call(request: Request, state: S) -> impl Future<Output = Response> + Send;
}
