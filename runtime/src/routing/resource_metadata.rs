//! The route of the resource metadata ([RFC 9728]), which every API with a resource has.
//!
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::MethodFilter;
use serde::Serialize;

use crate::guard::{Guard, TicketStore};
use crate::policy::Declaration;
use crate::resource_server::{IssuerSummary, Resource};
use crate::response::{metadata_document, metadata_options};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::declared::{Checked, DeclaredHandler, Declares, HandlerFacts};
use crate::routing::endpoint::Endpoint;
use crate::routing::inventory::{Inventory, Route};
use crate::routing::known_methods::in_filter;
use crate::routing::mount::Mount;
use crate::routing::passed_guard::PassedGuard;
#[cfg(feature = "openapi")]
use crate::routing::return_facts::ReturnFacts;
use crate::routing::unmatched;

/// The route of the metadata, at the root of the host.
#[derive(Clone)]
pub(super) struct MetadataRoute {
    pub(super) router: axum::Router,
    pub(super) path: String,
}

/// The members of the document ([RFC 9728 §2]); an empty list is omitted.
///
/// [RFC 9728 §2]: https://www.rfc-editor.org/rfc/rfc9728#section-2
#[derive(Serialize)]
struct Metadata<'a> {
    resource: &'a str,
    authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: BTreeSet<&'static str>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<&'a str>,
}

impl MetadataRoute {
    /// Creates the route for the routes of an inventory, and adds itself to the inventory.
    ///
    /// # Panics
    ///
    /// Panics if the inventory has a route with the same path.
    #[track_caller]
    pub(super) fn add(guard: Guard, resource: &Resource, inventory: &mut Inventory) -> Self {
        let path = resource.metadata_path().to_owned();
        require_free(&path, inventory);
        let document = serde_json::to_vec(&Metadata::new(resource, inventory));
        // a struct of texts always serializes
        let document: Bytes = document.unwrap_or_default().into();
        let methods = MethodFilter::GET.or(MethodFilter::OPTIONS);
        let route = Route::new(HandlerFacts::of::<ServesMetadata>())
            .at(&path, in_filter(methods).collect());
        inventory.push(route.at_root());
        // its handler neither accepts nor issues tickets
        let tickets = TicketStore::new(guard.server(), []);
        let mount = Mount::new(guard, tickets).with_state(Arc::new(document));
        let handler = mount.handler::<ServesMetadata, ()>();
        let method_router = unmatched::method_router().on_service(methods, handler);
        // a path of the configuration is no pattern
        let router = unmatched::router().without_v07_checks();
        Self {
            router: router.route(&path, method_router),
            path,
        }
    }
}

/// Requires that no other route has the path of the metadata.
///
/// # Panics
///
/// Panics if one has.
#[track_caller]
pub(super) fn require_free(path: &str, inventory: &Inventory) {
    let mut routes = inventory.iter().filter(|route| !route.is_at_root());
    assert!(
        routes.all(|route| route.path() != path || route.is_fallback()),
        "`{path}` is the path of the resource metadata: move this route, or remove `Builder::resource`"
    );
}

impl<'a> Metadata<'a> {
    fn new(resource: &'a Resource, inventory: &'a Inventory) -> Self {
        let issuers = inventory.issuers().iter();
        Self {
            resource: resource.url(),
            authorization_servers: issuers.map(IssuerSummary::issuer).collect(),
            scopes_supported: inventory.requestable_scopes().collect(),
            bearer_methods_supported: ["header"],
            resource_name: resource.name(),
            resource_documentation: resource.documentation(),
        }
    }
}

/// The handler of the metadata.
struct MetadataHandler;

type ServesMetadata = DeclaredHandler<MetadataHandler, Checked<true>>;

impl Declares for MetadataHandler {
    type Checked = Checked<true>;

    const DECLARATION: &'static Declaration = &Declaration::public(
        "resource_metadata",
        module_path!(),
        "clients discover the issuers and scopes of this API here (RFC 9728)",
    );

    const ARGUMENTS: &'static [ArgumentFacts] = &[];

    #[cfg(feature = "openapi")]
    const RETURNED: fn() -> ReturnFacts = ReturnFacts::resource_metadata;
}

impl Endpoint<MetadataHandler, Bytes, ()> for Checked<true> {
    async fn call(request: &mut Request, document: &Bytes, _: &PassedGuard) -> Response {
        if request.method() == Method::OPTIONS {
            metadata_options()
        } else {
            metadata_document(document.clone())
        }
    }
}
