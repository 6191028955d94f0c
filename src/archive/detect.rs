//! Which format a file is of: the surest wins, by content, never by name.

use super::{ArchiveFormat, Confidence, FORMATS, Head, OpenError, Plan, ReadOptions, Refusal, nearest};

/// The format that the person named, if any.
pub(super) fn wanted(options: &ReadOptions) -> Result<Option<&'static dyn ArchiveFormat>, OpenError> {
    let Some(name) = &options.format else { return Ok(None) };
    match FORMATS.iter().find(|format| format.name() == name) {
        Some(format) => Ok(Some(*format)),
        None => Err(OpenError::UnknownFormat {
            name: name.clone(),
            near: nearest(name, FORMATS.iter().map(|format| format.name())),
            known: FORMATS.iter().map(|format| format!("`{}`", format.name())).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Finds the format and the plan for a file that begins with `head`.
pub(super) fn detect(
    head: &[u8],
    wanted: Option<&'static dyn ArchiveFormat>,
    options: &ReadOptions,
) -> Result<(&'static dyn ArchiveFormat, Plan), Refusal> {
    if head.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    refuse_other_kinds(head)?;
    let seen = Head::with(head, options);
    let format = match wanted {
        Some(format) => format,
        None => sniff(&seen)
            .or_else(|| said_to_be_a_table(options))
            .ok_or_else(|| Refusal::Unrecognised(looks_like(head)))?,
    };
    let mut plan = format.open(&seen, options)?;
    let mapped = ["csv", "tsv", "json", "jsonl", "x-csv"].contains(&format.name());
    if !mapped && (!options.map.is_empty() || !options.keep.is_empty()) {
        plan.notes
            .push(format!("`--map` and `--keep` do not apply: the fields of `{}` are known", format.name()));
    }
    Ok((format, plan))
}

/// The surest format; of two equally sure ones the first of the list.
fn sniff(head: &Head<'_>) -> Option<&'static dyn ArchiveFormat> {
    let mut best: Option<(Confidence, &'static dyn ArchiveFormat)> = None;
    for format in FORMATS {
        let confidence = format.sniff(head);
        if confidence > best.map_or(Confidence::No, |(known, _)| known) {
            best = Some((confidence, *format));
        }
    }
    best.map(|(_, format)| format)
}

/// Who says how a table is cut has a table, whatever it looks like.
fn said_to_be_a_table(options: &ReadOptions) -> Option<&'static dyn ArchiveFormat> {
    let said = options.delimiter.is_some() || options.header_line.is_some();
    said.then(|| FORMATS.iter().find(|format| format.name() == "csv").copied()).flatten()
}

/// What no text is.
pub(super) const BINARY: Refusal = Refusal::Unrecognised("it is binary data");

fn refuse_other_kinds(head: &[u8]) -> Result<(), Refusal> {
    let reason = match head {
        [b'P', b'A', b'R', b'1', ..] if cfg!(feature = "parquet") => {
            "it is a Parquet file inside another file; unpack it and import that"
        }
        [b'P', b'A', b'R', b'1', ..] => {
            "it is a Parquet file, which this build does not read: build with `--features parquet`, or export it as CSV or JSON lines and import that"
        }
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => "it is a 7z archive; unpack it and import what is in it",
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => "it is a RAR archive; unpack it and import what is in it",
        [0x04, 0x22, 0x4d, 0x18, ..] => "it is compressed with LZ4; unpack it first",
        [b'L', b'Z', b'I', b'P', 1, ..] => "it is compressed with lzip; unpack it first",
        [0x1f, 0x9d, ..] => "it is compressed with `compress`; unpack it first",
        [0x1f, 0x8b, 8, ..] | [0xfd, b'7', b'z', b'X', b'Z', 0, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            "it is compressed twice; take one compression off first"
        }
        [b'P', b'K', 3, 4, ..] => "it is a zip archive packed in a way that is not opened; unpack it first",
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => {
            "it is an SQLite database; export it as CSV and import that"
        }
        [b'%', b'P', b'D', b'F', b'-', ..] => "it is a PDF document",
        [b'W', b'A', b'R', b'C', b'/', b'0' | b'1', b'.', ..] => {
            "it is a WARC file, the traffic of a web crawler; take the JSON out of it (`warcio extract`) and import that"
        }
        _ => return Ok(()),
    };
    Err(Refusal::Unreadable(reason))
}

/// Whether so many bytes are control characters that it is no text; a few NUL in a text are nothing unusual.
pub(super) fn is_binary(head: &[u8]) -> bool {
    head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31)).count() * 20 > head.len()
}

/// Whether every line is one long number, below a header perhaps: how sets of posts are passed around where the posts must not be.
fn is_list_of_ids(head: &[u8]) -> bool {
    let is_id = |line: &[u8]| line.len() > 4 && line.iter().all(u8::is_ascii_digit);
    let lines = head.split(|byte| *byte == b'\n').map(|line| {
        let bare = line.trim_ascii();
        bare.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(bare)
    });
    let mut lines = lines.filter(|line| !line.is_empty()).peekable();
    lines.next_if(|line| !is_id(line));
    lines.peek().is_some() && lines.all(is_id)
}

fn looks_like(head: &[u8]) -> &'static str {
    match head.trim_ascii().first() {
        _ if is_binary(head) => "it is binary data",
        Some(b'{' | b'[') => "it looks like JSON, but not of posts",
        Some(b'<') => "it looks like HTML or XML",
        _ if is_list_of_ids(head) => "it is a list of ids without the posts; fetch these first",
        _ => "it is neither JSON nor a table with a header",
    }
}
