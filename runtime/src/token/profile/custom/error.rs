//! The mistakes in a custom profile.

use std::error::Error;
use std::fmt;

/// The mistake in a custom profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileError {
    /// The name is empty.
    Name,
    /// The `typ` is empty, malformed, or that of another kind of token.
    Type(&'static str),
    /// The claim is empty, has another meaning in the profile or in every token, or must have the value
    /// of another kind of token.
    Claim(&'static str),
    /// Nothing distinguishes access tokens: the required claim is in ID tokens too.
    IdTokenClaim(&'static str),
    /// Nothing distinguishes access tokens from ID tokens.
    NotDistinguished,
    /// A relaxation has an empty reason.
    NoReason,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("the name of the profile is empty: use the provider's"),
            Self::Type(typ) => write!(
                f,
                "`{typ}` is not a `typ` of access tokens: use the one in the header of the provider's access tokens"
            ),
            Self::Claim(claim) => write!(
                f,
                "the claim `{claim}` is empty, reserved or used twice: use each claim once, for its own meaning"
            ),
            Self::IdTokenClaim(claim) => write!(
                f,
                "ID tokens have `{claim}` too: name a claim that only access tokens have with `access_tokens_have`"
            ),
            Self::NotDistinguished => f.write_str(
                "an ID token would be accepted: name a claim that only access tokens have with `access_tokens_have`, \
                 or require `typ` `at+jwt`",
            ),
            Self::NoReason => f.write_str("a relaxation has an empty reason: state why it is acceptable"),
        }
    }
}

impl Error for ProfileError {}
