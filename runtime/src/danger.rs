//! Every lowering of security, each with a reason.
//!
//! Nothing here is on by default, and each name begins with `dangerous_`.
