//! Handlers inside blocks, below code that is easily taken for an `impl` around them.

use palisade::prelude::*;

const TEXTS: [&str; 3] = ["impl Shop {", r#"impl "Shop" {"#, "\"impl Shop {"];
const BYTES: &[u8] = br##"impl "# Shop {"##;
const NAME: &std::ffi::CStr = c"impl Shop {";
const BRACE: (char, u8, char) = ('{', b'{', '\'');

/* impl Shop { /* { */ */
pub struct Größe<'a>(&'a str);

impl<'a> Größe<'a> {
    /// Returns the text: `impl Shop {`.
    pub fn text(&self) -> &'a str {
        let _ = (TEXTS, BYTES, NAME, BRACE);
        self.0
    }
}

mod r#impl {
    use palisade::prelude::*;

    #[secured(authenticated)]
    pub async fn list() {}
}

// the macro moves the function out of the `impl`
macro_rules! handlers {
    (impl $shop:ident { $($handler:item)* }) => { $($handler)* };
}

mod moved {
    use palisade::prelude::*;

    handlers! {
        impl Shop {
            #[secured(authenticated)]
            pub async fn list() {}

            #[public(reason = "a test")]
            pub async fn show() {}
        }
    }
}

macro_rules! handler {
    (impl $name:ident) => {
        #[secured(authenticated)]
        async fn $name() {}
    };
}

handler!(impl first);
handler!(impl second);

fn main() {
    let local = {
        struct Shop;
        impl Shop {
            fn routes() -> SecureRouter {
                #[secured(authenticated)]
                async fn local() {}
                SecureRouter::new().route("/local", get(local))
            }
        }
        Shop::routes()
    };
    let _ = SecureRouter::<()>::new()
        .route("/", get(r#impl::list))
        .route("/moved", get(moved::list).post(moved::show))
        .route("/made", get(first).post(second))
        .merge(local);
}
