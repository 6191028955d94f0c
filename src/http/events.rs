//! Server-sent events (HTML standard, 9.2): bytes cut anywhere go in, messages come out. Pure. Ids and `retry` are passed over: no platform
//! resumes by them, and when to open again is decided elsewhere.

use super::Message;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An event is larger than what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Reads an event stream.
pub(super) struct Events {
    /// Most bytes of one event.
    max: usize,
    /// What came and is not read yet, and how much of it is.
    chunk: Vec<u8>,
    at: usize,
    /// The line being read.
    line: Vec<u8>,
    /// The last line ended with CR: a LF that follows belongs to it.
    after_cr: bool,
    /// No line was read yet: it may begin with a byte order mark.
    first: bool,
    event: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

impl Events {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            chunk: Vec::new(),
            at: 0,
            line: Vec::new(),
            after_cr: false,
            first: true,
            event: Vec::new(),
            data: Vec::new(),
            has_data: false,
        }
    }

    /// Takes what came. Right only when [`Self::next`] has nothing more.
    pub(super) fn take(&mut self, chunk: &[u8]) {
        self.chunk.clear();
        self.chunk.extend_from_slice(chunk);
        self.at = 0;
    }

    /// The next message in what came, if one is whole.
    pub(super) fn next(&mut self) -> Result<Option<Message>, TooLarge> {
        while self.end_line()? {
            if let Some(message) = self.read_line() {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Adds to the line; whether it is whole now.
    fn end_line(&mut self) -> Result<bool, TooLarge> {
        let mut rest = self.chunk.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(false);
        }
        if std::mem::take(&mut self.after_cr)
            && let Some(after) = rest.strip_prefix(b"\n")
        {
            rest = after;
            self.at += 1;
        }
        let end = memchr::memchr2(b'\r', b'\n', rest);
        let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if self.line.len() + part.len() + self.data.len() + self.event.len() > self.max {
            return Err(TooLarge);
        }
        self.line.extend_from_slice(part);
        self.at += part.len() + usize::from(end.is_some());
        self.after_cr = end.is_some_and(|end| rest.get(end) == Some(&b'\r'));
        Ok(end.is_some())
    }

    /// Makes of a whole line what it means.
    fn read_line(&mut self) -> Option<Message> {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if std::mem::take(&mut self.first) {
            text = text.strip_prefix(BOM).unwrap_or(text);
        }
        if text.is_empty() {
            return self.dispatch();
        }
        let (field, value) = match memchr::memchr(b':', text) {
            Some(colon) => (text.get(..colon)?, text.get(colon + 1..)?),
            None => (text, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"" => return Some(Message::Alive),
            b"event" => self.event = value.to_vec(),
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            _ => {}
        }
        None
    }

    /// A blank line ends an event; without data it was none.
    fn dispatch(&mut self) -> Option<Message> {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        self.has_data = false;
        let event = String::from_utf8_lossy(&event).into_owned();
        (!data.is_empty()).then_some(Message::Data { event, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads chunks until the end.
    fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Message> {
        let mut events = Events::new(1000);
        let mut found = Vec::new();
        for chunk in chunks {
            events.take(chunk);
            while let Some(message) = events.next().unwrap() {
                found.push(message);
            }
        }
        found
    }

    fn data(event: &str, data: &str) -> Message {
        Message::Data { event: event.to_owned(), data: data.as_bytes().to_vec() }
    }

    #[track_caller]
    fn check(stream: &str, expected: &[Message]) {
        assert_eq!(read([stream.as_bytes()]), expected, "{stream:?}");
    }

    /// As Mastodon sends it, with everything that the standard allows besides.
    const STREAM: &str = "\u{feff}:)\n\nevent: update\ndata: {\"id\":1}\n\n:thump\r\revent:delete\r\ndata:7\r\nid: 3\r\n\r\nretry: 10\ndata: a\ndata:  b\ndata\n\nevent: nothing\n\ndata: é\n\ndata: cut";

    fn expected() -> Vec<Message> {
        vec![
            Message::Alive,
            data("update", "{\"id\":1}"),
            Message::Alive,
            data("delete", "7"),
            data("", "a\n b\n"),
            data("", "é"),
        ]
    }

    #[test]
    fn events_are_read() {
        check(STREAM, &expected());
        check("", &[]);
        check("\n\n\r\n", &[]);
        check("data\n\n", &[]);
        check("data: x\n", &[]);
        check("event: a\nevent: b\ndata: x\n\ndata: y\n\n", &[data("b", "x"), data("", "y")]);
        check("dataa: x\nDATA: y\n\n", &[]);
        check("data:x\u{feff}\n\n\u{feff}data: y\n\n", &[data("", "x\u{feff}")]);
    }

    #[test]
    fn a_cut_at_any_byte_changes_nothing() {
        let bytes = STREAM.as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(read([&bytes[..cut], &bytes[cut..]]), expected(), "cut at {cut}");
        }
        assert_eq!(read(bytes.chunks(1)), expected());
    }

    #[test]
    fn an_endless_event_is_refused() {
        for stream in ["data: 0123456789", "data: 01234\ndata: 56789\n", ":0123456789", "event: 01234567890"]
        {
            let mut events = Events::new(10);
            events.take(stream.as_bytes());
            assert_eq!(events.next(), Err(TooLarge), "{stream}");
        }
        // What is small is read, however much of it there is.
        let mut events = Events::new(10);
        for _ in 0..100 {
            events.take(b"data: ab\n\n:c\n");
            assert_eq!(events.next(), Ok(Some(data("", "ab"))));
            assert_eq!(events.next(), Ok(Some(Message::Alive)));
            assert_eq!(events.next(), Ok(None));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_cut_anywhere_read_alike(bytes in proptest::collection::vec(
            prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b' '), any::<u8>()], 0..200), size in 1_usize..20) {
            prop_assert_eq!(read(bytes.chunks(size)), read([bytes.as_slice()]));
        }
    }
}
