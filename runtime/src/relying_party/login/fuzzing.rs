//! The properties of the callback's parsers, for fuzz targets.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::relying_party::login::pending::PURPOSE;
use crate::relying_party::login::response::{AuthorizationResponse, ResponseResult};
use crate::seal::{Sealer, SealingKey, SealingKeys};

pub(in crate::relying_party) fn response(query: &str) {
    let Ok(response) = AuthorizationResponse::read(query) else {
        return;
    };
    let mut expected = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_encoding::percent_decode_str(&text)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        assert!(expected.insert(decode(name), decode(value)).is_none());
    }
    assert_eq!(response.iss.as_ref(), expected.get("iss"));
    assert_eq!(response.state.as_ref(), expected.get("state"));
    match response.result {
        ResponseResult::Code(code) => {
            assert_eq!(Some(&*code), expected.get("code"));
            assert!(!expected.contains_key("error") && !expected.contains_key("id_token"));
        }
        ResponseResult::Error(_) => {
            assert!(expected.contains_key("error") && !expected.contains_key("code"));
        }
        ResponseResult::Contradiction(_) => {}
    }
}

pub(in crate::relying_party) fn cookie(value: &str) {
    static SEALER: OnceLock<Sealer> = OnceLock::new();
    let sealer = SEALER.get_or_init(|| {
        let key = SealingKey::generate().expect("the system has randomness");
        SealingKeys::from(key)
            .sealer(PURPOSE)
            .expect("the key is usable")
    });
    assert!(sealer.open_text(value, 3800, &[b"a", b"b"]).is_err());
}
