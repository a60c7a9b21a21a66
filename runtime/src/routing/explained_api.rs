//! Explanations of the requests of an API, for development.

use crate::routing::api::Api;
use crate::routing::explanation::{Explainer, Explanation};

impl Api {
    /// Shows the steps of each request through the guard, for development: the step that refused it, and the line of the declaration.
    ///
    /// [`palisade::serve`](fn@crate::serve) calls `show` with the [`Explanation`](crate::routing::Explanation) of each request when its response is
    /// ready. Print it, for example. The client's response does not change. A second call replaces the first. A router
    /// from [`into_router`](Self::into_router) does not explain requests.
    ///
    /// # Security
    ///
    /// An explanation contains file names of the program, and the reason that a response hides from clients. Therefore, the server starts only
    /// on loopback addresses, and not with [`behind_proxy`](crate::Server::behind_proxy) or on a Unix socket. Requests with a
    /// header field of a proxy, such as `X-Forwarded-For`, `Forwarded` or `Via`, are not explained. The
    /// [inventory](crate::routing::Inventory::relaxations) lists the relaxation.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(api: palisade::Api) -> Result<(), palisade::ServeError> {
    /// let api = api.explain(|explanation| eprintln!("{explanation}\n"));
    /// palisade::serve(api).listen("127.0.0.1:8080").await
    /// # }
    /// ```
    #[must_use]
    pub fn explain(mut self, show: impl Fn(&Explanation) + Send + Sync + 'static) -> Self {
        self.inventory.set_explained();
        self.explainer = Some(Explainer::new(show));
        self
    }

    /// Returns the function that shows explanations, if it is set.
    pub(crate) fn explainer(&self) -> Option<&Explainer> {
        self.explainer.as_ref()
    }
}
