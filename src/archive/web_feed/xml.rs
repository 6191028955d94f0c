//! The little of XML that feeds need: text without escapes, attributes, which element is outermost, letters. Entities that a document defines
//! for itself are not expanded, so none can grow.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;

/// How far into a text an encoding is declared.
const DECLARATION: usize = 200;

/// The bytes as text, and what is wrong with those behind it.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return (text.into(), None),
        Err(error) => error,
    };
    if let Some(encoding) = declared(bytes).filter(|encoding| *encoding != encoding_rs::UTF_8) {
        return (encoding.decode_without_bom_handling(bytes).0, None);
    }
    let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
    (String::from_utf8_lossy(whole), Some("not UTF-8 from here on, and it declares no other encoding"))
}

/// The encoding that `<?xml … encoding="…"?>` names.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..DECLARATION.min(bytes.len()))?).into_owned();
    let declaration = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    encoding_rs::Encoding::for_label(label.as_bytes())
}

/// The name of the outermost element.
pub(super) fn root(text: &str) -> Option<String> {
    if !text.trim_start().starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text.trim_start());
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return Some(tag.name().as_ref().to_owned()),
            Ok(Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Text(text)) if text.trim().is_empty() => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

/// What stands inside an element, without escapes. Elements in it stay as they are: then it is HTML that nobody escaped.
pub(super) fn plain(inner: &str) -> String {
    if !inner.contains(['<', '&']) {
        return inner.trim().to_owned();
    }
    let mut text = String::with_capacity(inner.len());
    let mut reader = Reader::from_str(inner);
    let config = reader.config_mut();
    (config.allow_dangling_amp, config.allow_unmatched_ends, config.check_end_names) = (true, true, false);
    loop {
        let from = usize::try_from(reader.buffer_position()).unwrap_or(inner.len());
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Text(part)) => text.push_str(&part),
            Ok(Event::CData(part)) => text.push_str(&part),
            Ok(Event::GeneralRef(reference)) => match (reference.resolve_char_ref(), &*reference) {
                (Ok(Some(character)), _) => text.push(character),
                (_, "amp") => text.push('&'),
                (_, "lt") => text.push('<'),
                (_, "gt") => text.push('>'),
                (_, "quot") => text.push('"'),
                (_, "apos") => text.push('\''),
                // One of HTML, or of the document's own.
                (_, name) => text.extend(["&", name, ";"]),
            },
            Ok(_) => {
                let to = usize::try_from(reader.buffer_position()).unwrap_or(inner.len());
                text.push_str(inner.get(from..to).unwrap_or_default());
            }
            Err(_) => {
                text.push_str(inner.get(from..).unwrap_or_default());
                break;
            }
        }
    }
    text.trim().to_owned()
}

/// The value of an attribute.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.html_attributes();
    let found = attributes.with_checks(false).flatten().find(|one| one.key.as_ref() == name)?;
    Some(plain(&found.value)).filter(|value| !value.is_empty())
}
