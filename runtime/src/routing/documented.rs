//! An `Api` with documents about itself.

use crate::Api;
use crate::routing::beside::require_disjoint;
use crate::routing::document_routes::DocumentRoutes;

impl Api {
    /// Adds public routes that serve documents about the API, built when it is served.
    ///
    /// # Panics
    ///
    /// Panics if the reason is blank, if the API has documents already, or if another route has one of the paths.
    #[track_caller]
    pub(crate) fn with_documents(
        mut self,
        documents: DocumentRoutes,
        reason: &'static str,
    ) -> Self {
        assert!(
            self.documents.is_none(),
            "the documents of this API have routes already"
        );
        DocumentRoutes::add(reason, &mut self.inventory);
        if let Some(beside) = &self.beside {
            require_disjoint(&self.inventory, beside);
        }
        self.documents = Some(documents);
        self
    }

    /// Returns whether errors have the API's own format.
    pub(crate) fn renders_errors(&self) -> bool {
        self.format.renders()
    }
}
