//! A handler as its attribute declares it, and the rule that only the guard runs it.

use std::any::TypeId;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::routing::MethodFilter;

use crate::policy::Declaration;
use crate::routing::argument::facts::ArgumentFacts;
#[cfg(feature = "openapi")]
use crate::routing::return_facts::ReturnFacts;

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

/// The `next(…)` of an attribute, with whether it is stricter than the present access.
pub enum NextAccess<const STRICTER: bool> {}

/// The access in `next(…)` is stricter than the present one.
///
/// `next(…)` names the whole access that will replace the present one: some callers lose access, and none
/// gains it. Write every scope and role that stays required:
///
/// ```
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read", roles = "clerk", next(scopes = "orders:read orders:list", roles = "clerk"))]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
/// # let _: SecureRouter = SecureRouter::new().route("/orders", get(list_orders));
/// ```
#[diagnostic::on_unimplemented(
    message = "`next` admits a caller that the present access refuses, or refuses none",
    label = "not stricter than the present access",
    note = "help: write every scope and role that stays required, and the new ones: `next(scopes = \"…\", roles = \"…\")`"
)]
pub trait NextIsStricter {
    #[doc(hidden)]
    const HOLDS: () = ();
}

#[diagnostic::do_not_recommend]
impl NextIsStricter for NextAccess<true> {}

/// Marks a function without arguments that returns its declaration.
#[doc(hidden)]
pub enum ByName {}

/// Marks the declaration itself.
#[doc(hidden)]
pub enum ByValue {}

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
impl<F, H: Declares + 'static> DeclaresAccess<ByName> for F
where
    F: Fn() -> DeclaredHandler<H, BehindGuard>,
{
    type Handler = DeclaredHandler<H, H::Checked>;
}

#[diagnostic::do_not_recommend]
impl<F, H: Declares + 'static> DeclaresAccess<Nothing> for F
where
    F: Fn(Never) -> DeclaredHandler<H, BehindGuard>,
{
    type Handler = DeclaredHandler<H, H::Checked>;
}

/// `get(list_orders())` means the same as `get(list_orders)`.
#[diagnostic::do_not_recommend]
impl<H: Declares + 'static> DeclaresAccess<ByValue> for DeclaredHandler<H, BehindGuard> {
    type Handler = DeclaredHandler<H, H::Checked>;
}

/// The facts about a handler that do not depend on its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandlerFacts {
    pub(crate) declaration: &'static Declaration,
    pub(crate) arguments: &'static [ArgumentFacts],
    pub(crate) id: TypeId,
    #[cfg(feature = "openapi")]
    pub(crate) returned: fn() -> ReturnFacts,
    #[cfg(feature = "openapi")]
    pub(crate) docs: &'static [&'static str],
}

impl HandlerFacts {
    pub(crate) fn of<H: Declares + 'static>() -> Self {
        Self {
            declaration: H::DECLARATION,
            arguments: H::ARGUMENTS,
            id: TypeId::of::<H>(),
            #[cfg(feature = "openapi")]
            returned: H::RETURNED,
            #[cfg(feature = "openapi")]
            docs: H::DOCS,
        }
    }
}

/// A declaration with its handler; implemented by the attributes.
pub trait Declares {
    /// [`Checked<true>`](Checked), or an error that rustc has already reported at an argument.
    type Checked;

    /// The declaration, as the attribute states it.
    const DECLARATION: &'static Declaration;

    /// The facts about each argument; creating them checks the arguments.
    const ARGUMENTS: &'static [ArgumentFacts];

    /// Returns what the return type states about the responses.
    #[cfg(feature = "openapi")]
    const RETURNED: fn() -> ReturnFacts = ReturnFacts::unknown;

    /// The lines of the documentation comment.
    #[cfg(feature = "openapi")]
    const DOCS: &'static [&'static str] = &[];
}

/// A handler accepts a ticket instead of a token: its attribute has the option `ticket`.
///
/// [`Tickets::issue`](crate::Tickets::issue) requires this of the handler that the ticket is for.
///
/// ```
/// use palisade::prelude::*;
/// use palisade::{Ticket, TicketError, Tickets};
///
/// #[secured(scopes = "orders:read", ticket)]
/// async fn order_events() {}
///
/// #[secured(scopes = "orders:read")]
/// async fn order_events_ticket(tickets: Tickets) -> Result<Ticket, TicketError> {
///     tickets.issue(order_events)
/// }
/// # let _ = (order_events::<palisade::rules::BehindGuard>, order_events_ticket::<palisade::rules::BehindGuard>);
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler does not accept tickets",
    label = "its attribute has no `ticket`",
    note = "help: write `#[secured(…, ticket)]` above the handler that the ticket is for"
)]
pub trait AcceptsTickets {}

#[diagnostic::do_not_recommend]
impl<H: AcceptsTickets, C> AcceptsTickets for DeclaredHandler<H, C> {}

/// A handler whose arguments satisfy their rules, if `ARGUMENTS`.
///
/// Generated code computes the constant from [`Declares::ARGUMENTS`]. If an argument breaks a rule,
/// the constant is an error, and rustc does not report the handler again where it is mounted.
pub enum Checked<const ARGUMENTS: bool> {}

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
pub struct DeclaredHandler<H, G = BehindGuard> {
    handler: H,
    guard: PhantomData<fn() -> G>,
}

impl<H, G: RunsHandlers> DeclaredHandler<H, G> {
    #[doc(hidden)]
    pub const fn new(handler: H) -> Self {
        Self {
            handler,
            guard: PhantomData,
        }
    }
}

impl<H: Declares, C> Declares for DeclaredHandler<H, C> {
    type Checked = C;

    const DECLARATION: &'static Declaration = H::DECLARATION;

    const ARGUMENTS: &'static [ArgumentFacts] = H::ARGUMENTS;

    #[cfg(feature = "openapi")]
    const RETURNED: fn() -> ReturnFacts = H::RETURNED;

    #[cfg(feature = "openapi")]
    const DOCS: &'static [&'static str] = H::DOCS;
}

/// Gives access to `unguarded`.
impl<H> Deref for DeclaredHandler<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.handler
    }
}

/// Only the guard of a [`SecureRouter`](crate::SecureRouter) runs a handler.
///
/// The error appears where a declared handler would run without its guard:
///
/// - it is passed to axum's own `get`, `post` and so on. Import these from
///   [`palisade::routing`](crate::routing) or the [prelude](crate::prelude), and remove
///   `use axum::routing::…`;
/// - it is called, as in `create_order().await`. A test calls `create_order().unguarded(…)` in the
///   handler's own module; other code shares a plain function with the handler.
///
/// ```compile_fail,E0277
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() {}
///
/// #[public(reason = "a handler that calls another one")]
/// async fn index() {
///     list_orders().await
/// }
/// ```
///
/// On axum's own router, rustc cannot infer the generated type parameter `SecureRouterGuard` (E0283), and
/// "cannot satisfy `WithoutGuard<_>: RunsHandlers`". Mount the handler on a [`SecureRouter`](crate::SecureRouter), and convert the whole API with
/// [`Api::into_router`](crate::Api::into_router):
///
/// ```compile_fail,E0283
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
///
/// let router: axum::Router = axum::Router::new().route("/orders", axum::routing::get(list_orders));
/// ```
// The attributes emit `fn list_orders<G: RunsHandlers>() -> DeclaredHandler<…, G>`. A `SecureRouter`
// fixes `G` as `BehindGuard`. Everything else that accepts the handler needs a future, which fixes
// `G` as `WithoutGuard<T>`, and rustc reports this trait where the function is named. axum's `post`
// leaves `T` open, so that rustc reports nothing about it if `SecureRouter::route` is an error already.
#[diagnostic::on_unimplemented(
    message = "a declared handler runs only behind the guard of a `SecureRouter`",
    label = "this would run the handler without its guard",
    note = "help: mount it on a `SecureRouter` with `get`, `post`, … of `palisade::prelude`; a test in the handler's module calls `handler().unguarded(…)`"
)]
pub trait RunsHandlers {}

/// The guard of a [`SecureRouter`](crate::SecureRouter).
pub enum BehindGuard {}

#[diagnostic::do_not_recommend]
impl RunsHandlers for BehindGuard {}

/// Everything that would run a handler without a guard, and get a `T`.
pub struct WithoutGuard<T>(PhantomData<T>);

/// A value that no handler yields.
#[doc(hidden)]
pub enum Unknown<const N: u8> {}

/// Implements [`RunsHandlers`] for values that no handler yields.
///
/// axum's own `get` accepts a handler with any response, which leaves `T` open. With one impl, or
/// none, rustc would then report the bound of axum's `get`, in forty lines. With ten it reports this
/// trait, where the function is named, and lists none of them.
macro_rules! unknown {
    ($($number:literal)*) => {$(
        #[diagnostic::do_not_recommend]
        impl RunsHandlers for WithoutGuard<Unknown<$number>> {}
    )*};
}

unknown!(0 1 2 3 4 5 6 7 8 9);

/// Leads rustc to [`RunsHandlers`]; no value of this type exists, so it is never polled.
impl<H, T> Future for DeclaredHandler<H, WithoutGuard<T>> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        Poll::Pending
    }
}

/// Requires that a handler that accepts tickets is mounted for `GET` only.
///
/// A ticket is for clients that can open a URL and nothing else; every other request can have a header.
#[track_caller]
pub(super) fn require_get<H: Declares>(filter: Option<MethodFilter>) {
    assert!(
        !H::DECLARATION.accepts_tickets || filter == Some(MethodFilter::GET),
        "the handler `{}` accepts tickets, so it must be mounted with `get`",
        H::DECLARATION.handler
    );
}
