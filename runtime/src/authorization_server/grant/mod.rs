//! The authorizations of users: one record for each, from its code to its last refresh token.
//!
//! A code and the refresh tokens are derived from a secret of the record, and each change replaces the record that was
//! read. Therefore a code is used once and a token rotates once, however many requests arrive at the same time, and after a
//! crash.

mod credential;
mod record;
mod revocation;
mod store;
#[cfg(test)]
mod tests;
mod transition;
mod user_logins;

pub(super) use self::credential::GrantId;
pub(super) use self::record::{Authorization, RefreshPolicy};
pub(super) use self::store::{Grants, Redeemed};
pub(super) use self::transition::PresentedCode;
pub(super) use self::user_logins::IssueError;
