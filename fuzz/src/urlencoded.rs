//! A query or form, compared with the lenient `form_urlencoded`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::Uri;
use palisade::prelude::{Form, Query};

use crate::listing::Listing;
use crate::outcome::{Outcome, assert_outcome, extract, post};

/// The default maximum number of parameters of a route.
const MAX_PARAMETERS: usize = 256;

/// Checks that a form is decoded as `form_urlencoded` does, or rejected if that parser is lenient.
pub fn form(text: &[u8]) {
    let request = post("application/x-www-form-urlencoded", text);
    let form = extract::<Form<Listing>, _>(request);
    assert_outcome(form.map(|Form(listing)| listing), &expected(text, true));
}

/// Checks the same for a query; the bytes are the query of a request target.
pub fn query(text: &[u8]) {
    let Ok(uri) = Uri::try_from([b"/?", text].concat()) else {
        return;
    };
    let text = uri.query().unwrap_or_default().to_owned();
    let request = Request::get(uri)
        .body(Body::empty())
        .expect("a complete request");
    let query = extract::<Query<Listing>, _>(request);
    assert_outcome(
        query.map(|Query(listing)| listing),
        &expected(text.as_bytes(), false),
    );
}

fn expected(text: &[u8], is_form: bool) -> Outcome<Listing> {
    let parts = text
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty());
    if parts.count() > MAX_PARAMETERS || !is_strict(text) {
        return Outcome::Malformed;
    }
    let pairs: Vec<_> = form_urlencoded::parse(text).into_owned().collect();
    Listing::expected(&pairs, is_form)
}

/// Whether every `%` starts an escape sequence, and every name and value is UTF-8.
fn is_strict(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| b"&=".contains(byte));
    parts.all(|part| unescaped(part).is_some_and(|bytes| str::from_utf8(&bytes).is_ok()))
}

fn unescaped(part: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), part);
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = str::from_utf8(rest.get(..2)?).ok()?;
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(is_hex.then(|| u8::from_str_radix(hex, 16).ok())??);
        rest = &rest[2..];
    }
    Some(bytes)
}
