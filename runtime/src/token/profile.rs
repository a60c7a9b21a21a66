//! What an issuer's access tokens look like, as data.

use crate::token::claims::Claims;
use crate::token::error::TokenError;

/// The form that an issuer's tokens have.
///
/// `iss`, `sub`, `aud` and `exp` are demanded of every profile's tokens.
#[derive(Debug)]
pub(crate) struct Profile {
    /// The header's `typ`, without `application/`.
    typ: &'static str,
    /// Claims that a token must have beside those that every token must have.
    demands: &'static [Demand],
}

/// A claim that a profile may demand.
#[derive(Clone, Copy, Debug)]
enum Demand {
    IssuedAt,
    TokenId,
    ClientId,
}

impl Profile {
    /// JWT access tokens as [RFC 9068] describes them.
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    pub(crate) const RFC_9068: Self = Self {
        typ: "at+jwt",
        demands: &[Demand::IssuedAt, Demand::TokenId, Demand::ClientId],
    };

    /// Whether the header's `typ` is this profile's ([RFC 7515 §4.1.9]).
    ///
    /// A value without a slash stands for one that begins with `application/`; media types
    /// are compared without regard to case.
    ///
    /// [RFC 7515 §4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
    pub(super) fn has_type(&self, typ: Option<&str>) -> bool {
        const PREFIX: &str = "application/";
        typ.is_some_and(|typ| {
            let subtype = match typ.split_at_checked(PREFIX.len()) {
                Some((prefix, subtype)) if prefix.eq_ignore_ascii_case(PREFIX) => subtype,
                _ => typ,
            };
            subtype.eq_ignore_ascii_case(self.typ)
        })
    }

    /// Refuses tokens of another kind, and those that lack what the profile demands.
    pub(super) fn judge(&self, claims: &Claims<'_>) -> Result<(), TokenError> {
        if claims.is_bound {
            return Err(TokenError::Binding);
        }
        if claims.is_id_token {
            return Err(TokenError::IdToken);
        }
        self.demands.iter().try_for_each(|demand| match demand {
            Demand::IssuedAt => claims.iat.map(drop).ok_or(TokenError::MissingClaim("iat")),
            Demand::TokenId => present("jti", claims.jti.as_deref()).map(drop),
            Demand::ClientId => present("client_id", claims.client_id.as_deref()).map(drop),
        })
    }
}

/// A text that is there and not empty.
pub(super) fn present<'a>(
    claim: &'static str,
    text: Option<&'a str>,
) -> Result<&'a str, TokenError> {
    match text {
        None => Err(TokenError::MissingClaim(claim)),
        Some("") => Err(TokenError::WrongClaim(claim)),
        Some(text) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_9068: Profile = Profile::RFC_9068;

    fn judge(json: &str) -> Result<(), TokenError> {
        RFC_9068.judge(&Claims::read(json.as_bytes()).unwrap())
    }

    /// RFC 9068 §4, RFC 8725 §3.11.
    #[test]
    fn the_type_is_at_jwt_in_any_case_with_or_without_application() {
        for typ in [
            "at+jwt",
            "AT+JWT",
            "at+JWT",
            "application/at+jwt",
            "Application/AT+jwt",
        ] {
            assert!(RFC_9068.has_type(Some(typ)), "{typ}");
        }
    }

    /// RFC 8725 §3.12: no other kind of JWT is an access token.
    #[test]
    fn every_other_type_is_refused() {
        for typ in [
            "JWT",
            "",
            "at",
            "at+jwt ",
            " at+jwt",
            "at+jwt\0",
            "dpop+jwt",
            "logout+jwt",
            "secevent+jwt",
            "application/",
            "application/jwt",
            "text/at+jwt",
            "application/application/at+jwt",
            "at+jwt+x",
        ] {
            assert!(!RFC_9068.has_type(Some(typ)), "{typ}");
        }
        assert!(!RFC_9068.has_type(None));
    }

    /// RFC 9068 §2.2.
    #[test]
    fn iat_jti_and_client_id_are_demanded() {
        assert_eq!(judge(r#"{"iat":1,"jti":"j","client_id":"c"}"#), Ok(()));
        for (json, claim) in [
            (r#"{"jti":"j","client_id":"c"}"#, "iat"),
            (r#"{"iat":1,"client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j"}"#, "client_id"),
        ] {
            assert_eq!(judge(json), Err(TokenError::MissingClaim(claim)));
        }
        for (json, claim) in [
            (r#"{"iat":1,"jti":"","client_id":"c"}"#, "jti"),
            (r#"{"iat":1,"jti":"j","client_id":""}"#, "client_id"),
        ] {
            assert_eq!(judge(json), Err(TokenError::WrongClaim(claim)));
        }
    }

    #[test]
    fn bound_tokens_and_id_tokens_are_refused() {
        assert_eq!(judge(r#"{"cnf":{"jkt":"x"}}"#), Err(TokenError::Binding));
        assert_eq!(judge(r#"{"nonce":"x"}"#), Err(TokenError::IdToken));
    }
}
