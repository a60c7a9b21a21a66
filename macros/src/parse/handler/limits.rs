//! The limits of an attribute, as written.

use syn::{LitInt, LitStr};

use crate::parse::slot::Slot;

/// The limits of an attribute, as written.
pub(crate) struct RawLimits {
    pub(crate) body_limit: Slot<LitStr>,
    pub(crate) body_timeout: Slot<LitStr>,
    pub(crate) body_idle_timeout: Slot<LitStr>,
    pub(crate) timeout: Slot<LitStr>,
    pub(crate) header_limit: Slot<LitInt>,
    pub(crate) parameter_limit: Slot<LitInt>,
    pub(crate) part_limit: Slot<LitInt>,
}

impl RawLimits {
    pub(crate) fn new() -> Self {
        Self {
            body_limit: Slot::new("body_limit"),
            body_timeout: Slot::new("body_timeout"),
            body_idle_timeout: Slot::new("body_idle_timeout"),
            timeout: Slot::new("timeout"),
            header_limit: Slot::new("header_limit"),
            parameter_limit: Slot::new("parameter_limit"),
            part_limit: Slot::new("part_limit"),
        }
    }
}
