//! Rules that need more than one value: across fields, and from the state.
//!
//! `cargo run --bin bookings` serves it and prints a call to paste. The tests at the end show what is refused.

#![expect(clippy::print_stdout, reason = "a program that talks to its terminal")]

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use palisade::input::{Identifier, ValidationContext};
use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;

const AUDIENCE: &str = "https://bookings.example";

type Room = Identifier<16>;

/// The rooms that are let: the router's state, and what rules are checked against.
#[derive(Clone, Default)]
struct Rooms(Arc<BTreeSet<Room>>);

impl ValidationContext for Rooms {}

/// A room for some hours of a day.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(context(Rooms))]
struct NewBooking {
    #[garde(custom(is_let))]
    room: Room,
    #[garde(range(max = 23))]
    from: u8,
    #[garde(range(max = 24), custom(after(self.from)))]
    until: u8,
}

/// A rule that needs the state. What it says is answered: it quotes nothing of the input.
fn is_let(room: &Room, rooms: &Rooms) -> garde::Result {
    if rooms.0.contains(room) {
        Ok(())
    } else {
        Err(garde::Error::new("must be a room that is let here"))
    }
}

/// A rule across fields. Where two must be equal, garde has `matches`.
fn after(from: u8) -> impl FnOnce(&u8, &Rooms) -> garde::Result {
    move |until, _| {
        if *until > from {
            Ok(())
        } else {
            Err(garde::Error::new("must be later than `from`"))
        }
    }
}

#[secured(scopes = "bookings:write")]
async fn book(
    caller: Caller,
    Valid(Json(booking)): Valid<Json<NewBooking>>,
) -> (StatusCode, String) {
    let NewBooking { room, from, until } = booking;
    let told = format!("{room} is {}'s from {from} to {until}", caller.subject());
    (StatusCode::CREATED, told)
}

fn routes() -> SecureRouter {
    let rooms = ["attic", "cellar-2"]
        .into_iter()
        .filter_map(|room| room.parse().ok());
    SecureRouter::new()
        .route("/bookings", post(book))
        .with_state(Rooms(Arc::new(rooms.collect())))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = EmbeddedIssuer::serve().await?;
    let server = ResourceServer::builder()
        .trust(issuer.discovered(AUDIENCE))
        .build()
        .await?;
    let bound = palisade::serve(routes().protect(server))
        .bind("127.0.0.1:8081")
        .await?;
    let token = issuer
        .token("alice")
        .audience(AUDIENCE)
        .scopes("bookings:write")
        .sign();
    println!(
        "curl -i http://{}/bookings \\\n  -H 'Authorization: Bearer {token}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"room\": \"attic\", \"from\": 9, \"until\": 8}}'\n\nthe token is good for five minutes; Ctrl-C stops",
        bound.local_addr()
    );
    bound.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use palisade::testing::TestApi;
    use serde_json::{Value, json};

    use super::*;

    /// The status, and each broken rule as (pointer, detail).
    async fn booked(booking: Value) -> (u16, Vec<(String, String)>) {
        let api = TestApi::new(routes()).await;
        let caller = api.caller("alice").scopes("bookings:write");
        let answer = caller.post("/bookings").json(&booking).send().await;
        let status = answer.status().as_u16();
        if status == 201 {
            return (status, Vec::new());
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let problem: Value = answer.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let told = errors
            .iter()
            .map(|error| (text(&error["pointer"]), text(&error["detail"])));
        (status, told.collect())
    }

    fn told(pointer: &str, detail: &str) -> (String, String) {
        (pointer.to_owned(), detail.to_owned())
    }

    #[tokio::test]
    async fn a_booking_ends_after_it_begins() {
        for (from, until) in [(0, 1), (9, 10), (23, 24)] {
            let booking = json!({"room": "attic", "from": from, "until": until});
            assert_eq!(booked(booking).await, (201, vec![]));
        }
        for (from, until) in [(9, 9), (9, 8)] {
            let booking = json!({"room": "attic", "from": from, "until": until});
            let late = told("/until", "must be later than `from`");
            assert_eq!(booked(booking).await, (422, vec![late]));
        }
    }

    #[tokio::test]
    async fn a_room_is_one_that_the_state_knows() {
        let unknown = json!({"room": "cellar-3", "from": 9, "until": 10});
        let told_of_it = told("/room", "must be a room that is let here");
        assert_eq!(booked(unknown).await, (422, vec![told_of_it]));
        let known = json!({"room": "cellar-2", "from": 9, "until": 10});
        assert_eq!(booked(known).await, (201, vec![]));
    }

    #[tokio::test]
    async fn all_broken_rules_are_told_together() {
        let (status, errors) = booked(json!({"room": "roof", "from": 24, "until": 25})).await;
        let mut places: Vec<_> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
        places.sort_unstable();
        assert_eq!((status, places), (422, vec!["/from", "/room", "/until"]));
    }
}
