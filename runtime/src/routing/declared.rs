//! A handler as its attribute declares it, and the rule that only the guard runs it.

use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::response::Response;

use crate::policy::Declaration;
use crate::routing::facts::ArgumentFacts;

/// A handler declares who may call it.
///
/// Every function that mounts a handler requires this: [`get`](crate::routing::get),
/// [`post`](crate::routing::post), [`fallback`](crate::SecureRouter::fallback) and the others.
/// `#[secured]` and `#[public]` turn an `async fn` into a function that returns its
/// [`DeclaredHandler`]; a plain `async fn` and a closure do not satisfy the rule.
///
/// # Examples
///
/// The fix is an attribute above the function:
///
/// ```
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
///
/// let routes: SecureRouter = SecureRouter::new().route("/orders", get(list_orders));
/// # let _ = routes;
/// ```
///
/// A closure becomes a function:
///
/// ```compile_fail,E0277
/// use palisade::prelude::*;
///
/// let routes: SecureRouter = SecureRouter::new().route("/orders", get(async || "[]"));
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler does not declare who may call it",
    label = "missing `#[secured]` or `#[public]`",
    note = "help: write `#[secured(scopes = \"…\")]`, `#[secured(authenticated)]` or `#[public(reason = \"…\")]` above the `async fn`"
)]
pub trait DeclaresAccess<M> {
    /// The handler that the attribute declares.
    #[doc(hidden)]
    type Handler: Declares + 'static;
}

/// Marks a function without arguments that returns its declaration.
#[doc(hidden)]
pub enum ByName {}

/// Marks the impl that nothing satisfies.
///
/// With two impls to choose from, rustc does not report an arity mismatch (E0593) for an undeclared
/// handler with arguments, but the message of the trait.
#[doc(hidden)]
pub enum Nothing {}

/// No function has this argument.
#[doc(hidden)]
pub enum Never {}

#[diagnostic::do_not_recommend]
impl<F, R> DeclaresAccess<ByName> for F
where
    F: Fn() -> R,
    R: Returned,
{
    type Handler = R::Handler;
}

#[diagnostic::do_not_recommend]
impl<F, R> DeclaresAccess<Nothing> for F
where
    F: Fn(Never) -> R,
    R: Returned,
{
    type Handler = R::Handler;
}

/// The return type of the function that an attribute emits.
#[doc(hidden)]
pub trait Returned {
    type Handler: Declares + 'static;
}

impl<H: Declares + 'static, G> Returned for DeclaredHandler<H, G>
where
    H: Outside<G>,
{
    type Handler = H;
}

/// A declaration with its handler; implemented by the attributes.
pub trait Declares {
    /// [`Arguments<true>`](Arguments), or an error that rustc has already reported at an argument.
    type Arguments;

    /// The declaration, as the attribute states it.
    const DECLARATION: &'static Declaration;

    /// The facts about each argument; creating them checks the arguments.
    const ARGUMENTS: &'static [ArgumentFacts];
}

/// The arguments of a handler, with whether they were checked.
///
/// Generated code computes `CHECKED` from [`Declares::ARGUMENTS`]. If an argument breaks a rule, that
/// constant is an error, and rustc does not report the handler again where it is mounted.
pub enum Arguments<const CHECKED: bool> {}

/// The value that a function with `#[secured]` or `#[public]` returns: a handler that only a
/// [`SecureRouter`](crate::SecureRouter) runs.
///
/// Pass the function itself to [`get`](crate::routing::get), [`post`](crate::routing::post) and the
/// others. In the handler's own module, tests reach its body through `unguarded`:
///
/// ```
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn show_order(Path(number): Path<u32>) -> String {
///     format!("order {number}")
/// }
///
/// # async fn test() {
/// assert_eq!(show_order().unguarded(Path(7)).await, "order 7");
/// # }
/// ```
///
/// `unguarded` is private: from another module it is an error (E0624).
///
/// ```compile_fail,E0624
/// mod orders {
///     #[palisade::secured(scopes = "orders:read")]
///     pub async fn list_orders() {}
/// }
///
/// # async fn test() {
/// orders::list_orders().unguarded().await;
/// # }
/// ```
#[must_use = "a handler does nothing until a `SecureRouter` mounts it"]
pub struct DeclaredHandler<H, G = WithoutGuard> {
    handler: H,
    guard: PhantomData<fn() -> G>,
}

impl<H, G> DeclaredHandler<H, G> {
    #[doc(hidden)]
    pub const fn new(handler: H) -> Self {
        Self {
            handler,
            guard: PhantomData,
        }
    }
}

/// Gives access to `unguarded`.
impl<H: Outside<G>, G> Deref for DeclaredHandler<H, G> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.handler
    }
}

/// Only the guard of a [`SecureRouter`](crate::SecureRouter) runs a handler.
///
/// Nothing implements this trait. The error appears where a declared handler would run without its
/// guard:
///
/// - it is passed to axum's own `get`, `post` and so on. Import these from [`palisade::routing`](crate::routing)
///   or the [prelude](crate::prelude), and remove `use axum::routing::…`;
/// - it is called, as in `create_order().await`. A test calls `create_order().unguarded(…)` in the
///   handler's own module; other code shares a plain function with the handler.
///
/// ```compile_fail,E0277
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
///
/// let router: axum::Router = axum::Router::new().route("/orders", axum::routing::get(list_orders));
/// ```
#[diagnostic::on_unimplemented(
    message = "a declared handler runs only behind the guard of a `SecureRouter`",
    label = "this would run the handler without its guard",
    note = "help: mount it on a `SecureRouter` with Palisade's own `get`, `post`, … instead of `axum::routing`; a test in the handler's module calls `handler().unguarded(…)`"
)]
pub trait RunsHandlers {}

/// Everything that would run a handler without its guard.
pub enum WithoutGuard {}

/// Chooses `G`, which no use of a handler mentions.
///
/// The choice is made late. If a handler is passed to axum's `post`, rustc first selects axum's impl
/// for functions without arguments, while `G` is still open, and then reports [`RunsHandlers`]. With
/// `G` fixed from the start it would reject every impl and print axum's own message.
#[doc(hidden)]
pub trait Outside<G> {}

impl<H> Outside<WithoutGuard> for H {}

/// Lets rustc find [`RunsHandlers`] where a future is needed; it is never polled.
impl<H, G> Future for DeclaredHandler<H, G>
where
    // in this order, see `Outside`
    G: RunsHandlers,
    H: Outside<G>,
{
    type Output = Response;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Response> {
        Poll::Pending
    }
}
