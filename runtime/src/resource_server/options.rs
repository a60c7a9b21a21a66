//! What a server is configured with beside its issuers.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::resource_server::readiness::Startup;
use crate::token::DynRevocations;

/// How many bytes of verified tokens are remembered where nobody says otherwise.
const REMEMBERED_BYTES: u64 = 16 * 1024 * 1024;

/// What does not depend on the issuers.
pub(super) struct Options {
    pub(super) realm: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) startup: Startup,
    pub(super) remembered_bytes: u64,
    pub(super) revocations: Option<Box<dyn DynRevocations>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            realm: "api".to_owned(),
            clock: Arc::new(SystemClock),
            startup: Startup::default(),
            remembered_bytes: REMEMBERED_BYTES,
            revocations: None,
        }
    }
}
