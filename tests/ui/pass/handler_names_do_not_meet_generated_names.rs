//! A handler may have a name that generated code could use.

use palisade::prelude::*;

macro_rules! handlers {
    ($($name:ident)*) => {$(
        #[secured(authenticated)]
        async fn $name(_: Caller, _: Path<(u32, u32)>) -> StatusCode {
            StatusCode::OK
        }
    )*};
}

handlers! { request state parts body argument argument_0 argument_1 refused returned response guard caller handler }

fn main() {
    let _ = SecureRouter::<()>::new().route("/{a}/{b}", get(request).post(state).put(body));
}
