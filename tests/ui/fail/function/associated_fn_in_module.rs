//! A handler is a free function, in a nested module too.

mod shop {
    use palisade::prelude::*;

    pub struct Shop;

    impl<'a> From<&'a str> for Shop {
        fn from(_: &'a str) -> Self {
            Shop
        }
    }

    impl Shop {
        pub const OPENED: &'static str = "}";

        #[public(reason = "a test")]
        async fn list() {}
    }

    #[public(reason = "a test")]
    pub async fn index() {}
}

fn main() {
    let _ = palisade::SecureRouter::<()>::new().route("/", palisade::routing::get(shop::index));
}
