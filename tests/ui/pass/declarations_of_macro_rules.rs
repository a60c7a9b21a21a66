//! Handlers and inputs that a `macro_rules!` macro declares, with types, names and values of its caller.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct Id {
    #[garde(range(min = 1, max = 1_000))]
    id: u32,
}

macro_rules! resource {
    ($module:ident, $item:ident, $field:ident: $type:ty, $max:literal, $scope:literal, $extractor:ident) => {
        mod $module {
            use super::*;

            #[derive(Serialize, Deserialize, Validate, SecureInput)]
            #[serde(deny_unknown_fields)]
            pub struct $item {
                #[garde(length(chars, max = $max))]
                pub $field: $type,
                #[garde(range(max = $max))]
                count: u32,
                #[garde(length(max = $max), inner(length(chars, max = $max)))]
                tags: Vec<String>,
                #[garde(dive)]
                nested: Option<Nested>,
            }

            #[derive(Serialize, Deserialize, Validate, SecureInput)]
            #[serde(deny_unknown_fields)]
            pub struct Nested {
                #[garde(length(chars, max = $max))]
                $field: $type,
            }

            #[secured(scopes = $scope)]
            pub async fn create(Valid($extractor($field)): Valid<$extractor<$item>>) -> Json<$item> {
                Json($field)
            }

            #[secured(scopes = $scope)]
            pub async fn replace(
                Valid(Path(_)): Valid<Path<Id>>,
                Valid(Json($field)): Valid<Json<$item>>,
            ) -> Result<(StatusCode, Json<$item>), Problem> {
                Ok((StatusCode::OK, Json($field)))
            }

            #[secured(scopes = $scope)]
            pub async fn list(_: Caller) -> Json<Vec<$item>> {
                Json(Vec::new())
            }

            pub fn routes() -> SecureRouter {
                SecureRouter::new()
                    .route(concat!("/", stringify!($module)), post(create).get(list))
                    .route(concat!("/", stringify!($module), "/{id}"), put(replace))
            }
        }
    };
}

resource!(orders, Order, sku: String, 20, "orders:write", Json);
resource!(notes, Note, text: Option<String>, 500, "notes:write", Json);

macro_rules! typed {
    ($name:ident, $($argument:ident: $type:ty),* => $returned:ty, $body:expr) => {
        #[secured(authenticated)]
        async fn $name($($argument: $type),*) -> $returned {
            $body
        }
    };
}

typed!(whoami, caller: Caller => String, caller.subject().to_owned());
typed!(count, caller: Caller => Json<usize>, Json(caller.subject().len()));
typed!(find, _id: Valid<Path<Id>> => Result<String, Problem>, Ok(String::new()));

fn main() {
    let _ = SecureRouter::new()
        .merge(orders::routes())
        .merge(notes::routes())
        .route("/whoami", get(whoami))
        .route("/count", get(count))
        .route("/find/{id}", get(find));
}
