//! What becomes of a route's parameters, and of faults in them.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use serde::Deserialize;
use tower::ServiceExt as _;

use super::*;

/// What `handler` says of a request, below one parameter or two.
async fn said<H, M>(path: &str, handler: H) -> String
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
        match Parameters::of(&mut parts).await {
            Ok(Some(parameters)) => match parameters.decode::<T>() {
                Ok(value) => format!("{value:?}"),
                Err(error) => format!("{error:?}"),
            },
            Ok(None) => "none".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    };
    said(path, handler).await
}

/// What becomes of axum's own rejection of a `Path<T>`.
async fn rejected<T: DeserializeOwned + Send + 'static>(path: &str) -> String {
    let handler = async |path: Result<Path<T>, PathRejection>| match path {
        Ok(_) => String::new(),
        Err(rejection) => format!("{:?}", refused(&rejection)),
    };
    said(path, handler).await
}

fn told(error: &InputError) -> String {
    format!("{error:?}")
}

fn unfit_by(name: &str, rule: &'static str, detail: &'static str) -> String {
    let violation = Violation::new(name, rule, detail);
    told(&InputError::TypeMismatch(InputLocation::Path, violation))
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
async fn a_struct_takes_what_it_names_and_leaves_the_rest() {
    assert_eq!(decoded::<Inner>("/7").await, "Inner { _id: 7 }");
    assert_eq!(decoded::<Inner>("/of/acme/7").await, "Inner { _id: 7 }");
    assert_eq!(
        decoded::<Inner>("/hunter2").await,
        unfit_by("id", "type", "must be a whole number")
    );
}

#[tokio::test]
async fn everything_else_takes_all_parameters_in_order() {
    assert_eq!(decoded::<u8>("/7").await, "7");
    assert_eq!(decoded::<Newtype>("/7").await, told_of(&Newtype(7)));
    assert_eq!(decoded::<Kind>("/tea").await, told_of(&Kind::Tea));
    assert_eq!(decoded::<(u8,)>("/7").await, "(7,)");
    assert_eq!(decoded::<(String, u8)>("/of/a%20b/7").await, "(\"a b\", 7)");
    assert_eq!(decoded::<Vec<u8>>("/of/6/7").await, "[6, 7]");
    assert_eq!(decoded::<u8>("/none").await, "none");
}

fn told_of(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

#[tokio::test]
async fn what_does_not_fit_is_named_by_its_parameter_and_not_quoted() {
    let whole = "must be a whole number";
    assert_eq!(
        decoded::<u8>("/hunter2").await,
        unfit_by("id", "type", whole)
    );
    assert_eq!(decoded::<u8>("/+7").await, unfit_by("id", "type", whole));
    assert_eq!(
        decoded::<Newtype>("/256").await,
        unfit_by("id", "range", "is a number out of range")
    );
    for (path, name) in [("/of/x/7", "tenant"), ("/of/7/x", "id")] {
        assert_eq!(
            decoded::<(u8, u8)>(path).await,
            unfit_by(name, "type", whole)
        );
    }
    assert_eq!(
        decoded::<Kind>("/hunter2").await,
        unfit_by("id", "enum", "must be one of: tea")
    );
}

#[tokio::test]
async fn a_type_that_does_not_fit_the_route_is_the_apis_fault() {
    let misdeclared = told(&InputError::HandlerMismatch);
    assert_eq!(decoded::<(u8, u8)>("/7").await, misdeclared);
    assert_eq!(decoded::<u8>("/of/6/7").await, misdeclared);
    assert_eq!(decoded::<Missing>("/7").await, misdeclared);
    assert_eq!(rejected::<(u8, u8)>("/7").await, misdeclared);
    assert_eq!(rejected::<Option<u8>>("/7").await, misdeclared);
}

#[tokio::test]
async fn a_segment_that_is_no_text_is_undecodable() {
    let violation = Violation::new("id", "encoding", "is not UTF-8");
    let error = told(&InputError::Malformed(InputLocation::Path, violation));
    assert_eq!(decoded::<String>("/%ff").await, error);
    assert_eq!(rejected::<String>("/%ff").await, error);
}

#[tokio::test]
async fn axums_own_rejection_is_told_the_same_way() {
    let whole = "must be a whole number within range";
    assert_eq!(rejected::<u32>("/7").await, "");
    assert_eq!(
        rejected::<u32>("/hunter2").await,
        unfit_by("", "type", whole)
    );
    assert_eq!(
        rejected::<(u8,)>("/256").await,
        unfit_by("0", "type", whole)
    );
    assert_eq!(
        rejected::<std::net::IpAddr>("/hunter2").await,
        unfit_by(
            "id",
            "format",
            "does not have the form that is expected here"
        )
    );
}
