//! How much of a request a handler takes.

use std::fmt;
use std::time::Duration;

/// The most that a handler takes of one request ([API4:2023]).
///
/// [`DEFAULT`](Self::DEFAULT) holds where nothing is declared; each field is a word of `#[secured]`
/// and `#[public]`, which changes it for one handler. `Route::limits` tells them all.
///
/// An `Api` puts the limits that are not the defaults into the request's extensions, where
/// `Valid` finds them. Without an `Api`, as in a router of axum's own, whatever stands there
/// limits the body's size and the parameters; time and headers are limited by an `Api` alone.
///
/// Displayed, it is the words that differ from the defaults, as the attribute has them.
///
/// [API4:2023]: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest body, in bytes; more is answered 413. From 1 B to 1 GiB, by default 64 KiB.
    pub body_limit: usize,
    /// How long the whole body may take, counted from when it is first waited for; longer is
    /// answered 408 ([RFC 9110 §15.5.9]). From 1 ms to 60 min, by default 30 s.
    ///
    /// Waiting needs tokio's timer, which `#[tokio::main]` turns on: a runtime that is built
    /// without `enable_time` panics where a body has to be waited for.
    ///
    /// [RFC 9110 §15.5.9]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9
    pub body_timeout: Duration,
    /// The most header fields, a repeated one counted each time; more is answered 431
    /// ([RFC 6585 §5]) before a token is looked at. From 1 to 1000, by default 100.
    ///
    /// A listener has a limit of its own. `palisade::serve` reads as many as the route that takes
    /// the most, and 100 at least; `axum::serve` reads 100 in HTTP/1. What has more never becomes
    /// a request: the listener answers 431 without a body, and closes the connection.
    ///
    /// [RFC 6585 §5]: https://www.rfc-editor.org/rfc/rfc6585#section-5
    pub header_limit: usize,
    /// The most pairs of `Valid<Query<T>>` and of `Valid<Form<T>>`, each; more is answered 400.
    /// From 1 to 10 000, by default 256.
    pub parameter_limit: usize,
    /// The most parts of `Valid<Multipart<T>>`, whatever they hold; more is answered 400.
    /// From 1 to 1000, by default 100.
    pub part_limit: usize,
}

impl Limits {
    /// What holds where nothing is declared: 64 KiB in 30 s, 100 header fields, 256 parameters, 100 parts.
    pub const DEFAULT: Self = Self {
        body_limit: 64 * 1024,
        body_timeout: Duration::from_secs(30),
        header_limit: 100,
        parameter_limit: 256,
        part_limit: 100,
    };
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            body_limit,
            body_timeout,
            header_limit,
            parameter_limit,
            part_limit,
        } = *self;
        let words = [
            (body_limit != Self::DEFAULT.body_limit)
                .then(|| format!("body_limit = \"{}\"", size(body_limit))),
            (body_timeout != Self::DEFAULT.body_timeout)
                .then(|| format!("body_timeout = \"{}\"", time(body_timeout))),
            (header_limit != Self::DEFAULT.header_limit)
                .then(|| format!("header_limit = {header_limit}")),
            (parameter_limit != Self::DEFAULT.parameter_limit)
                .then(|| format!("parameter_limit = {parameter_limit}")),
            (part_limit != Self::DEFAULT.part_limit).then(|| format!("part_limit = {part_limit}")),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        f.write_str(&words.join(", "))
    }
}

/// In the largest unit of which it is a whole number.
fn size(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 30) => format!("{} GiB", bytes >> 30),
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} B"),
    }
}

/// In the largest unit of which it is a whole number.
fn time(span: Duration) -> String {
    match span.as_millis() {
        millis if millis.is_multiple_of(60_000) => format!("{} min", millis / 60_000),
        millis if millis.is_multiple_of(1_000) => format!("{} s", millis / 1_000),
        millis => format!("{millis} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_that_the_documents_name() {
        let limits = Limits::DEFAULT;
        assert_eq!(limits.body_limit, 65_536);
        assert_eq!(limits.body_timeout, Duration::from_secs(30));
        assert_eq!((limits.header_limit, limits.parameter_limit), (100, 256));
        assert_eq!(limits.part_limit, 100);
    }

    #[test]
    fn what_differs_reads_as_it_is_declared() {
        assert_eq!(Limits::DEFAULT.to_string(), "");
        let all = Limits {
            body_limit: 2 << 20,
            body_timeout: Duration::from_millis(1_500),
            header_limit: 50,
            parameter_limit: 1_000,
            part_limit: 1,
        };
        assert_eq!(
            all.to_string(),
            "body_limit = \"2 MiB\", body_timeout = \"1500 ms\", header_limit = 50, parameter_limit = 1000, part_limit = 1"
        );
        let one = Limits {
            parameter_limit: 255,
            ..Limits::DEFAULT
        };
        assert_eq!(one.to_string(), "parameter_limit = 255");
    }

    #[test]
    fn a_quantity_has_the_largest_unit_that_fits_it() {
        for (bytes, text) in [
            (1, "1 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (1_025, "1025 B"),
            (1_536, "1536 B"),
            (3 << 20, "3 MiB"),
            (1 << 30, "1 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        for (millis, text) in [
            (1, "1 ms"),
            (1_000, "1 s"),
            (1_001, "1001 ms"),
            (59_000, "59 s"),
            (60_000, "1 min"),
            (90_000, "90 s"),
            (3_600_000, "60 min"),
        ] {
            assert_eq!(time(Duration::from_millis(millis)), text);
        }
    }
}
