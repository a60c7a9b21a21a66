//! Input: decoded strictly, then checked against the rules of its type.
//!
//! Each folder imports only the folders before it: `shape` (names of members, JSON Pointers) → `schema`
//! (JSON Schema) → `contract` (rules and bounds of a type) → `decode` (from bytes to values) → `types`
//! (ready-made input types) → `extract` (one extractor for each part of a request).

pub(crate) mod contract;
mod decode;
pub(crate) mod extract;
#[cfg(feature = "schemas")]
pub(crate) mod schema;
mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod types;

#[cfg(feature = "schemas")]
pub(crate) use self::contract::definitions;
#[cfg(feature = "rust_decimal")]
pub use self::contract::scale;
pub use self::contract::{
    ContextFrom, InputError, InputLocation, MAX_LENGTH, Scalar, ValidationContext, Violation,
    within,
};
pub(crate) use self::contract::{MAX_VIOLATIONS, SecureInput, shape_of_scalar};
pub(crate) use self::decode::json::decode_claims;
pub(crate) use self::decode::media_type;
#[cfg(feature = "spool")]
pub(crate) use self::extract::RequestSpool;
#[cfg(feature = "typed-header")]
pub(crate) use self::extract::header_error;
pub use self::extract::{
    BinaryBody, Cookies, CustomRejection, Headers, InputExtractor, MergePatch, Multipart,
    PlainText, StreamedBody,
};
pub(crate) use self::extract::{
    BodyTimeout, BodyWait, ExtractFromBody, ExtractFromHead, RequestLimits, TimedBody, Valid,
    check_extracted, path_error, path_scalars,
};
pub(crate) use self::shape::unchecked::{Unchecked, unchecked};
pub(crate) use self::shape::{Shape, Statement};
#[cfg(feature = "spool")]
pub use self::types::SpooledFile;
pub use self::types::{
    EmailAddress, EmailAddressError, FileName, FileNameError, Identifier, IdentifierError, Map,
    MediaTypes, PageNumber, PageRequest, PageSize, Patch, Upload, UploadError,
};
#[cfg(feature = "text")]
pub use self::types::{Line, LineError};
#[cfg(feature = "spool")]
pub use crate::spool::SpooledReader;

/// The items that generated code uses.
#[doc(hidden)]
pub mod __private {
    pub use super::contract::check::{
        MayReportAll, StopsEarly, Validation, is_entered, is_full, is_full_if_limited,
    };
    #[cfg(feature = "schemas")]
    pub use super::contract::definitions::named;
    pub use super::contract::derived_check::{at, pattern, record};
    pub use super::contract::missing_limit::{InputType, MissingLimit};
    pub use super::contract::rules::{
        Adapted, Applied, AppliedToText, Conditional, CountsGraphemes, DiveRules, Dived, ListRules,
        Missing, NoRules, NotConstant, OpenEnded, RangeRules, RuleStatus, Rules, Ruleset,
        TextRules, Unruled,
    };
    #[cfg(feature = "schemas")]
    pub use super::contract::stated;
    pub use super::contract::unbounded::HasKnownLimit;
    pub use super::contract::{
        Bounded, Decoder, DerivesValidate, FieldWithoutLimit, InputContract, KeyContract,
        MaxLength, NullMeaning, RuledField, ScalarContract, SecureInput, WithoutDeserialize,
        is_max_length,
    };
    pub use super::contract::{missing_features, rule};
    #[cfg(feature = "schemas")]
    pub use super::schema::{
        Bounds, Described, Elements, Measure, Members, Variants, with_further_rules,
    };
    pub use super::shape::{Field, Nested, Shape, Statement, Tagging, Variant};
    pub use serde::{Deserialize, Deserializer};
}

/// The traits of this room that a compile error names.
pub mod rules {
    pub use super::contract::ineffective_rules::*;
    pub use super::contract::missing_features::{
        HasFeatureCreditCard, HasFeatureEmail, HasFeaturePhoneNumber, HasFeatureRegex,
        HasFeatureUnicode, HasFeatureUrl,
    };
    pub use super::contract::missing_limit::{InputType, MissingLimit};
    pub use super::contract::missing_rules::*;
    pub use super::contract::rule::{
        CanBeAbsent, HasItems, HasLength, HasLengthInBytes, HasLengthInChars, HasLengthInUtf16,
        HasNestedRules, IsNumber,
    };
    pub use super::contract::rules::*;
    pub use super::contract::text_rule::IsText;
    pub use super::contract::unbounded::{
        Entries, HasKnownLimit, KeyWithoutLimit, Unbounded, ValueWithRules, WithoutKnownLimit,
    };
    pub use super::contract::{
        Bounded, DerivesValidate, DistinguishesNull, InputContract, IsDecodedInput,
        IsWithinMaxLength, KeyContract, MapKey, MaxLength, NeedsNoRule, NullMeaning,
        ScalarContract,
    };
    #[doc(no_inline)]
    pub use super::contract::{missing_features, rule};
}
