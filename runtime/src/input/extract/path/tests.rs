//! Parameters of a path, and errors in them.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use serde::Deserialize;
use tower::ServiceExt as _;

use super::*;

/// Returns the response body of `handler`, behind a route with one parameter, two, or none.
async fn response<H, M>(path: &str, handler: H) -> String
where
    H: axum::handler::Handler<M, ()>,
    M: 'static,
{
    let inner = Router::new().route("/{id}", get(handler.clone()));
    let router = inner.clone().nest("/of/{tenant}", inner);
    let router = router.route("/none", get(handler));
    let request = Request::get(path).body(Body::empty()).unwrap();
    let body = router.oneshot(request).await.unwrap().into_body();
    let text = axum::body::to_bytes(body, 4096).await.unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

async fn decoded<T: DeserializeOwned + std::fmt::Debug + 'static>(path: &str) -> String {
    let handler = async |request: Request| {
        let mut parts = request.into_parts().0;
        match PathParameters::extract(&mut parts).await {
            Ok(Some(parameters)) => match parameters.decode::<T>() {
                Ok(value) => format!("{value:?}"),
                Err(error) => format!("{error:?}"),
            },
            Ok(None) => "none".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    };
    response(path, handler).await
}

/// Returns the error for axum's own rejection of a `Path<T>`.
async fn rejected<T: DeserializeOwned + Send + 'static>(path: &str) -> String {
    let handler = async |path: Result<Path<T>, PathRejection>| match path {
        Ok(_) => String::new(),
        Err(rejection) => format!("{:?}", path_error(&rejection)),
    };
    response(path, handler).await
}

fn debug(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

fn type_mismatch_at(name: &str, rule: &'static str, detail: &'static str) -> String {
    let violation = Violation::new(name, rule, detail);
    debug(&InputError::TypeMismatch(InputLocation::Path, violation))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[serde(rename = "id")]
    _id: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    #[serde(rename = "other")]
    _other: u8,
}

#[derive(Debug, Deserialize)]
struct Newtype(#[expect(dead_code, reason = "read by `Debug`")] u8);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Tea,
}

#[tokio::test]
async fn struct_receives_parameters_by_name() {
    assert_eq!(decoded::<Inner>("/7").await, "Inner { _id: 7 }");
    assert_eq!(decoded::<Inner>("/of/acme/7").await, "Inner { _id: 7 }");
    assert_eq!(
        decoded::<Inner>("/hunter2").await,
        type_mismatch_at("id", "type", "must be an integer")
    );
}

#[tokio::test]
async fn other_type_receives_all_parameters_in_order() {
    assert_eq!(decoded::<u8>("/7").await, "7");
    assert_eq!(decoded::<Newtype>("/7").await, debug(&Newtype(7)));
    assert_eq!(decoded::<Kind>("/tea").await, debug(&Kind::Tea));
    assert_eq!(decoded::<(u8,)>("/7").await, "(7,)");
    assert_eq!(decoded::<(String, u8)>("/of/a%20b/7").await, "(\"a b\", 7)");
    assert_eq!(decoded::<Vec<u8>>("/of/6/7").await, "[6, 7]");
    assert_eq!(decoded::<u8>("/none").await, "none");
}

#[tokio::test]
async fn mismatch_is_reported_at_parameter_and_not_echoed() {
    let integer = "must be an integer";
    assert_eq!(
        decoded::<u8>("/hunter2").await,
        type_mismatch_at("id", "type", integer)
    );
    assert_eq!(
        decoded::<u8>("/+7").await,
        type_mismatch_at("id", "type", integer)
    );
    assert_eq!(
        decoded::<Newtype>("/256").await,
        type_mismatch_at("id", "range", "is out of range")
    );
    for (path, name) in [("/of/x/7", "tenant"), ("/of/7/x", "id")] {
        assert_eq!(
            decoded::<(u8, u8)>(path).await,
            type_mismatch_at(name, "type", integer)
        );
    }
    assert_eq!(
        decoded::<Kind>("/hunter2").await,
        type_mismatch_at("id", "enum", "must be one of: tea")
    );
}

#[tokio::test]
async fn type_that_does_not_match_route_is_handler_mismatch() {
    let mismatch = debug(&InputError::HandlerMismatch);
    assert_eq!(decoded::<(u8, u8)>("/7").await, mismatch);
    assert_eq!(decoded::<u8>("/of/6/7").await, mismatch);
    assert_eq!(decoded::<Missing>("/7").await, mismatch);
    assert_eq!(rejected::<(u8, u8)>("/7").await, mismatch);
    assert_eq!(rejected::<Option<u8>>("/7").await, mismatch);
}

#[tokio::test]
async fn segment_that_is_not_utf8_is_malformed() {
    let violation = Violation::new("id", "encoding", "is not valid UTF-8");
    let error = debug(&InputError::Malformed(InputLocation::Path, violation));
    assert_eq!(decoded::<String>("/%ff").await, error);
    assert_eq!(rejected::<String>("/%ff").await, error);
}

#[tokio::test]
async fn rejection_of_axum_is_converted_without_text() {
    let integer = "must be an integer within the allowed range";
    assert_eq!(rejected::<u32>("/7").await, "");
    assert_eq!(
        rejected::<u32>("/hunter2").await,
        type_mismatch_at("", "type", integer)
    );
    assert_eq!(
        rejected::<(u8,)>("/256").await,
        type_mismatch_at("0", "type", integer)
    );
    assert_eq!(
        rejected::<std::net::IpAddr>("/hunter2").await,
        type_mismatch_at("id", "format", "does not have the expected format")
    );
    assert_eq!(
        rejected::<Missing>("/hunter2").await,
        type_mismatch_at("", "format", "does not have the expected format")
    );
    assert_eq!(
        rejected::<Inner>("/hunter2").await,
        type_mismatch_at("id", "type", integer)
    );
    for (found, detail) in [
        (
            rejected::<bool>("/hunter2").await,
            "must be `true` or `false`",
        ),
        (
            rejected::<char>("/hunter2").await,
            "must be a single character",
        ),
        (rejected::<f32>("/hunter2").await, "must be a number"),
        (rejected::<f64>("/hunter2").await, "must be a number"),
    ] {
        assert_eq!(found, type_mismatch_at("", "type", detail));
    }
}
