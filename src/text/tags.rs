//! Hashtags: how they are written in a text, and how they are compared.

use super::class::{is_tag_character, is_word};
use super::url::find_urls_until;
use super::{entity, fold_to, push_lower};
use memchr::{memchr2, memchr3, memrchr2};
use std::ops::Range;

/// Longest tag kept, in characters after folding. X allows no longer text (280); what is longer is not a tag but an accident.
pub const MAX_TAG_CHARS: usize = 280;

/// The tag in the form in which tags are compared: without sign, folded. `None` if nothing is left, only digits, or too much.
pub fn normalise(tag: &str) -> Option<String> {
    let mut folded = String::with_capacity(tag.len());
    normalise_into(tag, &mut folded).then_some(folded)
}

/// Appends the tag to an empty buffer; says whether it is one.
fn normalise_into(tag: &str, folded: &mut String) -> bool {
    let tag = tag.trim();
    let tag = tag.strip_prefix(['#', '＃']).unwrap_or(tag);
    if tag.is_ascii() {
        push_lower(tag, folded);
    } else {
        fold_to(tag, folded);
    }
    let numeric = folded.chars().all(char::is_numeric);
    !numeric && (folded.len() <= MAX_TAG_CHARS || folded.chars().nth(MAX_TAG_CHARS).is_none())
}

/// Whether `tag` (without sign) could be written as a hashtag in a text.
pub fn is_writable(tag: &str) -> bool {
    has_letter(tag) && tag.chars().all(is_tag_character)
}

/// How a platform finds the tags of a text, where it is not as most do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// `#tag`, letters, marks, digits and a few signs.
    Common,
    /// The same, and the katakana middle dot inside: Mastodon's rule.
    Fediverse,
    /// `#tag#`, with spaces or whatever else between two signs on one line.
    Weibo,
}

impl Rule {
    fn of(platform: &str) -> Self {
        match platform {
            "fediverse" => Self::Fediverse,
            "weibo" => Self::Weibo,
            _ => Self::Common,
        }
    }
}

/// Calls `each` with the normalised form of every hashtag of a text of a platform, in order, with repeats.
pub fn extract(text: &str, platform: &str, mut each: impl FnMut(&str)) {
    // `#` itself, the first byte of `＃`, and the `&` of an entity that may stand for either.
    if memchr3(b'#', 0xEF, b'&', text.as_bytes()).is_none() {
        return;
    }
    let mut decoded = String::new();
    let source = if entity::may_have(text) {
        entity::decode_into(text, &mut decoded, &mut ());
        decoded.as_str()
    } else {
        text
    };
    let mut urls = Vec::new();
    // Only an address that begins before a sign can hide it.
    find_urls_until(source, memrchr2(b'#', 0xEF, source.as_bytes()).unwrap_or(0), &mut urls);
    let mut folded = String::new();
    let each = |range: Range<usize>| {
        folded.clear();
        if source.get(range).is_some_and(|tag| normalise_into(tag, &mut folded)) {
            each(&folded);
        }
    };
    for_each_on(platform, source, &urls, each);
}

/// [`for_each`] by the rule of a platform.
pub(crate) fn for_each_on(
    platform: &str,
    source: &str,
    urls: &[Range<usize>],
    each: impl FnMut(Range<usize>),
) {
    match Rule::of(platform) {
        Rule::Common => for_each(source, urls, each),
        Rule::Fediverse => for_each_of(source, urls, with_katakana_dot, each),
        Rule::Weibo => for_each_pair(source, urls, each),
    }
}

/// Calls `each` with the byte range, sign included, of every hashtag of a text without entities and with its addresses known.
pub(crate) fn for_each(source: &str, urls: &[Range<usize>], each: impl FnMut(Range<usize>)) {
    let plain = |body: &str| body.find(|c| !is_tag_character(c)).unwrap_or(body.len());
    for_each_of(source, urls, plain, each);
}

/// How long a tag is on Mastodon, without its sign: the katakana middle dot may stand in it, but no such sign may end it.
fn with_katakana_dot(body: &str) -> usize {
    let end = body.find(|c| !is_tag_character(c) && c != '\u{30fb}').unwrap_or(body.len());
    body.split_at(end).0.trim_end_matches(['\u{b7}', '\u{30fb}', '\u{200c}']).len()
}

/// The same with a rule of its own for the length of what stands behind the sign.
fn for_each_of(
    source: &str,
    urls: &[Range<usize>],
    length: impl Fn(&str) -> usize,
    mut each: impl FnMut(Range<usize>),
) {
    let mut urls = urls.iter().peekable();
    let mut from = 0;
    while let Some(sign) = next_sign(source, from) {
        let (before, rest) = source.split_at(sign);
        let sign_bytes = rest.chars().next().map_or(1, char::len_utf8);
        from = sign + sign_bytes;
        while urls.next_if(|url| url.end <= sign).is_some() {}
        if urls.peek().is_some_and(|url| url.start <= sign)
            || before.chars().next_back().is_some_and(forbids_tag)
        {
            continue;
        }
        let body = rest.split_at(sign_bytes).1;
        let length = length(body);
        let body = body.split_at(length).0;
        if has_letter(body) {
            from += length;
            each(sign..from);
        }
    }
}

/// What Weibo adds to the name of a topic that has a page of its own.
const TOPIC_PAGE: &str = "[超话]";

/// Calls `each` with the byte range, first sign included, of every `#tag#`.
fn for_each_pair(source: &str, urls: &[Range<usize>], mut each: impl FnMut(Range<usize>)) {
    let free = |from: usize| {
        let mut sign = next_sign(source, from)?;
        while let Some(url) = urls.iter().find(|url| url.contains(&sign)) {
            sign = next_sign(source, url.end.max(sign + 1))?;
        }
        Some((sign, sign + source.get(sign..)?.chars().next()?.len_utf8()))
    };
    let mut open = free(0);
    while let Some((start, after)) = open {
        let Some((end, next)) = free(after) else { return };
        let body = source.get(after..end).unwrap_or_default();
        let name = body.strip_suffix(TOPIC_PAGE).unwrap_or(body);
        // Two signs on two lines belong to two topics, the first of which was not closed.
        if body.contains(['\n', '\r']) || !has_letter(name.trim()) {
            open = Some((end, next));
            continue;
        }
        each(start..after + name.len());
        open = free(next);
    }
}

fn next_sign(source: &str, from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let rest = source.as_bytes().get(from..)?;
        let at = from + memchr2(b'#', 0xEF, rest)?;
        if source.split_at_checked(at).is_some_and(|halves| halves.1.starts_with(['#', '＃'])) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// `a#b`, `&#b` and the fragment of a bare address `/#b` are no tags.
fn forbids_tag(before: char) -> bool {
    is_word(before) || matches!(before, '&' | '/')
}

/// `#9` and `#___` are no tags on any platform: one letter or mark is needed.
fn has_letter(body: &str) -> bool {
    body.chars().any(|c| !c.is_numeric() && !matches!(c, '_' | '\u{b7}' | '\u{200c}' | '\u{200d}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        check_on("x", text, expected);
    }

    #[track_caller]
    fn check_on(platform: &str, text: &str, expected: &[&str]) {
        let mut tags = Vec::new();
        extract(text, platform, |tag| tags.push(tag.to_owned()));
        assert_eq!(tags, expected, "in {text:?}");
    }

    #[test]
    fn tags_of_weibo_stand_between_two_signs() {
        check_on("weibo", "#Vault 7# #选举#看", &["vault 7", "选举"]);
        check_on("weibo", "＃选举＃ #2017# ## # #", &["选举"]);
        check_on("weibo", "#名人[超话]#", &["名人"]);
        check_on("weibo", "no #tag here", &[]);
        check_on("weibo", "#open\n#a# b #c", &["a"]);
        check_on("weibo", "#a http://x.example/#b c#", &["a http://x.example/#b c"]);
        check_on("weibo", "http://x.example/#b #c#", &["c"]);
        check("#Vault 7# #选举#看", &["vault", "选举"]);
    }

    #[test]
    fn tags_of_the_fediverse_may_hold_a_katakana_dot() {
        check_on("fediverse", "#カー・ナビ #a・ #b·", &["カー・ナビ", "a", "b"]);
        check("#カー・ナビ", &["カー"]);
    }

    #[test]
    fn tags_are_found_as_the_platform_finds_them() {
        check("no tag", &[]);
        check("#Vault7 and ＃Vault8", &["vault7", "vault8"]);
        check("(#Vault7) #a-b #c_d #e·f", &["vault7", "a", "c_d", "e·f"]);
        check("a#b &#c /#d #9 #2017 #___ # ##x", &["x"]);
        check("#foo#bar", &["foo"]);
        check("#選挙不正。 #カー", &["選挙不正", "カー"]);
        check("#Tesla™ #½x #Å", &["tesla", "å"]);
        check("❤\u{fe0f}#love 選#no", &["love"]);
        check("#می\u{200c}خواهم", &["می\u{200c}خواهم"]);
    }

    #[test]
    fn entities_and_addresses_hide_signs() {
        check("it&#39;s &#x27; &amp;#no &quot;#yes&quot;", &["yes"]);
        check("http://a.b/c#d www.x.y/#z #e http://f.g #h", &["e", "h"]);
        check("#caf&eacute; &num;tag", &["café", "tag"]);
    }

    #[test]
    fn normalising_refuses_what_is_no_tag() {
        assert_eq!(normalise("#Vault7").as_deref(), Some("vault7"));
        assert_eq!(normalise("＃ＶＡＵＬＴ７").as_deref(), Some("vault7"));
        assert_eq!(normalise(" Vault 7 ").as_deref(), Some("vault 7"));
        for tag in ["", "#", " ", "7", "#2017", "٣", &"a".repeat(MAX_TAG_CHARS + 1)] {
            assert_eq!(normalise(tag), None, "{tag:?}");
        }
        assert!(normalise(&"a".repeat(MAX_TAG_CHARS)).is_some());
    }
}
