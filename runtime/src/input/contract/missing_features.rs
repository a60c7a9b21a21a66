//! The rules that garde has with a feature only: their names without it.
//!
//! Generated code imports garde's modules in a block, and these in the block around it. If garde has the
//! module, its name wins; if not, the name is one of these, and its use is an error.

use garde::rules::AsStr;
use garde::rules::pattern::Matcher;

use crate::input::contract::missing_limit::sealed::Unimplemented;

/// Says that garde's feature `email` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["email"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `email` needs garde's feature `email`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"email\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeatureEmail: Unimplemented {}

/// Says that garde's feature `url` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["url"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `url` needs garde's feature `url`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"url\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeatureUrl: Unimplemented {}

/// Says that garde's feature `credit-card` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["credit-card"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `credit_card` needs garde's feature `credit-card`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"credit-card\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeatureCreditCard: Unimplemented {}

/// Says that garde's feature `phone-number` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["phone-number"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `phone_number` needs garde's feature `phone-number`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"phone-number\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeaturePhoneNumber: Unimplemented {}

/// Says that garde's feature `unicode` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["unicode"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `length(graphemes)` needs garde's feature `unicode`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"unicode\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeatureUnicode: Unimplemented {}

/// Says that garde's feature `regex` is on.
///
/// # Fix
///
/// Write `garde = { version = "0.23", features = ["regex"] }` in Cargo.toml, or remove the rule.
#[diagnostic::on_unimplemented(
    message = "the rule `pattern` needs garde's feature `regex`",
    label = "the feature is off",
    note = "help: write `garde = {{ version = \"0.23\", features = [\"regex\"] }}` in Cargo.toml, or remove the rule"
)]
pub trait HasFeatureRegex: Unimplemented {}

/// The rule `email`.
pub mod email {
    /// Fails to compile.
    #[expect(clippy::missing_errors_doc, reason = "never called")]
    pub fn apply<T: super::HasFeatureEmail>(_: &T, (): ()) -> garde::Result {
        Ok(())
    }
}

/// The rule `url`.
pub mod url {
    /// Fails to compile.
    #[expect(clippy::missing_errors_doc, reason = "never called")]
    pub fn apply<T: super::HasFeatureUrl>(_: &T, (): ()) -> garde::Result {
        Ok(())
    }
}

/// The rule `credit_card`.
pub mod credit_card {
    /// Fails to compile.
    #[expect(clippy::missing_errors_doc, reason = "never called")]
    pub fn apply<T: super::HasFeatureCreditCard>(_: &T, (): ()) -> garde::Result {
        Ok(())
    }
}

/// The rule `phone_number`.
pub mod phone_number {
    /// Fails to compile.
    #[expect(clippy::missing_errors_doc, reason = "never called")]
    pub fn apply<T: super::HasFeaturePhoneNumber>(_: &T, (): ()) -> garde::Result {
        Ok(())
    }
}

/// The rule `length(graphemes)`.
pub mod graphemes {
    /// Fails to compile.
    #[expect(clippy::missing_errors_doc, reason = "never called")]
    pub fn apply<T: super::HasFeatureUnicode>(_: &T, _: (usize, usize)) -> garde::Result {
        Ok(())
    }
}

/// The regular expressions of the rule `pattern`.
pub mod regex {
    use super::{AsStr, HasFeatureRegex, Matcher};

    /// A regular expression.
    pub enum Regex {}

    impl Regex {
        /// Fails to compile.
        #[expect(clippy::missing_errors_doc, reason = "never called")]
        pub fn new<T: HasFeatureRegex + ?Sized>(_: &T) -> Result<Self, &'static str> {
            Err("the feature `regex` is off")
        }
    }

    impl AsStr for Regex {
        fn as_str(&self) -> &str {
            match *self {}
        }
    }

    impl Matcher for Regex {
        fn is_match(&self, _: &str) -> bool {
            match *self {}
        }
    }
}
