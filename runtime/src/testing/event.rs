//! Server-sent events, parsed as a browser does ([HTML §9.2.6]).
//!
//! [HTML §9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

use std::collections::VecDeque;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::testing::or_panic;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A server-sent event, as a browser dispatches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestEvent {
    name: String,
    data: String,
    id: String,
    retry: Option<Duration>,
}

impl TestEvent {
    /// Returns the name from the field `event`, or `message` without the field.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the fields `data`, one per line.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Decodes the data from JSON.
    ///
    /// # Panics
    ///
    /// Panics if the data cannot be decoded as `T`.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        or_panic(
            serde_json::from_str(&self.data),
            "cannot decode the data of the event",
        )
    }

    /// Returns the last `id` of the stream up to this event, which a browser sends as `Last-Event-ID` when it
    /// reconnects. It is empty if no event had one.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the time after which a browser reconnects, if the stream has set it so far.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }
}

/// The state of a parser, which accepts the stream in chunks of any size.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    /// Whether the last line ended with a carriage return, so that a line feed belongs to it.
    after_carriage_return: bool,
    after_first_line: bool,
    name: String,
    data: String,
    id: String,
    retry: Option<Duration>,
    complete: VecDeque<TestEvent>,
}

impl Events {
    /// Returns the next event that is complete.
    pub(super) fn next(&mut self) -> Option<TestEvent> {
        self.complete.pop_front()
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        for byte in chunk {
            let after_carriage_return = std::mem::take(&mut self.after_carriage_return);
            match byte {
                b'\n' if after_carriage_return => {}
                b'\n' | b'\r' => {
                    self.after_carriage_return = *byte == b'\r';
                    self.end_line();
                }
                byte => self.line.push(*byte),
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let is_first = !std::mem::replace(&mut self.after_first_line, true);
        let line = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if is_first => rest,
            _ => &line,
        };
        let line = String::from_utf8_lossy(line);
        if line.is_empty() {
            self.end_event();
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.extend([value, "\n"]),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // a comment, which has an empty name, or an unknown field
            _ => {}
        }
    }

    fn end_event(&mut self) {
        let (name, mut data) = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.data),
        );
        // a browser does not dispatch an event without data
        if data.pop().is_none() {
            return;
        }
        self.complete.push_back(TestEvent {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
            retry: self.retry,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns name, data and id of each event, for a stream in chunks of this size.
    fn parse(stream: &[u8], size: usize) -> Vec<(String, String, String)> {
        let mut events = Events::default();
        let mut parsed = Vec::new();
        for chunk in stream.chunks(size) {
            events.push(chunk);
            while let Some(event) = events.next() {
                parsed.push((event.name, event.data, event.id));
            }
        }
        parsed
    }

    #[test]
    fn event_stream_is_parsed_like_in_a_browser() {
        for (stream, expected) in [
            // the examples of HTML §9.2.6
            (
                "data: YHOO\ndata: +2\ndata: 10\n\n",
                &[("message", "YHOO\n+2\n10", "")][..],
            ),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                &[
                    ("message", "first event", "1"),
                    ("message", "second event", ""),
                    ("message", " third event", ""),
                ],
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                &[("message", "", ""), ("message", "\n", "")],
            ),
            (
                "data:test\n\ndata: test\n\n",
                &[("message", "test", ""), ("message", "test", "")],
            ),
            // ends of lines
            (
                "data: a\r\ndata: b\rdata: c\r\r\ndata: d\r\n\r\n",
                &[("message", "a\nb\nc", ""), ("message", "d", "")],
            ),
            ("\u{feff}data: a\n\n", &[("message", "a", "")]),
            ("data: a\n\n\u{feff}data: b\n\n", &[("message", "a", "")]),
            // fields
            (
                "event: order\nid: 7\ndata: {}\n\nevent: \ndata: x\n\n",
                &[("order", "{}", "7"), ("message", "x", "7")],
            ),
            ("id: a\0b\ndata: x\n\n", &[("message", "x", "")]),
            (
                "Data: x\n\nevent: lost\n\ndata: y\n\n",
                &[("message", "y", "")],
            ),
            // no end of the event
            ("data: cut off\n", &[]),
            ("data: cut off", &[]),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, data, id)| {
                    (String::from(*name), String::from(*data), String::from(*id))
                })
                .collect();
            for size in [1, 2, 3, 1_000] {
                assert_eq!(
                    parse(stream.as_bytes(), size),
                    expected,
                    "{stream:?} {size}"
                );
            }
        }
        assert_eq!(parse(b"data: \xff\n\n", 1)[0].1, "\u{fffd}");
        assert_eq!(parse("data: ā\n\n".as_bytes(), 1)[0].1, "ā");
    }

    #[test]
    fn retry_is_a_number_of_milliseconds() {
        for (value, expected) in [
            ("1500", Some(1_500)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("+2", None),
        ] {
            let mut events = Events::default();
            events.push(format!("retry: {value}\ndata\n\n").as_bytes());
            let retry = events.next().unwrap().retry();
            assert_eq!(retry, expected.map(Duration::from_millis), "{value}");
        }
    }
}
