//! The error is at the part of the return type that is not a response.

use palisade::prelude::*;

#[derive(Serialize)]
struct Order;

struct AppError;

#[secured(authenticated)]
async fn show() -> Result<Json<Order>, AppError> {
    Err(AppError)
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(show));
}
