//! Paths with literal braces, and handlers that another spelling of a path reaches.

use palisade::evidence::AttackClass;
use palisade::input::Identifier;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;

/// Another spelling of the path reaches another handler, although its name and module are the same.
#[tokio::test]
async fn other_handler_of_the_same_name_is_no_finding() {
    fn orders() -> SecureRouter {
        #[secured(scopes = "orders:read")]
        async fn list() {}

        SecureRouter::new().route("/orders", get(list))
    }
    fn archive() -> SecureRouter {
        #[secured(scopes = "orders:read")]
        async fn list() {}

        SecureRouter::new().route("/orders/", get(list))
    }
    let api = TestApi::new(orders().merge(archive())).await;
    Attack::new(&api).run().await.assert_refused();
}

#[tokio::test]
async fn braces_in_a_path_are_sent_as_they_are() {
    #[secured(scopes = "orders:read")]
    async fn show(caller: Caller, Path(id): Path<u32>) -> StatusCode {
        let owner = if id == 1 { "alice" } else { "bob" };
        if caller.subject() == owner {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        }
    }

    #[secured(scopes = "files:read")]
    async fn file(Path(path): Path<Identifier<20>>) -> String {
        path.to_string()
    }

    let routes = SecureRouter::new()
        .route("/{{v1}}/orders/{id}", get(show))
        .route("/{{v1}}/files/{*path}", get(file));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/{{v1}}/orders/{id}", "alice", "1")
        .object("/{{v1}}/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    for (path, class) in [
        ("/{{v1}}/orders/{id}", AttackClass::OtherOwner),
        ("/{{v1}}/orders/{id}", AttackClass::Bound),
        ("/{{v1}}/files/{*path}", AttackClass::PathSpelling),
    ] {
        let class = results.route("GET", path).unwrap().class(class).unwrap();
        assert!(class.is_evidence(), "{path} {class:?}");
    }
}
