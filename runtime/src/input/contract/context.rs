//! Where garde's context comes from: the state of the router.

use axum::extract::FromRef;

/// A type of your own that rules are checked against: `#[garde(context(Limits))]`.
///
/// It is taken from the router's state for each request, so keep what is large behind
/// an `Arc`. Types without a context have `()` and need nothing.
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
    message = "`{Self}` is not a context that rules are checked against",
    label = "not a `ValidationContext`",
    note = "help: write `impl palisade::input::ValidationContext for {Self} {{}}`"
)]
pub trait ValidationContext: Sized {}

/// A context that the state `S` holds.
#[diagnostic::on_unimplemented(
    message = "the state `{S}` does not give the validation context `{Self}`",
    label = "rules need `{Self}`, and nothing provides it",
    note = "help: write `impl palisade::input::ValidationContext for {Self} {{}}` and `impl axum::extract::FromRef<{S}> for {Self}`"
)]
pub trait ContextFrom<S>: Sized {
    /// Takes the context from the state.
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
