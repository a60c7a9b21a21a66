//! Endpoints that respond slowly, byte by byte, which must not extend the time limit.
//!
//! The tests use tokio's paused clock.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;

use super::*;

const SLOW: &str = "opq.slow";

/// The parts of a response, each sent after a delay.
type Parts = Vec<(Duration, String)>;

/// An endpoint that sends the response for [`SLOW`] in parts, and reports other tokens as inactive.
struct SlowEndpoint {
    url: String,
    /// The number of connections that the client closed during a response.
    aborted: Arc<AtomicUsize>,
}

impl SlowEndpoint {
    async fn start(parts: Parts) -> Self {
        let (listener, url) = silent().await;
        let aborted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&aborted);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(respond(socket, parts.clone(), Arc::clone(&counter)));
            }
        });
        Self { url, aborted }
    }
}

async fn respond(mut socket: TcpStream, parts: Parts, aborted: Arc<AtomicUsize>) {
    let mut request = [0; 4096];
    while let Ok(length @ 1..) = socket.read(&mut request).await {
        if !request[..length].ends_with(format!("{SLOW}&token_type_hint=access_token").as_bytes()) {
            let _ = socket
                .write_all(complete(r#"{"active":false}"#).as_bytes())
                .await;
            continue;
        }
        for (delay, part) in &parts {
            sleep(*delay).await;
            if socket.write_all(part.as_bytes()).await.is_err() {
                break;
            }
        }
        if socket.read(&mut request).await.unwrap_or_default() == 0 {
            aborted.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
}

fn complete(json: &str) -> String {
    let length = json.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
}

/// Delays each part by one second.
fn one_per_second(parts: impl IntoIterator<Item = String>) -> Parts {
    let second = Duration::from_secs(1);
    parts.into_iter().map(|part| (second, part)).collect()
}

/// Returns head and body of a response for an active token.
fn active_response() -> (String, String) {
    let now = TestClock::new().now().as_secs();
    let json = format!(
        r#"{{"active":true,"sub":"a","aud":"https://api.example","iat":{now},"exp":{}}}"#,
        now + 60
    );
    let response = complete(&json);
    let (head, body) = response.split_at(response.len() - json.len());
    (head.to_owned(), body.to_owned())
}

fn characters(text: &str) -> Vec<String> {
    text.chars().map(String::from).collect()
}

/// Responses of ten parts, which take longer than five seconds.
fn slow_responses() -> Vec<(&'static str, Parts)> {
    let (head, body) = active_response();
    let start = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let after = |head: String, parts: Vec<String>| {
        let parts = one_per_second(parts.into_iter().take(10));
        [(Duration::ZERO, head)].into_iter().chain(parts).collect()
    };
    vec![
        ("a head", after(String::new(), characters(&head))),
        (
            "header fields",
            after(start.into(), vec!["x: y\r\n".into(); 10]),
        ),
        (
            "interim responses",
            after(
                String::new(),
                vec!["HTTP/1.1 100 Continue\r\n\r\n".into(); 10],
            ),
        ),
        ("a body", after(head, characters(&body))),
        (
            "chunks",
            after(
                format!("{start}transfer-encoding: chunked\r\n\r\n"),
                vec!["1\r\n \r\n".into(); 10],
            ),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn slow_response_is_aborted_after_five_seconds() {
    for (name, parts) in slow_responses() {
        let endpoint = SlowEndpoint::start(parts).await;
        let introspector = introspector(endpoint.url.clone());
        introspector.health.record_success();
        let (result, elapsed) = spawn_validate(&introspector, SLOW.into()).await.unwrap();
        assert!(is_unavailable(&result), "{name}");
        assert_eq!(elapsed.as_secs(), 5, "{name}");
        // only one request may be in flight, so the next one shows that this one has ended
        let (result, elapsed) = spawn_validate(&introspector, "opq.other".into())
            .await
            .unwrap();
        assert!(matches!(result, Err(TokenRejection::Invalid(_))), "{name}");
        assert_eq!(elapsed.as_secs(), 0, "{name}");
        sleep(Duration::from_secs(10)).await;
        assert_eq!(endpoint.aborted.load(Ordering::Relaxed), 1, "{name}");
        assert_eq!(introspector.single_flight.len(), 0, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_probe_is_aborted_after_five_seconds() {
    for (name, parts) in slow_responses() {
        let (listener, url) = silent().await;
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await;
            for (delay, part) in parts {
                sleep(delay).await;
                let _ = socket.write_all(part.as_bytes()).await;
            }
        });
        let introspector = introspector(url);
        let start = Instant::now();
        let error = introspector.probe().await.unwrap_err();
        assert!(
            matches!(error, IntrospectionError::Https(HttpsError::Timeout)),
            "{name}: {error:?}"
        );
        assert_eq!(start.elapsed().as_secs(), 5, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_response_within_five_seconds_is_accepted() {
    let (head, body) = active_response();
    for (millis, in_time) in [(4_000, true), (4_998, true), (5_002, false), (6_000, false)] {
        let parts = vec![
            (Duration::from_secs(3), head.clone()),
            (Duration::from_millis(millis - 3_000), body.clone()),
        ];
        let endpoint = SlowEndpoint::start(parts).await;
        let introspector = introspector(endpoint.url);
        introspector.health.record_success();
        let (result, _) = spawn_validate(&introspector, SLOW.into()).await.unwrap();
        assert_eq!(result.is_ok(), in_time, "{millis}");
        assert_eq!(is_unavailable(&result), !in_time, "{millis}");
    }
}
