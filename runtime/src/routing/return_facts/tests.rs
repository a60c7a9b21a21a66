//! Tests of the facts about return types.

use axum::response::Response;

use super::*;

#[derive(JsonSchema)]
struct Known;

struct Unknown;

macro_rules! facts {
    ($ty:ty) => {
        (&&Returned::<$ty>::TYPE).__palisade_facts()
    };
}

fn text(facts: ReturnFacts) -> String {
    let success = match facts.success {
        Success::Unknown => "unknown".to_owned(),
        Success::None => "none".to_owned(),
        Success::Stated(status, content) => {
            let status = match status {
                Status::Of(status) => status.to_string(),
                Status::AnySuccess => "2XX".to_owned(),
                Status::AnyRedirection => "3XX".to_owned(),
            };
            let content = match content {
                ReturnedContent::None => "empty",
                ReturnedContent::Unknown => "unknown",
                ReturnedContent::Typed(media_type, Some(_)) => &format!("{media_type} with schema"),
                ReturnedContent::Typed(media_type, None) => media_type,
            };
            format!("{status} {content}")
        }
    };
    let errors = match facts.errors {
        Errors::None => "",
        Errors::Problems => ", problems",
        Errors::Unknown => ", errors",
    };
    success + errors
}

type Alias<T> = Result<Json<T>, Problem>;

#[test]
fn return_type_states_status_content_and_errors() {
    for (facts, expected) in [
        (facts!(()), "200 empty"),
        (facts!(&'static str), "200 text/plain with schema"),
        (facts!(Json<Known>), "200 application/json with schema"),
        (facts!(Json<Vec<Known>>), "200 application/json with schema"),
        (facts!(Json<Unknown>), "200 application/json"),
        (facts!(Json<Vec<Unknown>>), "200 application/json"),
        (
            facts!(Alias<Known>),
            "200 application/json with schema, problems",
        ),
        (facts!(Alias<Unknown>), "200 application/json, problems"),
        (
            facts!(Result<Json<Known>, Unknown>),
            "200 application/json with schema, errors",
        ),
        (
            facts!(Result<Json<Known>, Infallible>),
            "200 application/json with schema",
        ),
        (
            facts!(Result<(StatusCode, Json<Known>), Problem>),
            "2XX application/json with schema, problems",
        ),
        (
            facts!((StatusCode, Json<Known>)),
            "2XX application/json with schema, errors",
        ),
        (
            facts!((StatusCode, [(&str, &str); 1], Json<Unknown>)),
            "2XX application/json, errors",
        ),
        (facts!(([(&str, &str); 1], String)), "200 unknown"),
        (
            facts!((HeaderMap, Json<Known>)),
            "200 application/json with schema",
        ),
        (facts!(Result<StatusCode, Problem>), "2XX empty, problems"),
        (facts!(StatusCode), "2XX empty, errors"),
        (
            facts!(Result<Json<Known>, StatusCode>),
            "200 application/json with schema, errors",
        ),
        (facts!((HeaderMap, StatusCode)), "2XX empty, errors"),
        (facts!(Result<NoContent, Problem>), "204 empty, problems"),
        (facts!(Redirect), "3XX empty"),
        (facts!(Html<String>), "200 text/html"),
        (facts!(Vec<u8>), "200 application/octet-stream"),
        (facts!(Problem), "none, problems"),
        (
            facts!(Result<Ticket, TicketError>),
            "200 application/json with schema, problems",
        ),
        (facts!(Response), "unknown, errors"),
        (facts!(Result<Response, Problem>), "unknown, errors"),
        (
            facts!(Result<Json<Known>, Response>),
            "200 application/json with schema, errors",
        ),
    ] {
        assert_eq!(text(facts), expected);
    }
}
