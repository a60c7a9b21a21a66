//! A handler that accepts tickets is mounted for `GET` only.

use palisade::prelude::*;
use palisade::routing::{MethodFilter, any, on};

use super::events;

#[test]
#[should_panic(expected = "the handler `events` accepts tickets, so it must be mounted with `get`")]
fn post_of_a_handler_that_accepts_tickets_panics() {
    let _: SecureRouter = SecureRouter::new().route("/events", post(events));
}

#[test]
#[should_panic(expected = "must be mounted with `get`")]
fn put_beside_get_of_a_handler_that_accepts_tickets_panics() {
    let _: SecureRouter = SecureRouter::new().route("/events", get(events).put(events));
}

#[test]
#[should_panic(expected = "must be mounted with `get`")]
fn any_of_a_handler_that_accepts_tickets_panics() {
    let _: SecureRouter = SecureRouter::new().route("/events", any(events));
}

#[test]
#[should_panic(expected = "must be mounted with `get`")]
fn two_methods_of_a_handler_that_accepts_tickets_panic() {
    let methods = MethodFilter::GET.or(MethodFilter::POST);
    let _: SecureRouter = SecureRouter::new().route("/events", on(methods, events));
}

#[test]
#[should_panic(expected = "must be mounted with `get`")]
fn fallback_that_accepts_tickets_panics() {
    let _: SecureRouter = SecureRouter::new().fallback(events);
}
