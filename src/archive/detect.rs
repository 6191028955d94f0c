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
    refuse_other_encodings(head)?;
    let seen = Head::with(head, options);
    let format = match wanted {
        Some(format) => format,
        None => sniff(&seen)
            .or_else(|| said_to_be_a_table(options))
            .ok_or_else(|| Refusal::Unrecognised(looks_like(head)))?,
    };
    let mut plan = format.open(&seen, options)?;
    let generic = ["csv", "tsv", "json", "jsonl"].contains(&format.name());
    if !generic && (!options.map.is_empty() || !options.keep.is_empty()) {
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

fn refuse_other_encodings(head: &[u8]) -> Result<(), Refusal> {
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Err(Refusal::Unreadable("it is UTF-16 text; save it as UTF-8 and import that"))
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Err(Refusal::Unreadable(
            "it is a zip archive (or a spreadsheet); unpack it and import what is in it",
        )),
        [b'B', b'Z', b'h', ..] => Err(Refusal::Unreadable("it is compressed with bzip2; unpack it first")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            Err(Refusal::Unreadable("it is compressed with xz; unpack it first"))
        }
        [b'P', b'A', b'R', b'1', ..] => Err(Refusal::Unreadable("it is a Parquet file")),
        _ => Ok(()),
    }
}

/// Whether so many bytes are control characters that it is no text; a few NUL in a text are nothing unusual.
pub(super) fn is_binary(head: &[u8]) -> bool {
    head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31)).count() * 20 > head.len()
}

fn looks_like(head: &[u8]) -> &'static str {
    match head.trim_ascii().first() {
        _ if is_binary(head) => "it is binary data",
        Some(b'{' | b'[') => "it looks like JSON, but not of posts",
        Some(b'<') => "it looks like HTML or XML",
        _ => "it is neither JSON nor a table with a header",
    }
}
