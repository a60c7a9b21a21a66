//! The rules for the arguments of a handler that accepts sessions.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::routing::argument::rules::{AllowsOptionalCaller, HasCaller, WithUnvalidated};

/// The access of a handler that accepts sessions, and no tokens or tokens too.
pub enum WithLogin<T> {
    #[doc(hidden)]
    _Never(Infallible, PhantomData<T>),
}

/// No tokens.
pub enum NoTokens {}

/// Tokens, with some access.
pub enum OrToken {}

/// The access of a handler with `#[secured(login)]`.
pub type LoginHandler = WithLogin<NoTokens>;

/// The access of a handler with `#[secured(any(login, …))]`.
pub type LoginOrTokenHandler = WithLogin<OrToken>;

#[diagnostic::do_not_recommend]
impl AllowsOptionalCaller for LoginOrTokenHandler {}

// without `do_not_recommend`, so that rustc names the missing trait
impl<T: AcceptsTokensOnly> HasCaller for WithLogin<T> {}

/// A handler with a [`Caller`](crate::Caller) argument accepts tokens only. No type implements this trait.
///
/// A session has no token, and so no caller: its argument is `Login`. With `any(login, …)`, a request has either a
/// session or a token, and the arguments are `Option<Login>` and `Option<Caller>`.
#[diagnostic::on_unimplemented(
    message = "a session has no caller",
    label = "requests of this handler may have a session instead of a token",
    note = "help: beside `login`, write `Login`; beside `any(login, …)`, write `Option<Caller>`"
)]
pub trait AcceptsTokensOnly {}

/// A handler with a `Login` argument requires a login.
///
/// With `any(login, …)`, a request has either a session or a token: the argument is `Option<Login>`.
#[diagnostic::on_unimplemented(
    message = "not every request of this handler has a login",
    label = "requests without a session are accepted",
    note = "help: write `#[secured(login)]`; beside `any(login, …)`, write `Option<Login>`"
)]
pub trait HasLogin {}

#[diagnostic::do_not_recommend]
impl HasLogin for LoginHandler {}
#[diagnostic::do_not_recommend]
impl<A: HasLogin> HasLogin for WithUnvalidated<A> {}

/// A handler for a session or a token, with an optional `Login` argument.
#[diagnostic::on_unimplemented(
    message = "a login is optional only beside `any(login, …)`",
    label = "write `Login` in a handler with `login`",
    note = "help: write two handlers, a `#[secured(login)]` one with `Login` and a `#[public]` one without"
)]
pub trait AllowsOptionalLogin {}

#[diagnostic::do_not_recommend]
impl AllowsOptionalLogin for LoginOrTokenHandler {}
#[diagnostic::do_not_recommend]
impl<A: AllowsOptionalLogin> AllowsOptionalLogin for WithUnvalidated<A> {}
