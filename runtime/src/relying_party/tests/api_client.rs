//! Requests with a token: its origin, redirects, rejected tokens and step-ups.

use std::error::Error;

use http::Request;

use super::*;
use crate::https::HttpsError;

/// An API that replies, and a client of it with the tokens `t1`, `t2`…
async fn api(reply: Reply) -> (LoopbackServer, ApiClient) {
    let api = LoopbackServer::start(reply).await;
    let client = ApiClient::builder(&api.url, tokens().await)
        .build()
        .unwrap();
    (api, client)
}

async fn tokens() -> TokenSource {
    let server = start(numbered(600), &json!({})).await;
    let client = client(&server, TestClock::new()).await;
    let none: [String; 0] = [];
    client
        .client_credentials(&RequestedScopes::NONE, none)
        .unwrap()
}

async fn get(client: &ApiClient, url: &str) -> Result<u16, ApiClientError> {
    let request = Request::get(url).body(Vec::new()).unwrap();
    Ok(client.send(request).await?.status().as_u16())
}

/// Returns the tokens that an API received.
fn received(api: &LoopbackServer) -> Vec<String> {
    let of = |request: &String| {
        let mut lines = request.lines();
        let value = lines.find_map(|line| line.strip_prefix("authorization: Bearer "));
        value.unwrap_or_default().to_owned()
    };
    api.requests().iter().map(of).collect()
}

fn challenge(status: u16, value: &str) -> Reply {
    Reply::Response(format!(
        "HTTP/1.1 {status} X\r\nwww-authenticate: {value}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ))
}

/// Replies with a challenge to the first `count` requests.
fn challenges(count: usize, status: u16, value: &'static str) -> Reply {
    let seen = Arc::new(Mutex::new(0));
    Reply::PerRequest(Arc::new(move |_: &str| {
        let mut seen = seen.lock().unwrap();
        *seen += 1;
        if *seen > count {
            Reply::json(200, "{}")
        } else {
            challenge(status, value)
        }
    }))
}

#[tokio::test]
async fn token_is_sent_to_the_api_with_method_headers_and_body() {
    let (api, client) = api(Reply::json(201, r#"{"id":1}"#)).await;
    let request = Request::post("/orders?x=1")
        .header("content-type", "application/json")
        .header("authorization", "Bearer forged")
        .header("host", "evil.example")
        .body("{}")
        .unwrap();
    let response = client.send(request).await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.body(), r#"{"id":1}"#);
    let request = &api.requests()[0];
    assert!(
        request.starts_with("POST /orders?x=1 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("content-type: application/json\r\n"),
        "{request}"
    );
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
    assert!(
        !request.contains("forged") && !request.contains("evil"),
        "{request}"
    );
    assert_eq!(received(&api), ["t1"]);
}

#[tokio::test]
async fn long_token_is_sent_whole() {
    let token = "t".repeat(8 << 10);
    let reply = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 600 });
    let server = start(Reply::json(200, &reply.to_string()), &json!({})).await;
    let party = client(&server, TestClock::new()).await;
    let none: [String; 0] = [];
    let tokens = party.client_credentials(&RequestedScopes::NONE, none);
    let api = LoopbackServer::start(Reply::json(200, "{}")).await;
    let client = ApiClient::builder(&api.url, tokens.unwrap())
        .build()
        .unwrap();
    assert_eq!(get(&client, "/orders").await.unwrap(), 200);
    assert_eq!(received(&api), [token]);
}

#[tokio::test]
async fn url_of_another_origin_gets_no_request() {
    let (other, _) = api(Reply::json(200, "{}")).await;
    let (api, client) = api(Reply::json(200, "{}")).await;
    for url in [
        &*format!("{}/orders", other.url),
        &*api.url.replace("http:", "https:"),
        "http://192.0.2.1/",
        &*api.url.replace("127.0.0.1", "localhost"),
    ] {
        let error = get(&client, url).await.unwrap_err();
        assert!(
            matches!(error, ApiClientError::OtherOrigin),
            "{url}: {error}"
        );
    }
    assert_eq!((other.request_count(), api.request_count()), (0, 0));
    assert_eq!(
        get(&client, &format!("{}/orders", api.url)).await.unwrap(),
        200
    );
}

#[tokio::test]
async fn redirect_is_returned_and_not_followed() {
    let (target, _) = api(Reply::json(200, "{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let redirect = format!(
            "HTTP/1.1 {status} X\r\nlocation: {}/x\r\ncontent-length: 0\r\n\r\n",
            target.url
        );
        let (_, client) = api(Reply::Response(redirect)).await;
        assert_eq!(get(&client, "/").await.unwrap(), status);
    }
    assert_eq!(target.request_count(), 0);
}

#[tokio::test]
async fn origin_without_tls_or_with_a_path_is_refused() {
    let tokens = tokens().await;
    for (origin, is_valid) in [
        ("https://orders.example", true),
        ("https://orders.example/", true),
        ("https://orders.example:8443", true),
        ("http://127.0.0.1:8080", true),
        ("http://orders.example", false),
        ("https://orders.example/api", false),
        ("https://orders.example?x", false),
        ("https://orders.example#x", false),
        ("https://u@orders.example", false),
        ("https://orders.example@orders.example", false),
        ("https://orders.example:99999", false),
        ("orders.example", false),
        ("", false),
    ] {
        let client = ApiClient::builder(origin, tokens.clone()).build();
        assert_eq!(client.is_ok(), is_valid, "{origin}");
    }
}

#[tokio::test]
async fn rejected_token_is_replaced_and_the_request_repeated_once() {
    const INVALID: &str = r#"Bearer realm="x", error="invalid_token""#;
    let (server, client) = api(challenges(1, 401, INVALID)).await;
    assert_eq!(get(&client, "/").await.unwrap(), 200);
    assert_eq!(received(&server), ["t1", "t2"]);
    let (server, client) = api(challenges(9, 401, INVALID)).await;
    assert_eq!(get(&client, "/").await.unwrap(), 401);
    assert_eq!(received(&server), ["t1", "t2"]);
}

#[tokio::test]
async fn other_challenge_is_returned_without_a_repetition() {
    for (status, value) in [
        (401, "Bearer"),
        (401, r#"Bearer error="invalid_request""#),
        (401, r#"Basic realm="x""#),
        (
            401,
            r#"Bearer error="invalid_token", Bearer error="invalid_token""#,
        ),
        (403, "x"),
        (200, r#"Bearer error="invalid_token""#),
        (500, r#"Bearer error="invalid_token""#),
    ] {
        let (server, client) = api(challenge(status, value)).await;
        assert_eq!(get(&client, "/").await.unwrap(), status);
        assert_eq!(server.request_count(), 1, "{value}");
    }
}

struct Answer {
    answers: bool,
    demands: Arc<Mutex<Vec<StepUp>>>,
}

impl AnswersStepUp for Answer {
    async fn answer(&self, demand: &StepUp) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.demands.lock().unwrap().push(demand.clone());
        if self.answers {
            Ok(())
        } else {
            Err("no second factor".into())
        }
    }
}

/// RFC 9470, RFC 6750 §3.1.
#[tokio::test]
async fn step_up_is_answered_once() {
    const SCOPE: &str = r#"Bearer error="insufficient_scope", scope="a b""#;
    const LOGIN: &str =
        r#"Bearer error="insufficient_user_authentication", acr_values="gold", max_age="60""#;
    for (status, value, count, answers, requests) in [
        (403, SCOPE, 1, true, 2),
        (401, LOGIN, 1, true, 2),
        (403, SCOPE, 9, true, 2),
        (401, LOGIN, 9, true, 2),
        (401, LOGIN, 9, false, 1),
    ] {
        let (server, _) = api(challenges(count, status, value)).await;
        let demands = Arc::default();
        let client = ApiClient::builder(&server.url, tokens().await)
            .on_step_up(Answer {
                answers,
                demands: Arc::clone(&demands),
            })
            .build()
            .unwrap();
        let response = get(&client, "/").await;
        if count == 1 {
            assert_eq!(response.unwrap(), 200, "{value}");
        } else {
            let error = response.unwrap_err();
            assert!(matches!(error, ApiClientError::StepUp(_)), "{error}");
        }
        assert_eq!(server.request_count(), requests, "{value}");
        let demands = demands.lock().unwrap();
        assert_eq!(demands.len(), 1);
        if value == LOGIN {
            assert_eq!(demands[0].acr_values(), ["gold"]);
            assert_eq!(demands[0].max_age().unwrap().as_secs(), 60);
        } else {
            assert_eq!(demands[0].scopes().as_str(), "a b");
        }
    }
}

#[tokio::test]
async fn step_up_without_handler_is_an_error_with_the_demand() {
    let (server, client) = api(challenge(
        403,
        r#"Bearer error="insufficient_scope", scope="a""#,
    ))
    .await;
    let error = get(&client, "/").await.unwrap_err();
    let ApiClientError::StepUp(demand) = error else {
        panic!("{error}");
    };
    assert_eq!(demand.scopes().as_str(), "a");
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn long_or_endless_response_is_an_error() {
    let (server, client) = api(Reply::Endless).await;
    let error = get(&client, "/").await.unwrap_err();
    assert!(
        matches!(error, ApiClientError::Https(HttpsError::TooLong)),
        "{error}"
    );
    server.set(Reply::json(200, "12345"));
    for (limit, is_ok) in [(5, true), (4, false)] {
        let client = ApiClient::builder(&server.url, tokens().await);
        let client = client.response_limit(limit).build().unwrap();
        assert_eq!(get(&client, "/").await.is_ok(), is_ok, "{limit}");
    }
}

#[tokio::test]
async fn debug_omits_tokens() {
    let (_, client) = api(Reply::json(200, "{}")).await;
    let token = client.tokens().token().await.unwrap();
    let text = format!("{client:?} {:?} {token:?}", client.tokens());
    assert!(!text.contains("t1") && !text.contains("s3cret"), "{text}");
}
