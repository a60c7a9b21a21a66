//! The routes of a login as declared handlers: login, callback, logout and back-channel logout.
//!
//! `login_routes` mounts the handlers of `handlers`, whose state is the `flow`. Below them, `login` and `logout` implement
//! the protocol, and `session` keeps the session.

mod failure;
mod flow;
mod handlers;
mod login_routes;
mod reason;
#[cfg(all(test, feature = "testing"))]
mod tests;

pub use self::login_routes::LoginRoutes;
