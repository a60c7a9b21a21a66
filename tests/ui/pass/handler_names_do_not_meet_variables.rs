//! A variable, a parameter and a field may have the name of a handler.

#![deny(warnings)]

use palisade::prelude::*;

mod orders {
    use palisade::prelude::*;

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    pub struct NewOrder {
        #[garde(length(max = 10), inner(length(chars, max = 64)))]
        list: Vec<String>,
    }

    #[secured(authenticated)]
    pub async fn list(Valid(Json(order)): Valid<Json<NewOrder>>) -> Json<Vec<String>> {
        let list = order.list;
        Json(sorted(list))
    }

    fn sorted(mut list: Vec<String>) -> Vec<String> {
        list.sort();
        list
    }

    #[tokio::main(flavor = "current_thread")]
    pub async fn test_list() {
        let order = NewOrder { list: vec!["b".to_owned(), "a".to_owned()] };
        let Json(list) = list().unguarded(Valid(Json(order))).await;
        assert_eq!(list, ["a", "b"]);
    }
}

fn main() {
    orders::test_list();
    let list = get(orders::list);
    let _ = SecureRouter::<()>::new().route("/", list).route("/again", get(orders::list()));
}
