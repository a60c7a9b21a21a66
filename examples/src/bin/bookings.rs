//! Rules that need more than one value: another field, or the router's state.
//!
//! `cargo run --bin bookings` serves the API and prints a `curl` command. The tests at the end show
//! which bookings are rejected.
//!
//! ```text
//! bookings [--listen 127.0.0.1:8081]
//! ```
//!
//! The description of the API (OpenAPI 3.1) is public at `/openapi.json`, and a page that shows it at `/docs`. The program prints
//! `listening on http://ADDR` when it is ready.

#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lexopt::prelude::*;
use palisade::Api;
use palisade::input::{Identifier, ValidationContext};
use palisade::openapi::Info;
use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;

const AUDIENCE: &str = "https://bookings.example";

type Room = Identifier<16>;

/// The rooms of the house: the router's state, which the rules read.
#[derive(Clone, Default)]
struct Rooms(Arc<BTreeSet<Room>>);

impl ValidationContext for Rooms {}

/// A booking of one room for some hours of a day.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(context(Rooms))]
struct NewBooking {
    #[garde(custom(is_available))]
    room: Room,
    #[garde(range(max = 23))]
    from: u8,
    #[garde(range(max = 24), custom(after(self.from)))]
    until: u8,
}

/// Checks a room against the state. The message is sent to the client and never quotes the input.
fn is_available(room: &Room, rooms: &Rooms) -> garde::Result {
    if rooms.0.contains(room) {
        Ok(())
    } else {
        Err(garde::Error::new("must be a room of this house"))
    }
}

/// Checks that the booking ends after it begins. For equal fields, garde has the rule `matches`.
fn after(from: u8) -> impl FnOnce(&u8, &Rooms) -> garde::Result {
    move |until, _| {
        if *until > from {
            Ok(())
        } else {
            Err(garde::Error::new("must be later than `from`"))
        }
    }
}

/// Books a room.
#[secured(scopes = "bookings:write")]
async fn book(
    caller: Caller,
    Valid(Json(booking)): Valid<Json<NewBooking>>,
) -> (StatusCode, String) {
    let NewBooking { room, from, until } = booking;
    let text = format!(
        "{room} is booked for {} from {from} to {until}",
        caller.subject()
    );
    (StatusCode::CREATED, text)
}

fn routes() -> SecureRouter {
    let rooms = ["attic", "cellar-2"]
        .into_iter()
        .filter_map(|room| room.parse().ok());
    SecureRouter::new()
        .route("/bookings", post(book))
        .with_state(Rooms(Arc::new(rooms.collect())))
}

/// Publishes the description of the API.
fn described(api: Api) -> Api {
    let info = Info::new("Bookings", env!("CARGO_PKG_VERSION"));
    api.publish_openapi(
        info.description("The rooms of a house."),
        "clients are generated from the description, and the rooms of this house are no secret",
    )
}

/// Parses the address to listen on.
fn address(args: impl IntoIterator<Item = OsString>) -> Result<SocketAddr, lexopt::Error> {
    let mut address = SocketAddr::from(([127, 0, 0, 1], 8081));
    let mut parser = lexopt::Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("listen") => address = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = address(std::env::args_os())?;
    let issuer = EmbeddedIssuer::serve().await?;
    let server = ResourceServer::builder()
        .trust(issuer.discovered(AUDIENCE))
        .build()
        .await?;
    let bound = palisade::serve(described(routes().protect(server)))
        .bind(address)
        .await?;
    let token = issuer
        .token("alice")
        .audience(AUDIENCE)
        .scopes("bookings:write")
        .lifetime(Duration::from_mins(30))
        .sign();
    println!(
        "curl -i http://{0}/bookings \\\n  -H 'Authorization: Bearer {token}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"room\": \"attic\", \"from\": 9, \"until\": 8}}'\n\nthe token is valid for half an hour; press Ctrl-C to stop\nlistening on http://{0}",
        bound.local_addr()
    );
    bound.run().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../../../tests/schemas/openapi/validity.rs"]
mod validity;

#[cfg(test)]
mod tests {
    use palisade::testing::attack::{Attack, Sample};
    use palisade::testing::{TestApi, assert_lock_at};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn bookings_api_is_as_locked() {
        assert_lock_at("bookings.lock", routes().inventory());
    }

    /// Posts a booking; returns the status, and each error as (pointer, detail).
    async fn post_booking(booking: Value) -> (u16, Vec<(String, String)>) {
        let api = TestApi::new(routes()).await;
        let caller = api.caller("alice").scopes("bookings:write");
        let response = caller.post("/bookings").json(&booking).send().await;
        let status = response.status().as_u16();
        if status == 201 {
            return (status, Vec::new());
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let problem: Value = response.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let errors = errors
            .iter()
            .map(|error| (text(&error["pointer"]), text(&error["detail"])));
        (status, errors.collect())
    }

    /// A room must exist, so that a valid booking does not follow from the schema.
    #[tokio::test]
    async fn attacks_on_bookings_are_refused() {
        let booking = Sample::new().json(&json!({"room": "attic", "from": 9, "until": 10}));
        let api = TestApi::new(routes()).await.map_api(described);
        let attack = Attack::new(&api).sample("POST /bookings", booking);
        attack.run().await.assert_refused();
    }

    #[test]
    fn address_has_a_default_and_other_arguments_are_errors() {
        let parsed = |args: &[&str]| {
            let args = std::iter::once(&"bookings").chain(args);
            address(args.map(OsString::from)).map_err(|error| error.to_string())
        };
        assert_eq!(parsed(&[]).unwrap().to_string(), "127.0.0.1:8081");
        let address = parsed(&["--listen", "[::1]:0"]).unwrap();
        assert_eq!(address.to_string(), "[::1]:0");
        for args in [
            &["--port"][..],
            &["--listen"],
            &["--listen", "8081"],
            &["x"],
        ] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
    }

    #[tokio::test]
    async fn description_of_bookings_is_public() {
        let api = TestApi::new(routes()).await.map_api(described);
        for path in ["/openapi.json", "/docs"] {
            let response = api.anonymous().get(path).send().await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
        }
    }

    #[tokio::test]
    async fn description_of_bookings_is_valid_and_has_their_rules() {
        let api = TestApi::new(routes()).await;
        let document = validity::document(api.api());
        let book = &document["paths"]["/bookings"]["post"];
        assert_eq!(
            (&book["operationId"], &book["summary"]),
            (&json!("book"), &json!("Books a room"))
        );
        let body = &book["requestBody"]["content"]["application/json"]["schema"];
        let target = body["$ref"].as_str().unwrap_or_default();
        let booking = document.pointer(target.trim_start_matches('#'));
        let members = &booking.unwrap_or(&Value::Null)["properties"];
        assert_eq!(members["room"]["maxLength"], 16);
        assert_eq!(
            (&members["from"]["maximum"], &members["until"]["maximum"]),
            (&json!(23), &json!(24))
        );
        // JSON Schema cannot express these rules
        for name in ["room", "until"] {
            assert!(members[name].get("$comment").is_some(), "{members}");
        }
    }

    fn error(pointer: &str, detail: &str) -> (String, String) {
        (pointer.to_owned(), detail.to_owned())
    }

    #[tokio::test]
    async fn until_not_after_from_returns_422() {
        for (from, until) in [(0, 1), (9, 10), (23, 24)] {
            let booking = json!({"room": "attic", "from": from, "until": until});
            assert_eq!(post_booking(booking).await, (201, vec![]));
        }
        for (from, until) in [(9, 9), (9, 8)] {
            let booking = json!({"room": "attic", "from": from, "until": until});
            let late = error("/until", "must be later than `from`");
            assert_eq!(post_booking(booking).await, (422, vec![late]));
        }
    }

    #[tokio::test]
    async fn room_missing_from_state_returns_422() {
        let unknown = json!({"room": "cellar-3", "from": 9, "until": 10});
        let unavailable = error("/room", "must be a room of this house");
        assert_eq!(post_booking(unknown).await, (422, vec![unavailable]));
        let known = json!({"room": "cellar-2", "from": 9, "until": 10});
        assert_eq!(post_booking(known).await, (201, vec![]));
    }

    #[tokio::test]
    async fn several_broken_rules_are_reported_together() {
        let (status, errors) = post_booking(json!({"room": "roof", "from": 24, "until": 25})).await;
        let mut pointers: Vec<_> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!((status, pointers), (422, vec!["/from", "/room", "/until"]));
    }
}
