//! Messages and locations of decode errors.

use super::*;
use serde::de::Error as _;

#[test]
fn serde_message_with_input_is_dropped() {
    let secret = "hunter2";
    let errors = [
        DecodeError::custom(secret),
        DecodeError::invalid_type(Unexpected::Str(secret), &secret),
        DecodeError::invalid_value(Unexpected::Str(secret), &secret),
        DecodeError::invalid_length(7, &secret),
        DecodeError::unknown_variant(secret, &["a", "b"]),
        DecodeError::unknown_field(secret, &["a"]),
    ];
    for error in errors {
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

#[test]
fn requirement_of_type_is_kept() {
    let error = DecodeError::invalid_value(Unexpected::Str("hunter2"), &"must be even");
    assert_eq!(error.detail(), "must be even");
    assert!(!format!("{error:?}").contains("hunter2"));
    let error = error
        .expected(Expected::Integer)
        .within(Segment::Name("count"));
    assert_eq!(
        error.body_violation(),
        Violation::new("/count", "range", "must be even")
    );
    assert_eq!(
        error.parameter_violation(),
        Violation::new("count", "range", "must be even")
    );
    // an unknown name is reported at its object, where the requirement would mislead
    assert_eq!(error.into_unknown().detail(), "has an unknown member");
}

#[test]
fn other_expectation_of_type_is_dropped() {
    let error = DecodeError::invalid_value(Unexpected::Unsigned(0), &"a nonzero u32");
    assert_eq!(error.detail(), "is out of range");
    assert_eq!(
        DecodeError::custom("must be hunter2").detail(),
        UNEXPECTED_FORMAT
    );
    assert_eq!(
        DecodeError::invalid_type(Unexpected::Unit, &"must be hunter2").detail(),
        UNEXPECTED_FORMAT
    );
}

#[test]
fn pointer_is_escaped_and_starts_at_outermost_segment() {
    let error = DecodeError::duplicate_field("a/b~c")
        .within(Segment::Index(3))
        .within(Segment::Name("items"));
    assert_eq!(error.pointer(), "/items/3/a~1b~0c");
    assert_eq!(DecodeError::new(ErrorKind::Unknown).pointer(), "");
}

#[test]
fn missing_member_is_reported_at_its_object() {
    let error = DecodeError::missing_field("sku").within(Segment::Index(0));
    assert_eq!(
        error.body_violation(),
        Violation::new("/0", "required", "is missing the member `sku`")
    );
    assert_eq!(
        DecodeError::missing_field("page").parameter_violation(),
        Violation::new("page", "required", "is missing")
    );
}

#[test]
fn innermost_expectation_is_reported() {
    let error = DecodeError::new(ErrorKind::Type)
        .expected(Expected::Integer)
        .expected(Expected::Object);
    assert_eq!(error.detail(), "must be an integer");
}

#[test]
fn variants_up_to_maximum_are_listed() {
    let short = DecodeError::unknown_variant("x", &["draft", "sent"]);
    assert_eq!(short.detail(), "must be one of: draft, sent");
    let long = DecodeError::unknown_variant("x", &["v"; MAX_LISTED + 1]);
    assert_eq!(long.detail(), "must be one of the allowed values");
}
