//! Who is asked when, and what becomes of those who wait.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "test support")]

mod slow;
mod unasked;

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;
use crate::https::HttpsError;
use crate::secret::Secret;
use crate::testing::TestClock;
use crate::token::lifetime::Limits;
use crate::token::profile::INTROSPECTED;

/// Asks at this URL about one token at a time.
fn introspector(url: String) -> Arc<Introspector> {
    let rules = Rules {
        issuer: "https://a.example".into(),
        audience: "https://api.example".into(),
        form: INTROSPECTED,
        roles: INTROSPECTED.roles_claim(INTROSPECTED.roles).unwrap(),
        limits: Limits {
            clock_skew: Duration::from_secs(30),
            max_lifetime: Duration::from_mins(30),
        },
    };
    let endpoint = Endpoint::new(EndpointSettings {
        issuer: "https://a.example",
        url: Some(url),
        client_id: "c",
        secret: &Secret::new("s"),
        max_in_flight: 1,
        allow_loopback_http: true,
    });
    let remembering = Remembering {
        active: Duration::from_mins(1),
        refused: Duration::from_secs(5),
        bytes: 64 * 1024,
    };
    let clock = Arc::new(TestClock::new());
    let introspector = Introspector::new(rules, endpoint.unwrap(), "", false, remembering, clock);
    Arc::new(introspector)
}

/// An endpoint that nobody answers at.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    (listener, url)
}

/// An endpoint that calls every token inactive.
async fn answering() -> String {
    let (listener, url) = silent().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 16\r\n\
                          content-type: application/json\r\n\r\n{\"active\":false}";
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    url
}

fn is_unavailable(judged: &Judged) -> bool {
    matches!(judged, Err(Denial::Unavailable(_)))
}

/// Or a flood of tokens nobody has issued would take a server out of service.
#[tokio::test]
async fn our_own_questions_wait_for_no_turn() {
    let introspector = introspector(answering().await);
    let _turns = introspector.endpoint.take_turns().await;
    introspector.probe().await.unwrap();
    assert!(introspector.health.is_good());
}

#[tokio::test(start_paused = true)]
async fn where_no_turn_came_the_endpoint_is_not_suspected() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.answered();
    let _turns = introspector.endpoint.take_turns().await;
    let begun = Instant::now();
    assert!(is_unavailable(&introspector.judge(b"opq", None).await));
    assert_eq!(begun.elapsed().as_secs(), 5);
    let now = introspector.clock.now();
    assert!(introspector.health.take_probe(now), "no probe has begun");
}

/// Nobody has a turn then, and who waits takes room all the same.
#[tokio::test(start_paused = true)]
async fn beyond_1024_tokens_nobody_waits_for_the_first_probe() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    assert!(introspector.health.take_probe(introspector.clock.now()));
    let waiting: Vec<_> = (0..1025)
        .map(|n| ask(&introspector, format!("opq.{n}")))
        .collect();
    sleep(Duration::from_secs(1)).await;
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    let (judged, took) = ask(&introspector, "opq.one.more".into()).await.unwrap();
    assert!(is_unavailable(&judged));
    assert_eq!(took, Duration::ZERO);
}

fn ask(introspector: &Arc<Introspector>, token: String) -> JoinHandle<(Judged, Duration)> {
    let introspector = Arc::clone(introspector);
    tokio::spawn(async move {
        let begun = Instant::now();
        let judged = introspector.judge(token.as_bytes(), None).await;
        (judged, begun.elapsed())
    })
}

/// However many of those who asked before it go away.
#[tokio::test(start_paused = true)]
async fn nobody_waits_for_more_than_five_seconds() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.answered();
    let [first, second, third, fourth] = [(); 4].map(|()| ask(&introspector, "opq".into()));
    sleep(Duration::from_secs(3)).await;
    first.abort();
    sleep(Duration::from_secs(1)).await;
    second.abort();
    let late = ask(&introspector, "opq".into());
    for waiting in [third, fourth] {
        let (judged, took) = waiting.await.unwrap();
        assert!(is_unavailable(&judged));
        assert_eq!(took.as_secs(), 5);
    }
    let (judged, took) = late.await.unwrap();
    assert!(is_unavailable(&judged), "the answer is everybody's");
    assert_eq!(took.as_secs(), 1);
    assert_eq!(introspector.flights.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_first_probe_is_part_of_the_five_seconds() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    assert!(introspector.health.take_probe(introspector.clock.now()));
    let (judged, took) = ask(&introspector, "opq".into()).await.unwrap();
    assert!(is_unavailable(&judged));
    assert_eq!(took.as_secs(), 5);
}

/// Beside one that would be under way.
#[tokio::test(start_paused = true)]
async fn beyond_1024_tokens_nobody_waits_for_a_turn() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.answered();
    let _turns = introspector.endpoint.take_turns().await;
    let waiting: Vec<_> = (0..1025)
        .map(|n| ask(&introspector, format!("opq.{n}")))
        .collect();
    sleep(Duration::from_secs(1)).await;
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    let (judged, took) = ask(&introspector, "opq.one.more".into()).await.unwrap();
    assert!(is_unavailable(&judged));
    assert_eq!(took, Duration::ZERO);
    let of_the_same_token = ask(&introspector, "opq.0".into());
    sleep(Duration::from_secs(1)).await;
    assert!(!of_the_same_token.is_finished(), "it takes no other place");
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().1.as_secs(), 5);
    }
}
