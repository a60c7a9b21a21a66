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
pub trait IsResponse {}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> IsResponse for T {}

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
pub trait JsonBody {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> JsonBody for T {}

/// A return type whose parts are checked only if the whole is not a response.
///
/// Method resolution on `&Returned<T>` finds [`Whole`] if `T` is a response and [`Parts`] if not.
pub struct Returned<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Returned<T> {
    /// The return type, without a value of it.
    pub const TYPE: Self = Self(PhantomData);
}

/// A return type that is a response.
pub trait Whole {
    /// Accepts every part.
    fn parts(&self) -> AnyPart {
        AnyPart
    }
}

impl<T: IntoResponse> Whole for Returned<T> {}

/// A return type that is not a response.
pub trait Parts {
    /// Accepts only parts that are responses.
    fn parts(&self) -> ReturnType {
        ReturnType
    }
}

impl<T> Parts for &Returned<T> {}

/// A part of a return type that is a response.
#[derive(Clone, Copy, Debug)]
pub struct AnyPart;

#[expect(
    clippy::unused_self,
    reason = "generated code calls a method, whichever type it has"
)]
impl AnyPart {
    /// Accepts any type.
    pub fn response<T>(self) {}

    /// Accepts any type.
    pub fn json<T>(self) {}
}

/// A return type that is not a response; the error is at the part that is not one either.
#[derive(Clone, Copy, Debug)]
pub struct ReturnType;

impl ReturnType {
    /// Requires a response.
    pub fn response<T: IsResponse>(self) {}

    /// Requires a type that is `Serialize`.
    pub fn json<T: JsonBody>(self) {}
}

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
