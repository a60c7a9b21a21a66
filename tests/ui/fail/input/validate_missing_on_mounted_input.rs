use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[secured(authenticated)]
async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.quantity.to_string()
}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", post(create_order))
}

fn main() {}
