//! From the `Authorization` header's bytes to a verified token.
//!
//! bearer → compact form → header → key → signature → claims → lifetime. Knows no HTTP.

mod bearer;
mod error;
mod verified;

pub(crate) use self::bearer::Credential;
pub use self::error::TokenError;
pub use self::verified::VerifiedToken;
