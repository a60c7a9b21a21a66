//! A network of IP addresses in CIDR notation.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A network of IP addresses, such as `10.0.0.0/8`, `2001:db8::/32` or one address ([RFC 4632 §3.1]).
///
/// # Examples
///
/// ```
/// use palisade::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains([10, 1, 2, 3].into()));
/// assert!("10.0.0.1/8".parse::<Network>().is_err());
/// # Ok::<(), palisade::NetworkError>(())
/// ```
///
/// [RFC 4632 §3.1]: https://www.rfc-editor.org/rfc/rfc4632#section-3.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// The first address; those of IPv4 are mapped into IPv6.
    first: u128,
    /// The bits of every address of the network.
    mask: u128,
}

/// The error of a network that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The text is not an address, or not an address and a prefix length.
    Malformed(String),
    /// The address has bits beyond the prefix.
    HostBits(String),
    /// The prefix is empty: the network would contain every address.
    Everything(String),
}

/// The length of the prefix that IPv4 addresses have in IPv6 ([RFC 4291 §2.5.5.2]).
///
/// [RFC 4291 §2.5.5.2]: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2
const MAPPED_PREFIX: u32 = 96;

impl Network {
    /// Returns whether the network contains the address. An IPv4 address is the same in IPv6 (`::ffff:10.1.2.3`).
    pub fn contains(&self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.first
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let malformed = || NetworkError::Malformed(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let (offset, longest) = if address.is_ipv4() {
            (MAPPED_PREFIX, 32)
        } else {
            (0, 128)
        };
        let prefix = match prefix {
            None => longest,
            // one spelling of a number: no sign, no leading zero
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|prefix: &u32| prefix.to_string() == digits && *prefix <= longest)
                .ok_or_else(malformed)?,
        };
        if prefix == 0 {
            return Err(NetworkError::Everything(text.to_owned()));
        }
        let mask = u128::MAX << (128 - offset - prefix);
        let first = bits(address);
        if first & mask != first {
            return Err(NetworkError::HostBits(text.to_owned()));
        }
        Ok(Self { first, mask })
    }
}

/// One address.
impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self {
            first: bits(address),
            mask: u128::MAX,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.mask.leading_ones();
        let first = Ipv6Addr::from_bits(self.first);
        match first.to_ipv4_mapped() {
            Some(first) if prefix >= MAPPED_PREFIX => {
                write!(f, "{first}/{}", prefix - MAPPED_PREFIX)
            }
            _ => write!(f, "{first}/{prefix}"),
        }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => {
                let text = crate::text::quoted(text);
                write!(
                    f,
                    "malformed network {text}; expected an address or CIDR notation, such as `10.0.0.0/8`"
                )
            }
            Self::HostBits(text) => write!(
                f,
                "the address of the network `{text}` has bits beyond the prefix; write the first address of the network"
            ),
            Self::Everything(text) => write!(
                f,
                "the network `{text}` contains every address; name the networks of the proxies"
            ),
        }
    }
}

impl Error for NetworkError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn network_contains_the_addresses_of_its_prefix() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("192.0.2.1/32", "192.0.2.1", "192.0.2.0"),
            ("128.0.0.0/1", "255.255.255.255", "127.255.255.255"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::1", "::1", "::2"),
            ("fe80::/10", "febf::1", "fec0::"),
            ("8000::/1", "ffff::", "::ffff:255.255.255.255"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0"),
        ] {
            let network = network(text);
            assert!(network.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(
                !network.contains(outside.parse().unwrap()),
                "{text} {outside}"
            );
        }
    }

    #[test]
    fn network_is_printed_as_it_is_parsed() {
        for (text, printed) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.1", "192.0.2.1/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::1", "::1/128"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ] {
            assert_eq!(network(text).to_string(), printed);
            assert_eq!(network(printed), network(text));
        }
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(Network::from(address), network("192.0.2.1"));
    }

    #[test]
    fn malformed_network_is_rejected() {
        let error = |text: &str| text.parse::<Network>().unwrap_err();
        for text in [
            "",
            "/",
            "10.0.0.0/",
            "/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/8/8",
            "10.0.0/8",
            "10.0.0.0/255.0.0.0",
            " 10.0.0.0/8",
            "10.0.0.0/8 ",
            "010.0.0.0/8",
            "::/129",
            "[::1]/128",
            "fe80::1%eth0",
            "localhost",
            "10.0.0.0:80",
            "10.0.0.0\\8",
        ] {
            assert!(matches!(error(text), NetworkError::Malformed(_)), "{text}");
        }
        for text in [
            "10.0.0.1/8",
            "192.168.5.0/22",
            "2001:db8::1/32",
            "127.0.0.1/31",
        ] {
            assert!(matches!(error(text), NetworkError::HostBits(_)), "{text}");
        }
        for text in ["0.0.0.0/0", "::/0"] {
            assert!(matches!(error(text), NetworkError::Everything(_)), "{text}");
        }
    }
}
