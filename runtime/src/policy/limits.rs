//! The limits on a request.

use std::fmt;
use std::time::Duration;

/// The limits on one request to a handler ([API4:2023]).
///
/// [`DEFAULT`](Self::DEFAULT) applies unless the handler declares otherwise: each field is an
/// option of `#[secured]` and `#[public]`. `Route::limits` lists the limits of a route.
///
/// Nothing but the declaration sets them: no layer can, and a handler that forwards its request to
/// another `Api` does not pass its own limits on. In a plain axum router, `Valid` applies the default
/// limits on the body's size, the parameters and the parts.
///
/// The `Display` form lists the options that differ from the defaults, as the attribute spells them.
///
/// [API4:2023]: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum size of the body, in bytes: between 1 B and 1 GiB, 64 KiB by default.
    ///
    /// A handler whose body is a [`StreamedBody`](crate::input::StreamedBody) may declare up to 1 TiB. A larger
    /// body returns 413.
    pub body_limit: usize,
    /// The maximum time for reading the whole body: between 1 ms and 60 min, 30 s by default.
    ///
    /// A handler whose body is a [`StreamedBody`](crate::input::StreamedBody) may declare up to 24 h. The time starts when reading the body first has to wait for the client. A slower body
    /// returns 408 ([RFC 9110 §15.5.9]).
    ///
    /// This requires tokio's timer, which `#[tokio::main]` enables. A runtime that is built
    /// without `enable_time` panics when a body is not ready at once.
    ///
    /// [RFC 9110 §15.5.9]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9
    pub body_timeout: Duration,
    /// The maximum time of a wait for the next bytes of the body: between 1 ms and 60 min, 30 s by default.
    ///
    /// The time that the handler takes between two chunks does not count. A body that stalls for longer
    /// returns 408. It matters for handlers whose `body_timeout` is longer.
    pub body_idle_timeout: Duration,
    /// The maximum time until the handler responds: between 1 ms and 60 min, 30 s by default.
    ///
    /// The time starts when the guard has authorized the request and an inner layer, an argument or the
    /// handler first waits. It ends with the head of the response: the body of the response, such as a
    /// stream of events, and an upgraded connection may last longer. The time for which the request's
    /// body is waited for does not count, because [`body_timeout`](Self::body_timeout) limits it.
    ///
    /// A slower handler is dropped at its current `.await`, as if the client had disconnected, and the
    /// response is 503. Code that must run to its end belongs in a separate task
    /// ([`tokio::spawn`](https://docs.rs/tokio/latest/tokio/fn.spawn.html)). A handler that blocks its
    /// thread cannot be dropped.
    pub timeout: Duration,
    /// The maximum number of header fields: between 1 and 1000, 100 by default.
    ///
    /// Repeated fields count each time. A request with more returns 431 ([RFC 6585 §5]) before
    /// the token is read.
    ///
    /// The listener has its own limit. `palisade::serve` accepts the largest header limit of any
    /// route, and at least 100; `axum::serve` accepts 100 in HTTP/1. If a request has more, the
    /// listener responds with 431 without a body, and closes the connection.
    ///
    /// [RFC 6585 §5]: https://www.rfc-editor.org/rfc/rfc6585#section-5
    pub header_limit: usize,
    /// The maximum number of pairs in a `Valid<Query<T>>` or `Valid<Form<T>>`: between 1 and
    /// 10 000, 256 by default.
    ///
    /// A request with more returns 400.
    pub parameter_limit: usize,
    /// The maximum number of parts in a `Valid<Multipart<T>>`, text and files together: between
    /// 1 and 1000, 100 by default.
    ///
    /// A request with more returns 400.
    pub part_limit: usize,
}

impl Limits {
    /// The default limits: 64 KiB in 30 s, a response within 30 s, 100 header fields, 256 parameters, 100 parts.
    pub const DEFAULT: Self = Self {
        body_limit: 64 * 1024,
        body_timeout: Duration::from_secs(30),
        body_idle_timeout: Duration::from_secs(30),
        timeout: Duration::from_secs(30),
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
            body_idle_timeout,
            timeout,
            header_limit,
            parameter_limit,
            part_limit,
        } = *self;
        let options = [
            (body_limit != Self::DEFAULT.body_limit)
                .then(|| format!("body_limit = \"{}\"", format_size(body_limit))),
            (body_timeout != Self::DEFAULT.body_timeout)
                .then(|| format!("body_timeout = \"{}\"", format_duration(body_timeout))),
            (body_idle_timeout != Self::DEFAULT.body_idle_timeout).then(|| {
                format!(
                    "body_idle_timeout = \"{}\"",
                    format_duration(body_idle_timeout)
                )
            }),
            (timeout != Self::DEFAULT.timeout)
                .then(|| format!("timeout = \"{}\"", format_duration(timeout))),
            (header_limit != Self::DEFAULT.header_limit)
                .then(|| format!("header_limit = {header_limit}")),
            (parameter_limit != Self::DEFAULT.parameter_limit)
                .then(|| format!("parameter_limit = {parameter_limit}")),
            (part_limit != Self::DEFAULT.part_limit).then(|| format!("part_limit = {part_limit}")),
        ];
        let options: Vec<String> = options.into_iter().flatten().collect();
        f.write_str(&options.join(", "))
    }
}

/// Formats a size in the largest unit that divides it evenly.
fn format_size(bytes: usize) -> String {
    match bytes {
        _ if (bytes >> 20).is_multiple_of(1 << 20) && bytes.is_multiple_of(1 << 20) => {
            format!("{} TiB", bytes >> 20 >> 20)
        }
        _ if bytes.is_multiple_of(1 << 30) => format!("{} GiB", bytes >> 30),
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} B"),
    }
}

/// Formats a duration in the largest unit that divides it evenly.
fn format_duration(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis.is_multiple_of(3_600_000) => format!("{} h", millis / 3_600_000),
        millis if millis.is_multiple_of(60_000) => format!("{} min", millis / 60_000),
        millis if millis.is_multiple_of(1_000) => format!("{} s", millis / 1_000),
        millis => format!("{millis} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_limits_are_as_documented() {
        let limits = Limits::DEFAULT;
        assert_eq!(limits.body_limit, 65_536);
        assert_eq!(limits.body_timeout, Duration::from_secs(30));
        assert_eq!(limits.body_idle_timeout, Duration::from_secs(30));
        assert_eq!(limits.timeout, Duration::from_secs(30));
        assert_eq!((limits.header_limit, limits.parameter_limit), (100, 256));
        assert_eq!(limits.part_limit, 100);
    }

    #[test]
    fn limits_display_lists_options_that_differ_from_defaults() {
        assert_eq!(Limits::DEFAULT.to_string(), "");
        let all = Limits {
            body_limit: 2 << 20,
            body_timeout: Duration::from_millis(1_500),
            body_idle_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            header_limit: 50,
            parameter_limit: 1_000,
            part_limit: 1,
        };
        assert_eq!(
            all.to_string(),
            "body_limit = \"2 MiB\", body_timeout = \"1500 ms\", body_idle_timeout = \"5 s\", timeout = \"10 s\", header_limit = 50, parameter_limit = 1000, part_limit = 1"
        );
        let one = Limits {
            parameter_limit: 255,
            ..Limits::DEFAULT
        };
        assert_eq!(one.to_string(), "parameter_limit = 255");
    }

    #[test]
    fn sizes_and_durations_use_the_largest_whole_unit() {
        for (bytes, text) in [
            (1, "1 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (1_025, "1025 B"),
            (1_536, "1536 B"),
            (3 << 20, "3 MiB"),
            (1 << 30, "1 GiB"),
            ((1 << 40) - (1 << 30), "1023 GiB"),
            (1 << 40, "1 TiB"),
        ] {
            assert_eq!(format_size(bytes), text);
        }
        for (millis, text) in [
            (1, "1 ms"),
            (1_000, "1 s"),
            (1_001, "1001 ms"),
            (59_000, "59 s"),
            (60_000, "1 min"),
            (90_000, "90 s"),
            (3_540_000, "59 min"),
            (3_600_000, "1 h"),
            (5_400_000, "90 min"),
            (86_400_000, "24 h"),
        ] {
            assert_eq!(format_duration(Duration::from_millis(millis)), text);
        }
    }
}
