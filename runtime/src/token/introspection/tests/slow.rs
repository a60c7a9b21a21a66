//! Endpoints that answer, and take their time: a byte now and then keeps nobody waiting for longer.
//!
//! The time is tokio's, which does not pass but is set forward.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;

use super::*;

const SLOW: &str = "opq.slow";

/// What is sent of an answer, each after a pause.
type Parts = Vec<(Duration, String)>;

/// An endpoint that answers a question about [`SLOW`] in parts, and calls every other token inactive.
struct Paced {
    url: String,
    /// How many connections the asker has closed while an answer was under way.
    given_up: Arc<AtomicUsize>,
}

impl Paced {
    async fn start(parts: Parts) -> Self {
        let (listener, url) = silent().await;
        let given_up = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&given_up);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, parts.clone(), Arc::clone(&counter)));
            }
        });
        Self { url, given_up }
    }
}

async fn answer(mut socket: TcpStream, parts: Parts, given_up: Arc<AtomicUsize>) {
    let mut request = [0; 4096];
    while let Ok(length @ 1..) = socket.read(&mut request).await {
        if !request[..length].ends_with(format!("{SLOW}&token_type_hint=access_token").as_bytes()) {
            let _ = socket
                .write_all(whole(r#"{"active":false}"#).as_bytes())
                .await;
            continue;
        }
        for (pause, part) in &parts {
            sleep(*pause).await;
            if socket.write_all(part.as_bytes()).await.is_err() {
                break;
            }
        }
        if socket.read(&mut request).await.unwrap_or_default() == 0 {
            given_up.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
}

fn whole(json: &str) -> String {
    let length = json.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
}

/// Each of these texts a second after the one before.
fn each_second(parts: impl IntoIterator<Item = String>) -> Parts {
    let second = Duration::from_secs(1);
    parts.into_iter().map(|part| (second, part)).collect()
}

/// A good answer, cut where its body begins.
fn good() -> (String, String) {
    let now = TestClock::new().now().as_secs();
    let json = format!(
        r#"{{"active":true,"sub":"a","aud":"https://api.example","iat":{now},"exp":{}}}"#,
        now + 60
    );
    let answer = whole(&json);
    let (head, body) = answer.split_at(answer.len() - json.len());
    (head.to_owned(), body.to_owned())
}

fn characters(text: &str) -> Vec<String> {
    text.chars().map(String::from).collect()
}

/// Ten parts each: without a limit, all of these would go on beyond five seconds.
fn drips() -> Vec<(&'static str, Parts)> {
    let (head, body) = good();
    let start = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let after = |head: String, parts: Vec<String>| {
        let parts = each_second(parts.into_iter().take(10));
        [(Duration::ZERO, head)].into_iter().chain(parts).collect()
    };
    vec![
        ("a head", after(String::new(), characters(&head))),
        (
            "header fields",
            after(start.into(), vec!["x: y\r\n".into(); 10]),
        ),
        (
            "interim answers",
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
async fn an_answer_that_drips_is_given_up_after_five_seconds() {
    for (name, parts) in drips() {
        let endpoint = Paced::start(parts).await;
        let introspector = introspector(endpoint.url.clone());
        introspector.health.answered();
        let (judged, took) = ask(&introspector, SLOW.into()).await.unwrap();
        assert!(is_unavailable(&judged), "{name}");
        assert_eq!(took.as_secs(), 5, "{name}");
        // one question may be under way, so that another is asked only once this one has ended
        let (judged, took) = ask(&introspector, "opq.other".into()).await.unwrap();
        assert!(matches!(judged, Err(Denial::Invalid(_))), "{name}");
        assert_eq!(took.as_secs(), 0, "{name}");
        sleep(Duration::from_secs(10)).await;
        assert_eq!(endpoint.given_up.load(Ordering::Relaxed), 1, "{name}");
        assert_eq!(introspector.flights.len(), 0, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_drips_is_given_up_after_five_seconds() {
    for (name, parts) in drips() {
        let (listener, url) = silent().await;
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await;
            for (pause, part) in parts {
                sleep(pause).await;
                let _ = socket.write_all(part.as_bytes()).await;
            }
        });
        let introspector = introspector(url);
        let begun = Instant::now();
        let error = introspector.probe().await.unwrap_err();
        assert!(
            matches!(error, IntrospectionError::Https(HttpsError::Timeout)),
            "{name}: {error:?}"
        );
        assert_eq!(begun.elapsed().as_secs(), 5, "{name}");
    }
}

/// What is slow, and whole in time, is an answer like any other.
#[tokio::test(start_paused = true)]
async fn an_answer_counts_where_it_is_whole_within_five_seconds() {
    let (head, body) = good();
    for (millis, is_in_time) in [(4_000, true), (4_998, true), (5_002, false), (6_000, false)] {
        let parts = vec![
            (Duration::from_secs(3), head.clone()),
            (Duration::from_millis(millis - 3_000), body.clone()),
        ];
        let endpoint = Paced::start(parts).await;
        let introspector = introspector(endpoint.url);
        introspector.health.answered();
        let (judged, _) = ask(&introspector, SLOW.into()).await.unwrap();
        assert_eq!(judged.is_ok(), is_in_time, "{millis}");
        assert_eq!(is_unavailable(&judged), !is_in_time, "{millis}");
    }
}
