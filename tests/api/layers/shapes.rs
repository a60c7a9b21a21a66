//! The same arrangements of routes and layers, for a `SecureRouter` and for a plain router.

/// Arrangements of routes and one layer.
macro_rules! shapes {
    ($router:ty, $get:path, $post:path, $handlers:path, $layer:expr) => {{
        use $handlers::{create, list, lost};
        let new = || <$router>::new();
        let orders = || new().route("/orders", $get(list).post(create));
        let shapes: Vec<(&str, $router)> = vec![
            ("layer around everything", orders().layer($layer)),
            ("no layer", orders()),
            (
                "route after the layer",
                orders().layer($layer).route("/late", $get(list)),
            ),
            ("layer of a router without routes", new().layer($layer)),
            (
                "two layers",
                orders()
                    .layer($layer)
                    .route("/late", $get(list))
                    .layer($layer),
            ),
            ("route layer", orders().route_layer($layer)),
            (
                "route layer, late route",
                orders().route_layer($layer).route("/late", $get(list)),
            ),
            (
                "fallback before the layer",
                orders().fallback(lost).layer($layer),
            ),
            (
                "fallback after the layer",
                orders().layer($layer).fallback(lost),
            ),
            (
                "fallback and route layer",
                orders().fallback(lost).route_layer($layer),
            ),
            (
                "layer of a method router",
                new().route("/orders", $get(list).layer($layer).post(create)),
            ),
            (
                "route layer of a method router",
                new().route("/orders", $get(list).route_layer($layer).post(create)),
            ),
            (
                "layer inside a nest",
                new().nest("/v1", orders().layer($layer)),
            ),
            (
                "layer outside a nest",
                new().nest("/v1", orders()).layer($layer),
            ),
            (
                "layer before a nest",
                new().layer($layer).nest("/v1", orders()),
            ),
            (
                "layer and fallback inside a nest",
                new().nest("/v1", orders().fallback(lost).layer($layer)),
            ),
            (
                "layer inside a nest, fallback outside",
                new().nest("/v1", orders().layer($layer)).fallback(lost),
            ),
            (
                "route at the root of a nest",
                new().nest("/v1", new().route("/", $get(list)).layer($layer)),
            ),
            ("layer inside a merge", new().merge(orders().layer($layer))),
            (
                "layer inside the first of a merge",
                orders()
                    .layer($layer)
                    .merge(new().route("/late", $get(list))),
            ),
            (
                "layer inside the second of a merge",
                orders().merge(new().route("/late", $get(list)).layer($layer)),
            ),
            (
                "one path of two routers, first with a layer",
                new()
                    .route("/orders", $get(list))
                    .layer($layer)
                    .merge(new().route("/orders", $post(create))),
            ),
            (
                "one path of two routers, second with a layer",
                new()
                    .route("/orders", $get(list))
                    .merge(new().route("/orders", $post(create)).layer($layer)),
            ),
            (
                "one path of two routers with layers",
                new()
                    .route("/orders", $get(list))
                    .layer($layer)
                    .merge(new().route("/orders", $post(create)).layer($layer)),
            ),
            (
                "merge with a fallback",
                orders()
                    .layer($layer)
                    .merge(new().fallback(lost).layer($layer)),
            ),
            (
                "nest in a nest",
                new().nest(
                    "/v1",
                    new().nest("/v2", orders()).merge(orders()).layer($layer),
                ),
            ),
        ];
        shapes
    }};
}

/// Compares each arrangement of a layer; `$after` runs after each.
macro_rules! assert_shapes {
    ($layer:expr) => {{
        let secured = $crate::layers::shapes::shapes!(
            ::palisade::prelude::SecureRouter,
            ::palisade::prelude::get,
            ::palisade::prelude::post,
            $crate::layers,
            $layer
        );
        let controls = $crate::layers::shapes::shapes!(
            ::axum::Router,
            ::axum::routing::get,
            ::axum::routing::post,
            $crate::layers::plain,
            $layer
        );
        for ((case, secured), (_, control)) in secured.into_iter().zip(controls) {
            $crate::layers::assert_same(case, secured, control).await;
        }
    }};
}

pub(super) use {assert_shapes, shapes};
