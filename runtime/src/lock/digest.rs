//! Digests of the declarations of routes, which bind the results of attacks to them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use crate::lock::entry::RouteEntry;
use crate::routing::Route;

/// Returns the SHA-256 of the route's block for each of its methods, in hexadecimal. The method of a fallback is `*`.
pub(crate) fn digests(route: &Route) -> BTreeMap<String, String> {
    let entries = RouteEntry::of(route).into_iter();
    entries
        .map(|entry| {
            let text = entry.to_string();
            let hash = digest(&SHA256, text.as_bytes());
            let mut hexadecimal = String::new();
            for byte in hash.as_ref() {
                // writing to a `String` cannot fail
                let _ = write!(hexadecimal, "{byte:02x}");
            }
            (entry.key.method, hexadecimal)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::secured;

    #[secured(scopes = "orders:read")]
    async fn read() {}

    #[secured(scopes = "orders:read")]
    async fn renamed() {}

    #[secured(scopes = "orders:list")]
    async fn list() {}

    #[secured(scopes = "orders:read", body_limit = "1 KiB")]
    async fn limited() {}

    fn of(routes: &SecureRouter) -> BTreeMap<String, String> {
        digests(&routes.inventory().routes()[0])
    }

    #[test]
    fn digest_is_the_hash_of_the_block_in_the_lock_file() {
        let digests = of(&SecureRouter::new().route("/orders", get(read)));
        let block = "GET /orders\n  access orders:read\n  limits body_limit=65536B body_timeout=30000ms body_idle_timeout=30000ms timeout=30000ms header_limit=100 parameter_limit=256 part_limit=100\n";
        let hash = digest(&SHA256, block.as_bytes());
        let bytes = hash.as_ref().iter();
        let expected: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digests["GET"], expected.concat());
        assert_eq!((digests.len(), digests["GET"].len()), (1, 64));
    }

    #[test]
    fn digest_depends_on_the_declaration_and_not_on_the_name_of_the_handler() {
        let route = |method| of(&SecureRouter::new().route("/orders", method));
        let one = route(get(read));
        assert_eq!(one, route(get(renamed)));
        for other in [get(list), get(limited)] {
            assert_ne!(one["GET"], route(other)["GET"]);
        }
        let fallback = of(&SecureRouter::new().fallback(read));
        assert_eq!(fallback.keys().collect::<Vec<_>>(), ["*"]);
    }
}
