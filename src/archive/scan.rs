//! Where records end, byte by byte: in tables and in JSON. Knows quotes and brackets, nothing of what stands between them.

use memchr::{memchr, memchr2, memchr3};

/// What comes next in the bytes.
pub(super) enum Step {
    /// A frame begins after so many bytes.
    Begin(usize),
    /// It ends after so many bytes.
    End(usize),
    /// Text that belongs to nothing begins after so many bytes.
    Stray(usize),
    /// Nothing in these bytes.
    More,
}

/// How the fields and records of a table are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two fields.
    pub delimiter: u8,
    /// Around a field that holds delimiters or line ends.
    pub quote: u8,
    /// Whether a backslash before a quote takes its meaning from it.
    pub escape: bool,
    /// Last byte of a record.
    pub line_end: u8,
}

impl Dialect {
    /// As most tables are written.
    pub const fn plain(delimiter: u8) -> Self {
        Self { delimiter, quote: b'"', escape: false, line_end: b'\n' }
    }
}

/// Where in a CSV record we stand. The same rules as csv-core's: a quote opens only at the start of a field, a doubled one is a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CsvState {
    FieldStart,
    Field,
    Quoted,
    /// After a backslash inside quotes, where it means something.
    Escaped,
    /// After a quote inside quotes: the end, or the first of two.
    QuoteInQuoted,
}

impl CsvState {
    pub(super) fn of(record: &[u8], dialect: Dialect) -> Self {
        let mut state = Self::FieldStart;
        let record = record.strip_suffix(&[dialect.line_end]).unwrap_or(record);
        let _ = state.step(record, dialect);
        state
    }

    /// Whether the record is inside quotes.
    pub(super) fn in_quotes(self) -> bool {
        matches!(self, Self::Quoted | Self::Escaped)
    }

    pub(super) fn step(&mut self, bytes: &[u8], dialect: Dialect) -> Step {
        let Dialect { delimiter, quote, escape, line_end } = dialect;
        let mut at = 0;
        while let Some((&byte, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            match self {
                Self::FieldStart | Self::QuoteInQuoted if byte == quote => *self = Self::Quoted,
                Self::Escaped => *self = Self::Quoted,
                Self::Quoted => {
                    let inside = bytes.get(at..).unwrap_or_default();
                    let found = if escape { memchr2(quote, b'\\', inside) } else { memchr(quote, inside) };
                    match found {
                        Some(sign) => {
                            let is_quote = inside.get(sign) == Some(&quote);
                            *self = if is_quote { Self::QuoteInQuoted } else { Self::Escaped };
                            at += sign;
                        }
                        None => return Step::More,
                    }
                }
                _ if byte == line_end => return Step::End(at + 1),
                _ if byte == delimiter => *self = Self::FieldStart,
                _ => {
                    *self = Self::Field;
                    match memchr2(delimiter, line_end, rest) {
                        Some(plain) => at += plain,
                        None => return Step::More,
                    }
                }
            }
            at += 1;
        }
        Step::More
    }
}

/// Where in a sequence of JSON values we stand. Knows brackets and strings, nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonState {
    part: Part,
    /// What closes the list of values, if they stand in one.
    close: Option<u8>,
    /// Objects open around the array.
    enclosing: u32,
    nesting: Nesting,
    /// Whether values are looked for two objects deep: what stands outside of them, and whether they are in a list.
    outside: Option<Nesting>,
    in_list: bool,
}

/// How many brackets stand open around the values that are looked for inside an object: `{"chats": {"list": [`.
const INNER_DEPTH: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Outside of the values that are looked for.
    Outside,
    /// So many bytes still before the `[`.
    Before(usize),
    Between,
    /// In the key of a member, and between it and its value.
    Key,
    Colon,
    Nested,
    Scalar,
    /// After the array, in what encloses it.
    Around,
    /// All is read.
    After,
    /// Not ours any more.
    Ignored,
}

impl JsonState {
    pub(super) fn values() -> Self {
        Self {
            part: Part::Between,
            close: None,
            enclosing: 0,
            nesting: Nesting::default(),
            outside: None,
            in_list: false,
        }
    }

    pub(super) fn array(start: usize, enclosing: u32) -> Self {
        Self { part: Part::Before(start + 1), close: Some(b']'), enclosing, ..Self::values() }
    }

    pub(super) fn members(start: usize, enclosing: u32) -> Self {
        Self { close: Some(b'}'), ..Self::array(start, enclosing) }
    }

    /// The objects in all lists that are members of members of one object.
    pub(super) fn inner() -> Self {
        Self { part: Part::Outside, outside: Some(Nesting::default()), ..Self::values() }
    }

    /// Behind a whole value, where another may begin.
    pub(super) fn going_on(self) -> Self {
        Self { part: Part::Between, ..self }
    }

    /// Whether a value may begin here.
    pub(super) fn is_between(&self) -> bool {
        self.part == Part::Between
    }

    pub(super) fn in_scalar(&self) -> bool {
        self.part == Part::Scalar
    }

    pub(super) fn unclosed(&self) -> bool {
        self.outside.is_some_and(|outside| outside.depth > 0)
            || matches!(
                self.part,
                Part::Between | Part::Key | Part::Colon | Part::Nested | Part::Scalar | Part::Around
            )
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        loop {
            let Some((&byte, _)) = bytes.get(at..).and_then(<[u8]>::split_first) else { return Step::More };
            match self.part {
                Part::Outside => match self.outside(bytes.get(at..).unwrap_or_default()) {
                    Some(begin) => {
                        self.part = Part::Nested;
                        self.nesting = Nesting::default();
                        return Step::Begin(at + begin);
                    }
                    None => return Step::More,
                },
                Part::Before(left) => {
                    let skipped = left.min(bytes.len() - at);
                    at += skipped;
                    self.part = if left == skipped { Part::Between } else { Part::Before(left - skipped) };
                }
                Part::Ignored => return Step::More,
                Part::Between => match self.between(byte) {
                    Some(()) => return Step::Begin(at),
                    None => at += 1,
                },
                Part::Key => match self.nesting.scan(bytes.get(at..).unwrap_or_default()) {
                    Some(end) => {
                        self.part = Part::Colon;
                        at += end;
                    }
                    None => return Step::More,
                },
                Part::Colon => match byte {
                    b' ' | b'\t' | b'\r' | b'\n' | b':' => at += 1,
                    _ => self.begin(byte),
                },
                Part::Nested => match self.nesting.scan(bytes.get(at..).unwrap_or_default()) {
                    Some(end) => {
                        self.part = if self.outside.is_some() { Part::Outside } else { Part::Between };
                        return Step::End(at + end);
                    }
                    None => return Step::More,
                },
                Part::Scalar => {
                    let ends = |byte: &u8| {
                        *byte == b'\n' || self.close.is_some_and(|close| [b',', close].contains(byte))
                    };
                    match bytes.iter().skip(at).position(ends) {
                        Some(end) => {
                            self.part = Part::Between;
                            return Step::End(at + end);
                        }
                        None => return Step::More,
                    }
                }
                Part::Around => match self.nesting.scan(bytes.get(at..).unwrap_or_default()) {
                    Some(end) => {
                        self.part = Part::After;
                        at += end;
                    }
                    None => return Step::More,
                },
                Part::After => {
                    if !self.after(byte) {
                        return Step::Stray(at);
                    }
                    at += 1;
                }
            }
        }
    }
}

impl JsonState {
    /// Goes on to the next object that is looked for; says where it begins.
    fn outside(&mut self, bytes: &[u8]) -> Option<usize> {
        let around = self.outside.as_mut()?;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if around.escaped {
                around.escaped = false;
            } else if around.in_string {
                at += memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
                match bytes.get(at) {
                    Some(b'\\') => around.escaped = true,
                    _ => around.in_string = false,
                }
            } else {
                match byte {
                    b'"' => around.in_string = true,
                    b'{' if around.depth == INNER_DEPTH && self.in_list => return Some(at),
                    b'{' | b'[' => {
                        around.depth += 1;
                        if around.depth == INNER_DEPTH {
                            self.in_list = byte == b'[';
                        }
                    }
                    b'}' | b']' => around.depth = around.depth.saturating_sub(1),
                    _ => {}
                }
            }
            at += 1;
        }
        None
    }

    /// A byte between two values: says whether one begins with it.
    fn between(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => return None,
            _ if self.close == Some(byte) => {
                self.nesting = Nesting { depth: self.enclosing, ..Nesting::default() };
                self.part = if self.enclosing > 0 { Part::Around } else { Part::After };
                return None;
            }
            b'"' if self.close == Some(b'}') => {
                self.part = Part::Key;
                self.nesting = Nesting::default();
            }
            _ => self.begin(byte),
        }
        Some(())
    }

    /// A value begins with this byte.
    fn begin(&mut self, byte: u8) {
        self.part = if matches!(byte, b'{' | b'[' | b'"') { Part::Nested } else { Part::Scalar };
        self.nesting = Nesting::default();
    }

    /// A byte after the array: says whether it may stand there.
    fn after(&mut self, byte: u8) -> bool {
        self.part = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b';' => Part::After,
            // Several arrays in one file: `cat a.json b.json`.
            b'[' if self.enclosing == 0 && self.close == Some(b']') => Part::Between,
            b'{' if self.enclosing == 0 && self.close == Some(b'}') => Part::Between,
            _ => Part::Ignored,
        };
        self.part != Part::Ignored
    }
}

/// How deep in brackets, and whether in a string.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting {
    pub(super) depth: u32,
    pub(super) in_string: bool,
    pub(super) escaped: bool,
}

impl Nesting {
    /// Goes on until the outermost value ends; says after how many bytes.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                at += memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
                match bytes.get(at) {
                    Some(b'\\') => self.escaped = true,
                    // A string cannot hold a bare line end: the closing quote is lost, and the next line begins afresh.
                    _ => self.in_string = false,
                }
                if !self.in_string && self.depth == 0 {
                    return Some(at + 1);
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        None
    }
}
