//! A scalar states what it accepts, and has no rules.

use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
#[secure(scalar)]
struct WithoutStatement(u8);

#[derive(Deserialize, SecureInput)]
#[secure(scalar = " ")]
struct WithEmptyStatement(u8);

#[derive(Deserialize, SecureInput)]
#[secure(scalar = "a day", scalar = "a date")]
struct WithTwoStatements(u8);

#[derive(Deserialize, Validate, SecureInput)]
#[secure(scalar = "a name")]
struct WithRules(#[garde(length(chars, max = 64))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[secure(schema = schema)]
struct WithSchemaOnly(#[garde(length(chars, max = 64))] String);

fn main() {}
