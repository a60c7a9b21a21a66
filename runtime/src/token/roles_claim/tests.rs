//! The pointer to the roles, and their forms.

use super::*;
use crate::json;

fn members(pointer: &str) -> Option<Vec<String>> {
    let claim = RolesClaim::parse(pointer)?;
    let rest = claim.rest.iter().map(ToString::to_string);
    Some(
        std::iter::once(claim.first.to_string())
            .chain(rest)
            .collect(),
    )
}

fn roles(pointer: &str, value: &str) -> Result<Option<Vec<String>>, ()> {
    let claim = RolesClaim::parse(pointer).unwrap();
    let value = json::read(value.as_bytes(), claim.seed()).map_err(drop)?;
    if value.is_malformed {
        assert_eq!(value.roles, None);
        return Err(());
    }
    let roles = value.roles;
    Ok(roles.map(|roles| roles.iter().map(str::to_owned).collect()))
}

/// RFC 6901 §3 and §4.
#[test]
fn pointer_is_parsed_into_its_members() {
    for (pointer, expected) in [
        ("/roles", &["roles"][..]),
        ("/realm_access/roles", &["realm_access", "roles"]),
        ("/https:~1~1a.example~1roles", &["https://a.example/roles"]),
        ("/a~01", &["a~1"]),
        ("/a//b", &["a", "", "b"]),
    ] {
        assert_eq!(members(pointer).unwrap(), expected, "{pointer}");
    }
}

#[test]
fn malformed_or_reserved_pointer_is_rejected() {
    for pointer in [
        "", "/", "roles", "//roles", "/a~", "/a~2", "/a/~x", "#/roles", "/sub", "/iss/x", "/aud",
        "/cnf/jkt",
    ] {
        assert_eq!(members(pointer), None, "{pointer}");
    }
}

#[test]
fn roles_are_read_at_the_pointer_only() {
    assert_eq!(
        roles("/r", r#"["a","b c"]"#),
        Ok(Some(vec!["a".into(), "b c".into()]))
    );
    assert_eq!(roles("/r", "[]"), Ok(Some(Vec::new())));
    let nested = r#"{"x":{"roles":["no"]},"y":{"roles":["yes"]}}"#;
    assert_eq!(roles("/r/y/roles", nested), Ok(Some(vec!["yes".into()])));
    assert_eq!(roles("/r/z/roles", nested), Ok(None));
}

/// RFC 9068 §2.2.3.1 and RFC 7643 §2.4; several .NET issuers write one role as text.
#[test]
fn one_string_and_objects_with_a_value_are_roles() {
    for (value, expected) in [
        (r#""admin""#, vec!["admin"]),
        (r#""a b""#, vec!["a b"]),
        (r#"[{"value":"a"}]"#, vec!["a"]),
        (
            r#"[{"display":"A","value":"a","type":"direct","primary":true},"b"]"#,
            vec!["a", "b"],
        ),
        (r#"["\u0061",{"value":"\u0062"}]"#, vec!["a", "b"]),
    ] {
        let expected = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(roles("/r", value), Ok(Some(expected)), "{value}");
        let value = ExactValue::parse(value.as_bytes()).unwrap();
        let names: Vec<_> = role_names(&value).unwrap();
        let nested = format!(r#"{{"roles":{value}}}"#);
        let nested = roles("/r/roles", &nested).unwrap().unwrap();
        assert_eq!(names, nested, "{value}");
    }
}

#[test]
fn null_on_the_path_is_no_role() {
    for (pointer, value) in [
        ("/r", "null"),
        ("/r/roles", "null"),
        ("/r/roles", r#"{"roles":null}"#),
        ("/r/roles", r#"{"x":["admin"]}"#),
    ] {
        assert_eq!(roles(pointer, value), Ok(None), "{value}");
    }
}

/// Roles are all or nothing: a malformed one does not leave the others.
#[test]
fn another_form_on_the_path_is_malformed() {
    for value in [
        "1",
        "-1",
        "1.5",
        "1e300",
        "true",
        "{}",
        r#"{"value":"admin"}"#,
        r#"{"admin":true}"#,
        "[1]",
        "[null]",
        r#"["admin",1]"#,
        r#"[1,"admin"]"#,
        r#"[["admin"]]"#,
        "[{}]",
        r#"["admin",{"value":null}]"#,
        r#"[{"value":{"value":"admin"}}]"#,
        r#"[{"value":["admin"]}]"#,
        r#"[{"display":"admin"}]"#,
    ] {
        assert_eq!(roles("/r", value), Err(()), "{value}");
        assert!(role_names(&ExactValue::parse(value.as_bytes()).unwrap()).is_none());
    }
    for value in [
        "\"roles\"",
        "[]",
        r#"["admin"]"#,
        r#"[{"roles":"admin"}]"#,
        r#"{"roles":{}}"#,
        r#"{"roles":[{"roles":"admin"}]}"#,
    ] {
        assert_eq!(roles("/r/roles", value), Err(()), "{value}");
    }
}

#[test]
fn malformed_roles_are_removed_entirely() {
    for (value, expected) in [
        (r#"["clerk","admin"]"#, r#"["clerk"]"#),
        (
            r#"[{"value":"admin"},{"value":"clerk"}]"#,
            r#"[{"value":"clerk"}]"#,
        ),
        (r#""admin""#, "[]"),
        (r#"["clerk",1]"#, "[]"),
        (r#"{"clerk":true}"#, "[]"),
        ("7", "[]"),
    ] {
        let mut value = ExactValue::parse(value.as_bytes()).unwrap();
        assert!(retain_roles(&mut value, |role| role == "clerk"));
        assert_eq!(value.to_string(), expected);
    }
    for value in [r#"["clerk"]"#, r#""clerk""#, "null", "[]"] {
        let mut value = ExactValue::parse(value.as_bytes()).unwrap();
        assert!(!retain_roles(&mut value, |role| role == "clerk"), "{value}");
    }
}

#[test]
fn duplicate_member_or_deep_nesting_on_the_path_is_an_error() {
    for value in [
        r#"{"roles":["a"],"roles":["b"]}"#,
        r#"{"roles":["a"],"\u0072oles":["b"]}"#,
        r#"{"roles":["a"],"x":{"y":1,"y":2}}"#,
    ] {
        assert_eq!(roles("/r/roles", value), Err(()), "{value}");
    }
    let path = "/a".repeat(40);
    let deep = format!(
        "{}{}",
        r#"{"a":"#.repeat(39),
        "[]".to_owned() + &"}".repeat(39)
    );
    assert_eq!(roles(&path, &deep), Err(()));
}
