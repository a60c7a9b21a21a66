//! Bodies of a single text.

use palisade::input::PlainText;
use palisade::prelude::*;

use super::{Attack, SIZES, repeated, request};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Note {
    #[garde(length(chars, max = 100), contains("-"), ascii)]
    text: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Number {
    #[garde(range(max = 3))]
    number: u128,
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn note(Valid(PlainText(note)): Valid<PlainText<Note>>) -> String {
    note.text
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn number(Valid(PlainText(number)): Valid<PlainText<Number>>) -> String {
    number.number.to_string()
}

#[test]
fn rejected_text_takes_at_most_eight_times_its_size() {
    let routes = SecureRouter::new()
        .route("/note", post(note))
        .route("/number", post(number));
    let mut attack = Attack::new(routes);
    for size in SIZES {
        for (shape, path, media_type) in [
            ("long text", "/note", "text/plain"),
            ("long number", "/number", "text/plain"),
        ] {
            for item in ["a", "9", "\u{e9}", "\u{0}"] {
                let body = repeated(item, size);
                attack.reject(shape, body.len(), request(path, media_type, body));
            }
        }
        let body = [vec![b'a'; size], vec![0xFF]].concat();
        attack.reject(
            "text that is not UTF-8",
            size,
            request("/note", "text/plain", body),
        );
    }
    attack.finish();
}
