//! Digests of the declarations of routes, which bind the results of attacks to them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::lock::entry::RouteEntry;
use crate::routing::Route;
use crate::text::hexadecimal;

/// Returns the SHA-256 of the route's block for each of its methods, in hexadecimal. The method of a fallback is `*`.
pub(crate) fn digests(route: &Route) -> BTreeMap<String, String> {
    let entries = RouteEntry::of(route).into_iter();
    entries
        .map(|entry| {
            let text = entry.to_string();
            let hash = digest(&SHA256, text.as_bytes());
            (entry.key.method, hexadecimal(hash.as_ref()).to_string())
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

    #[secured(scopes = "orders:read", ticket)]
    async fn with_ticket() {}

    #[secured(scopes = "orders:read", next(scopes = all("orders:read", "orders:list")))]
    async fn with_next() {}

    #[secured(scopes = "orders:read")]
    async fn with_input(_: Path<u32>) {}

    #[secured(scopes = "orders:read")]
    async fn with_claims(_: Caller<Claims>) {}

    #[secured(scopes = "orders:read", unvalidated = "forwarded as it is")]
    async fn with_exception(_: Unvalidated<String>) {}

    #[derive(Clone, Deserialize, Validate)]
    struct Claims {
        #[garde(skip)]
        _tenant: String,
    }

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
        for other in [
            get(list),
            get(limited),
            get(with_ticket),
            get(with_next),
            get(with_input),
            get(with_claims),
            get(with_exception),
        ] {
            assert_ne!(one["GET"], route(other)["GET"]);
        }
        let path = |path| of(&SecureRouter::new().route(path, get(with_input)));
        assert_ne!(path("/orders/{id}"), path("/orders/{order}"));
        let fallback = of(&SecureRouter::new().fallback(read));
        assert_eq!(fallback.keys().collect::<Vec<_>>(), ["*"]);
    }
}
