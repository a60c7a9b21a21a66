//! Tests of the times after which the server closes a connection.

use tokio::time::advance;

use super::*;
use crate::serve::in_flight::{InFlight, InFlightPermit};

const TIMEOUTS: Timeouts = Timeouts {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(75),
    write: Duration::from_secs(30),
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns the reason and the seconds until the connection is closed.
async fn end(activity: &Activity) -> (Expiry, u64) {
    let start = Instant::now();
    let expiry = activity.expired(TIMEOUTS).await;
    (expiry, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn time_of_the_first_head_starts_with_the_protocol() {
    let activity = Activity::new();
    activity.record_read(100);
    advance(seconds(8)).await;
    activity.begin(false);
    assert_eq!(end(&activity).await, (Expiry::Head, 10));
}

#[tokio::test(start_paused = true)]
async fn time_of_a_later_head_starts_with_its_first_byte() {
    let activity = Arc::new(Activity::new());
    drop(activity.request());
    advance(seconds(70)).await;
    activity.record_read(100);
    advance(seconds(4)).await;
    activity.record_read(100);
    assert!(activity.has_partial_head());
    assert_eq!(end(&activity).await, (Expiry::Head, 6));
    drop(activity.request());
    assert!(!activity.has_partial_head());
    assert_eq!(end(&activity).await, (Expiry::Idle, 75));
}

/// A client sends PING, SETTINGS or a part of a head, and no request.
#[tokio::test(start_paused = true)]
async fn frames_without_a_request_neither_shorten_nor_extend_the_time() {
    let activity = Arc::new(Activity::new());
    activity.begin(true);
    drop(activity.request());
    for _ in 0..7 {
        advance(seconds(10)).await;
        activity.record_read(100);
        activity.record_written(17);
    }
    assert_eq!(end(&activity).await, (Expiry::Idle, 5));
}

#[tokio::test(start_paused = true)]
async fn flood_ends_a_connection_with_a_request_of_http2_only() {
    for (is_multiplexed, ends) in [(true, true), (false, false)] {
        let activity = Arc::new(Activity::new());
        activity.begin(is_multiplexed);
        let _request = activity.request();
        activity.record_read(4 * 1024 * 1024);
        let expired = tokio::time::timeout(seconds(50), activity.expired(TIMEOUTS)).await;
        assert_eq!(expired.ok(), ends.then_some(Expiry::Flood));
    }
}

/// 1 KiB per second for an hour.
#[tokio::test(start_paused = true)]
async fn slow_frames_without_a_request_are_no_flood() {
    let activity = Arc::new(Activity::new());
    activity.begin(true);
    let _request = activity.request();
    for _ in 0..360 {
        activity.record_read(10 * 1024);
        let expired = tokio::time::timeout(seconds(11), activity.expired(TIMEOUTS)).await;
        assert!(expired.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn connection_with_a_request_does_not_expire() {
    let activity = Arc::new(Activity::new());
    let (first, second) = (activity.request(), activity.request());
    let expired = activity.expired(TIMEOUTS);
    assert!(tokio::time::timeout(seconds(1_000), expired).await.is_err());
    drop(first);
    let expired = activity.expired(TIMEOUTS);
    assert!(tokio::time::timeout(seconds(1_000), expired).await.is_err());
    drop(second);
    assert_eq!(end(&activity).await, (Expiry::Idle, 75));
}

#[tokio::test(start_paused = true)]
async fn blocked_socket_expires_with_and_without_a_request() {
    let activity = Arc::new(Activity::new());
    let request = activity.request();
    activity.record_blocked();
    advance(seconds(20)).await;
    activity.record_blocked();
    assert_eq!(end(&activity).await, (Expiry::Write, 10));
    drop(request);
    assert_eq!(end(&activity).await, (Expiry::Write, 0));
}

/// A client that reads 1 KiB in 10 s is too slow, one that reads 4 KiB is not.
#[tokio::test(start_paused = true)]
async fn slow_reading_uses_up_the_time() {
    for (bytes, is_too_slow) in [(1024, true), (4096, false)] {
        let activity = Arc::new(Activity::new());
        let _request = activity.request();
        let mut rounds = 0;
        while rounds < 100 {
            activity.record_blocked();
            let expired = activity.expired(TIMEOUTS);
            if tokio::time::timeout(seconds(10), expired).await.is_ok() {
                break;
            }
            activity.record_written(bytes);
            rounds += 1;
        }
        assert_eq!(rounds < 100, is_too_slow, "{bytes}: {rounds}");
    }
}

#[tokio::test(start_paused = true)]
async fn time_after_a_slow_response_starts_with_its_last_byte() {
    let activity = Arc::new(Activity::new());
    drop(activity.request());
    activity.record_blocked();
    advance(seconds(25)).await;
    activity.record_written(1_000_000);
    assert_eq!(end(&activity).await, (Expiry::Idle, 75));
}

#[tokio::test(start_paused = true)]
async fn connection_with_a_request_is_not_evicted() {
    let activity = Arc::new(Activity::new());
    let server = Instant::now();
    let request = activity.request();
    assert_eq!(activity.eviction_order(server), None);
    activity.evict();
    let expired = activity.expired(TIMEOUTS);
    assert!(tokio::time::timeout(seconds(1), expired).await.is_err());
    drop(request);
    assert!(activity.eviction_order(server).is_some());
    activity.evict();
    assert_eq!(end(&activity).await, (Expiry::Evicted, 0));
}

/// A connection with a response of several frames, and the permit of its request.
fn stalled(in_flight: &InFlight) -> (Arc<Activity>, InFlightPermit) {
    let activity = Arc::new(Activity::new());
    let mut permit = in_flight.enter().unwrap();
    let request = activity.request();
    request.share(permit.share());
    // the request goes on
    std::mem::forget(request);
    (activity, permit)
}

/// Some connections on which no byte can be written.
fn blocked(in_flight: &InFlight, count: usize) -> Vec<(Arc<Activity>, InFlightPermit)> {
    let clients = (0..count).map(|_| {
        let client = stalled(in_flight);
        client.0.record_blocked();
        client
    });
    clients.collect()
}

#[tokio::test(start_paused = true)]
async fn client_that_stalls_has_less_time_while_too_many_wait() {
    let in_flight = InFlight::new(4);
    let mut clients = Vec::new();
    // twice the limit may wait, a quarter has a second, and others have none
    for expected in [30, 30, 30, 30, 30, 30, 30, 30, 1, 0, 0] {
        let (activity, permit) = stalled(&in_flight);
        let expiring = Arc::clone(&activity);
        // each has waited for its timer when the client stops reading
        let client = tokio::spawn(async move {
            let start = Instant::now();
            let expiry = expiring.expired(TIMEOUTS).await;
            drop(permit);
            (expiry, start.elapsed().as_secs())
        });
        tokio::task::yield_now().await;
        activity.record_blocked();
        tokio::task::yield_now().await;
        clients.push((client, expected));
    }
    // all but one request are left to others
    let others = [(); 3].map(|()| in_flight.enter().unwrap());
    assert!(in_flight.enter().is_none());
    drop(others);
    for (client, expected) in clients {
        assert_eq!(client.await.unwrap(), (Expiry::Write, expected));
    }
    let _all = [(); 4].map(|()| in_flight.enter().unwrap());
}

#[tokio::test(start_paused = true)]
async fn client_that_reads_again_counts_again() {
    let in_flight = InFlight::new(1);
    let (activity, permit) = stalled(&in_flight);
    assert!(in_flight.enter().is_none());
    activity.record_blocked();
    drop(in_flight.enter().unwrap());
    activity.record_written(1);
    assert!(in_flight.enter().is_none());
    activity.record_blocked();
    drop(permit);
    activity.record_written(1);
    let _other = in_flight.enter().unwrap();
    assert!(in_flight.enter().is_none());
}

/// The socket still has bytes of the response, but the request has ended.
#[tokio::test(start_paused = true)]
async fn overdue_client_whose_request_ends_is_not_evicted() {
    let in_flight = InFlight::new(4);
    let _waiting = blocked(&in_flight, 8);
    let activity = Arc::new(Activity::new());
    let (request, mut permit) = (activity.request(), in_flight.enter().unwrap());
    request.share(permit.share());
    activity.record_blocked();
    drop((request, permit));
    assert_eq!(end(&activity).await, (Expiry::Write, 30));
    activity.record_written(1_000_000);
    activity.evict();
    assert_eq!(end(&activity).await, (Expiry::Evicted, 0));
}

/// The one that has a second gets the time of one that has ended.
#[tokio::test(start_paused = true)]
async fn overdue_client_waits_when_another_ends() {
    let in_flight = InFlight::new(4);
    let mut waiting = blocked(&in_flight, 8);
    let (activity, _permit) = stalled(&in_flight);
    activity.record_blocked();
    waiting.pop();
    let start = Instant::now();
    assert_eq!(activity.expired(TIMEOUTS).await, Expiry::Write);
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn timeout_of_zero_expires_and_an_endless_one_does_not() {
    let zero = Timeouts {
        head: Duration::ZERO,
        ..TIMEOUTS
    };
    assert_eq!(Activity::new().expired(zero).await, Expiry::Head);
    let endless = Timeouts {
        head: Duration::MAX,
        idle: Duration::MAX,
        write: Duration::MAX,
    };
    let activity = Arc::new(Activity::new());
    drop(activity.request());
    activity.record_blocked();
    let expired = activity.expired(endless);
    let waiting = tokio::time::timeout(seconds(10_000), expired).await;
    assert!(waiting.is_err());
}
