//! An extractor of the API that clears the extensions of a request, or replaces its head by that of
//! another request, before other arguments are extracted.

use std::sync::Mutex;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;
use palisade::input::{InputExtractor, InputLocation, Multipart};
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi, caller};

use super::Found;

/// The head of a request of root with wide limits.
static WIDE: Mutex<Option<Parts>> = Mutex::new(None);

/// Changes the head of the request in the way that its query names.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Changed {
    #[garde(skip)]
    #[serde(default)]
    done: bool,
}

fn change(parts: &mut Parts) -> Changed {
    let way = parts.headers.get("x-change").cloned();
    match way.as_ref().and_then(|way| way.to_str().ok()) {
        Some("clear") => parts.extensions.clear(),
        Some("insert") => drop(parts.extensions.insert(caller("root"))),
        Some(way) => {
            let wide = WIDE.lock().unwrap().clone().unwrap();
            parts.extensions = wide.extensions;
            if way == "head" {
                for (name, value) in &wide.headers {
                    parts.headers.insert(name, value.clone());
                }
            }
        }
        None => {}
    }
    Changed { done: true }
}

impl<S: Sync> FromRequestParts<S> for Changed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(change(parts))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Changed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(Some(change(parts)))
    }
}

impl InputExtractor for Changed {
    const ACCEPTS: &'static str = "a test";
    const LOCATION: InputLocation = InputLocation::Header;
}

struct Trusted;

impl<S: Sync> FromRequestParts<S> for Trusted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        change(parts);
        Ok(Self)
    }
}

impl TrustedExtractor for Trusted {
    const REASON: &'static str = "a test";
}

/// An extractor of the API that reads checked input.
struct Inside(usize);

impl<S: Send + Sync> FromRequestParts<S> for Inside {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let filter =
            <Valid<Query<Filter>> as FromRequestParts<S>>::from_request_parts(parts, state);
        match filter.await {
            Ok(Valid(Query(filter))) => Ok(Self(filter.n.len())),
            Err(error) => Err(error.into_response()),
        }
    }
}

impl TrustedExtractor for Inside {
    const REASON: &'static str = "a test";
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[garde(length(max = 5000), inner(range(max = 9)))]
    #[serde(default)]
    n: Vec<u16>,
}

/// Declares a module of handlers whose first argument changes the head.
macro_rules! handlers {
    ($($module:ident: $changed:ty, [$($reason:tt)*];)*) => {$(
        mod $module {
            use super::*;

            #[secured(authenticated$($reason)*, parameter_limit = 3)]
            async fn query(_: $changed, Valid(Query(filter)): Valid<Query<Filter>>) -> String {
                filter.n.len().to_string()
            }

            #[secured(authenticated$($reason)*, parameter_limit = 3)]
            async fn optional(
                _: $changed,
                filter: Option<Valid<Query<Filter>>>,
                _: Option<Valid<Json<Changed>>>,
            ) -> String {
                filter.map_or(0, |Valid(Query(filter))| filter.n.len()).to_string()
            }

            #[secured(authenticated$($reason)*, parameter_limit = 3)]
            async fn inside(_: $changed, Inside(count): Inside, _: Method) -> String {
                count.to_string()
            }

            #[secured(authenticated$($reason)*, parameter_limit = 3)]
            async fn form(_: $changed, Valid(Form(filter)): Valid<Form<Filter>>) -> String {
                filter.n.len().to_string()
            }

            #[secured(authenticated$($reason)*, part_limit = 3)]
            async fn parts(_: $changed, Valid(Multipart(filter)): Valid<Multipart<Filter>>) -> String {
                filter.n.len().to_string()
            }

            #[secured(authenticated$($reason)*, body_limit = "20 B")]
            async fn json(_: $changed, _: Valid<Json<Changed>>) {}

            #[secured(authenticated, unvalidated = "a test", body_limit = "20 B")]
            async fn bytes(_: $changed, _: Unvalidated<axum::body::Bytes>) {}

            #[secured(authenticated$($reason)*)]
            async fn found(_: $changed, first: Caller, Found(found): Found, last: Caller) -> String {
                format!("{} {found} {}", first.subject(), last.subject())
            }

            pub(super) fn routes() -> SecureRouter {
                SecureRouter::new()
                    .route("/query", get(query))
                    .route("/optional", get(optional))
                    .route("/inside", get(inside))
                    .route("/form", post(form))
                    .route("/parts", post(parts))
                    .route("/json", post(json))
                    .route("/bytes", post(bytes))
                    .route("/found", get(found))
            }
        }
    )*};
}

handlers! {
    trusted: Trusted, [];
    validated: Valid<Changed>, [];
    optional: Option<Valid<Changed>>, [];
    unvalidated: Unvalidated<Trusted>, [, unvalidated = "a test"];
}

/// Keeps the head of its request.
#[secured(
    authenticated,
    unvalidated = "a test",
    parameter_limit = 10_000,
    part_limit = 1000,
    body_limit = "1 MiB"
)]
async fn wide(Unvalidated(parts): Unvalidated<Parts>) {
    *WIDE.lock().unwrap() = Some(parts);
}

#[tokio::test]
async fn head_that_an_extractor_changes_has_the_limits_and_the_caller_of_the_guard() {
    for (kind, routes) in [
        ("trusted", trusted::routes()),
        ("validated", validated::routes()),
        ("optional", optional::routes()),
        ("unvalidated", unvalidated::routes()),
    ] {
        let inner = |routes: SecureRouter| routes.inner_layer(tower::layer::util::Identity::new());
        let routes = SecureRouter::new()
            .route("/wide", get(wide))
            .nest("/inner", inner(routes))
            .merge(match kind {
                "trusted" => trusted::routes(),
                "validated" => validated::routes(),
                "optional" => optional::routes(),
                _ => unvalidated::routes(),
            });
        let api = TestApi::new(routes).await;
        let root = api.caller("root").claim("tenant", "root");
        assert_eq!(root.get("/wide").send().await.status(), 200);
        for way in ["none", "clear", "insert", "extensions", "head"] {
            for prefix in ["", "/inner"] {
                assert_limits_and_caller(&api, way, prefix, &format!("{kind} {way} {prefix}"))
                    .await;
            }
        }
    }
}

async fn assert_limits_and_caller(api: &TestApi, way: &str, prefix: &str, case: &str) {
    let request = || {
        let request = api.caller("mallory").claim("tenant", "acme");
        match way {
            "none" => request,
            _ => request.header("x-change", way),
        }
    };
    let path = |path: &str| format!("{prefix}{path}");
    let pairs = |count| vec!["n=1"; count].join("&");
    for at in ["/query", "/optional", "/inside"] {
        for (count, status) in [(3, 200), (4, 400)] {
            let uri = path(&format!("{at}?{}", pairs(count)));
            let response = request().get(&uri).send().await;
            assert_eq!(response.status(), status, "{case} {uri}");
        }
    }
    for (count, status) in [(3, 200), (4, 400)] {
        let form = request().post(&path("/form"));
        let form = form.body(pairs(count), "application/x-www-form-urlencoded");
        assert_eq!(form.send().await.status(), status, "{case} form {count}");
        let parts = (0..count).fold(MultipartForm::new(), |form, _| form.text("n", "1"));
        let parts = request().post(&path("/parts")).multipart(parts);
        assert_eq!(parts.send().await.status(), status, "{case} parts {count}");
    }
    for (spaces, status) in [(18, 200), (19, 413)] {
        for at in ["/json", "/bytes"] {
            let body = " ".repeat(spaces) + "{}";
            let body = request().post(&path(at)).body(body, "application/json");
            assert_eq!(body.send().await.status(), status, "{case} {at} {spaces}");
        }
    }
    let found = request().get(&path("/found")).send().await;
    let expected = match way {
        // beside the credential of root, the proof of the guard is void
        "head" => "mallory none mallory",
        _ => "mallory mallory mallory",
    };
    assert_eq!(found.text(), expected, "{case}");
}
