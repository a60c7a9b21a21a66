//! Changes to the access that `next(…)` announces.

use super::{at, sentences};
use crate::prelude::*;
use crate::secured;

#[secured(scopes = "orders:read")]
async fn present() {}

#[secured(scopes = "orders:read", next(scopes = all("orders:read", "orders:list")))]
async fn announced() {}

#[secured(scopes = "orders:read", next(scopes = all("orders:read", "orders:list", "orders:audit")))]
async fn announced_stricter() {}

#[secured(scopes = all("orders:read", "orders:list"))]
async fn carried_out() {}

#[test]
fn announced_access_is_compared_by_its_callers() {
    for (old, new, expected) in [
        (
            get(announced),
            get(present),
            &[
                "weaker: `GET /orders`: a caller with only `orders:read` will still be admitted (`next` was `all(orders:list, orders:read)`)",
            ][..],
        ),
        (
            get(announced_stricter),
            get(announced),
            &[
                "weaker: `GET /orders`: a caller with only `orders:list` and `orders:read` will still be admitted (`next` was `all(orders:audit, orders:list, orders:read)`)",
            ],
        ),
        (
            get(present),
            get(announced),
            &[
                "stronger: `GET /orders`: a caller with only `orders:read` will be refused (`next` is `all(orders:list, orders:read)`)",
            ],
        ),
        (
            get(announced),
            get(carried_out),
            &["stronger: `GET /orders`: a caller with only `orders:read` is no longer admitted"],
        ),
        (get(announced), get(announced), &[]),
    ] {
        assert_eq!(
            sentences(&at("/orders", old), &at("/orders", new)),
            expected
        );
    }
}
