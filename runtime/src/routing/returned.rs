//! The rules for the return type of a declared handler.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The return type of a handler is a response.
///
/// A handler returns what an axum handler returns: a type that implements
/// [`IntoResponse`], or a `Result` of two such types. The error is at the part
/// of the return type that is not a response:
///
/// - `Order` alone is not a response; `Json<Order>` is, if `Order` is `Serialize`;
/// - the error type of a `Result` implements `IntoResponse`, or is a
///   [`Problem`](crate::Problem).
///
/// ```
/// use palisade::prelude::*;
///
/// enum AppError {
///     NotFound,
/// }
///
/// impl IntoResponse for AppError {
///     fn into_response(self) -> Response {
///         Problem::new(StatusCode::NOT_FOUND).into_response()
///     }
/// }
///
/// #[derive(Serialize)]
/// struct Order {}
///
/// #[secured(scopes = "orders:read")]
/// async fn show_order() -> Result<Json<Order>, AppError> {
///     Err(AppError::NotFound)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response",
    label = "does not implement `IntoResponse`",
    note = "help: return `Json<…>` of a type that derives `Serialize`, use `Problem` as the error of a `Result`, or implement `axum::response::IntoResponse` for `{Self}`"
)]
pub trait IsResponse<P> {
    #[doc(hidden)]
    fn is_part(_: P) {}
}

#[diagnostic::do_not_recommend]
impl<T, P: AcceptsResponse<T>> IsResponse<P> for T {}

/// The type inside a `Json<…>` response derives `Serialize`.
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Serialize)]
/// struct Order {
///     number: u32,
/// }
///
/// #[secured(scopes = "orders:read")]
/// async fn show_order() -> Json<Order> {
///     Json(Order { number: 7 })
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Serialize`, so `Json<{Self}>` is not a response",
    label = "`{Self}` cannot be written as JSON",
    note = "help: write `#[derive(Serialize)]` on `{Self}`"
)]
pub trait JsonBody<P> {
    #[doc(hidden)]
    fn is_part(_: P) {}
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, P: AcceptsJson<T>> JsonBody<P> for T {}

/// A return type whose parts are checked only if the whole is not a response.
///
/// Method resolution on `&Returned<T>` finds [`Whole`] if `T` is a response and [`Parts`] if not.
pub struct Returned<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Returned<T> {
    /// The return type, without a value of it.
    pub const TYPE: Self = Self(PhantomData);
}

/// A return type that is a response.
///
/// A trait of the API can have a method for every type, so the name of this method must be another.
pub trait Whole {
    /// Returns a value for which every part is accepted.
    fn __palisade_part(&self) -> AnyPart {
        AnyPart
    }
}

impl<T: IntoResponse> Whole for Returned<T> {}

/// A return type that is not a response.
pub trait Parts {
    /// Returns a value for which only responses are accepted.
    fn __palisade_part(&self) -> ReturnTypePart {
        ReturnTypePart
    }
}

impl<T> Parts for &Returned<T> {}

/// A part of a return type that is a response; its parts need not be responses.
#[derive(Clone, Copy, Debug)]
pub struct AnyPart;

/// A part of a return type that is not a response because of one of its parts.
#[derive(Clone, Copy, Debug)]
pub struct ReturnTypePart;

/// Accepts a part `T` as a response. This trait has the kind of part as `Self`, so that rustc waits
/// until it is inferred.
pub trait AcceptsResponse<T> {}

impl<T> AcceptsResponse<T> for AnyPart {}
impl<T: IntoResponse> AcceptsResponse<T> for ReturnTypePart {}

/// Accepts a part `T` as the body of a `Json<T>`.
pub trait AcceptsJson<T: ?Sized> {}

impl<T: ?Sized> AcceptsJson<T> for AnyPart {}
impl<T: Serialize + ?Sized> AcceptsJson<T> for ReturnTypePart {}

/// A return type is a response as a whole; see [`IsResponse`].
///
/// The constant keeps a mistake that was reported at a part from being reported again for the whole.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response",
    label = "does not implement `IntoResponse`",
    note = "help: return `Json<…>` of a type that derives `Serialize`, use `Problem` as the error of a `Result`, or implement `axum::response::IntoResponse` for `{Self}`"
)]
pub trait Responds<const CHECKED: bool> {
    #[doc(hidden)]
    fn respond(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> Responds<true> for T {
    fn respond(self) -> Response {
        self.into_response()
    }
}

/// Runs the body of a handler, which holds only `Send` values across `.await`.
///
/// axum moves a handler between threads. If rustc names this function, drop the value that it points
/// at before the `.await`, or use a type that is `Send`: `Arc` instead of `Rc`, and
/// `tokio::sync::Mutex` instead of a `std::sync::MutexGuard` that lives across the `.await`.
///
/// ```compile_fail
/// use palisade::prelude::*;
///
/// #[secured(authenticated)]
/// async fn list_orders() {
///     let shared = std::rc::Rc::new(());
///     std::future::ready(()).await;
///     drop(shared);
/// }
/// ```
pub fn holds_only_send_values<F: Future + Send>(body: F) -> impl Future<Output = F::Output> + Send {
    body
}

/// Converts the value that a handler returns into a response.
#[doc(hidden)]
pub fn respond<const CHECKED: bool, T: Responds<CHECKED>>(returned: T) -> Response {
    returned.respond()
}
