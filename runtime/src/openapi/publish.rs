//! The routes of the description and of its page.

use crate::Api;
use crate::openapi::document::Document;
use crate::openapi::info::Info;
use crate::openapi::page::{page, viewer};
use crate::response::StaticDocument;
use crate::routing::{DocumentRoutes, Documents};

impl Api {
    /// Serves the [description](Document) of this API at `/openapi.json`, and a page for people at `/docs`.
    ///
    /// The routes are public, for a reason that the inventory lists. They are part of the description, and follow
    /// [`mounted_at`](Self::mounted_at). Responses have an `ETag`, and may be stored for five minutes. The page needs no
    /// network but this API.
    ///
    /// # Panics
    ///
    /// If `reason` is blank, if the API is described already, or if a route has one of the paths `/openapi.json`,
    /// `/docs` and `/docs/viewer.js`.
    ///
    /// # Security
    ///
    /// The description has the paths, scopes, roles, limits and input rules of every route, and the documentation
    /// comments of handlers and of output types. It has neither reasons nor secrets. If clients are not supposed to know the routes,
    /// do not call this method: write [`Document::to_json`] to a file instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::openapi::Info;
    /// use palisade::prelude::*;
    ///
    /// # #[secured(scopes = "orders:read")]
    /// # async fn list_orders() {}
    /// fn api(server: ResourceServer) -> palisade::Api {
    ///     SecureRouter::new()
    ///         .route("/orders", get(list_orders))
    ///         .protect(server)
    ///         .publish_openapi(Info::new("Orders", "1.0.0"), "clients are generated from the description")
    /// }
    /// # let _ = api;
    /// ```
    #[must_use]
    #[track_caller]
    pub fn publish_openapi(self, info: Info, reason: &'static str) -> Self {
        let routes = DocumentRoutes::new(move |inventory, renders_errors| {
            let document = Document::of(inventory, renders_errors, info.clone());
            Documents {
                page: page(&info),
                viewer: viewer(),
                description: StaticDocument::new(document.to_json(), "application/json"),
            }
        });
        self.with_documents(routes, reason)
    }
}
