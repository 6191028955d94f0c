//! What one line of a rule means: a term, parsed once. How terms are searched for is next door.

use crate::text::{BARRIER, find_urls, fold, is_word, tags};
use serde::{Deserialize, Serialize};

/// Longest term, in characters. The longest sentence that people repeat word by word is shorter than an X post (280).
pub const MAX_TERM_CHARS: usize = 300;
/// Largest compiled regular expression, in bytes. The pattern is the person's own, but a `{1000}` too many must not take all memory.
pub const REGEX_SIZE_LIMIT: usize = 1 << 20;
/// Memory that searching for one regular expression may take for its states, in bytes.
pub const REGEX_DFA_LIMIT: usize = 1 << 20;

/// One way to recognise a theory.
#[derive(Clone, Debug)]
pub enum Term {
    /// Words in order, between any other characters: `cia documents`, `9/11`, `@handle`.
    Phrase(Literal),
    /// The same, and the last word may go on: `hack*`.
    Prefix(Literal),
    /// A tag of the post or its text: `#yearzero`. Normalised.
    Tag(String),
    /// Words of an address, host and path: `url:wikileaks.org`.
    Url(Literal),
    /// A regular expression, case-insensitive, on the folded text.
    Regex(Box<regex::Regex>),
}

/// Words with any run of other characters between them; signs at the outer edges are meant as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// Signs before the first word; the whole term if there is no word.
    pub(super) lead: String,
    /// The words, folded.
    pub(super) words: Vec<String>,
    /// Signs after the last word.
    pub(super) trail: String,
    /// Whether the last word may go on.
    pub(super) goes_on: bool,
}

/// Why a term cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum TermError {
    /// Nothing in it.
    #[error("the term is empty")]
    Empty,
    /// Longer than [`MAX_TERM_CHARS`].
    #[error("the term is longer than {MAX_TERM_CHARS} characters")]
    TooLong,
    /// A `*` that does not end a word at the end of the term.
    #[error("`*` is only allowed after the last letter of a term, as in `hack*`")]
    Star,
    /// `#` and then something that is no tag.
    #[error("`{0}` is no tag: a tag has letters, digits and `_` only, and at least one letter")]
    NotATag(String),
    /// `url:` without a word, or with a query, which is not looked at.
    #[error("`url:` needs words of a host or path")]
    UrlWithoutWords,
    /// `url:` with `?` or `#` in it.
    #[error("only host and path of an address are looked at, not what follows `{0}`")]
    UrlQuery(char),
    /// An address without `url:`.
    #[error("addresses are taken out of the text, so this term can match nothing")]
    BareUrl(String),
    /// U+FFFF, which stands for an address.
    #[error("the term contains U+FFFF, which is no character")]
    NoCharacter,
    /// The regular expression does not parse; byte range of the pattern that is to blame.
    #[error("{message}")]
    Regex {
        /// What is wrong.
        message: String,
        /// Where in the pattern, in bytes.
        at: Option<std::ops::Range<usize>>,
    },
    /// The regular expression takes too much memory.
    #[error("the regular expression is too large (over {} KiB compiled)", REGEX_SIZE_LIMIT / 1024)]
    RegexTooLarge,
    /// The regular expression matches a text with nothing in it, so it would match every post.
    #[error("the regular expression matches the empty text, so it matches every post")]
    RegexMatchesNothing,
}

impl TermError {
    /// What to write instead, where that can be said.
    pub fn fix(&self) -> Option<String> {
        match self {
            Self::Empty => Some("write a word, or remove the term".to_owned()),
            Self::TooLong => Some("use the few words that tell this theory from the others".to_owned()),
            Self::Star => Some(
                "inside a phrase leave the `*` out: any signs between two words match; else use `regex`"
                    .to_owned(),
            ),
            Self::NotATag(tag) => {
                Some(format!("write words without `#`: `{}`", tag.trim_start_matches(['#', '＃'])))
            }
            Self::UrlWithoutWords => Some("write `url:example.com`".to_owned()),
            Self::UrlQuery(sign) => Some(format!("end the term before the `{sign}`")),
            Self::BareUrl(url) => {
                let bare = url.split_once("://").map_or(url.as_str(), |parts| parts.1);
                let bare = bare.split(['?', '#']).next().unwrap_or_default();
                Some(format!("write `url:{bare}`"))
            }
            Self::RegexTooLarge => Some("use smaller repetitions than `{1000}`".to_owned()),
            Self::RegexMatchesNothing => Some("use `+` instead of `*`".to_owned()),
            Self::Regex { .. } | Self::NoCharacter => None,
        }
    }
}

impl Term {
    /// Reads a term of `any`, `all`, `none` or `words`.
    pub fn parse(written: &str) -> Result<Self, TermError> {
        let written = written.trim();
        if written.is_empty() {
            return Err(TermError::Empty);
        }
        if written.chars().nth(MAX_TERM_CHARS).is_some() {
            return Err(TermError::TooLong);
        }
        if written.contains(BARRIER) {
            return Err(TermError::NoCharacter);
        }
        if let Some(address) = strip_url_sign(written) {
            return url_term(address);
        }
        if let Some(url) = first_url(written) {
            return Err(TermError::BareUrl(url));
        }
        if written.starts_with(['#', '＃']) {
            let tag = tags::normalise(written).filter(|tag| tags::is_writable(tag));
            return tag.map(Self::Tag).ok_or_else(|| TermError::NotATag(written.to_owned()));
        }
        let literal = Literal::parse(&fold(written))?;
        Ok(if literal.goes_on { Self::Prefix(literal) } else { Self::Phrase(literal) })
    }

    /// Reads a regular expression.
    pub fn regex(written: &str) -> Result<Self, TermError> {
        if written.is_empty() {
            return Err(TermError::Empty);
        }
        let mut parser = regex_syntax::ParserBuilder::new().case_insensitive(true).build();
        if let Err(error) = parser.parse(written) {
            return Err(syntax_error(&error));
        }
        let built = regex::RegexBuilder::new(written)
            .case_insensitive(true)
            .size_limit(REGEX_SIZE_LIMIT)
            .dfa_size_limit(REGEX_DFA_LIMIT)
            .build();
        match built {
            Ok(regex) if regex.is_match("") => Err(TermError::RegexMatchesNothing),
            Ok(regex) => Ok(Self::Regex(Box::new(regex))),
            Err(regex::Error::CompiledTooBig(_)) => Err(TermError::RegexTooLarge),
            Err(other) => Err(TermError::Regex { message: other.to_string(), at: None }),
        }
    }

    /// The same for two terms that match the same: what hashes and the search for duplicates go by.
    pub fn canonical(&self) -> String {
        let literal = |kind: &str, literal: &Literal| {
            let Literal { lead, words, trail, goes_on } = literal;
            let star = if *goes_on { "*" } else { "" };
            format!("{kind}\u{1f}{lead}\u{1f}{}\u{1f}{trail}\u{1f}{star}", words.join(" "))
        };
        match self {
            Self::Phrase(words) | Self::Prefix(words) => literal("text", words),
            Self::Url(words) => literal("url", words),
            Self::Tag(tag) => format!("tag\u{1f}{tag}"),
            Self::Regex(regex) => format!("regex\u{1f}{}", regex.as_str()),
        }
    }
}

impl Literal {
    /// Splits a folded term into signs and words.
    fn parse(folded: &str) -> Result<Self, TermError> {
        let (body, goes_on) = match folded.strip_suffix('*') {
            Some(body) => (body, true),
            None => (folded, false),
        };
        if body.contains('*') || (goes_on && !body.chars().next_back().is_some_and(in_word)) {
            return Err(TermError::Star);
        }
        let words: Vec<String> =
            body.split(|c| !in_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let first = body.find(in_word).unwrap_or(body.len());
        let (lead, rest) = body.split_at(first);
        let last = rest.trim_end_matches(|c| !in_word(c)).len();
        let trail = rest.split_at(last).1;
        Ok(Self { lead: lead.to_owned(), words, trail: trail.to_owned(), goes_on })
    }

    /// The part that is searched for first: the longest word, else the signs.
    pub(super) fn anchor(&self) -> (usize, &str) {
        let longest = self.words.iter().enumerate().max_by_key(|(at, word)| (word.len(), usize::MAX - at));
        longest.map_or((0, self.lead.as_str()), |(at, word)| (at, word.as_str()))
    }
}

/// Whether `c` belongs to a word of a phrase; `_` separates words.
pub(super) fn in_word(c: char) -> bool {
    c != '_' && is_word(c)
}

fn strip_url_sign(written: &str) -> Option<&str> {
    let (sign, rest) = written.split_at_checked(4)?;
    sign.eq_ignore_ascii_case("url:").then_some(rest)
}

fn url_term(address: &str) -> Result<Term, TermError> {
    if let Some(sign) = address.chars().find(|c| matches!(c, '?' | '#')) {
        return Err(TermError::UrlQuery(sign));
    }
    let address = address.split_once("://").map_or(address, |parts| parts.1);
    let mut literal = Literal::parse(fold(address).trim())?;
    if literal.words.is_empty() {
        return Err(TermError::UrlWithoutWords);
    }
    literal.lead.clear();
    literal.trail.clear();
    Ok(Term::Url(literal))
}

fn first_url(written: &str) -> Option<String> {
    let mut urls = Vec::new();
    find_urls(written, &mut urls);
    urls.first().and_then(|url| written.get(url.clone())).map(str::to_owned)
}

fn syntax_error(error: &regex_syntax::Error) -> TermError {
    let (message, span) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
        other => (other.to_string(), None),
    };
    TermError::Regex { message, at: span.map(|span| span.start.offset..span.end.offset) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(written: &str) -> String {
        match Term::parse(written) {
            Ok(term) => term.canonical().replace('\u{1f}', "|"),
            Err(error) => format!("{error:?}"),
        }
    }

    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(shape(written), expected, "{written:?}");
    }

    #[test]
    fn terms_are_read() {
        check(" CIA ", "text||cia||");
        check("9/11", "text||9 11||");
        check("wtc_7", "text||wtc 7||");
        check("@Handle", "text|@|handle||");
        check("C++", "text||c|++|");
        check("_x_", "text|_|x|_|");
        check("👍", "text|👍|||");
        check("Hack*", "text||hack||*");
        check("＃Vault７", "tag|vault7");
        check("URL:https://WikiLeaks.org/CIAv7p1/", "url||wikileaks org ciav7p1||");
        check("url:wikileak*", "url||wikileak||*");
        check("#", "NotATag(\"#\")");
        check("#9", "NotATag(\"#9\")");
        check("#year zero", "NotATag(\"#year zero\")");
        check("#vault*", "NotATag(\"#vault*\")");
        check("f*ck", "Star");
        check("*", "Star");
        check("c++*", "Star");
        check("a**", "Star");
        check("", "Empty");
        check("url:", "UrlWithoutWords");
        check("url:a.b/?q", "UrlQuery('?')");
        check("https://a.b/c", "BareUrl(\"https://a.b/c\")");
        check("a\u{ffff}", "NoCharacter");
        check(&"a".repeat(MAX_TERM_CHARS + 1), "TooLong");
    }

    #[test]
    fn regexes_are_refused_with_a_place() {
        let place = |written: &str| match Term::regex(written) {
            Err(TermError::Regex { at, .. }) => at,
            other => panic!("{other:?}"),
        };
        assert_eq!(place("cia (mole"), Some(4..5));
        assert_eq!(place("a[z-a]"), Some(2..5));
        assert!(matches!(Term::regex("a*"), Err(TermError::RegexMatchesNothing)));
        assert!(matches!(Term::regex(r"(\w{500}){500}"), Err(TermError::RegexTooLarge)));
        assert!(matches!(Term::regex(""), Err(TermError::Empty)));
        assert!(Term::regex(r"cia\s+mole").is_ok());
    }

    #[test]
    fn fixes_say_what_to_write() {
        let fix = |written: &str| Term::parse(written).unwrap_err().fix().unwrap();
        assert_eq!(fix("http://a.b/c?d"), "write `url:a.b/c`");
        assert_eq!(fix("#year zero"), "write words without `#`: `year zero`");
        assert_eq!(fix("url:a/?b"), "end the term before the `?`");
    }
}
