//! What is kept of a fault, and how it is told.

use super::*;

#[test]
fn nothing_of_serdes_messages_is_kept() {
    let secret = "hunter2";
    let faults = [
        Fault::custom(secret),
        Fault::invalid_type(Unexpected::Str(secret), &secret),
        Fault::invalid_value(Unexpected::Str(secret), &secret),
        Fault::invalid_length(7, &secret),
        Fault::unknown_variant(secret, &["a", "b"]),
        Fault::unknown_field(secret, &["a"]),
    ];
    for fault in faults {
        assert!(!format!("{fault} {fault:?}").contains(secret), "{fault:?}");
    }
}

#[test]
fn what_an_author_says_that_a_value_must_be_is_told() {
    let fault = Fault::invalid_value(Unexpected::Str("hunter2"), &"must be even");
    assert_eq!(fault.detail(), "must be even");
    assert!(!format!("{fault:?}").contains("hunter2"));
    let fault = fault.wanted(Wanted::Whole).within(Segment::Name("count"));
    assert_eq!(
        fault.in_body(),
        Violation::new("/count", "range", "must be even")
    );
    assert_eq!(
        fault.in_parameters(),
        Violation::new("count", "range", "must be even")
    );
    // of a name only that it is unknown: its pointer is its object
    assert_eq!(
        fault.of_name().detail(),
        "has a member that is not known here"
    );
}

#[test]
fn other_words_of_an_author_are_not_told() {
    let fault = Fault::invalid_value(Unexpected::Unsigned(0), &"a nonzero u32");
    assert_eq!(fault.detail(), "is a number out of range");
    assert_eq!(Fault::custom("must be hunter2").detail(), FORM);
    assert_eq!(
        Fault::invalid_type(Unexpected::Unit, &"must be hunter2").detail(),
        FORM
    );
}

#[test]
fn a_pointer_is_escaped_and_reads_outside_in() {
    let fault = Fault::duplicate_field("a/b~c")
        .within(Segment::Index(3))
        .within(Segment::Name("items"));
    assert_eq!(fault.pointer(), "/items/3/a~1b~0c");
    assert_eq!(Fault::new(What::Unknown).pointer(), "");
}

#[test]
fn what_is_missing_is_named_at_the_object_that_lacks_it() {
    let fault = Fault::missing_field("sku").within(Segment::Index(0));
    assert_eq!(
        fault.in_body(),
        Violation::new("/0", "required", "lacks the member `sku`")
    );
    assert_eq!(
        Fault::missing_field("page").in_parameters(),
        Violation::new("page", "required", "is missing")
    );
}

#[test]
fn the_innermost_wish_is_the_one_that_is_named() {
    let fault = Fault::new(What::Type)
        .wanted(Wanted::Whole)
        .wanted(Wanted::Object);
    assert_eq!(fault.detail(), "must be a whole number");
}

#[test]
fn a_short_enumeration_is_listed_and_a_long_one_is_not() {
    let short = Fault::unknown_variant("x", &["draft", "sent"]);
    assert_eq!(short.detail(), "must be one of: draft, sent");
    let long = Fault::unknown_variant("x", &["v"; MAX_LISTED + 1]);
    assert_eq!(
        long.detail(),
        "must be one of the values that are known here"
    );
}
