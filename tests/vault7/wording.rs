//! Fills the slots of a sentence and dresses it: openers, casing, tags, links. Nothing that is added here mentions a theory.

use super::Sentence;
use super::others::{CLOSERS, EXTRA_TAGS, OPENERS, SLUGS, WHEN, WHO};
use super::random::Random;
use tagline::post::{Author, Post};

/// The words of a post.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    text: String,
    lang: &'static str,
    /// A tag that stands only in the metadata.
    hidden_tag: Option<String>,
    /// Where the shortened address in the text leads.
    expanded: Option<String>,
}

impl Wording {
    pub(crate) fn new(random: &mut Random, sentence: &Sentence) -> Self {
        let (hidden_tag, core) = match sentence.text.strip_prefix("{+").and_then(|rest| rest.split_once('}'))
        {
            Some((tag, rest)) => (Some(tag.to_owned()), rest),
            None => (None, sentence.text),
        };
        let mut words = Vec::new();
        let english = sentence.lang == "en";
        if english && random.percent(22) {
            words.push((*random.pick(OPENERS)).to_owned());
        }
        words.push(core_text(random, core, english));
        if english && random.percent(45) {
            words.push((*random.pick(CLOSERS)).to_owned());
        }
        if random.percent(22) {
            words.push((*random.pick(EXTRA_TAGS)).to_owned());
        }
        let mut expanded = None;
        if random.percent(13) {
            words.push(format!("https://t.co/demo{}", letters(random, 6)));
            expanded = Some(format!("https://example.org/{}", random.pick(SLUGS)));
        }
        Self { text: words.join(" "), lang: sentence.lang, hidden_tag, expanded }
    }

    pub(crate) fn mention(&mut self, author: &Author) {
        if let Some(handle) = &author.handle {
            self.text.push_str(" cc @");
            self.text.push_str(handle);
        }
    }

    pub(crate) fn answer(&mut self, to: &Author) {
        if let Some(handle) = &to.handle {
            self.text = format!("@{handle} {}", self.text);
        }
    }

    /// The same words with a small change, as people make when they copy.
    pub(crate) fn altered(&self, random: &mut Random) -> Self {
        let text = &self.text;
        let changed = match random.below(8) {
            0 => format!("{text} !!"),
            1 => format!("{text} 👀"),
            2 => format!("So: {text}"),
            3 => format!("{text} (repeat)"),
            4 => format!("This. {text}"),
            5 => text.replacen(" is ", " IS ", 1),
            6 => text.replacen(". ", "... ", 1),
            _ => text.replacen(' ', "  ", 1),
        };
        let text = if changed == *text { format!("{text} +1") } else { changed };
        Self { text, ..self.clone() }
    }

    /// Text, language, and what an exporter would have found in the text.
    pub(crate) fn write_into(&self, post: &mut Post) {
        post.text.clone_from(&self.text);
        post.lang = Some(self.lang.to_owned());
        post.tags = after_sign(&self.text, '#').iter().map(|tag| normalised(tag)).collect();
        post.tags.extend(self.hidden_tag.clone());
        post.mentions = after_sign(&self.text, '@');
        post.links = self
            .text
            .split_whitespace()
            .filter(|word| word.starts_with("https://"))
            .map(Into::into)
            .collect();
        for link in &mut post.links {
            if let Some(expanded) = self.expanded.as_ref().filter(|_| link.starts_with("https://t.co/")) {
                link.clone_from(expanded);
            }
        }
        for list in [&mut post.tags, &mut post.mentions, &mut post.links] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The sentence with its slots filled, sometimes in capitals or in full-width letters.
fn core_text(random: &mut Random, core: &str, english: bool) -> String {
    let mut text = core.to_owned();
    for (slot, fillers) in [("{who}", WHO), ("{when}", WHEN)] {
        let capital = text.starts_with(slot);
        let filler = *random.pick(fillers);
        let filler = if capital { filler[..1].to_uppercase() + &filler[1..] } else { filler.to_owned() };
        text = text.replace(slot, &filler);
    }
    text = text.replace("{n}", &random.between(3, 60).to_string());
    text = text.replace("{pct}", &(random.between(3, 19) * 5).to_string());
    let plain = english && !text.contains(['&', '@', 'ﬁ']) && !text.contains("http");
    let style = random.below(100);
    let dressed: Vec<String> = text
        .split("{v}")
        .map(|part| match style {
            0..3 if plain => part.to_uppercase(),
            // The regular expression of the rules is about plain letters; all other terms fold full-width ones.
            3..5 if plain && !text.to_lowercase().contains("deadman") => {
                part.chars().map(full_width).collect()
            }
            _ => part.to_owned(),
        })
        .collect();
    dressed.join(tag(random))
}

/// The campaign's tag as people write it.
fn tag(random: &mut Random) -> &'static str {
    match random.below(100) {
        0..60 => "#Vault7",
        60..84 => "#vault7",
        84..96 => "#VAULT7",
        _ => "#vAuLt7",
    }
}

fn full_width(letter: char) -> char {
    if letter.is_ascii_alphanumeric() {
        char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter)
    } else {
        letter
    }
}

/// A tag as the program keeps it: narrow and in lower case. Our tags hold nothing that folds in another way.
fn normalised(tag: &str) -> String {
    let narrow = |letter: char| match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        _ => letter,
    };
    tag.chars().map(narrow).collect::<String>().to_lowercase()
}

fn letters(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(*random.pick(b"abcdefghijkmnpqrstuvwxyz23456789"))).collect()
}

/// Words that follow a sign: tags, mentions. A sign after a letter or `&` is none (`&#39;`); a number alone is no tag.
fn after_sign(text: &str, sign: char) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(sign) {
        let glued = text[..at].chars().next_back().is_some_and(|c| c == '&' || c.is_alphanumeric());
        let word: String =
            text[at + sign.len_utf8()..].chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
        if !glued && word.chars().any(char::is_alphabetic) {
            found.push(word);
        }
    }
    found
}
