//! Typed claims that a handler can show whole.

use palisade::prelude::*;
use serde_json::Value;

/// Every claim, as the handler sees it.
#[derive(Clone, Deserialize, Validate)]
pub(crate) struct AllClaims {
    #[garde(skip)]
    #[serde(flatten)]
    pub(crate) members: serde_json::Map<String, Value>,
}
