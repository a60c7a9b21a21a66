//! The context of rules, taken from the state of the router.

use axum::extract::FromRef;

/// A type that rules read as their context: `#[garde(context(Limits))]`.
///
/// It is taken from the router's state for each request, so keep large data behind an `Arc`. Types
/// without a context have `()` and need nothing.
///
/// # Examples
///
/// ```
/// use axum::extract::FromRef;
/// use palisade::input::ValidationContext;
///
/// #[derive(Clone)]
/// struct Limits { longest_note: usize }
///
/// impl ValidationContext for Limits {}
///
/// #[derive(Clone)]
/// struct App { limits: Limits }
///
/// impl FromRef<App> for Limits {
///     fn from_ref(app: &App) -> Self { app.limits.clone() }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a validation context",
    label = "does not implement `ValidationContext`",
    note = "help: write `impl palisade::input::ValidationContext for {Self} {{}}`"
)]
pub trait ValidationContext: Sized {}

/// A validation context that the state `S` provides.
#[diagnostic::on_unimplemented(
    message = "the state `{S}` does not provide the validation context `{Self}`",
    label = "the rules need `{Self}`",
    note = "help: write `impl palisade::input::ValidationContext for {Self} {{}}` and `impl axum::extract::FromRef<{S}> for {Self}`"
)]
pub trait ContextFrom<S>: Sized {
    /// Returns the context from the state.
    fn context_from(state: &S) -> Self;
}

impl<S> ContextFrom<S> for () {
    fn context_from(_: &S) -> Self {}
}

#[diagnostic::do_not_recommend]
impl<S, C: ValidationContext + FromRef<S>> ContextFrom<S> for C {
    fn context_from(state: &S) -> Self {
        C::from_ref(state)
    }
}
