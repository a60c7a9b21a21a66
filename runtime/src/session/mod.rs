//! Sessions of people who have logged in: a cookie names a record on the server.
//!
//! The guard asks [`Sessions`] for the [`Login`] of a request; the relying party starts and ends sessions.

mod cookie;
mod error;
mod id;
mod login;
mod memory;
mod origin;
mod record;
mod sessions;
mod store;

pub use self::error::{SessionError, SessionStoreError, SessionsConfigError};
pub use self::login::{Login, NewLogin};
pub use self::memory::MemorySessions;
pub use self::sessions::{Sessions, SessionsBuilder};
pub use self::store::{SessionGroup, SessionKey, SessionStore, StoredSession};

pub(crate) use self::error::SessionRefusal;
