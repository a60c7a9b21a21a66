//! Bodies of a single text, or of bytes.

use palisade::input::{BinaryBody, PlainText};
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

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Blob {
    #[garde(length(max = 100), inner(range(min = 200)))]
    bytes: Vec<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Samples {
    #[garde(length(max = 10_000), inner(range(min = 200)))]
    samples: Vec<u128>,
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn note(Valid(PlainText(note)): Valid<PlainText<Note>>) -> String {
    note.text
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn number(Valid(PlainText(number)): Valid<PlainText<Number>>) -> String {
    number.number.to_string()
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn blob(Valid(BinaryBody(blob)): Valid<BinaryBody<Blob>>) -> String {
    blob.bytes.len().to_string()
}

#[public(reason = "a test", body_limit = "16 MiB")]
async fn samples(Valid(BinaryBody(samples)): Valid<BinaryBody<Samples>>) -> String {
    samples.samples.len().to_string()
}

#[test]
fn rejected_text_takes_at_most_eight_times_its_size() {
    let routes = SecureRouter::new()
        .route("/note", post(note))
        .route("/number", post(number))
        .route("/blob", post(blob))
        .route("/samples", post(samples));
    let mut attack = Attack::new(routes);
    for size in SIZES {
        for (shape, path, media_type) in [
            ("long text", "/note", "text/plain"),
            ("long number", "/number", "text/plain"),
            ("long binary body", "/blob", "application/octet-stream"),
            (
                "long list of wide numbers",
                "/samples",
                "application/octet-stream",
            ),
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
