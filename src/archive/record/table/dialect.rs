//! How the fields of a table are told apart: found out from its first bytes, and applied to one record.

use crate::archive::Dialect;
use std::borrow::Cow;

/// The dialect in which `delimiter` stands between fields. Quotes, escapes and line ends are as the first bytes show them.
pub(super) fn of(head: &[u8], delimiter: u8) -> Dialect {
    let plain = Dialect {
        line_end: if ends_with_cr(head) { b'\r' } else { b'\n' },
        quote: if has_single_quotes(head, delimiter) { b'\'' } else { b'"' },
        ..Dialect::plain(delimiter)
    };
    let escaped = Dialect { escape: true, ..plain };
    let has_escapes = memchr::memmem::find(head, &[b'\\', plain.quote]).is_some();
    // A text may well end with a backslash: only if a table makes less sense without them are they escapes.
    if has_escapes && stray_ends(head, escaped) < stray_ends(head, plain) { escaped } else { plain }
}

/// `sep=;`, which Excel writes and reads as the first line.
pub(super) fn said_by_excel(head: &[u8]) -> Option<u8> {
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    match line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line) {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] => Some(*sign),
        _ => None,
    }
}

/// Whether records end with a bare CR, as old spreadsheets for the Mac wrote them; line ends inside quotes do not count.
fn ends_with_cr(head: &[u8]) -> bool {
    let (mut quoted, mut cr) = (false, false);
    let mut bytes = head.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return false,
            b'\r' if !quoted && bytes.peek().is_some_and(|next| **next != b'\n') => cr = true,
            _ => {}
        }
    }
    cr
}

/// Whether every field of the first lines stands between single quotes, and none between double ones.
fn has_single_quotes(head: &[u8], delimiter: u8) -> bool {
    /// So many lines tell.
    const LINES: usize = 3;
    let lines = head.split(|byte| *byte == b'\n').take(LINES).map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty()).peekable();
    let between = [b'\'', delimiter, b'\''];
    lines.peek().is_some_and(|header| memchr::memmem::find(header, &between).is_some())
        && lines
            .all(|line| line.len() > 1 && line.starts_with(b"'") && (line.ends_with(b"'") || line.len() > 80))
        && !head.starts_with(b"\"")
}

/// How often a closing quote is followed by something else than the end of its field.
fn stray_ends(head: &[u8], dialect: Dialect) -> usize {
    let Dialect { delimiter, quote, escape, line_end } = dialect;
    let mut stray = 0;
    let (mut quoted, mut start) = (false, true);
    let mut bytes = head.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let next = bytes.peek().copied();
        if !quoted {
            quoted = start && byte == quote;
            start = byte == delimiter || byte == line_end;
        } else if escape && byte == b'\\' || byte == quote && next == Some(quote) {
            bytes.next();
        } else if byte == quote {
            (quoted, start) = (false, false);
            let ends = |next: u8| next == delimiter || next == line_end || next == b'\r';
            stray += usize::from(!next.is_none_or(ends));
        }
    }
    stray
}

/// The fields of one record, unquoted. A line end in it is text. The rules are csv-core's (whose reader cannot be copied once built:
/// 0.1.13 loses its tables, and building one for each record costs more than reading it).
pub(super) fn fields(record: &str, dialect: Dialect) -> Vec<Cow<'_, str>> {
    let mut found = Vec::new();
    let mut rest = record;
    loop {
        let (field, after) = if rest.as_bytes().first() == Some(&dialect.quote) {
            quoted_field(rest.get(1..).unwrap_or_default(), dialect)
        } else {
            let end = memchr::memchr(dialect.delimiter, rest.as_bytes()).unwrap_or(rest.len());
            let (field, after) = rest.split_at(end);
            (Cow::Borrowed(field), after)
        };
        found.push(field);
        match after.get(1..) {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

/// The field whose opening quote was just read, and what follows it from the delimiter on.
fn quoted_field(rest: &str, dialect: Dialect) -> (Cow<'_, str>, &str) {
    let quote = char::from(dialect.quote);
    let mut field = Cow::Borrowed("");
    let mut rest = rest;
    loop {
        let sign = rest.find(|c| c == quote || dialect.escape && c == '\\');
        let Some((inside, after)) = sign.and_then(|at| rest.split_at_checked(at)) else {
            field += rest;
            return (field, "");
        };
        field += inside;
        let escaped = after.strip_prefix('\\');
        let after = escaped.or_else(|| after.strip_prefix(quote)).unwrap_or_default();
        if escaped.is_some() {
            // Of what a backslash may stand before, only these are certain; `\n` may be meant or written so.
            if !after.starts_with([quote, '\\', char::from(dialect.delimiter), '\n']) {
                field += "\\";
            }
            let (sign, more) = after.split_at(after.chars().next().map_or(0, char::len_utf8));
            field += sign;
            rest = more;
        } else if let Some(more) = after.strip_prefix(quote) {
            field += after.get(..1).unwrap_or_default();
            rest = more;
        } else {
            // Text after the closing quote belongs to the field.
            let end = memchr::memchr(dialect.delimiter, after.as_bytes()).unwrap_or(after.len());
            let (tail, after) = after.split_at(end);
            field += tail;
            return (field, after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_found_out() {
        #[track_caller]
        fn check(head: &str, expected: Dialect) {
            assert_eq!(of(head.as_bytes(), b','), expected, "{head}");
        }
        let plain = Dialect::plain(b',');
        check("time,text\n1,a\n", plain);
        check("time,text\r1,a\r", Dialect { line_end: b'\r', ..plain });
        check("time,text\r1,\"a\nb\"\r", Dialect { line_end: b'\r', ..plain });
        check("time,text\r\n1,a\r\n", plain);
        check("time,text\n1,\"say \\\"hi\\\", you\"\n", Dialect { escape: true, ..plain });
        check("time,text\n1,\"C:\\\"\n2,\"b\"\n", plain);
        check("time,text\n1,\"say \"\"hi\"\" C:\\\"\n2,b\n", plain);
        check("'time','text'\n'1','it is, so'\n", Dialect { quote: b'\'', ..plain });
        check("time,text\n1,'a'\n", plain);
        check("'time','text'\n1,a\n", plain);
        assert_eq!(said_by_excel(b"sep=;\r\na;b"), Some(b';'));
        assert_eq!(said_by_excel(b"sep\n"), None);
    }

    #[test]
    fn escapes_are_taken_out() {
        let dialect = Dialect { escape: true, ..Dialect::plain(b',') };
        let check =
            |record: &str, expected: &[&str]| assert_eq!(fields(record, dialect), expected, "{record}");
        check(r#""say \"hi\", you",b"#, &["say \"hi\", you", "b"]);
        check(r#""C:\\","\n \\",\N"#, &["C:\\", "\\n \\", "\\N"]);
        check(r#""twice "" too""#, &["twice \" too"]);
        check(r#""open \"#, &["open \\"]);
        check(r#""é\é""#, &["é\\é"]);
    }
}
