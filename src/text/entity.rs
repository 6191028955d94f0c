//! HTML entities: `&amp;`, `&#39;`, `&#x27;`. Only those that end in `;`: without it `&copy` in an address would become a sign.

use super::fold::Trace;
use memchr::memchr;

/// Longest entity read, from `&` to `;`. The longest name (`&CounterClockwiseContourIntegral;`) has 33 characters; the rest is for zeros.
const MAX_ENTITY_BYTES: usize = 40;

/// Whether the text holds anything that could be an entity.
pub(crate) fn may_have(text: &str) -> bool {
    memchr(b'&', text.as_bytes()).is_some()
}

/// Appends `text` with its entities replaced by what they stand for, for those who need no way back.
pub(crate) fn decode_to(text: &str, out: &mut String) {
    decode_into(text, out, &mut ());
}

/// Appends `text` with its entities replaced by what they stand for.
pub(super) fn decode_into(text: &str, out: &mut String, trace: &mut impl Trace) {
    let mut rest = text;
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let plain = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        let (before, from_sign) = rest.split_at(plain);
        copy(before, at, out, trace);
        let at = at + plain;
        rest = match decode(from_sign, out) {
            Some((length, made)) => {
                trace.made(at..at + length, made);
                from_sign.split_at(length).1
            }
            None if from_sign.is_empty() => from_sign,
            None => {
                copy("&", at, out, trace);
                from_sign.split_at(1).1
            }
        };
    }
}

fn copy(plain: &str, at: usize, out: &mut String, trace: &mut impl Trace) {
    out.push_str(plain);
    for (offset, c) in plain.char_indices() {
        let bytes = c.len_utf8();
        trace.made(at + offset..at + offset + bytes, bytes);
    }
}

/// Appends what the entity at the start of `text` stands for; its length and the bytes appended.
fn decode(text: &str, out: &mut String) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = memchr(b';', bytes.get(..bytes.len().min(MAX_ENTITY_BYTES))?)?;
    let entity = text.get(..=end)?;
    let name = entity.get(1..end)?;
    let before = out.len();
    if let Some(number) = name.strip_prefix('#') {
        let digits = match number.strip_prefix(['x', 'X']) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
            None => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        };
        if !digits {
            return None;
        }
        out.push_str(&htmlize::unescape(entity));
    } else {
        let meaning = htmlize::ENTITIES.get(entity.as_bytes())?;
        out.push_str(std::str::from_utf8(meaning).ok()?);
    }
    Some((entity.len(), out.len() - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        decode_into(text, &mut out, &mut ());
        assert_eq!(out, expected);
    }

    #[test]
    fn entities_with_a_semicolon_are_decoded_once() {
        check("a &amp; b &lt;c&gt;", "a & b <c>");
        check("&#39;&#x27;&#X27;", "'''");
        check("caf&eacute;", "café");
        check("&amp;amp;", "&amp;");
        check("&nbsp;", "\u{a0}");
        check("&NotEqualTilde;", "\u{2242}\u{338}");
    }

    #[test]
    fn what_is_no_entity_stays() {
        for text in [
            "", "&", "&;", "&#;", "&#x;", "&#g;", "&copy", "&copy=1;", "&nosuch;", "AT&T;", "&&", "&選;",
            "選&選",
        ] {
            check(text, text);
        }
        check("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}");
    }
}
