//! `EmailAddress`: an email address.

use std::borrow::Cow;
use std::fmt;

use crate::input::types::textual::{Textual, textual};

/// The maximum length of the local part in bytes (RFC 5321 §4.5.3.1.1).
pub(super) const MAX_LOCAL: usize = 64;

/// The maximum length of an address in bytes (RFC 5321 §4.5.3.1.3): 256 for a path, less `<` and `>`.
pub(super) const MAX_ADDRESS: usize = 254;

/// The maximum length of a domain label in bytes (RFC 1034 §3.1).
const MAX_LABEL: usize = 63;

/// An email address of at most 254 characters, with the syntax that browsers accept.
///
/// The syntax is HTML's [valid email address]: ASCII letters, digits and ``.!#$%&'*+/=?^_`{|}~-``
/// before the `@`, and a domain name after it. The length limits are those of [RFC 5321 §4.5.3.1]: 64
/// bytes before the `@`, and 254 in total. Comments, quotes and IP addresses in brackets are rejected,
/// and so are characters beyond ASCII: addresses that need SMTPUTF8 ([RFC 6531]). An internationalized
/// domain must be in its `xn--` form. Dots are accepted anywhere before the `@`: RFC 5321 requires
/// quotes around some of these addresses, but they are in use without.
///
/// The domain is converted to lower case, which does not change its meaning ([RFC 5321 §2.4]). The local
/// part is kept: only the receiving host knows whether its case matters.
///
/// # Security
///
/// An address is personal data. `Debug` redacts it and `Display` is not implemented, so that it reaches
/// a log only through [`as_str`](Self::as_str), which is easy to search for. `Serialize` writes it, for
/// responses.
///
/// A valid address may not exist or not belong to the caller. Its domain may be a host of the internal
/// network (`root@localhost`, `root@10.0.0.1`). The local part may start with `-` and contain `'`,
/// `` ` `` and `|`: never put it into a shell command, or where a program reads options.
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
/// [valid email address]: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
/// [RFC 5321 §2.4]: https://www.rfc-editor.org/rfc/rfc5321#section-2.4
/// [RFC 5321 §4.5.3.1]: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
/// [RFC 6531]: https://www.rfc-editor.org/rfc/rfc6531
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// The reason why a text is not an [`EmailAddress`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmailAddressError {
    /// The text has more than 254 bytes.
    Length,
    /// The text has no `@`.
    NoAt,
    /// The local part is empty, has more than 64 bytes, or has a character that is not allowed.
    LocalPart,
    /// The text after the `@` is not a domain name.
    Domain,
}

impl Textual for EmailAddress {
    type Error = EmailAddressError;

    fn parse(text: Cow<'_, str>) -> Result<Self, EmailAddressError> {
        // before the checks that take time in proportion to the length
        if text.len() > MAX_ADDRESS {
            return Err(EmailAddressError::Length);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailAddressError::NoAt)?;
        let is_valid_local =
            (1..=MAX_LOCAL).contains(&local.len()) && local.bytes().all(is_local_character);
        if !is_valid_local {
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

/// Returns whether a character is in `atext` of RFC 5322, or a dot.
fn is_local_character(character: u8) -> bool {
    character.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&character)
}

/// Returns whether a domain label has only letters, digits, and inner hyphens (RFC 1123 §2.1).
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
    /// Returns the local part, before the `@`.
    pub fn local_part(&self) -> &str {
        self.parts().0
    }

    /// Returns the domain name after the `@`, in lower case.
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
            Self::Length => "must be an email address with at most 254 characters",
            Self::NoAt => "must be an email address with an `@`",
            Self::LocalPart => {
                "must be an email address with 1 to 64 ASCII characters before the `@`, \
                 without spaces, quotes or comments"
            }
            Self::Domain => "must be an email address with an ASCII domain name after the `@`",
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

    fn rejection(text: &str) -> Option<EmailAddressError> {
        text.parse::<EmailAddress>().err()
    }

    #[test]
    fn address_that_browser_accepts_is_accepted() {
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
    fn malformed_address_is_rejected() {
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
            assert_eq!(rejection(text), Some(error), "{text:?}");
        }
    }

    #[test]
    fn length_over_limit_of_rfc_5321_is_rejected() {
        let local = |count: usize| format!("{}@example.com", "a".repeat(count));
        assert_eq!(rejection(&local(64)), None);
        assert_eq!(rejection(&local(65)), Some(EmailAddressError::LocalPart));
        let label = |count: usize| format!("a@{}.com", "b".repeat(count));
        assert_eq!(rejection(&label(63)), None);
        assert_eq!(rejection(&label(64)), Some(EmailAddressError::Domain));
        let address_of = |count: usize| {
            let domain = vec!["b".repeat(61); 4].join(".");
            format!("{}@{domain}", "a".repeat(count - 1 - domain.len()))
        };
        assert_eq!(address_of(254).len(), 254);
        assert_eq!(rejection(&address_of(254)), None);
        assert_eq!(rejection(&address_of(255)), Some(EmailAddressError::Length));
    }

    #[test]
    fn domain_is_converted_to_lower_case() {
        let address = EmailAddress::try_from("Ana@EXAMPLE.Com").unwrap();
        assert_eq!(address.as_str(), "Ana@example.com");
        assert_eq!(address, "Ana@example.com".parse().unwrap());
        assert_ne!(address, "ana@example.com".parse().unwrap());
    }

    #[test]
    fn debug_and_errors_do_not_show_address() {
        let address = EmailAddress::try_from("hunter2@example.com".to_owned()).unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress([redacted])");
        for text in [r#"["hunter2"]"#, r#"["hunter2 @x"]"#, r#"["a@hunter2_"]"#] {
            let error =
                json::decode_without_shape::<Vec<EmailAddress>>(text.as_bytes()).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
            let InputError::TypeMismatch(InputLocation::Body, violation) = error else {
                panic!("{error:?}");
            };
            assert_eq!(violation.pointer(), "/0");
            let is_requirement = violation.detail().starts_with("must be an email address");
            assert!(is_requirement, "{violation:?}");
        }
        let long = format!(r#""{}""#, "hunter2".repeat(37));
        assert_eq!(
            json::decode_without_shape::<EmailAddress>(long.as_bytes()),
            Err(InputError::TypeMismatch(
                InputLocation::Body,
                Violation::new(
                    "",
                    "format",
                    "must be an email address with at most 254 characters"
                )
            ))
        );
    }

    /// Returns whether only garde's `email` accepts an address.
    fn is_accepted_by_garde_only(text: &str) -> bool {
        let domain = text.split_once('@').map_or("", |(_, domain)| domain);
        domain.starts_with('[') || text.len() > MAX_ADDRESS
    }

    #[test]
    fn garde_also_accepts_ip_literals_and_longer_addresses() {
        let long = format!("{}@{}", "a".repeat(64), vec!["b".repeat(63); 3].join("."));
        for text in ["a@[127.0.0.1]", "a@[::1]", &long] {
            assert_eq!(parse_email(text), Ok(()), "{text}");
            assert!(rejection(text).is_some(), "{text}");
            assert!(is_accepted_by_garde_only(text), "{text}");
        }
    }

    proptest! {
        /// Both agree about all other addresses.
        #[test]
        fn syntax_agrees_with_garde(
            text in "[a-cA-C0-1.+'_\" -]{0,3}[@]?[a-bA-B0.@_\\[:\\]\u{e9}\n-]{0,8}|.{0,12}"
        ) {
            let is_valid = parse_email(&text).is_ok() && !is_accepted_by_garde_only(&text);
            prop_assert_eq!(rejection(&text).is_none(), is_valid);
        }

        #[test]
        fn length_limits_agree_with_garde(
            local in 1_usize..70, labels in prop::collection::vec(0_usize..66, 1..6)
        ) {
            let labels: Vec<String> = labels.into_iter().map(|count| "b".repeat(count)).collect();
            let text = format!("{}@{}", "a".repeat(local), labels.join("."));
            let is_valid = parse_email(&text).is_ok() && !is_accepted_by_garde_only(&text);
            prop_assert_eq!(rejection(&text).is_none(), is_valid);
        }

        #[test]
        fn serialized_value_is_decoded_unchanged(text in "[a-zA-Z.+]{1,8}@[a-zA-Z0-9]{1,8}(\\.[a-zA-Z]{1,4}){0,2}") {
            let address: EmailAddress = text.parse().unwrap();
            let json = serde_json::to_string(&address).unwrap();
            prop_assert_eq!(json::decode_without_shape::<EmailAddress>(json.as_bytes()), Ok(address));
        }
    }
}
