//! The classes of attacks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A class of attacks on one route.
///
/// The order is the order in which they are sent and reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttackClass {
    /// No credential.
    NoToken,
    /// A token that is not valid: expired, forged, for another audience, in the query, and others.
    BrokenToken,
    /// A valid token without a required scope.
    MissingScope,
    /// A valid token without a required role.
    MissingRole,
    /// A token of an issuer that is not trusted, or may not grant what the route requires.
    OtherIssuer,
    /// A caller whom the test does not expect to be admitted.
    Expectation,
    /// A method that the route does not have, or one in a field that overrides the method.
    Method,
    /// A body of a media type that the route does not have, or with a content coding.
    MediaType,
    /// A body, or header fields, beyond the limits.
    Oversize,
    /// A body that does not arrive in time.
    SlowBody,
    /// A member or parameter that the input type does not have.
    UnknownMember,
    /// A value beyond a bound of the input type.
    Bound,
    /// Data that reaches the handler without checks.
    UncheckedData,
    /// Another spelling of the path.
    PathSpelling,
    /// A request that must be refused before its body is read.
    EarlyRefusal,
    /// Access to the object of another caller.
    OtherOwner,
}

impl AttackClass {
    /// Every class, in order.
    pub const ALL: [Self; 16] = [
        Self::NoToken,
        Self::BrokenToken,
        Self::MissingScope,
        Self::MissingRole,
        Self::OtherIssuer,
        Self::Expectation,
        Self::Method,
        Self::MediaType,
        Self::Oversize,
        Self::SlowBody,
        Self::UnknownMember,
        Self::Bound,
        Self::UncheckedData,
        Self::PathSpelling,
        Self::EarlyRefusal,
        Self::OtherOwner,
    ];

    /// Returns the class as files and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::BrokenToken => "broken_token",
            Self::MissingScope => "missing_scope",
            Self::MissingRole => "missing_role",
            Self::OtherIssuer => "other_issuer",
            Self::Expectation => "expectation",
            Self::Method => "method",
            Self::MediaType => "media_type",
            Self::Oversize => "oversize",
            Self::SlowBody => "slow_body",
            Self::UnknownMember => "unknown_member",
            Self::Bound => "bound",
            Self::UncheckedData => "unchecked_data",
            Self::PathSpelling => "path_spelling",
            Self::EarlyRefusal => "early_refusal",
            Self::OtherOwner => "other_owner",
        }
    }
}

impl fmt::Display for AttackClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
