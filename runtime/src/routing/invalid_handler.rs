//! The handler in place of one whose function is not valid.

use axum::extract::Request;
use axum::response::Response;

use crate::policy::{Declaration, Requirement};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::declared::{AcceptsTickets, Checked, Declares};
use crate::routing::endpoint::Endpoint;
use crate::routing::passed_guard::PassedGuard;

/// A handler that the attributes cannot use: it denies every request.
///
/// Its mistake is a compile error, so no request reaches it; with this type, the route that mounts it
/// is not a second error.
#[derive(Clone, Copy)]
pub struct InvalidHandler {}

impl Declares for InvalidHandler {
    type Checked = Checked<true>;

    const DECLARATION: &'static Declaration =
        &Declaration::scopes("invalid", module_path!(), Requirement::Any(&[]));

    const ARGUMENTS: &'static [ArgumentFacts] = &[];
}

/// A ticket for it is not a second error either.
impl AcceptsTickets for InvalidHandler {}

impl<S: Send + Sync + 'static> Endpoint<InvalidHandler, S, ()> for Checked<true> {
    async fn call(_: &mut Request, _: &S, _: &PassedGuard) -> Response {
        crate::response::invalid_declaration()
    }
}
