//! What a document has in it, and what a route tells of its inputs.

use palisade::input::{
    BinaryBody, Bounded, Bounds, Cookies, Headers, InputLocation, MediaTypes, Multipart, PlainText,
    Scalar, Upload,
};
use palisade::prelude::*;
use palisade::routing::{InputDescription, MethodRouter, Route};
use palisade::schemars::generate::SchemaSettings;
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::serde::de::Error;
use serde_json::{Value, json};

use crate::agreement::{Claim, accepts, hold};

/// What a handler takes in.
pub fn inputs_of(handler: MethodRouter) -> Vec<InputDescription> {
    let routes: SecureRouter = SecureRouter::new().route("/{a}/{b}", handler);
    let routes = routes.inventory().routes().iter();
    routes.flat_map(Route::inputs).collect()
}

/// The document of the only input of a handler.
pub fn schema_of(handler: MethodRouter) -> Value {
    match inputs_of(handler).as_slice() {
        [only] => only.schema().unwrap().to_value(),
        other => panic!("{other:?}"),
    }
}

/// A customer's wish.
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
fn a_document_has_its_dialect_and_what_it_refers_to() {
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
fn the_parts_of_a_larger_document_share_its_definitions() {
    #[secured(scopes = "orders:write")]
    async fn create(_: Valid<Path<Line>>, _: Valid<Json<NewOrder>>) {}

    let settings = SchemaSettings::draft2020_12();
    let settings = settings.with(|own| own.definitions_path = "/components/schemas".into());
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
fn each_input_tells_its_part_its_label_and_whether_it_may_be_absent() {
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
    #[public(reason = "it is described")]
    async fn form(_: Valid<Form<Line>>) {}
    #[public(reason = "it is described")]
    async fn octets(_: Option<Valid<BinaryBody<Word>>>) {}

    let told = |handler: MethodRouter| {
        let inputs = inputs_of(handler).into_iter();
        let told = inputs.map(|input| (input.location(), input.media_type(), input.is_optional()));
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        told(post(head)),
        [
            (InputLocation::Path, None, false),
            (InputLocation::Query, None, true),
            (InputLocation::Header, None, false),
            (InputLocation::Cookie, None, true),
            (InputLocation::Body, Some("text/plain"), false),
        ]
    );
    let form_type = "application/x-www-form-urlencoded";
    assert_eq!(
        told(post(form)),
        [(InputLocation::Form, Some(form_type), false)]
    );
    let octets_type = "application/octet-stream";
    assert_eq!(
        told(post(octets)),
        [(InputLocation::Body, Some(octets_type), true)]
    );
}

#[test]
fn path_parameters_that_are_parsed_are_one_value_or_all_in_order() {
    #[public(reason = "it is described")]
    async fn one(_: Path<u16>) {}
    #[public(reason = "it is described")]
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

/// A file is no value of JSON, so nothing of it is asserted but that it is there.
#[test]
fn a_file_tells_what_it_is_labelled_as_and_how_large_it_is() {
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
    #[public(reason = "it is described")]
    async fn report(_: Valid<Multipart<Report>>) {}

    let [input] = inputs_of(post(report))[..] else {
        panic!("one input is described");
    };
    assert_eq!(input.media_type(), Some("multipart/form-data"));
    let photos = &schema_of(post(report))["properties"]["photos"];
    let file = json!({
        "anyOf": [{ "contentMediaType": "image/png" }, { "contentMediaType": "image/jpeg" }],
        "$comment": "a file of at most 1024 bytes",
    });
    assert_eq!((&photos["items"], &photos["maxItems"]), (&file, &json!(3)));
}

#[test]
fn a_length_in_bytes_is_never_told_as_one_in_characters() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Lengths {
        #[garde(length(bytes, min = 5, max = 64))]
        bytes: String,
        #[garde(length(graphemes, min = 2, max = 8), length(bytes, max = 100))]
        graphemes: String,
    }
    #[public(reason = "it is described")]
    async fn lengths(_: Valid<Json<Lengths>>) {}

    let schema = schema_of(post(lengths));
    // two characters may be five bytes, and 64 characters 64 bytes
    let bytes = json!({
        "type": "string",
        "minLength": 2,
        "maxLength": 64,
        "$comment": "5 to 64 bytes in UTF-8",
    });
    assert_eq!(schema["properties"]["bytes"], bytes);
    let graphemes = json!({
        "type": "string",
        "minLength": 2,
        "maxLength": 100,
        "$comment": "2 to 8 grapheme clusters; 0 to 100 bytes in UTF-8",
    });
    assert_eq!(schema["properties"]["graphemes"], graphemes);
}

#[test]
fn types_of_one_name_are_told_apart() {
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
    #[public(reason = "it is described")]
    async fn both(_: Valid<Json<Both>>) {}

    let schema = schema_of(post(both));
    assert_eq!(schema["properties"]["one"]["$ref"], "#/$defs/Line");
    assert_eq!(schema["properties"]["other"]["$ref"], "#/$defs/Line2");
    assert!(schema["$defs"]["Line2"]["properties"]["is_gift"].is_object());
}

#[test]
fn a_document_defines_only_what_it_refers_to() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields, tag = "type")]
    enum Change {
        Ordered(#[garde(dive)] Line),
    }
    #[public(reason = "it is described")]
    async fn change(_: Valid<Json<Change>>) {}

    // a tag beside its members: they are written out there
    let schema = schema_of(post(change));
    assert!(schema.to_string().contains("quantity"), "{schema}");
    assert_eq!(schema.get("$defs"), None);
}

/// serde takes either spelling, and so does `Valid<Json<…>>`; a schema tells the usual one only.
#[tokio::test]
async fn a_variant_without_content_has_a_second_spelling_that_no_schema_tells() {
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
    #[public(reason = "it is described")]
    async fn parcel(_: Valid<Json<Parcel>>) {}

    let size = json!({ "type": "string", "enum": ["Small", "Large"] });
    assert_eq!(schema_of(post(parcel))["$defs"]["Size"], size);
    assert!(accepts::<Parcel>(r#"{"size": "Small"}"#).await);
    assert!(accepts::<Parcel>(r#"{"size": {"Small": null}}"#).await);
    assert!(!accepts::<Parcel>(r#"{"size": {"Small": 1}}"#).await);
}

/// Two digits, as a text.
struct Percentage;

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let text = String::deserialize(decoder)?;
        let is_percentage = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_percentage
            .then_some(Self)
            .ok_or_else(|| Error::custom("no percentage"))
    }
}

impl<Rules> Bounded<Rules> for Percentage {
    fn schema(_: &mut SchemaGenerator, _: &Bounds) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{2}$" })
    }
}

impl Scalar for Percentage {}

#[test]
fn a_scalar_of_ones_own_says_what_it_looks_like() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Discount {
        #[garde(skip)]
        rate: Percentage,
        #[garde(skip)]
        next: Option<Percentage>,
    }
    #[public(reason = "it is described")]
    async fn discount(_: Valid<Json<Discount>>) {}

    hold::<Discount>(&schema_of(post(discount)), Claim::Exact);
}
