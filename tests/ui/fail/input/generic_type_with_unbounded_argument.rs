use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Page<T> {
    #[garde(skip)]
    item: T,
}

#[public(reason = "a test")]
async fn show(Valid(Json(page)): Valid<Json<Page<String>>>) -> String {
    page.item
}

fn main() {}
