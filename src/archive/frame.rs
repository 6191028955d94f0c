//! Cuts a stream of bytes into frames: lines, CSV records, JSON values, elements of a JSON array. Whole frames only, and what is no
//! whole frame is said to be none; what stands in a frame is the formats' business.

use super::scan::{CsvState, Dialect, JsonState, Step};
use super::{Parser, Reject, Sink};
use memchr::memchr;
use serde::{Deserialize, Serialize};

/// Longest frame read. The largest known, an API page of 500 posts with all they refer to, stays under 4 MiB.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

/// Longest file, or list of records inside one, that is read in one piece: repositories of Bluesky, chats inside the export of an account, of
/// which hardly one is as long.
const MAX_WHOLE_BYTES: usize = 128 * 1024 * 1024;

/// How a file is cut into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One line, one frame. Blank lines are none.
    Lines,
    /// One record, one frame: quoted fields may hold line ends.
    Csv(Dialect),
    /// JSON values one after the other, over as many lines as they like.
    Values,
    /// The elements of a JSON array.
    Array {
        /// Bytes of the head before its `[`.
        start: usize,
        /// How many objects stand open around it.
        enclosing: u32,
    },
    /// The objects in all lists two objects deep, `{"chats": {"list": [ … ]}}`; what stands elsewhere is passed over.
    Inner,
    /// The members of a JSON object, each with its key.
    Members {
        /// Bytes of the head before its `{`.
        start: usize,
        /// How many objects stand open around it.
        enclosing: u32,
    },
    /// The file is one frame, for what lies in it in any order.
    Whole,
}

impl Framing {
    /// Longest frame.
    fn limit(self) -> usize {
        if matches!(self, Self::Whole | Self::Inner) { MAX_WHOLE_BYTES } else { MAX_FRAME_BYTES }
    }
}

/// One record's bytes, and where they stand.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Without the line end.
    pub bytes: &'a [u8],
    /// Of the first byte, in the decompressed file.
    pub offset: u64,
    /// For people.
    pub place: Place,
}

/// Where a record stands, for people; counted from 1, bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Line of a text.
    Line(u64),
    /// Element of an array, or value of several.
    Record(u64),
    /// Where damage begins.
    Byte(u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::Record(n) => write!(f, "record {n}"),
            Self::Byte(n) => write!(f, "byte {n}"),
        }
    }
}

/// Why a stretch of bytes is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLong,
    TooLongWhole,
    TooLongInner,
    CutOff,
    NotClosed,
    OpenQuote,
    Stray,
}

impl Fault {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "record longer than 16 MiB",
            Self::TooLongWhole => {
                "a file of this kind is read in one piece, and not if it is longer than 128 MiB"
            }
            Self::TooLongInner => {
                "longer than 128 MiB inside another file; exported alone it is read at any length"
            }
            Self::CutOff => "the file ends in the middle of this record",
            Self::NotClosed => "the file ends before its data is closed",
            Self::OpenQuote => "a quote is opened and never closed",
            Self::Stray => "text after the end of the array; all that follows is left out",
        }
    }
}

/// Where reading can go on later: behind a whole frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// In the decompressed file.
    pub offset: u64,
    /// Number of the line that begins there.
    pub line: u64,
    /// Elements or values before it.
    pub records: u64,
}

/// A frame's place in the buffer that was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) place: Place,
    pub(super) fault: Option<Fault>,
}

impl Span {
    /// Reads what stands there, in a buffer whose first byte is the file's byte `base`. A frame that is cut is read too: the parser knows
    /// whether anything in it is whole.
    pub(super) fn parse(
        &self,
        buffer: &[u8],
        base: u64,
        framing: Framing,
        parser: &dyn Parser,
        out: &mut dyn Sink,
    ) {
        let bytes = buffer.get(self.start..self.end).unwrap_or_default();
        if let Some(fault) = self.fault.filter(|fault| *fault != Fault::CutOff) {
            return out.reject(Reject::new(self.place, fault.reason(), bytes));
        }
        let bytes = trim(bytes, framing);
        if !bytes.is_empty() {
            parser.parse(&Frame { bytes, offset: base + self.start as u64, place: self.place }, out);
        }
    }
}

/// Bytes shown of what is no frame.
const FAULT_SHOWN: usize = 1024;

/// Cuts buffer after buffer. Each call gets what the last one left over, and more.
pub(super) struct Cutter {
    framing: Framing,
    json: JsonState,
    in_frame: bool,
    csv: CsvState,
    /// Up to this offset of the file every line ends a CSV record, since a quote before it was never closed.
    lines_until: u64,
    /// How much of the left-over bytes was looked at.
    seen: usize,
    /// Where the open frame begins, in line and buffer; none while an overlong one is passed over.
    open: Option<(usize, u64)>,
    line: u64,
    records: u64,
}

impl Cutter {
    pub(super) fn new(framing: Framing) -> Self {
        let json = match framing {
            Framing::Array { start, enclosing } => JsonState::array(start, enclosing),
            Framing::Members { start, enclosing } => JsonState::members(start, enclosing),
            Framing::Inner => JsonState::inner(),
            _ => JsonState::values(),
        };
        Self {
            framing,
            json,
            in_frame: false,
            csv: CsvState::FieldStart,
            lines_until: 0,
            seen: 0,
            open: None,
            line: 1,
            records: 0,
        }
    }

    /// Goes on where another cutter stopped.
    pub(super) fn going_on(framing: Framing, from: Resume) -> Self {
        let fresh = Self::new(framing);
        Self { json: fresh.json.going_on(), line: from.line, records: from.records, ..fresh }
    }

    /// Where another cutter could go on after `cut` was done with the bytes before `offset`; none in the middle of what has no end yet.
    pub(super) fn resume(&self, offset: u64) -> Option<Resume> {
        let clean = match self.framing {
            Framing::Inner | Framing::Whole => return None,
            Framing::Lines | Framing::Csv(_) => !self.in_frame,
            Framing::Values | Framing::Array { .. } | Framing::Members { .. } => self.json.is_between(),
        };
        let line = self.open.map_or(self.line, |(_, line)| line);
        let known = (clean || self.open.is_some()) && self.lines_until <= offset;
        known.then_some(Resume { offset, line, records: self.records })
    }

    /// Adds the spans of all whole frames of `buffer`, whose first byte is the file's byte `base`; returns how many bytes are done with.
    pub(super) fn cut(&mut self, buffer: &[u8], base: u64, spans: &mut Vec<Span>) -> usize {
        let mut at = self.seen;
        loop {
            while let Some(rest) = buffer.get(at..).filter(|rest| !rest.is_empty()) {
                at = self.advance(buffer, rest, at, base, spans);
            }
            let Some((start, _)) = self.open.filter(|(start, _)| at - start > self.framing.limit()) else {
                break;
            };
            if let Some(after) = self.recover(buffer, base, spans) {
                at = after;
            } else {
                self.fault(start, at, self.too_long(), base, spans);
                self.open = None;
            }
        }
        let done = self.open.map_or(at, |(start, _)| start);
        self.seen = at - done;
        self.open = self.open.map(|(_, line)| (0, line));
        done
    }

    /// Like `cut`, when nothing more will come: what is left over is a frame, or the end of a damaged file.
    pub(super) fn finish(&mut self, buffer: &[u8], base: u64, spans: &mut Vec<Span>) {
        loop {
            let done = self.cut(buffer, base, spans);
            // `cut` measured from `done`; put the open frame back where it lies in this buffer.
            self.open = self.open.map(|(_, line)| (done, line));
            self.seen += done;
            let Some((start, _)) = self.open else { break };
            if let Some(after) = self.recover(buffer, base, spans) {
                self.seen = after;
                continue;
            }
            match self.end_fault() {
                None => self.emit(start, buffer, buffer.len(), base, spans),
                Some(fault) => self.fault(start, buffer.len(), fault, base, spans),
            }
            self.open = None;
            return;
        }
        if self.json.unclosed()
            && matches!(self.framing, Framing::Array { .. } | Framing::Members { .. } | Framing::Inner)
        {
            self.fault(buffer.len(), buffer.len(), Fault::NotClosed, base, spans);
        }
    }

    /// Takes one step; returns the new place.
    fn advance(&mut self, buffer: &[u8], rest: &[u8], at: usize, base: u64, spans: &mut Vec<Span>) -> usize {
        let by_lines = base + (at as u64) < self.lines_until;
        let step = match self.framing {
            Framing::Lines => self.line_step(rest),
            Framing::Csv(_) if by_lines => self.line_step(rest),
            Framing::Csv(dialect) if self.in_frame => self.csv.step(rest, dialect),
            Framing::Values | Framing::Array { .. } | Framing::Members { .. } | Framing::Inner => {
                self.json.step(rest)
            }
            Framing::Whole if self.in_frame => Step::More,
            Framing::Csv(_) | Framing::Whole => Step::Begin(0),
        };
        let (Step::Begin(count) | Step::End(count) | Step::Stray(count)) = step else {
            self.count_lines(rest);
            return buffer.len();
        };
        self.count_lines(rest.get(..count).unwrap_or_default());
        let after = at + count;
        match step {
            Step::Begin(_) => {
                self.in_frame = true;
                self.open = Some((after, self.line));
            }
            Step::Stray(_) => {
                let end = buffer.len().min(after + FAULT_SHOWN);
                self.fault(after, end, Fault::Stray, base, spans);
            }
            Step::End(_) | Step::More => {
                self.in_frame = false;
                self.csv = CsvState::FieldStart;
                if let Some((start, _)) = self.open {
                    self.emit(start, buffer, after, base, spans);
                    self.open = None;
                }
            }
        }
        after
    }

    fn line_step(&self, rest: &[u8]) -> Step {
        if !self.in_frame {
            return Step::Begin(0);
        }
        memchr(self.line_end(), rest).map_or(Step::More, |end| Step::End(end + 1))
    }

    /// The byte that ends a line; tables of old spreadsheets have another.
    fn line_end(&self) -> u8 {
        if let Framing::Csv(dialect) = self.framing { dialect.line_end } else { b'\n' }
    }

    fn count_lines(&mut self, passed: &[u8]) {
        match self.framing {
            // A step ends with the first line end.
            Framing::Lines => self.line += u64::from(passed.ends_with(b"\n")),
            Framing::Csv(dialect) => {
                self.line += memchr::memchr_iter(dialect.line_end, passed).count() as u64;
            }
            Framing::Values
            | Framing::Array { .. }
            | Framing::Members { .. }
            | Framing::Inner
            | Framing::Whole => {}
        }
    }

    fn too_long(&self) -> Fault {
        match self.framing {
            Framing::Whole => Fault::TooLongWhole,
            Framing::Inner => Fault::TooLongInner,
            _ => Fault::TooLong,
        }
    }

    /// Hands out the frame that begins at `start`.
    fn emit(&mut self, start: usize, buffer: &[u8], end: usize, base: u64, spans: &mut Vec<Span>) {
        if end - start > self.framing.limit() {
            return self.fault(start, end, self.too_long(), base, spans);
        }
        if let Framing::Csv(dialect) = self.framing
            && base + (start as u64) < self.lines_until
            && CsvState::of(buffer.get(start..end).unwrap_or_default(), dialect).in_quotes()
        {
            return self.fault(start, end, Fault::OpenQuote, base, spans);
        }
        let place = self.place();
        spans.push(Span { start, end, place, fault: None });
    }

    fn place(&mut self) -> Place {
        if matches!(self.framing, Framing::Lines | Framing::Csv(_)) {
            return Place::Line(self.open.map_or(self.line, |(_, line)| line));
        }
        if self.framing == Framing::Whole {
            return Place::Byte(0);
        }
        self.records += 1;
        Place::Record(self.records)
    }

    fn fault(&mut self, start: usize, end: usize, fault: Fault, base: u64, spans: &mut Vec<Span>) {
        let place = match fault {
            Fault::TooLong | Fault::TooLongWhole | Fault::TooLongInner | Fault::OpenQuote => self.place(),
            Fault::CutOff | Fault::NotClosed | Fault::Stray => Place::Byte(base + start as u64),
        };
        let shown = if fault == Fault::CutOff { end } else { end.min(start + FAULT_SHOWN) };
        spans.push(Span { start, end: shown, place, fault: Some(fault) });
    }

    /// A CSV record that never ends, since a quote stands open: gives up its first line and reads the rest line by line as far as it
    /// was looked at, so that one stray quote costs one record (and hostile input no more than a second look).
    fn recover(&mut self, buffer: &[u8], base: u64, spans: &mut Vec<Span>) -> Option<usize> {
        let (start, line) = self.open?;
        let by_lines = base + (start as u64) < self.lines_until;
        if !matches!(self.framing, Framing::Csv(_)) || !self.csv.in_quotes() || by_lines {
            return None;
        }
        let after = start + memchr(self.line_end(), buffer.get(start..)?)? + 1;
        self.fault(start, after, Fault::OpenQuote, base, spans);
        self.lines_until = base + buffer.len() as u64;
        (self.open, self.in_frame, self.csv, self.line) = (None, false, CsvState::FieldStart, line + 1);
        Some(after)
    }

    /// What is wrong with a frame that the end of the file ends.
    fn end_fault(&self) -> Option<Fault> {
        match self.framing {
            Framing::Lines | Framing::Whole => None,
            Framing::Csv(_) => self.csv.in_quotes().then_some(Fault::OpenQuote),
            Framing::Values if self.json.in_scalar() => None,
            Framing::Values | Framing::Array { .. } | Framing::Members { .. } | Framing::Inner => {
                Some(Fault::CutOff)
            }
        }
    }
}

/// The whole frames of the first bytes of a file, and what is left of the first that is cut.
pub(super) fn frames_of(head: &[u8], framing: Framing) -> (Vec<&[u8]>, &[u8]) {
    let mut spans = Vec::new();
    let done = Cutter::new(framing).cut(head, 0, &mut spans);
    let frames = spans
        .iter()
        .filter(|span| span.fault.is_none())
        .filter_map(|span| head.get(span.start..span.end))
        .map(|frame| trim(frame, framing))
        .collect();
    (frames, head.get(done..).unwrap_or_default())
}

/// A frame as it is (a whole file), without its line end (CSV) or without space around it (all others).
pub(super) fn trim(frame: &[u8], framing: Framing) -> &[u8] {
    match framing {
        Framing::Csv(dialect) => {
            let frame = frame.strip_suffix(&[dialect.line_end]).unwrap_or(frame);
            frame.strip_suffix(b"\r").unwrap_or(frame)
        }
        Framing::Whole => frame,
        _ => frame.trim_ascii(),
    }
}
