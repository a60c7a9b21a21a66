//! The extensions that a guard puts into a request, for code that has no other way to them.
//!
//! Layers and extractors can write, copy and remove extensions. Nothing here replaces the proof of the
//! guard, and the guard sets its extensions again after code of the API.

use std::sync::Arc;

use axum::http::Extensions;

use crate::guard::{SharedProof, remove_callers};
use crate::input::RequestLimits;
#[cfg(feature = "spool")]
use crate::input::RequestSpool;
use crate::policy::Limits;

/// The extensions of one request.
#[derive(Clone)]
pub(super) struct GuardExtensions {
    /// For extractors of the API; `None` for a handler without them.
    pub(super) shared: Option<SharedProof>,
    pub(super) limits: &'static Limits,
    /// For handlers that read a form; `None` if the server does not configure temporary files.
    #[cfg(feature = "spool")]
    pub(super) spool: Option<RequestSpool>,
}

/// Marks a request on its way through inner layers; a request that a layer creates has none.
#[derive(Clone)]
pub(super) struct RequestMark(Arc<()>);

impl GuardExtensions {
    /// Inserts the extensions into a request that has none of a guard.
    pub(super) fn insert(&self, extensions: &mut Extensions) {
        if let Some(shared) = &self.shared {
            extensions.insert(shared.clone());
        }
        if *self.limits != Limits::DEFAULT {
            extensions.insert(RequestLimits(*self.limits));
        }
        #[cfg(feature = "spool")]
        if let Some(spool) = &self.spool {
            extensions.insert(spool.clone());
        }
    }

    /// Replaces what other code has made of the extensions.
    pub(super) fn restore(&self, extensions: &mut Extensions) {
        remove_guard_extensions(extensions);
        self.insert(extensions);
    }
}

impl RequestMark {
    pub(super) fn new() -> Self {
        Self(Arc::new(()))
    }

    /// Returns whether a request has another mark, and so belongs to another guard.
    pub(super) fn is_replaced_in(&self, extensions: &Extensions) -> bool {
        let mark: Option<&Self> = extensions.get();
        mark.is_some_and(|mark| !Arc::ptr_eq(&mark.0, &self.0))
    }
}

/// Removes everything that a guard adds to the extensions of a request.
///
/// Another guard may have seen the request before, if its handler forwarded the request to this one.
pub(super) fn remove_guard_extensions(extensions: &mut Extensions) {
    remove_callers(extensions);
    extensions.remove::<RequestLimits>();
    #[cfg(feature = "spool")]
    extensions.remove::<RequestSpool>();
    extensions.remove::<RequestMark>();
}
