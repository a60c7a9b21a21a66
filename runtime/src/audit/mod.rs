//! What operators see: one event for each decision, one for an input that is refused, and counters.
//!
//! Events are named by the [OWASP logging vocabulary] and carry a reason from a closed list,
//! the route's declaration, and of a token only what its issuer vouches for: issuer, client, and
//! its identifier hashed. Nothing that a caller wrote, and never the token.
//!
//! [OWASP logging vocabulary]: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html

mod decision;
#[cfg(feature = "tracing")]
mod event;
#[cfg(feature = "metrics")]
mod meter;
mod reason;
mod refused_input;

pub(crate) use self::decision::Decision;
pub use self::reason::Reason;
pub(crate) use self::refused_input::RefusedInput;
