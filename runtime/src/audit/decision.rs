//! One decision of the guard, told when it is made.

use std::time::Instant;

use crate::audit::Reason;
use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// A decision that is being made.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(dead_code, reason = "events name the declaration, histograms the time")
)]
pub(crate) struct Decision {
    declaration: &'static Declaration,
    begun: Option<Instant>,
}

impl Decision {
    pub(crate) fn begin(declaration: &'static Declaration) -> Self {
        Self {
            declaration,
            begun: cfg!(feature = "metrics").then(Instant::now),
        }
    }

    /// Tells what was decided; `token` is there where one was verified.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(
            clippy::unused_self,
            unused_variables,
            reason = "only an event names the token"
        )
    )]
    pub(crate) fn tell(&self, reason: Reason, token: Option<&VerifiedToken>) {
        #[cfg(feature = "tracing")]
        crate::audit::event::tell(self.declaration, reason, token);
        #[cfg(feature = "metrics")]
        crate::audit::meter::count(reason, self.begun.map(|begun| begun.elapsed()));
    }
}
