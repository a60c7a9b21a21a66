//! The security requirements and schemes of a document.

use palisade::prelude::*;
use palisade::resource_server::{IntrospectedTokens, Startup};
use palisade::testing::EmbeddedIssuer;
use palisade::{Grants, Introspection, Secret};
use serde_json::{Value, json};

use super::{described, document};

palisade::scopes! {
    /// Read orders.
    READ = "orders:read";
    /// Change orders.
    WRITE = "orders:write" implies READ;
    /// Delete orders.
    DELETE = "orders:delete";
    /// Administer.
    ADMIN = "admin";
}

#[public(reason = "liveness probe, reveals nothing")]
async fn health() {}

#[secured(authenticated)]
async fn whoami() {}

#[secured(scopes = READ)]
async fn list() {}

#[secured(scopes = any(ADMIN, all(WRITE, DELETE)))]
async fn delete_order() {}

#[secured(roles = "clerk")]
async fn desk() {}

#[secured(scopes = READ, roles = any("clerk", "auditor"))]
async fn audit() {}

#[secured(scopes = READ, ticket)]
async fn events() {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/health", get(health))
        .route("/whoami", get(whoami))
        .route("/orders", get(list).delete(delete_order))
        .route("/desk", get(desk))
        .route("/audit", get(audit))
        .route("/events", get(events))
}

fn security<'a>(document: &'a Value, path: &str, method: &str) -> &'a Value {
    &document["paths"][path][method]["security"]
}

#[tokio::test]
async fn requirement_is_the_declaration_of_the_route() {
    let document = described(routes()).await;
    for (path, method, expected) in [
        ("/health", "get", json!([])),
        ("/whoami", "get", json!([{ "login.example": [] }])),
        (
            "/orders",
            "get",
            json!([{ "login.example": ["orders:read"] }]),
        ),
        (
            "/orders",
            "delete",
            json!([
                { "login.example": ["admin"] },
                { "login.example": ["orders:write", "orders:delete"] },
            ]),
        ),
        ("/desk", "get", json!([{ "login.example": [] }])),
        (
            "/audit",
            "get",
            json!([{ "login.example": ["orders:read"] }]),
        ),
        (
            "/events",
            "get",
            json!([{ "login.example": ["orders:read"] }, { "ticket": [] }]),
        ),
    ] {
        assert_eq!(
            *security(&document, path, method),
            expected,
            "{method} {path}"
        );
    }
    for (path, description) in [
        (
            "/audit",
            "Requires `orders:read and (role clerk or role auditor)`.",
        ),
        (
            "/events",
            "Requires `orders:read`. A ticket in the query replaces the token.",
        ),
    ] {
        let operation = &document["paths"][path]["get"];
        assert_eq!(operation["description"], description, "{path}");
    }
}

#[tokio::test]
async fn scheme_describes_issuer_audience_and_scopes() {
    let document = described(routes()).await;
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        schemes["login.example"],
        json!({
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Access tokens of `https://login.example` for the audience `https://api.example`.\n\n\
                Scopes:\n\n- `admin`: Administer.\n- `orders:delete`: Delete orders.\n\
                - `orders:read`: Read orders. (implied by `orders:write`)\n- `orders:write`: Change orders.",
        })
    );
    assert_eq!(schemes["ticket"]["in"], "query");
}

/// An issuer that may not grant what a route requires is no alternative.
#[tokio::test]
async fn requirement_names_the_issuers_that_may_grant_it() {
    let one = EmbeddedIssuer::new("https://one.example");
    let two = EmbeddedIssuer::new("https://two.example/realms/x");
    let server = ResourceServer::builder()
        .trust(one.issuer("a").grants(Grants::none().scopes([READ])))
        .trust(two.issuer("a").grants_everything())
        .build()
        .await
        .unwrap();
    let document = document(&routes().protect(server));
    assert_eq!(
        *security(&document, "/orders", "get"),
        json!([{ "one.example": ["orders:read"] }, { "two.example_realms_x": ["orders:read"] }])
    );
    let delete = security(&document, "/orders", "delete").as_array().unwrap();
    assert!(
        delete
            .iter()
            .all(|alternative| alternative.get("two.example_realms_x").is_some())
    );
}

/// A list without requirements would mean that the route is public.
#[tokio::test]
async fn route_that_no_issuer_can_open_is_not_public() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let issuer = issuer.issuer("a").grants(Grants::none());
    let server = ResourceServer::builder()
        .trust(issuer)
        .build()
        .await
        .unwrap();
    let document = document(&routes().protect(server));
    for (path, method) in [("/orders", "get"), ("/orders", "delete"), ("/desk", "get")] {
        let requirements = security(&document, path, method).as_array().unwrap();
        assert!(!requirements.is_empty(), "{method} {path}");
        assert!(!requirements.contains(&json!({})), "{method} {path}");
    }
}

/// Serves a key set and one metadata document; returns the URL of the issuer.
async fn issuer_with(path: &'static str, issuer: &EmbeddedIssuer) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
    let keys: Value = serde_json::from_slice(issuer.jwks().as_ref()).unwrap();
    let router = axum::Router::new()
        .route(path, axum::routing::get(async || Json(metadata)))
        .route("/keys", axum::routing::get(async || Json(keys)));
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

/// `openIdConnect` needs the OpenID Connect Discovery document.
#[tokio::test]
async fn scheme_depends_on_the_metadata_document() {
    let embedded = EmbeddedIssuer::new("https://login.example");
    for (path, is_openid) in [
        ("/.well-known/openid-configuration", true),
        ("/.well-known/oauth-authorization-server", false),
    ] {
        let url = issuer_with(path, &embedded).await;
        let issuer = Issuer::new(&*url).allow_loopback_http().audience("a");
        let server = ResourceServer::builder().trust(issuer).build().await;
        let document = document(&routes().protect(server.unwrap()));
        let schemes = document["components"]["securitySchemes"].as_object();
        let name = url.replace("http://", "").replace(':', "_");
        let scheme = &schemes.unwrap()[&name];
        let description = scheme["description"].as_str().unwrap();
        if is_openid {
            assert_eq!(scheme["type"], "openIdConnect");
            assert_eq!(scheme["openIdConnectUrl"], format!("{url}{path}"));
            assert!(!description.contains(".well-known"), "{description}");
        } else {
            assert_eq!(scheme["type"], "http");
            assert_eq!(scheme["bearerFormat"], "JWT");
            let named = format!("The metadata of the issuer is at `{url}{path}` (RFC 8414).");
            assert!(description.contains(&named), "{description}");
        }
    }
}

#[tokio::test]
async fn scheme_of_opaque_tokens_has_no_format() {
    let endpoint = || {
        let introspection = Introspection::new("api", Secret::new("a secret of the API"));
        introspection.endpoint("https://login.example/introspect")
    };
    for (tokens, format) in [
        (IntrospectedTokens::Opaque, Value::Null),
        (IntrospectedTokens::OpaqueBesideJwts, Value::Null),
        (IntrospectedTokens::All, Value::Null),
        (IntrospectedTokens::Jwts, json!("JWT")),
    ] {
        let embedded = EmbeddedIssuer::new("https://login.example");
        let issuer = match tokens {
            IntrospectedTokens::Opaque => Issuer::new("https://login.example").audience("a"),
            _ => embedded.issuer("a"),
        };
        let issuer = issuer.introspect(endpoint().tokens(tokens));
        let server = ResourceServer::builder().trust(issuer);
        let server = server.startup(Startup::Deferred).build().await;
        let document = document(&routes().protect(server.unwrap()));
        let scheme = &document["components"]["securitySchemes"]["login.example"];
        assert_eq!(
            (&scheme["type"], &scheme["scheme"]),
            (&json!("http"), &json!("bearer"))
        );
        assert_eq!(scheme["bearerFormat"], format, "{tokens:?}");
    }
}

#[secured(scopes = "orders:read", next(scopes = all("orders:read", "tenant:read")))]
async fn narrowed() {}

#[secured(scopes = "orders:read", next(scopes = all("orders:read", any("a:read", "b:read"))))]
async fn with_choice() {}

#[secured(authenticated, next(scopes = "later:read"))]
async fn later() {}

/// Clients that request the scopes in advance need their descriptions.
#[tokio::test]
async fn scope_that_a_route_will_require_is_in_the_list() {
    let routes = SecureRouter::new()
        .route("/narrowed", get(narrowed))
        .route("/choice", get(with_choice))
        .route("/later", get(later));
    let document = described(routes).await;
    let scheme = &document["components"]["securitySchemes"]["login.example"];
    let description = scheme["description"].as_str().unwrap();
    for scope in [
        "orders:read",
        "tenant:read",
        "a:read",
        "b:read",
        "later:read",
    ] {
        assert!(
            description.contains(&format!("- `{scope}`")),
            "{scope}: {description}"
        );
    }
    assert_eq!(
        document["paths"]["/narrowed"]["get"]["description"],
        "Requires `orders:read`. Will require `orders:read and tenant:read`."
    );
    // the scopes of `next` are not required yet
    assert_eq!(
        *security(&document, "/narrowed", "get"),
        json!([{ "login.example": ["orders:read"] }])
    );
    assert_eq!(
        *security(&document, "/later", "get"),
        json!([{ "login.example": [] }])
    );
}

#[secured(scopes = any("a", all("b", any("c", "d"))))]
async fn nested() {}

#[secured(scopes = all(any("a", "b"), any("c", "d")))]
async fn product() {}

#[secured(scopes = any("a", all("a", "b")))]
async fn absorbed() {}

#[tokio::test]
async fn alternatives_of_scopes_are_alternatives_of_requirements() {
    let routes = SecureRouter::new()
        .route("/nested", get(nested))
        .route("/product", get(product))
        .route("/absorbed", get(absorbed));
    let document = described(routes).await;
    for (path, expected) in [
        ("/nested", &[&["a"][..], &["b", "c"], &["b", "d"]][..]),
        (
            "/product",
            &[&["a", "c"], &["a", "d"], &["b", "c"], &["b", "d"]],
        ),
    ] {
        let found = security(&document, path, "get");
        let expected: Vec<Value> = expected
            .iter()
            .map(|scopes| json!({ "login.example": scopes }))
            .collect();
        assert_eq!(*found, json!(expected), "{path}");
    }
    let absorbed = security(&document, "/absorbed", "get").as_array().unwrap();
    assert!(absorbed.contains(&json!({ "login.example": ["a"] })));
}

#[tokio::test]
async fn server_is_the_resource() {
    for (resource, path, server, of_metadata) in [
        (
            "https://api.example",
            "/orders",
            "https://api.example",
            Value::Null,
        ),
        (
            "https://api.example/shop",
            "/shop/orders",
            "https://api.example",
            Value::Null,
        ),
        (
            "https://api.example/shop",
            "/orders",
            "https://api.example/shop",
            json!([{ "url": "https://api.example" }]),
        ),
        (
            "https://api.example/shop",
            "/shopping",
            "https://api.example/shop",
            json!([{ "url": "https://api.example" }]),
        ),
    ] {
        let issuer = EmbeddedIssuer::new("https://login.example");
        let server_of_api = ResourceServer::builder()
            .resource(resource)
            .trust(Issuer::new(issuer.url()).jwks(issuer.jwks()))
            .build()
            .await
            .unwrap();
        // the fallback has every path
        let routes = SecureRouter::new().route(path, get(list)).fallback(list);
        let document = document(&routes.protect(server_of_api));
        assert_eq!(
            document["servers"],
            json!([{ "url": server }]),
            "{resource}"
        );
        let mut metadata = document["paths"].as_object().unwrap().iter();
        let metadata = metadata.find(|(path, _)| path.starts_with("/.well-known"));
        assert_eq!(metadata.unwrap().1["servers"], of_metadata, "{resource}");
    }
}
