use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    sku: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10), dive)]
    lines: Vec<Line>,
}

#[secured(authenticated)]
async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.lines.len().to_string()
}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", post(create_order))
}

fn main() {}
