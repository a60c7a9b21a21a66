//! Types that parse themselves and accept more than their schema says.

use palisade::prelude::*;
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::testing::TestApi;

use crate::support::{admitted, assert_finds};

/// Declares a type that accepts every text or number, with the schema of a careful one.
macro_rules! careless {
    ($name:ident, $content:ty, $schema:ident, $json:tt) => {
        #[derive(SecureInput)]
        #[secure(scalar = "a test", schema = $schema)]
        struct $name;

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
                <$content>::deserialize(decoder).map(|_| Self)
            }
        }

        fn $schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!($json)
        }
    };
}

careless!(Short, String, short, { "type": "string", "minLength": 2, "maxLength": 4 });
careless!(Code, String, code, { "type": "string", "pattern": "^[A-Z]{3}$" });
careless!(Color, String, color, { "type": "string", "enum": ["red", "green"] });
careless!(Percent, u32, percent, { "type": "integer", "minimum": 1, "maximum": 100 });

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Product {
    #[garde(skip)]
    short: Short,
    #[garde(skip)]
    code: Code,
    #[garde(skip)]
    color: Color,
    #[garde(skip)]
    percent: Percent,
}

#[secured(scopes = "products:write")]
async fn create(Valid(Json(product)): Valid<Json<Product>>) {
    let Product {
        short: Short,
        code: Code,
        color: Color,
        percent: Percent,
    } = product;
}

#[secured(scopes = "products:read")]
async fn search(Valid(Query(product)): Valid<Query<Product>>) {
    let Product {
        short: Short,
        code: Code,
        color: Color,
        percent: Percent,
    } = product;
}

#[tokio::test]
async fn length_pattern_choice_and_range_that_are_not_checked_are_found() {
    let routes = SecureRouter::new().route("/products", post(create).get(search));
    let api = TestApi::new(routes).await;
    let admitted = admitted(&api).await;
    for (method, part) in [("POST", "body"), ("GET", "query")] {
        for mistake in [
            "/short has 5 characters, at most 4",
            "/short has 1 characters, at least 2",
            "/code has a space in front",
            "/color is not an allowed value",
            "/color has an allowed value in another case",
            "/percent is 0, at least 1",
            "/percent is 101, at most 100",
        ] {
            assert_finds(
                &admitted,
                &format!("{method} /products: bound: in the {part}, {mistake} (status 200)"),
            );
        }
    }
}
