//! The pairs of a query or form, read by `form_urlencoded`, which forgives everything.

use axum::body::Body;
use axum::extract::Request;
use axum::http::Uri;
use palisade::prelude::{Form, Query};

use crate::listing::Listing;
use crate::verdict::{Verdict, extract, posted, same};

/// The most pairs that a route takes, unless it declares otherwise.
const MAX_PAIRS: usize = 256;

/// A form means what it means to `form_urlencoded`, unless that had to forgive something.
pub fn form(text: &[u8]) {
    let request = posted("application/x-www-form-urlencoded", text);
    let form = extract::<Form<Listing>, _>(request);
    same(form.map(|Form(listing)| listing), &expected(text));
}

/// The same of a query, where the bytes are a request's target.
pub fn query(text: &[u8]) {
    let Ok(uri) = Uri::try_from([b"/?", text].concat()) else {
        return;
    };
    let text = uri.query().unwrap_or_default().to_owned();
    let request = Request::get(uri)
        .body(Body::empty())
        .expect("a whole request");
    let query = extract::<Query<Listing>, _>(request);
    same(
        query.map(|Query(listing)| listing),
        &expected(text.as_bytes()),
    );
}

fn expected(text: &[u8]) -> Verdict<Listing> {
    let parts = text
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty());
    if parts.count() > MAX_PAIRS || !is_strict(text) {
        return Verdict::Undecodable;
    }
    let pairs: Vec<_> = form_urlencoded::parse(text).into_owned().collect();
    Listing::expected(&pairs)
}

/// Whether every `%` begins an escape, and every name and value is UTF-8.
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
