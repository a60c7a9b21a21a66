//! The relying party: an application that logs people in, calls other APIs, and stores tokens sealed.

pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
pub use crate::session::{
    Login, MemorySessions, NewLogin, SessionError, SessionGroup, SessionKey, SessionStore,
    SessionStoreError, Sessions, SessionsBuilder, SessionsConfigError, StoredSession,
};
