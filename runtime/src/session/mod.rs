//! Sessions of people who have logged in: a cookie names a record on the server.
//!
//! The guard asks [`Sessions`] for the [`Login`] of a request; the relying party starts and ends sessions, and removes the
//! tokens of those that end.

mod builder;
mod cookie;
mod ends;
mod error;
#[cfg(feature = "tracing")]
mod event;
mod id;
mod life;
mod login;
mod memory;
mod origin;
mod record;
mod sessions;
mod store;

pub use self::builder::SessionsBuilder;
pub use self::error::{SessionError, SessionStoreError, SessionsConfigError};
pub use self::login::{Login, NewLogin};
pub use self::memory::MemorySessions;
pub use self::sessions::Sessions;
pub use self::store::{SessionGroup, SessionKey, SessionStore, StoredSession};

#[cfg(feature = "openapi")]
pub(crate) use self::cookie::SESSION_COOKIE;
pub(crate) use self::ends::{Observed, SessionEnd, SessionObserver};
pub(crate) use self::error::SessionRefusal;
#[cfg(feature = "authorization-server")]
pub(crate) use self::origin::AppOrigin;
