//! Where generated code finds the runtime crate.

use syn::Path;

/// The runtime crate: `::palisade`, or what `crate = path` says.
#[derive(Clone, Default)]
pub(crate) struct Runtime {
    pub(crate) renamed: Option<Path>,
}

impl Runtime {
    pub(crate) fn new(renamed: Option<Path>) -> Self {
        Self { renamed }
    }
}
