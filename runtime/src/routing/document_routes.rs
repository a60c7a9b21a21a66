//! The routes of documents about an API: its description, and a page that shows it.

use std::any::TypeId;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::MethodFilter;

use crate::guard::{Guard, TicketStore};
use crate::policy::Declaration;
use crate::response::StaticDocument;
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::boundary::ErrorFormat;
use crate::routing::declared::{Checked, DeclaredHandler, Declares, HandlerFacts};
use crate::routing::endpoint::Endpoint;
use crate::routing::inventory::{Inventory, Route};
use crate::routing::mount::Mount;
use crate::routing::passed_guard::PassedGuard;
use crate::routing::return_facts::ReturnFacts;
use crate::routing::unmatched;
use crate::steps::{self, Step};

/// The documents of an API.
pub(crate) struct Documents {
    pub(crate) description: StaticDocument,
    pub(crate) page: StaticDocument,
    pub(crate) viewer: StaticDocument,
}

/// Creates the documents from the inventory; with `true`, for an API that renders errors in its own format.
type Create = dyn Fn(&Inventory, bool) -> Documents + Send + Sync;

/// The paths of the documents, and the function that creates them.
///
/// They are created when the API is served, because its routes may still be moved below a prefix.
#[derive(Clone)]
pub(crate) struct DocumentRoutes {
    create: Arc<Create>,
}

impl DocumentRoutes {
    pub(crate) fn new(
        create: impl Fn(&Inventory, bool) -> Documents + Send + Sync + 'static,
    ) -> Self {
        Self {
            create: Arc::new(create),
        }
    }

    /// Adds the routes to the inventory.
    ///
    /// # Panics
    ///
    /// Panics if the reason is blank, or if a route has the same path.
    #[track_caller]
    pub(super) fn add(reason: &'static str, inventory: &mut Inventory) {
        assert!(
            !reason.trim().is_empty(),
            "the public routes of documents need a reason"
        );
        for route in [
            route::<0>("/openapi.json", reason),
            route::<1>("/docs", reason),
            route::<2>("/docs/viewer.js", reason),
        ] {
            let path = route.path();
            let mut others = inventory.iter().filter(|other| !other.is_fallback());
            assert!(
                others.all(|other| other.path() != path),
                "`{path}` is the path of a document about this API: move this route"
            );
            inventory.push(route);
        }
    }

    /// Creates the documents, and a router that serves them.
    pub(super) fn router(
        &self,
        inventory: &Inventory,
        format: &ErrorFormat,
        guard: Guard,
    ) -> axum::Router {
        let documents = (self.create)(inventory, format.renders());
        // their handlers neither accept nor issue tickets
        let tickets = TicketStore::new(guard.server(), []);
        let mount = Mount::new(guard, tickets);
        let router = unmatched::router();
        let router = serve::<0>(router, &mount, inventory, documents.description);
        let router = serve::<1>(router, &mount, inventory, documents.page);
        serve::<2>(router, &mount, inventory, documents.viewer)
    }
}

fn route<const DOCUMENT: usize>(path: &str, reason: &'static str) -> Route {
    let own = DocumentHandler::<DOCUMENT>::DECLARATION;
    // lives as long as the API, of which a program has few
    let declaration = Box::leak(Box::new(Declaration::public(
        own.handler,
        own.module,
        reason,
    )));
    Route::new(HandlerFacts::of::<Serves<DOCUMENT>>())
        .at(path, vec![Method::GET])
        .declared(declaration)
}

fn serve<const DOCUMENT: usize>(
    router: axum::Router,
    mount: &Mount<()>,
    inventory: &Inventory,
    document: StaticDocument,
) -> axum::Router {
    let handler = TypeId::of::<Serves<DOCUMENT>>();
    let mut routes = inventory.iter();
    let Some(route) = routes.find(|route| route.handler().id == handler) else {
        return router;
    };
    let mount = mount.with_state(Arc::new(document));
    let handler = mount.declared_handler::<Serves<DOCUMENT>, ()>(route.handler());
    let method_router = unmatched::method_router().on_service(MethodFilter::GET, handler);
    router.route(route.path(), method_router)
}

/// The handler of a document.
struct DocumentHandler<const DOCUMENT: usize>;

type Serves<const DOCUMENT: usize> = DeclaredHandler<DocumentHandler<DOCUMENT>, Checked<true>>;

impl<const DOCUMENT: usize> Declares for DocumentHandler<DOCUMENT> {
    type Checked = Checked<true>;

    const DECLARATION: &'static Declaration = &Declaration::public(
        match DOCUMENT {
            0 => "openapi_json",
            1 => "docs",
            _ => "docs_viewer",
        },
        module_path!(),
        "the API states the reason",
    );

    const ARGUMENTS: &'static [ArgumentFacts] = &[];

    const RETURNED: fn() -> ReturnFacts = || {
        ReturnFacts::document(match DOCUMENT {
            0 => "application/json",
            1 => "text/html",
            _ => "text/javascript",
        })
    };
}

impl<const DOCUMENT: usize> Endpoint<DocumentHandler<DOCUMENT>, StaticDocument, ()>
    for Checked<true>
{
    async fn call(request: &mut Request, document: &StaticDocument, _: &PassedGuard) -> Response {
        steps::begin(Step::Handler);
        document.respond(request.headers())
    }
}
