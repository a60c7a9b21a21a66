//! Authenticate, then authorize: the only room that makes proofs.
//!
//! Comes after the resource server, which judges tokens; before any extractor.

mod admit;
mod caller;
mod refusal;

pub(crate) use self::admit::{Admission, Authorized, Guard};
pub use self::caller::{Caller, CallerClaims, Identity, NoCaller, NoClaims};
pub(crate) use self::refusal::{Refusal, Refused};
