//! Logging users out: at the provider ([RP-Initiated Logout]), and on behalf of the provider ([Back-Channel Logout]).
//!
//! [RP-Initiated Logout]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html
//! [Back-Channel Logout]: https://openid.net/specs/openid-connect-backchannel-1_0.html

mod end_session;
mod logout_token;
#[cfg(all(test, feature = "testing"))]
mod tests;

pub use self::logout_token::LogoutEvent;
