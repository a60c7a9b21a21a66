//! `EmailAddress`: where a message can be sent.

use std::borrow::Cow;
use std::fmt;

use crate::input::types::textual::{Textual, textual};

/// The most bytes of what stands before the `@` (RFC 5321 §4.5.3.1.1).
pub(super) const MAX_LOCAL: usize = 64;

/// The most bytes of the whole: the 256 of a path without its `<` and `>` (RFC 5321 §4.5.3.1.3).
pub(super) const MAX_ADDRESS: usize = 254;

/// The most bytes between two dots of a domain (RFC 1034 §3.1).
const MAX_LABEL: usize = 63;

/// An e-mail address as browsers accept it, of at most 254 characters.
///
/// The syntax is HTML's [valid e-mail address]: ASCII letters, digits and
/// ``.!#$%&'*+/=?^_`{|}~-`` before the `@`, a domain name after it. The lengths are those
/// of [RFC 5321 §4.5.3.1]: 64 before the `@`, 254 altogether. So there are no comments, no
/// quotes, no IP address in brackets; and no letters beyond ASCII: an address that needs
/// SMTPUTF8 ([RFC 6531]) is refused, and an internationalised domain is given in its
/// `xn--` form. Dots may stand anywhere before the `@`, though RFC 5321 would have some
/// such addresses quoted: they exist.
///
/// The domain is put into lower case, which means the same ([RFC 5321 §2.4]); what
/// stands before the `@` is the receiver's own and is kept.
///
/// # Security
///
/// An address is personal data: `Debug` does not show it and there is no `Display`, so
/// that it comes into a log by [`as_str`](Self::as_str) only, which can be searched for.
/// `Serialize` writes it, for answers.
///
/// That an address is well-formed says neither that it exists nor that it is the caller's.
/// Its domain may be a host of your own network (`root@localhost`, `root@10.0.0.1`), and
/// what stands before the `@` may begin with `-` or hold `'`, `` ` `` or `|`: never put it into a shell's
/// command, nor where a program reads options.
///
/// # Examples
///
/// ```
/// use palisade::input::{EmailAddress, EmailAddressError};
///
/// let address: EmailAddress = "Ana+orders@Example.govt.nz".parse()?;
/// assert_eq!(address.as_str(), "Ana+orders@example.govt.nz");
/// assert_eq!(address.domain(), "example.govt.nz");
/// assert_eq!(format!("{address:?}"), "EmailAddress([redacted])");
/// assert_eq!("ana@[127.0.0.1]".parse::<EmailAddress>(), Err(EmailAddressError::Domain));
/// # Ok::<(), EmailAddressError>(())
/// ```
///
/// ```
/// use palisade::input::EmailAddress;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Subscription {
///     #[garde(skip)] // parsing it is the check
///     address: EmailAddress,
/// }
/// ```
///
/// [valid e-mail address]: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
/// [RFC 5321 §2.4]: https://www.rfc-editor.org/rfc/rfc5321#section-2.4
/// [RFC 5321 §4.5.3.1]: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
/// [RFC 6531]: https://www.rfc-editor.org/rfc/rfc6531
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// Why a text is no [`EmailAddress`]. Its text is what the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmailAddressError {
    /// It has more than 254 bytes.
    Length,
    /// It has no `@`.
    NoAt,
    /// What stands before the `@` is empty, has more than 64 bytes, or another character.
    LocalPart,
    /// What stands after the `@` is no domain name.
    Domain,
}

impl Textual for EmailAddress {
    type Error = EmailAddressError;

    fn parse(text: Cow<'_, str>) -> Result<Self, EmailAddressError> {
        // before anything that takes longer for a longer text
        if text.len() > MAX_ADDRESS {
            return Err(EmailAddressError::Length);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailAddressError::NoAt)?;
        let is_local = (1..=MAX_LOCAL).contains(&local.len()) && local.bytes().all(is_local);
        if !is_local {
            return Err(EmailAddressError::LocalPart);
        }
        if !domain.as_bytes().split(|byte| *byte == b'.').all(is_label) {
            return Err(EmailAddressError::Domain);
        }
        let at = local.len();
        let mut text = text.into_owned();
        if let Some(domain) = text.get_mut(at..) {
            domain.make_ascii_lowercase();
        }
        Ok(Self(text))
    }
}

/// RFC 5322's `atext`, or a dot.
fn is_local(character: u8) -> bool {
    character.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&character)
}

/// A name between dots: letters, digits, and `-` within (RFC 1123 §2.1).
fn is_label(label: &[u8]) -> bool {
    let (Some(first), Some(last)) = (label.first(), label.last()) else {
        return false;
    };
    label.len() <= MAX_LABEL
        && first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && label
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

textual!([] EmailAddress, EmailAddressError);

impl EmailAddress {
    /// What stands before the `@`: a mailbox, as the domain's owner spells it.
    pub fn local_part(&self) -> &str {
        self.parts().0
    }

    /// What stands after the `@`: a domain name in lower case.
    pub fn domain(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('@').unwrap_or((&self.0, ""))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([redacted])")
    }
}

impl fmt::Display for EmailAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "must be an e-mail address of at most 254 characters",
            Self::NoAt => "must be an e-mail address, with an `@`",
            Self::LocalPart => {
                "must be an e-mail address, with 1 to 64 ASCII characters before the `@` \
                 and no spaces, quotes or comments"
            }
            Self::Domain => "must be an e-mail address, with an ASCII domain name after the `@`",
        })
    }
}

impl std::error::Error for EmailAddressError {}

#[cfg(test)]
mod tests {
    use garde::rules::email::parse_email;
    use proptest::prelude::*;

    use super::*;
    use crate::input::contract::{InputError, InputLocation, Violation};
    use crate::input::decode::json;
    use crate::input::shape::Shape;

    fn refused(text: &str) -> Option<EmailAddressError> {
        text.parse::<EmailAddress>().err()
    }

    #[test]
    fn what_a_browser_takes_is_taken() {
        for text in [
            "ana@example.govt.nz",
            "a@b",
            "email@127.0.0.1",
            "!#$%&'*+/=?^_`{|}~-@example.com",
            ".a..b.@example.com",
            "a@1.example",
            "a@valid-----hyphens.com",
            "a@xn--mller-kva.example",
        ] {
            let address: EmailAddress = text.parse().unwrap();
            assert_eq!(address.as_str(), text);
            assert_eq!(
                format!("{}@{}", address.local_part(), address.domain()),
                text
            );
        }
    }

    #[test]
    fn what_has_another_form_is_refused() {
        use EmailAddressError::{Domain, LocalPart, NoAt};
        for (text, error) in [
            ("", NoAt),
            ("ana", NoAt),
            ("@example.com", LocalPart),
            ("\"a b\"@example.com", LocalPart),
            ("a b@example.com", LocalPart),
            ("a(b)@example.com", LocalPart),
            ("Ana <ana@example.com>", LocalPart),
            ("a,b@example.com", LocalPart),
            ("\u{101}na@example.com", LocalPart),
            ("a\r\nBcc: b@example.com", LocalPart),
            ("a@", Domain),
            ("a@b@c", Domain),
            ("a@[127.0.0.1]", Domain),
            ("a@[IPv6:::1]", Domain),
            ("a@.com", Domain),
            ("a@b..c", Domain),
            ("a@b.", Domain),
            ("a@-b.c", Domain),
            ("a@b-.c", Domain),
            ("a@b_c.d", Domain),
            ("a@b.c\n", Domain),
            ("a@b.c ", Domain),
            ("a@m\u{101}ori.example", Domain),
        ] {
            assert_eq!(refused(text), Some(error), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_those_of_rfc_5321() {
        let local = |count: usize| format!("{}@example.com", "a".repeat(count));
        assert_eq!(refused(&local(64)), None);
        assert_eq!(refused(&local(65)), Some(EmailAddressError::LocalPart));
        let label = |count: usize| format!("a@{}.com", "b".repeat(count));
        assert_eq!(refused(&label(63)), None);
        assert_eq!(refused(&label(64)), Some(EmailAddressError::Domain));
        let whole = |count: usize| {
            let domain = vec!["b".repeat(61); 4].join(".");
            format!("{}@{domain}", "a".repeat(count - 1 - domain.len()))
        };
        assert_eq!(whole(254).len(), 254);
        assert_eq!(refused(&whole(254)), None);
        assert_eq!(refused(&whole(255)), Some(EmailAddressError::Length));
    }

    #[test]
    fn the_domain_is_put_into_lower_case_and_the_mailbox_is_kept() {
        let address = EmailAddress::try_from("Ana@EXAMPLE.Com").unwrap();
        assert_eq!(address.as_str(), "Ana@example.com");
        assert_eq!(address, "Ana@example.com".parse().unwrap());
        assert_ne!(address, "ana@example.com".parse().unwrap());
    }

    #[test]
    fn it_is_neither_printed_nor_quoted() {
        let address = EmailAddress::try_from("hunter2@example.com".to_owned()).unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress([redacted])");
        for text in [r#"["hunter2"]"#, r#"["hunter2 @x"]"#, r#"["a@hunter2_"]"#] {
            let error = json::decode::<Vec<EmailAddress>>(text.as_bytes(), &Shape::Fields(&[]))
                .unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
            let InputError::TypeMismatch(InputLocation::Body, violation) = error else {
                panic!("{error:?}");
            };
            assert_eq!(violation.pointer(), "/0");
            let told = violation.detail().starts_with("must be an e-mail address");
            assert!(told, "{violation:?}");
        }
        let long = format!(r#""{}""#, "hunter2".repeat(37));
        assert_eq!(
            json::decode::<EmailAddress>(long.as_bytes(), &Shape::Fields(&[])),
            Err(InputError::TypeMismatch(
                InputLocation::Body,
                Violation::new(
                    "",
                    "format",
                    "must be an e-mail address of at most 254 characters"
                )
            ))
        );
    }

    /// What garde's `email` takes and ours does not.
    fn is_beyond_ours(text: &str) -> bool {
        let domain = text.split_once('@').map_or("", |(_, domain)| domain);
        domain.starts_with('[') || text.len() > MAX_ADDRESS
    }

    #[test]
    fn gardes_email_takes_addresses_in_brackets_and_longer_ones_as_well() {
        let long = format!("{}@{}", "a".repeat(64), vec!["b".repeat(63); 3].join("."));
        for text in ["a@[127.0.0.1]", "a@[::1]", &long] {
            assert_eq!(parse_email(text), Ok(()), "{text}");
            assert!(refused(text).is_some(), "{text}");
            assert!(is_beyond_ours(text), "{text}");
        }
    }

    proptest! {
        /// Everything else is the same to both.
        #[test]
        fn gardes_email_judges_the_same(
            text in "[a-cA-C0-1.+'_\" -]{0,3}[@]?[a-bA-B0.@_\\[:\\]\u{e9}\n-]{0,8}|.{0,12}"
        ) {
            let theirs = parse_email(&text).is_ok() && !is_beyond_ours(&text);
            prop_assert_eq!(refused(&text).is_none(), theirs);
        }

        #[test]
        fn gardes_email_judges_lengths_the_same(
            local in 1_usize..70, labels in prop::collection::vec(0_usize..66, 1..6)
        ) {
            let labels: Vec<String> = labels.into_iter().map(|count| "b".repeat(count)).collect();
            let text = format!("{}@{}", "a".repeat(local), labels.join("."));
            let theirs = parse_email(&text).is_ok() && !is_beyond_ours(&text);
            prop_assert_eq!(refused(&text).is_none(), theirs);
        }

        #[test]
        fn what_is_written_is_read_again(text in "[a-zA-Z.+]{1,8}@[a-zA-Z0-9]{1,8}(\\.[a-zA-Z]{1,4}){0,2}") {
            let address: EmailAddress = text.parse().unwrap();
            let json = serde_json::to_string(&address).unwrap();
            prop_assert_eq!(json::decode::<EmailAddress>(json.as_bytes(), &Shape::Fields(&[])), Ok(address));
        }
    }
}
