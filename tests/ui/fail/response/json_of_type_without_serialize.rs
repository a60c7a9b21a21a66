//! The error names the type that derives no `Serialize`.

use palisade::prelude::*;

struct New;

#[secured(authenticated)]
async fn create() -> Result<(StatusCode, Json<Vec<New>>), Problem> {
    Ok((StatusCode::CREATED, Json(vec![New])))
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
