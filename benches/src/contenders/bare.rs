//! Bare axum without a guard.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::contenders::handler::{BODY, show_orders};
use crate::tokens::PATH;

/// The header fields that Palisade adds to the response.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

pub(crate) fn router() -> Router {
    with_routes(0)
}

/// Builds the router with `count` more routes.
pub(crate) fn with_routes(count: usize) -> Router {
    let routes = (0..count).map(|at| format!("/resources{at}/{{id}}"));
    let more = routes.fold(Router::new(), |router, path| {
        router.route(&path, get(show_orders))
    });
    built(more.route(PATH, get(show_orders)))
}

/// Builds the router whose handler sets the header fields of Palisade's response.
pub(crate) fn with_headers() -> Router {
    built(Router::new().route(PATH, get(show_orders_with_headers)))
}

/// Builds the services of the routes, as `axum::serve` does; otherwise axum builds one for each request.
fn built(router: Router) -> Router {
    router.with_state(())
}

async fn show_orders_with_headers() -> impl IntoResponse {
    (HEADERS, BODY)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::header::HeaderMap;
    use tower::ServiceExt;

    use super::*;
    use crate::contenders::palisade;
    use crate::tokens::{ALGORITHMS, request, valid_token};

    async fn headers(router: Router) -> HeaderMap {
        let token = valid_token(ALGORITHMS[0]).sign();
        let response = router.oneshot(request(&token).unwrap()).await.unwrap();
        response.into_parts().0.headers
    }

    #[tokio::test]
    async fn headers_are_those_of_palisade() {
        let palisade = palisade::router().await.unwrap();
        assert_eq!(headers(with_headers()).await, headers(palisade).await);
    }
}
