//! A handler is imported and re-exported like a function.

#![deny(warnings)]

use palisade::prelude::*;

mod orders {
    mod handlers {
        use palisade::prelude::*;

        struct Private;

        impl TrustedExtractor for Private {
            const REASON: &'static str = "holds nothing";
        }

        impl<S: Sync> axum::extract::FromRequestParts<S> for Private {
            type Rejection = Problem;

            async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
                Ok(Self)
            }
        }

        #[secured(authenticated)]
        pub async fn list(_: Private) {}

        #[tokio::main(flavor = "current_thread")]
        pub async fn call_it_alone() {
            list().unguarded(Private).await;
        }
    }

    pub use handlers::{call_it_alone, list as show_all};
}

fn main() {
    orders::call_it_alone();
    let _ = SecureRouter::<()>::new().route("/", get(orders::show_all));
}
