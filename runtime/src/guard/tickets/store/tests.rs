//! Tests of the store: lifetime, single use and limits.

use std::thread;

use super::*;
use crate::testing::TestClock;

struct Events;
struct Chat;

const LIFETIME: Duration = Duration::from_secs(30);

fn store(clock: &TestClock) -> TicketStore {
    TicketStore {
        clock: Arc::new(clock.clone()),
        lifetime: LIFETIME,
        handlers: [TypeId::of::<Events>(), TypeId::of::<Chat>()].into(),
        entries: Mutex::default(),
    }
}

fn clock() -> TestClock {
    TestClock::at(NumericDate::from_secs(1_000_000))
}

/// Issues a ticket for `Events` to the bearer of a token of `len` bytes.
fn issue(store: &TicketStore, subject: &str, len: usize) -> Result<String, TicketError> {
    let caller = caller_digest("https://issuer.test", subject);
    let token = Secret::new(vec![b't'; len]);
    let ticket = store.issue(caller, token, TypeId::of::<Events>(), None)?;
    Ok(ticket.expose().to_owned())
}

fn redeem(store: &TicketStore, ticket: &str) -> Result<usize, TicketRefusal> {
    redeem_at(store, ticket, TypeId::of::<Events>(), &Method::GET, "/")
}

/// Redeems a ticket, and returns the length of its token.
fn redeem_at(
    store: &TicketStore,
    ticket: &str,
    handler: TypeId,
    method: &Method,
    path: &str,
) -> Result<usize, TicketRefusal> {
    let target = Target {
        handler,
        method,
        path,
    };
    let token = store.redeem(ticket.as_bytes(), &target)?;
    Ok(token.len())
}

/// Checks that the store has `count` tickets, and that its indexes agree.
fn assert_count(store: &TicketStore, count: usize) {
    let entries = store.entries();
    assert_eq!(entries.by_ticket.len(), count);
    assert_eq!(entries.by_age.len(), count);
    let of_callers = entries.by_caller.values();
    assert!(of_callers.clone().all(|own| !own.is_empty()));
    assert_eq!(of_callers.map(VecDeque::len).sum::<usize>(), count);
    let size: usize = entries.by_ticket.values().map(Entry::size).sum();
    assert_eq!(entries.size, size);
}

#[test]
fn ticket_is_redeemed_once() {
    let store = store(&clock());
    let ticket = issue(&store, "alice", 7).unwrap();
    assert_eq!(redeem(&store, &ticket), Ok(7));
    assert_eq!(redeem(&store, &ticket), Err(TicketRefusal::Unknown));
    assert_count(&store, 0);
}

#[test]
fn concurrent_redemption_succeeds_once() {
    let store = store(&clock());
    for _ in 0..50 {
        let ticket = issue(&store, "alice", 7).unwrap();
        let redeemed = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| redeem(&store, &ticket).is_ok()))
                .collect();
            let redeemed = threads.into_iter().map(|thread| thread.join().unwrap());
            redeemed.filter(|redeemed| *redeemed).count()
        });
        assert_eq!(redeemed, 1);
    }
}

#[test]
fn ticket_expires_at_the_end_of_its_lifetime() {
    for (wait, redeemed) in [
        (Duration::ZERO, Ok(7)),
        (Duration::from_millis(29_999), Ok(7)),
        (LIFETIME, Err(TicketRefusal::Expired)),
        (LIFETIME * 100, Err(TicketRefusal::Expired)),
    ] {
        let clock = clock();
        let store = store(&clock);
        let ticket = issue(&store, "alice", 7).unwrap();
        clock.advance(wait);
        assert_eq!(redeem(&store, &ticket), redeemed, "{wait:?}");
        assert_eq!(redeem(&store, &ticket), Err(TicketRefusal::Unknown));
    }
}

#[test]
fn ticket_for_another_request_is_used_up() {
    let (events, chat) = (TypeId::of::<Events>(), TypeId::of::<Chat>());
    let caller = caller_digest("https://issuer.test", "alice");
    for (handler, method, path, redeemed) in [
        (events, Method::GET, "/a", Ok(1)),
        (chat, Method::GET, "/a", Err(TicketRefusal::Misused)),
        (events, Method::HEAD, "/a", Err(TicketRefusal::Misused)),
        (events, Method::POST, "/a", Err(TicketRefusal::Misused)),
        (events, Method::GET, "/b", Err(TicketRefusal::Misused)),
        (events, Method::GET, "/a/", Err(TicketRefusal::Misused)),
        (events, Method::GET, "/A", Err(TicketRefusal::Misused)),
        (events, Method::GET, "", Err(TicketRefusal::Misused)),
    ] {
        let store = store(&clock());
        let ticket = store.issue(caller, Secret::new("t"), events, Some("/a"));
        let ticket = ticket.unwrap().expose().to_owned();
        let found = redeem_at(&store, &ticket, handler, &method, path);
        assert_eq!(found, redeemed, "{method} {path}");
        let again = redeem_at(&store, &ticket, events, &Method::GET, "/a");
        assert_eq!(again, Err(TicketRefusal::Unknown));
    }
}

#[test]
fn text_that_is_no_ticket_is_unknown() {
    let store = store(&clock());
    let ticket = issue(&store, "alice", 7).unwrap();
    let mut guess = ticket.clone();
    let last = guess.pop().unwrap();
    for text in [
        String::new(),
        guess.clone(),
        format!("{guess}{}", if last == 'A' { 'E' } else { 'A' }),
        ticket.clone() + "=",
        ticket.to_lowercase() + "_",
        "a".repeat(1_000_000),
    ] {
        assert_eq!(redeem(&store, &text), Err(TicketRefusal::Unknown));
    }
    assert_eq!(redeem(&store, &ticket), Ok(7));
}

#[test]
fn ticket_over_the_limit_of_a_caller_replaces_its_oldest() {
    let store = store(&clock());
    let of_bob = issue(&store, "bob", 7).unwrap();
    let tickets: Vec<_> = (0..=MAX_PER_CALLER)
        .map(|_| issue(&store, "alice", 7).unwrap())
        .collect();
    assert_count(&store, MAX_PER_CALLER + 1);
    assert_eq!(redeem(&store, &tickets[0]), Err(TicketRefusal::Unknown));
    assert_eq!(redeem(&store, &tickets[1]), Ok(7));
    assert_eq!(redeem(&store, &tickets[MAX_PER_CALLER]), Ok(7));
    assert_eq!(redeem(&store, &of_bob), Ok(7));
}

#[test]
fn subject_of_another_issuer_is_another_caller() {
    let digests = [
        caller_digest("https://a.test", "alice"),
        caller_digest("https://b.test", "alice"),
        caller_digest("https://a.test", "alice "),
        caller_digest("https://a.test\nalice", ""),
        caller_digest("https://a.tes", "t\nalice"),
    ];
    for (at, digest) in digests.iter().enumerate() {
        assert!(!digests[at + 1..].contains(digest), "{at}");
    }
}

#[test]
fn one_caller_with_long_tokens_leaves_room_for_others() {
    let store = store(&clock());
    for _ in 0..200 {
        issue(&store, "mallory", 64 * 1024).unwrap();
    }
    assert_count(&store, MAX_PER_CALLER);
    assert!(store.entries().size < MAX_SIZE / 4);
    let ticket = issue(&store, "alice", 1_000).unwrap();
    assert_eq!(redeem(&store, &ticket), Ok(1_000));
}

#[test]
fn full_store_refuses_tickets_until_some_expire_or_are_used() {
    let clock = clock();
    let store = store(&clock);
    let len = MAX_SIZE / 100 - ENTRY_SIZE;
    let tickets: Vec<_> = (0..100)
        .map(|caller| issue(&store, &caller.to_string(), len).unwrap())
        .collect();
    assert_eq!(issue(&store, "alice", len), Err(TicketError::Exhausted));
    assert_count(&store, 100);
    // a caller with tickets keeps them
    assert_eq!(issue(&store, "7", len), Err(TicketError::Exhausted));
    assert_eq!(redeem(&store, &tickets[7]), Ok(len));
    issue(&store, "alice", len).unwrap();
    assert_eq!(issue(&store, "alice", len), Err(TicketError::Exhausted));
    clock.advance(LIFETIME);
    issue(&store, "alice", len).unwrap();
    assert_count(&store, 1);
}

#[test]
fn expired_tickets_are_removed_by_the_next_request() {
    let clock = clock();
    let store = store(&clock);
    for subject in 0..100 {
        issue(&store, &subject.to_string(), 7).unwrap();
        clock.advance(Duration::from_secs(1));
    }
    assert_count(&store, 30);
    clock.advance(LIFETIME);
    assert_eq!(redeem(&store, "unknown"), Err(TicketRefusal::Unknown));
    assert_count(&store, 0);
}

#[test]
fn used_tickets_leave_nothing_behind() {
    let store = store(&clock());
    for number in 0..5_000 {
        let ticket = issue(&store, &(number % 7).to_string(), 7).unwrap();
        assert_eq!(redeem(&store, &ticket), Ok(7));
    }
    assert_count(&store, 0);
}

#[test]
fn ticket_does_not_live_longer_if_the_clock_is_set_back() {
    for (back, redeemed) in [
        (Duration::from_secs(1), Ok(7)),
        (Duration::from_secs(90), Ok(7)),
        (Duration::from_millis(90_001), Err(TicketRefusal::Expired)),
        (Duration::from_hours(24), Err(TicketRefusal::Expired)),
    ] {
        let clock = clock();
        let store = store(&clock);
        let ticket = issue(&store, "alice", 7).unwrap();
        clock.set(clock.time().saturating_sub(back));
        assert_eq!(redeem(&store, &ticket), redeemed, "{back:?}");
        assert_count(&store, 0);
    }
}

#[test]
fn tickets_from_the_future_do_not_stay_in_the_store() {
    let clock = clock();
    let store = store(&clock);
    clock.advance(Duration::from_hours(24));
    issue(&store, "alice", 7).unwrap();
    clock.set(NumericDate::from_secs(1_000_000));
    issue(&store, "bob", 7).unwrap();
    assert_count(&store, 1);
}
