//! A handler as a route runs it.

use axum::extract::Request;
use axum::response::Response;

/// Extracts the arguments of the handler `H`, calls it, and converts the value that it returns.
///
/// Implemented for [`Arguments<true>`](crate::routing::declared::Arguments) by the attributes. `S` is the state of the router, and `M` is axum's marker for the last argument; both are
/// inferred.
pub trait Endpoint<H, S, M>: 'static {
    /// Runs the handler on a request that passed the guard.
    fn call(request: Request, state: S) -> impl Future<Output = Response> + Send;
}
