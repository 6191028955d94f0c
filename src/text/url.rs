//! Addresses in a text: where they start and end, and which words of them count.

use super::class::{is_spaceless, is_word};
use super::fold::fold_into;
use memchr::{memchr_iter, memchr2, memchr2_iter};
use std::ops::Range;

/// Short links that X writes without a scheme into exported texts, up to their first `/`.
const BARE_HOSTS: [&str; 2] = ["t.co", "pic.twitter.com"];

/// Appends the byte ranges of the addresses in `text`, in order.
///
/// An address begins with `http://` or `https://` anywhere, or with `www.`, `t.co/` or `pic.twitter.com/` at the edge of a word. It ends before
/// white space, quotes, `<`, `>`, the few signs that no address holds, and before anything that is not ASCII (such as the `…` of a cut text or
/// the Japanese that goes on without a space); closing punctuation at its end is not part of it.
pub fn find_urls(text: &str, out: &mut Vec<Range<usize>>) {
    find_urls_until(text, text.len(), out);
}

/// The same for the addresses that begin before a place.
pub(super) fn find_urls_until(text: &str, end: usize, out: &mut Vec<Range<usize>>) {
    let mut from = 0;
    // Every beginning ends in `/` or `.`, and both are rare: jumping from one to the next costs next to nothing.
    for at in memchr2_iter(b'/', b'.', text.as_bytes()) {
        if at >= end {
            break;
        }
        if at < from {
            continue;
        }
        let Some(beginning) = beginning(text, at).filter(|beginning| beginning.start >= from) else {
            continue;
        };
        let begin = beginning.start..at + 1;
        let end = url_end(text, begin.clone());
        if beginning.has_scheme || end > begin.end {
            out.push(begin.start..end);
            from = end;
        }
    }
}

struct Beginning {
    start: usize,
    has_scheme: bool,
}

/// Where the address begins whose scheme, bare host or `www.` ends with the `/` or `.` at `at`.
fn beginning(text: &str, at: usize) -> Option<Beginning> {
    let bytes = text.as_bytes().get(..at)?;
    let ends_with = |word: &str| {
        let tail = bytes.get(bytes.len().checked_sub(word.len())?..)?;
        tail.eq_ignore_ascii_case(word.as_bytes()).then_some(at - word.len())
    };
    if text.as_bytes().get(at) == Some(&b'.') {
        let start = ends_with("www").filter(|&start| at_edge(text, start))?;
        return Some(Beginning { start, has_scheme: false });
    }
    // Cut and glued texts write `seehttp://…`: a scheme counts anywhere, even inside a word.
    if let Some(start) = ends_with("http:/").or_else(|| ends_with("https:/")) {
        return Some(Beginning { start, has_scheme: true });
    }
    let start = BARE_HOSTS.iter().find_map(|host| ends_with(host)).filter(|&start| at_edge(text, start))?;
    Some(Beginning { start, has_scheme: false })
}

/// Folds host and path of an address into `out`: what `url:` terms are compared with. Percent-encoded letters are decoded.
pub(crate) fn fold_host_and_path(url: &str, out: &mut String) {
    let url = url.split_once("://").map_or(url, |parts| parts.1);
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let decoded = percent_decode(url.split_at(end).0);
    fold_into(&decoded, out, &mut ());
}

fn at_edge(text: &str, start: usize) -> bool {
    match text.split_at(start).0.chars().next_back() {
        Some(before) => {
            (!is_word(before) || is_spaceless(before)) && !matches!(before, '.' | '-' | '@' | '/')
        }
        None => true,
    }
}

/// End of an address whose beginning (scheme or host) is `begin`.
fn url_end(text: &str, begin: Range<usize>) -> usize {
    let rest = text.split_at(begin.end).1.as_bytes();
    let length = rest.iter().position(|&byte| !is_url_byte(byte)).unwrap_or(rest.len());
    let mut tail = rest.get(..length).unwrap_or_default();
    // Counted once: a text of closing brackets must not be counted through for each of them. Most addresses have none.
    let surplus = |open, close| count(tail, close).saturating_sub(count(tail, open));
    let brackets = memchr2(b')', b']', tail).is_some();
    let (mut round, mut square) = if brackets { (surplus(b'(', b')'), surplus(b'[', b']')) } else { (0, 0) };
    while let Some((last, shorter)) = tail.split_last() {
        let unpaired = match last {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' | b'&' | b'#' => None,
            b')' => Some(&mut round),
            b']' => Some(&mut square),
            _ => break,
        };
        if let Some(unpaired) = unpaired {
            if *unpaired == 0 {
                break;
            }
            *unpaired -= 1;
        }
        tail = shorter;
    }
    begin.end + tail.len()
}

fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'^' | b'{' | b'}' | b'|')
}

fn count(bytes: &[u8], wanted: u8) -> usize {
    memchr_iter(wanted, bytes).count()
}

/// `%XX` decoded; left as written where the result is no UTF-8.
fn percent_decode(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((&first, rest)) = bytes.split_first() {
        let hex = rest.get(..2).filter(|_| first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        let value =
            hex.filter(|pair| !pair.starts_with('+')).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        out.push(value.unwrap_or(first));
        bytes = if value.is_some() { rest.get(2..).unwrap_or_default() } else { rest };
    }
    String::from_utf8(out).map_or(text.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        find_urls(text, &mut found);
        let found: Vec<_> = found.into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn addresses_are_found() {
        check("", &[]);
        check("see http://t.co/abc now", &["http://t.co/abc"]);
        check("HTTPS://Example.COM/A?b=c#d.", &["HTTPS://Example.COM/A?b=c#d"]);
        check("(http://a.b/c_(d))", &["http://a.b/c_(d)"]);
        check("(see http://a.b/c)). [http://a.b/[c]]", &["http://a.b/c", "http://a.b/[c]"]);
        check("seehttp://a.b", &["http://a.b"]);
        check("http://a.b,http://c.d", &["http://a.b,http://c.d"]);
        check("\"http://a.b\" 'http://c.d'", &["http://a.b", "http://c.d"]);
        check("http://t.co/ab…", &["http://t.co/ab"]);
        check("http://t.co/ab選挙", &["http://t.co/ab"]);
        check("https://…", &["https://"]);
        check("www.example.com, 選www.example.com", &["www.example.com", "www.example.com"]);
        check("awww.x www. www.", &[]);
        check("pic.twitter.com/AbC t.co/x!", &["pic.twitter.com/AbC", "t.co/x"]);
        check("at.t.co/x not.co/x t.co/ @t.co/x", &[]);
        check("http://web.archive.org/web/http://a.b", &["http://web.archive.org/web/http://a.b"]);
    }

    #[test]
    fn host_and_path_are_folded() {
        let words = |url: &str| {
            let mut out = String::new();
            fold_host_and_path(url, &mut out);
            out
        };
        assert_eq!(words("https://WikiLeaks.org/CIAv7p1/?q=clinton#x"), "wikileaks.org/ciav7p1/");
        assert_eq!(words("t.co/%E9%81%B8%2f%zz"), "t.co/選/%zz");
        assert_eq!(words("a/%ff%+1"), "a/%ff%+1");
    }
}
