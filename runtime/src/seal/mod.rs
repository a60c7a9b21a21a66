//! Sealed values: bytes that only a holder of the key can read or change, for cookies and for stored tokens.
//!
//! AES-256-GCM-SIV ([RFC 8452]) with a random nonce. `relying_party` above decides the content of a value and the
//! associated data that binds it to its context; this room knows neither cookies nor tokens.
//!
//! [RFC 8452]: https://www.rfc-editor.org/rfc/rfc8452

mod associated_data;
mod error;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod key;
mod keys;
mod sealer;

#[allow(unused_imports, reason = "the rooms above begin to use it")]
pub(crate) use self::error::{OpenError, SealError};
#[allow(unused_imports, reason = "the rooms above begin to use it")]
pub(crate) use self::key::KeyId;
pub use self::key::{SealingKey, SealingKeyError};
pub use self::keys::SealingKeys;
#[allow(unused_imports, reason = "the rooms above begin to use it")]
pub(crate) use self::sealer::{MAX_PLAINTEXT, Purpose, Sealer, sealed_text_len};
