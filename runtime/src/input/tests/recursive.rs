//! Types that contain themselves.

use garde::Validate;
use serde::Deserialize;

use super::{assert_accepted, assert_errors, decode_and_check, error};

/// A variant whose content is the enum: its tag is consumed, so no text has this form.
#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Endless {
    Again(#[garde(dive)] Box<Endless>),
    End {
        #[garde(length(max = 3), inner(range(max = 3)))]
        items: Vec<u8>,
    },
}

#[test]
fn tag_is_the_tag_of_one_enum_only() {
    assert_accepted::<Endless>(&[r#"{"items": [0], "type": "End"}"#]);
    let members: Vec<_> = (0..100).map(|n| format!(r#", "{n}": 0"#)).collect();
    let many = members.concat();
    for text in [
        r#"{"type": "Again"}"#.to_owned(),
        r#"{"type": "Again", "items": [[0], [0]]}"#.to_owned(),
        format!(r#"{{"type": "Again"{many}}}"#),
        format!(r#"{{"items": []{many}, "type": "Again"}}"#),
    ] {
        assert_eq!(error::<Endless>(&text).0, 422, "{text}");
    }
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Tree {
    Leaf {
        #[garde(length(max = 3), inner(range(max = 3)))]
        items: Vec<u8>,
    },
    Node {
        #[garde(length(max = 3), dive)]
        nodes: Vec<Tree>,
        #[garde(dive)]
        pair: Option<Pair>,
    },
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Pair(#[garde(dive)] Box<Tree>, #[garde(range(max = 3))] u8);

/// The tag is searched for at every level, and the values before it can be long.
#[test]
fn tag_after_long_values_is_found_at_every_level() {
    let deep = |leaf: &str, levels: usize| {
        let mut text = leaf.to_owned();
        for level in 0..levels {
            text = match level % 3 {
                0 => format!(r#"{{"nodes": [{text}], "type": "Node"}}"#),
                1 => format!(r#"{{"nodes": [{text}, {text}], "pair": null, "type": "Node"}}"#),
                _ => format!(r#"{{"pair": [{text}, 1], "nodes": [], "type": "Node"}}"#),
            };
        }
        text
    };
    let leaf = |items: &str| format!(r#"{{"items": [{items}], "type": "Leaf"}}"#);
    for levels in 0..12 {
        assert_accepted::<Tree>(&[&deep(&leaf("0, 0, 0"), levels)]);
        let Err((status, violations)) = decode_and_check::<Tree>(&deep(&leaf("0, 9"), levels))
        else {
            panic!("accepted: {levels}");
        };
        assert_eq!(status, 422);
        for (pointer, rule) in violations {
            assert_eq!(rule, "range", "{levels}");
            assert!(pointer.ends_with("/items/1"), "{pointer}");
        }
    }
    assert_errors::<Tree>(&[
        (
            &deep(&leaf("0, 0, 0, 0"), 1),
            422,
            "/nodes/0/items",
            "length",
        ),
        (
            &format!(
                r#"{{"pair": [{}, 0, 0], "nodes": [], "type": "Node"}}"#,
                leaf("0")
            ),
            422,
            "",
            "items",
        ),
        (
            &format!(
                r#"{{"pair": [{}, 9], "nodes": [], "type": "Node"}}"#,
                leaf("0")
            ),
            422,
            "/pair/1",
            "range",
        ),
    ]);
}

/// Newtypes around a type that contains itself in an object or a list.
#[derive(Deserialize, Validate, crate::SecureInput)]
struct Outer(#[garde(dive)] Inner<Option<Box<Level>>>);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(transparent)]
struct Inner<T: Validate<Context = ()>> {
    #[garde(dive)]
    value: T,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Level {
    #[garde(dive)]
    next: Outer,
    #[garde(dive)]
    #[serde(default)]
    list: Levels,
}

#[derive(Default, Deserialize, Validate, crate::SecureInput)]
struct Levels(#[garde(length(max = 2), dive)] Vec<Levels>);

#[test]
fn newtype_around_a_recursive_type_is_decoded() {
    assert_accepted::<Outer>(&["null", r#"{"next": {"next": null, "list": [[], [[]]]}}"#]);
    assert_errors::<Outer>(&[
        ("1", 422, "", "type"),
        (r#"{"next": 1}"#, 422, "/next", "type"),
        (
            r#"{"next": null, "list": [[[], [], []]]}"#,
            422,
            "/list/0",
            "length",
        ),
    ]);
}
