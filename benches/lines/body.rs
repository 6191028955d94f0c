//! What an invented post says. Text, tags and links are the same in every shape.

use super::random::Draw;

const WORDS: &[&str] = &[
    "archive", "agency", "answer", "before", "believe", "border", "broken", "building", "camera", "channel",
    "chart", "claim", "clock", "cover", "crowd", "desk", "document", "door", "early", "evening", "evidence",
    "expert", "explain", "file", "first", "forum", "garden", "ghost", "hidden", "hour", "island", "joke",
    "journal", "key", "leak", "letter", "machine", "market", "memory", "message", "mirror", "morning",
    "mystery", "network", "night", "notice", "number", "office", "paper", "pattern", "people", "photo",
    "piece", "plan", "press", "puzzle", "question", "radio", "reason", "record", "release", "river", "room",
    "rumour", "screen", "secret", "server", "shadow", "signal", "silence", "source", "station", "story",
    "street", "summer", "teaser", "theory", "thread", "tower", "tunnel", "vault", "video", "voice", "wall",
    "water", "week", "window", "winter", "witness", "word", "year",
];

/// What the theories of `twelve.toml` look for, as people write it, and what only looks like it.
const PLANTED: &[&str] = &[
    "fbi files",
    "Clinton",
    "CLINTON",
    "emails",
    "deleted emails",
    "WTC 7",
    "wtc-7",
    "#wtc_7",
    "9/11",
    "9-11",
    "towers",
    "twin towers",
    "building 7",
    "cia documents",
    "CIA (documents)",
    "hacking tools",
    "mole",
    "\"mole\"",
    "seed vault",
    "Svalbard",
    "dead man's switch",
    "insurance file",
    "Assange",
    "weeping angel",
    "smart tv",
    "wiretap",
    "wiretapping",
    "bugged phones",
    "area 51",
    "ufo",
    "gold reserves",
    "Fort Knox",
    "teaser campaign",
    "ARG",
    "viral ads",
    "russian hackers",
    "troll farm",
    "#TrollFarm",
    "train ticket",
    "wtc7",
    "wtc_7_x",
    "19/11",
    "moles",
    "cia",
    "svalbards",
    "insurance, no file",
];

/// Each with a space before and after: whether a word ends where such a character begins is another question.
const FOREIGN: &[&str] =
    &["“так говорят”", "c’est déjà vu", "wäre möglich", "東京の噂", "🤔", "👩‍💻 🍿", "¿quién sabe?"];

const TAGS: &[&str] = &["WikiLeaks", "Leak2017", "YearZero", "thread"];

/// Text of a post, and what of it stands where.
#[derive(Clone, Default)]
pub(crate) struct Body {
    /// The text, plain.
    pub(crate) text: String,
    /// In the order of the text.
    pub(crate) parts: Vec<Part>,
    /// Characters so far.
    length: u64,
}

/// A piece of a text that platforms list beside it.
#[derive(Clone)]
pub(crate) struct Part {
    /// What it is.
    pub(crate) kind: Kind,
    /// First character.
    pub(crate) start: u64,
    /// Character after the last.
    pub(crate) end: u64,
}

/// What a piece of a text is.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A hashtag, named without its sign.
    Tag(&'static str),
    /// A short link, by its code.
    Link(String),
    /// An account.
    Mention(u64),
}

impl Body {
    /// The text of an original post; `marks` adds mentions and characters that JSON and HTML escape.
    pub(crate) fn new(draw: &mut Draw, marks: bool) -> Self {
        let mut body = Self::default();
        if marks && draw.chance(30) {
            let author = draw.skewed_below(super::AUTHORS);
            body.part(Kind::Mention(author), &format!("@{}", super::handle(author)));
        }
        let words = 8 + draw.below(12);
        let planted_at = if draw.chance(40) { draw.below(words) } else { words };
        let link_at = if draw.chance(12) { 1 + draw.below(words - 1) } else { words };
        for at in 0..words {
            if at == link_at {
                body.link(draw);
            }
            if at == planted_at {
                body.word(draw.pick(PLANTED));
            }
            body.word(draw.pick(WORDS));
            if marks && draw.chance(1) {
                body.word("&amp;");
            }
        }
        if draw.chance(10) {
            body.word(draw.pick(FOREIGN));
        }
        if marks && draw.chance(5) {
            body.word("\"so they say\"");
        }
        body.tag("Vault7");
        if draw.chance(30) {
            body.tag(draw.pick(TAGS));
        }
        if link_at == words && draw.chance(43) {
            body.link(draw);
        }
        body.text.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
        body
    }

    /// Appends a piece of text after a space.
    fn word(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.length += 1;
        }
        self.text.push_str(word);
        self.length += word.chars().count() as u64;
    }

    fn part(&mut self, kind: Kind, text: &str) {
        self.word(text);
        let start = self.length - text.chars().count() as u64;
        self.parts.push(Part { kind, start, end: self.length });
    }

    fn tag(&mut self, tag: &'static str) {
        self.part(Kind::Tag(tag), &format!("#{tag}"));
    }

    /// Appends a short link.
    pub(crate) fn link(&mut self, draw: &mut Draw) {
        let code = code(draw);
        let link = format!("https://t.co/{code}");
        self.part(Kind::Link(code), &link);
    }

    /// The text as a retweet has it.
    pub(crate) fn passed_on(self, author: u64) -> Self {
        let mut outer = Self::default();
        outer.word("RT");
        outer.part(Kind::Mention(author), &format!("@{}", super::handle(author)));
        outer.text.push_str(": ");
        let shift = outer.length + 2;
        outer.length = shift + self.length;
        outer.text.push_str(&self.text);
        let shifted = |part: Part| Part { kind: part.kind, start: part.start + shift, end: part.end + shift };
        outer.parts.extend(self.parts.into_iter().map(shifted));
        outer
    }

    /// The beginning of the text, with `…` in place of what is too long.
    pub(crate) fn cut(&self, longest: u64) -> Self {
        if self.length <= longest {
            return self.clone();
        }
        let kept = usize::try_from(longest - 1).unwrap_or(0);
        let text = self.text.chars().take(kept).chain(['…']).collect();
        let parts = self.parts.iter().filter(|part| part.end < longest).cloned().collect();
        Self { text, parts, length: longest }
    }

    /// How many characters the text has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The tags, without their sign.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(|part| if let Kind::Tag(tag) = part.kind { Some(tag) } else { None })
    }
}

/// Some words, for texts that nobody matches.
pub(crate) fn words(draw: &mut Draw, count: u64) -> String {
    let words: Vec<&str> = (0..count).map(|_| draw.pick(WORDS)).collect();
    words.join(" ")
}

/// The code of a short link.
pub(crate) fn code(draw: &mut Draw) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |_| {
        let at = usize::try_from(draw.below(36)).unwrap_or(0);
        char::from(LETTERS.get(at).copied().unwrap_or(b'a'))
    };
    (0..10).map(letter).collect()
}
