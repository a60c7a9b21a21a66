//! `Valid<E>`: decoded strictly, then checked by its type's rules.

/// Input that was decoded strictly and satisfies its type's rules.
///
/// Wraps axum's own extractors: `Valid<Json<T>>`, `Valid<Query<T>>`, `Valid<Path<T>>`,
/// `Valid<Form<T>>`, where `T` derives [`SecureInput`](macro@crate::SecureInput).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid<E>(pub E);
