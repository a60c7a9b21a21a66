//! The rule that a handler fits the state of its router.

use crate::routing::declared::{Checked, DeclaredHandler, Declares, WithoutGuard};
use crate::routing::endpoint::Endpoint;
use crate::routing::invalid_handler::InvalidHandler;

/// A handler runs on a router with the state `S`.
///
/// Three mistakes lead here:
///
/// - `State<T>` needs `T: FromRef<S>`. If `T` is the whole state, it needs `Clone`; if it is a part of
///   it, implement [`FromRef`](axum::extract::FromRef) for `T`;
/// - an extractor does not implement [`FromRequestParts<S>`](axum::extract::FromRequestParts) for this
///   `S`. Implement it for every `S: Sync`, not only for `()`;
/// - an extractor inside [`Unvalidated`](crate::Unvalidated) reads the body. Move the argument to the end.
///
/// ```compile_fail,E0277
/// use palisade::prelude::*;
///
/// struct Store; // help: #[derive(Clone)]
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders(_: State<Store>) {}
///
/// let routes: SecureRouter = SecureRouter::new()
///     .route("/orders", get(list_orders))
///     .with_state(Store);
/// ```
///
/// `M` is axum's marker for the last argument.
///
/// No other crate can implement it, because the type of a hidden item is private: a route could run one
/// handler under the declaration of another.
///
/// ```compile_fail,E0046
/// # use palisade::prelude::*;
/// # use palisade::rules::{Checked, DeclaredHandler, RunsWithState};
/// # struct App;
/// # enum Unchecked {}
/// #[public(reason = "liveness probe")]
/// async fn health() {}
///
/// #[secured(scopes = "orders:admin")]
/// async fn delete_orders() {}
///
/// impl RunsWithState<App, ()> for DeclaredHandler<__palisade_health, Unchecked> {
///     type Handler = __palisade_delete_orders;
///     type Endpoint = Checked<true>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler does not fit a router with the state `{S}`",
    label = "an argument of this handler cannot be extracted",
    note = "help: `State<T>` needs `T: Clone` if `T` is the state, or else `axum::extract::FromRef<{S}>` for `T`; an extractor needs `FromRequestParts<S>` for every `S`, or is the last argument"
)]
pub trait RunsWithState<S, M> {
    #[doc(hidden)]
    type Handler;

    #[doc(hidden)]
    type Endpoint: Endpoint<Self::Handler, S, M>;

    #[doc(hidden)]
    const SEALED: Sealed;
}

/// No other crate can name it.
pub struct Sealed;

// rustc would name the impl of the attribute, and the argument in it, in twenty lines; generated code
// cannot have this attribute, which does not resolve under `#![no_implicit_prelude]`
#[diagnostic::do_not_recommend]
impl<H, C, S, M> RunsWithState<S, M> for DeclaredHandler<H, C>
where
    H: Declares,
    C: Endpoint<H, S, M>,
{
    type Handler = H;
    type Endpoint = C;
    const SEALED: Sealed = Sealed;
}

// with a single impl, rustc would add in eight lines that another state fits; no handler has this type
#[diagnostic::do_not_recommend]
impl RunsWithState<(), ()> for DeclaredHandler<InvalidHandler, WithoutGuard<InvalidHandler>> {
    type Handler = InvalidHandler;
    type Endpoint = Checked<true>;
    const SEALED: Sealed = Sealed;
}
