//! The bounds of texts and collections in a schema, and comments on those that it does not express.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use palisade::input::Map;
use palisade::prelude::*;
use serde_json::json;

use crate::documents::schema_of;

/// Fewer code units than two are a text without characters, or any text.
#[test]
fn length_in_utf16_has_a_comment_unless_it_is_a_length_in_characters() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Lengths {
        #[garde(length(utf16, min = 1), length(chars, max = 9))]
        any: String,
        #[garde(length(utf16, min = 2), length(chars, max = 9))]
        two: String,
        #[garde(length(utf16, max = 9))]
        nine: String,
    }
    #[public(reason = "a test")]
    async fn lengths(_: Valid<Json<Lengths>>) {}

    let schema = schema_of(post(lengths));
    for (name, comment) in [
        ("any", json!(null)),
        ("two", json!("at least 2 code units in UTF-16")),
        ("nine", json!("between 0 and 9 code units in UTF-16")),
    ] {
        assert_eq!(schema["properties"][name]["$comment"], comment, "{name}");
    }
}

#[test]
fn text_with_a_format_keeps_its_length() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Host {
        #[garde(length(bytes, max = 15), ipv4)]
        address: String,
    }
    #[public(reason = "a test")]
    async fn host(_: Valid<Json<Host>>) {}

    let address = &schema_of(post(host))["properties"]["address"];
    assert_eq!(
        (&address["format"], &address["maxLength"]),
        (&json!("ipv4"), &json!(15))
    );
}

#[test]
fn collection_schema_has_items_counts_and_a_comment_about_duplicates() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Collections {
        #[garde(length(min = 2, max = 3))]
        set: BTreeSet<u8>,
        #[garde(length(min = 1, max = 3))]
        small: HashSet<u8>,
        #[garde(length(min = 2, max = 3))]
        heap: BinaryHeap<u8>,
        #[garde(length(min = 2, max = 3))]
        merged: BTreeMap<u8, bool>,
        #[garde(length(min = 1, max = 3))]
        hashed: HashMap<u8, Option<bool>>,
        #[garde(length(min = 2, max = 3))]
        unique: Map<u8, Option<bool>>,
    }
    #[public(reason = "a test")]
    async fn collections(_: Valid<Json<Collections>>) {}

    let schema = schema_of(post(collections));
    let properties = &schema["properties"];
    let duplicates = json!("duplicates count once in the minimum");
    for (name, min, comment) in [
        ("set", 2, &duplicates),
        ("small", 1, &json!(null)),
        ("heap", 2, &json!(null)),
    ] {
        let list = &properties[name];
        assert_eq!(list["items"]["maximum"], 255, "{name}");
        assert_eq!(
            (&list["minItems"], &list["maxItems"]),
            (&json!(min), &json!(3))
        );
        assert_eq!(&list["$comment"], comment, "{name}");
    }
    for (name, value, comment) in [
        ("merged", json!("boolean"), &duplicates),
        ("hashed", json!(["boolean", "null"]), &json!(null)),
        (
            "unique",
            json!(["boolean", "null"]),
            &json!("no two names are equal keys"),
        ),
    ] {
        let map = &properties[name];
        assert_eq!(map["additionalProperties"]["type"], value, "{name}");
        assert_eq!(map["maxProperties"], 3, "{name}");
        assert_eq!(&map["$comment"], comment, "{name}");
    }
}
