//! Schema documents, and the descriptions of the inputs of a route.

use palisade::input::{
    BinaryBody, Cookies, Headers, InputLocation, MediaTypes, Multipart, PlainText, Upload,
};
use palisade::prelude::*;
use palisade::routing::{InputDescription, Route, SecureMethodRouter};
use palisade::schemars::generate::SchemaSettings;
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::serde::de::Error;
use serde_json::{Value, json};

use crate::agreement::{Agreement, accepts, check};

/// Returns the descriptions of the inputs of a handler.
pub fn inputs_of(handler: SecureMethodRouter) -> Vec<InputDescription> {
    let routes: SecureRouter = SecureRouter::new().route("/{a}/{b}", handler);
    let routes = routes.inventory().routes().iter();
    routes.flat_map(Route::inputs).collect()
}

/// Returns the schema of the only input of a handler.
pub fn schema_of(handler: SecureMethodRouter) -> Value {
    match inputs_of(handler).as_slice() {
        [only] => only.schema().unwrap().to_value(),
        other => panic!("{other:?}"),
    }
}

/// An order of a customer.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewOrder {
    #[garde(length(chars, min = 1, max = 64))]
    sku: String,
    #[garde(dive)]
    first_line: Line,
    #[garde(length(max = 10), dive)]
    lines: Option<Vec<Line>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Word(#[garde(length(bytes, max = 9), ascii)] String);

#[test]
fn document_has_dialect_and_definitions() {
    #[secured(scopes = "orders:write")]
    async fn create(_: Valid<Json<NewOrder>>) {}

    let expected = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "NewOrder",
        "type": "object",
        "properties": {
            "sku": { "type": "string", "minLength": 1, "maxLength": 64 },
            "firstLine": { "$ref": "#/$defs/Line" },
            "lines": {
                "type": ["array", "null"],
                "items": { "$ref": "#/$defs/Line" },
                "maxItems": 10,
            },
        },
        "required": ["sku", "firstLine"],
        "additionalProperties": false,
        "$defs": {
            "Line": {
                "type": "object",
                "properties": {
                    "quantity": {
                        "type": "integer",
                        "format": "uint32",
                        "minimum": 1,
                        "maximum": 100,
                    },
                },
                "required": ["quantity"],
                "additionalProperties": false,
            },
        },
    });
    assert_eq!(schema_of(post(create)), expected);
}

#[test]
fn schemas_of_one_document_share_definitions() {
    #[secured(scopes = "orders:write")]
    async fn create(_: Valid<Path<Line>>, _: Valid<Json<NewOrder>>) {}

    let settings = SchemaSettings::draft2020_12();
    let settings =
        settings.with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let inputs = inputs_of(post(create));
    let schemas = inputs
        .iter()
        .map(|input| input.schema_in(&mut generator).unwrap().to_value());
    let expected =
        ["Line", "NewOrder"].map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
    assert_eq!(schemas.collect::<Vec<_>>(), expected);
    let definitions = generator.take_definitions(true);
    assert_eq!(definitions.keys().collect::<Vec<_>>(), ["Line", "NewOrder"]);
    let lines = &definitions["NewOrder"]["properties"]["lines"];
    assert_eq!(lines["items"]["$ref"], "#/components/schemas/Line");
}

#[test]
fn input_description_has_location_media_type_and_optionality() {
    #[secured(scopes = "orders:write", unvalidated = "its signature is checked")]
    async fn head(
        _: Caller,
        _: State<()>,
        _: Valid<Path<Line>>,
        _: Option<Valid<Query<Line>>>,
        _: Valid<Headers<Line>>,
        _: Option<Valid<Cookies<Line>>>,
        _: Unvalidated<axum::http::HeaderMap>,
        _: Valid<PlainText<Word>>,
    ) {
    }
    #[public(reason = "a test")]
    async fn form(_: Valid<Form<Line>>) {}
    #[public(reason = "a test")]
    async fn binary(_: Option<Valid<BinaryBody<Word>>>) {}

    let describe = |handler: SecureMethodRouter| -> Vec<_> {
        let inputs = inputs_of(handler).into_iter();
        inputs
            .map(|input| (input.location(), input.media_types(), input.is_optional()))
            .collect()
    };
    assert_eq!(
        describe(post(head)),
        [
            (InputLocation::Path, &[][..], false),
            (InputLocation::Query, &[], true),
            (InputLocation::Header, &[], false),
            (InputLocation::Cookie, &[], true),
            (InputLocation::Body, &["text/plain"], false),
        ]
    );
    let form_type = "application/x-www-form-urlencoded";
    assert_eq!(
        describe(post(form)),
        [(InputLocation::Form, &[form_type][..], false)]
    );
    let binary_type = "application/octet-stream";
    assert_eq!(
        describe(post(binary)),
        [(InputLocation::Body, &[binary_type][..], true)]
    );
}

#[test]
fn scalar_path_parameters_are_one_value_or_a_tuple() {
    #[public(reason = "a test")]
    async fn one(_: Path<u16>) {}
    #[public(reason = "a test")]
    async fn two(_: Path<(bool, char)>) {}

    let number = schema_of(get(one));
    assert_eq!(
        (&number["type"], &number["maximum"]),
        (&json!("integer"), &json!(65535))
    );
    let pair = schema_of(get(two));
    let parts =
        json!([{ "type": "boolean" }, { "type": "string", "minLength": 1, "maxLength": 1 }]);
    assert_eq!(
        (&pair["prefixItems"], &pair["minItems"]),
        (&parts, &json!(2))
    );
}

/// A file is not a JSON value, so its schema asserts only that it is present.
#[test]
fn file_schema_has_media_types_and_size_limit() {
    struct Pictures;

    impl MediaTypes for Pictures {
        const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Report {
        #[garde(length(max = 3))]
        photos: Vec<Upload<Pictures, 1024>>,
    }
    #[public(reason = "a test")]
    async fn report(_: Valid<Multipart<Report>>) {}

    let [input] = inputs_of(post(report))[..] else {
        panic!("expected one input");
    };
    assert_eq!(input.media_types(), ["multipart/form-data"]);
    let photos = &schema_of(post(report))["properties"]["photos"];
    let file = json!({
        "anyOf": [{ "contentMediaType": "image/png" }, { "contentMediaType": "image/jpeg" }],
        "$comment": "a file with at most 1024 bytes",
    });
    assert_eq!((&photos["items"], &photos["maxItems"]), (&file, &json!(3)));
}

#[test]
fn length_in_bytes_is_not_a_length_in_characters() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Lengths {
        #[garde(length(bytes, min = 5, max = 64))]
        bytes: String,
        #[garde(length(graphemes, min = 2, max = 8), length(bytes, max = 100))]
        graphemes: String,
    }
    #[public(reason = "a test")]
    async fn lengths(_: Valid<Json<Lengths>>) {}

    let schema = schema_of(post(lengths));
    // two characters may be five bytes, and 64 characters 64 bytes
    let bytes = json!({
        "type": "string",
        "minLength": 2,
        "maxLength": 64,
        "$comment": "between 5 and 64 bytes in UTF-8",
    });
    assert_eq!(schema["properties"]["bytes"], bytes);
    let graphemes = json!({
        "type": "string",
        "minLength": 2,
        "maxLength": 100,
        "$comment": "between 2 and 8 grapheme clusters; between 0 and 100 bytes in UTF-8",
    });
    assert_eq!(schema["properties"]["graphemes"], graphemes);
}

#[test]
fn unknown_unit_variant_has_every_name_except_those_with_content() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[garde(allow_unvalidated)]
    enum Units {
        Known,
        #[serde(other)]
        Unknown,
    }
    #[derive(Deserialize, Validate, SecureInput)]
    enum Mixed {
        Known,
        Number(#[garde(range(max = 9))] u8),
        #[serde(other)]
        Unknown,
    }
    #[public(reason = "a test")]
    async fn units(_: Valid<Json<Units>>) {}
    #[public(reason = "a test")]
    async fn mixed(_: Valid<Json<Mixed>>) {}

    assert_eq!(schema_of(post(units))["type"], "string");
    assert_eq!(schema_of(post(units)).get("not"), None);
    assert_eq!(
        schema_of(post(mixed))["oneOf"][0],
        json!({ "type": "string", "not": { "enum": ["Number"] } })
    );
}

#[test]
fn types_of_the_same_name_have_separate_definitions() {
    mod other {
        use palisade::prelude::*;

        #[derive(Deserialize, Validate, SecureInput)]
        #[serde(deny_unknown_fields)]
        pub struct Line {
            #[garde(skip)]
            pub is_gift: bool,
        }
    }
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Both {
        #[garde(dive)]
        one: Line,
        #[garde(dive)]
        other: other::Line,
    }
    #[public(reason = "a test")]
    async fn both(_: Valid<Json<Both>>) {}

    let schema = schema_of(post(both));
    assert_eq!(schema["properties"]["one"]["$ref"], "#/$defs/Line");
    assert_eq!(schema["properties"]["other"]["$ref"], "#/$defs/Line2");
    assert!(schema["$defs"]["Line2"]["properties"]["is_gift"].is_object());
}

#[test]
fn document_has_only_referenced_definitions() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields, tag = "type")]
    enum Change {
        Ordered(#[garde(dive)] Line),
    }
    #[public(reason = "a test")]
    async fn change(_: Valid<Json<Change>>) {}

    // an internally tagged variant repeats the members of its type
    let schema = schema_of(post(change));
    assert!(schema.to_string().contains("quantity"), "{schema}");
    assert_eq!(schema.get("$defs"), None);
}

/// serde accepts both spellings, and so does `Valid<Json<…>>`; a schema has only the usual one.
#[tokio::test]
async fn unit_variant_has_a_second_spelling_outside_the_schema() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[garde(allow_unvalidated)]
    enum Size {
        Small,
        Large,
    }
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Parcel {
        #[garde(skip)]
        size: Size,
    }
    #[public(reason = "a test")]
    async fn parcel(_: Valid<Json<Parcel>>) {}

    let size = json!({ "type": "string", "enum": ["Small", "Large"] });
    assert_eq!(schema_of(post(parcel))["$defs"]["Size"], size);
    assert!(accepts::<Parcel>(r#"{"size": "Small"}"#).await);
    assert!(accepts::<Parcel>(r#"{"size": {"Small": null}}"#).await);
    assert!(!accepts::<Parcel>(r#"{"size": {"Small": 1}}"#).await);
}

/// Two digits, as a string.
#[derive(SecureInput)]
#[secure(scalar = "a percentage of two digits", schema = percentage)]
struct Percentage;

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let text = String::deserialize(decoder)?;
        let is_percentage = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_percentage
            .then_some(Self)
            .ok_or_else(|| Error::custom("not a percentage"))
    }
}

fn percentage(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[0-9]{2}$" })
}

#[test]
fn application_scalar_defines_its_schema() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Discount {
        #[garde(skip)]
        rate: Percentage,
        #[garde(skip)]
        next: Option<Percentage>,
    }
    #[public(reason = "a test")]
    async fn discount(_: Valid<Json<Discount>>) {}

    check::<Discount>(&schema_of(post(discount)), Agreement::Exact);
}
