//! The HTML of a post as the plain text that a reader sees, and the links in it. Pure, in linear time; no tree is built, nothing is nested.
//!
//! Paragraphs, headings, list items, quotes, table rows and `<br>` end a line; other runs of white space are one space, except in `<pre>` and in
//! what holds no tag at all. A no-break space stays one. Scripts, styles and comments are dropped. What servers hide of a long address
//! (`<span class="invisible">`) is kept: the text then holds the whole address, which is what rules on addresses ask for.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use memchr::memchr2;
use std::borrow::Cow;
use std::convert::Infallible;

/// Most links kept of one text; nobody writes more, hostile records do.
const MAX_ANCHORS: usize = 1000;
/// Most line ends in a row: one blank line.
const MAX_BREAKS: usize = 2;
/// Elements whose content nobody reads.
const UNSEEN: [&str; 8] =
    ["script", "noscript", "style", "template", "iframe", "noframes", "noembed", "title"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 31] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
];

/// A text without markup, and its links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html<'a> {
    /// As a reader sees it; borrowed if there was nothing to change.
    pub text: Cow<'a, str>,
    /// The links, in order.
    pub anchors: Vec<Anchor>,
}

/// A link: `<a href=…>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// Where to, entities decoded; may be empty or relative.
    pub href: String,
    /// Its classes, between spaces.
    pub class: String,
    /// Its relations, between spaces.
    pub rel: String,
    /// What is shown of it.
    pub text: String,
    /// Whether it stands in `class="quote-inline"`: the address of a quoted post, for readers that show no quotes.
    pub in_quote: bool,
}

impl Anchor {
    /// Whether it leads to a tag's page: `class="hashtag"`, `rel="tag"`.
    pub fn is_tag(&self) -> bool {
        has_word(&self.class, "hashtag") || has_word(&self.rel, "tag")
    }

    /// Whether it leads to an account: `class="u-url mention"`, `rel="mention"`.
    pub fn is_mention(&self) -> bool {
        !self.is_tag() && (has_word(&self.class, "mention") || has_word(&self.rel, "mention"))
    }

    /// Whether it leads to a page: neither tag nor mention, and an address of the web.
    pub fn is_link(&self) -> bool {
        let web = |scheme: &str| {
            self.href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        !self.is_tag() && !self.is_mention() && (web("https://") || web("http://"))
    }
}

fn has_word(words: &str, wanted: &str) -> bool {
    words.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(wanted))
}

/// The text and the links of a piece of HTML.
pub fn to_text(html: &str) -> Html<'_> {
    if memchr2(b'<', b'&', html.as_bytes()).is_none() {
        return Html { text: html.into(), anchors: Vec::new() };
    }
    let mut writer = Writer {
        text: String::with_capacity(html.len()),
        keeps_space: !may_have_tag(html),
        ..Writer::default()
    };
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
        writer.on(&event);
        None
    });
    emitter.naively_switch_states(true);
    // Reading from memory cannot fail.
    let _: Result<(), Infallible> = Tokenizer::new_with_emitter(html, emitter).finish();
    writer.end()
}

/// Whether a `<` stands where a tag or comment may begin; in `a < b` and `<3` none does.
fn may_have_tag(html: &str) -> bool {
    let bytes = html.as_bytes();
    memchr::memchr_iter(b'<', bytes)
        .filter_map(|at| bytes.get(at + 1))
        .any(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

/// Writes the text while tags go by.
#[derive(Default)]
struct Writer {
    text: String,
    anchors: Vec<Anchor>,
    /// Line ends to write before the next word.
    breaks: usize,
    /// Whether a space goes before the next word.
    space: bool,
    /// Whether there is no markup, so that white space means what it says.
    keeps_space: bool,
    /// How many `<pre>` stand open.
    pre: usize,
    /// Whether a line end that comes next belongs to the `<pre>` before it.
    after_pre: bool,
    /// The open element that nobody sees.
    unseen: Option<&'static str>,
    /// The open element of a quote's address, and how many of its name stand open since.
    quote: Option<(String, usize)>,
    /// The open link, and where its text begins.
    anchor: Option<(Anchor, usize)>,
    tag: Option<Tag>,
}

/// A start tag, as far as it has come.
#[derive(Default)]
struct Tag {
    name: String,
    attribute: Option<Attribute>,
    href: Option<String>,
    class: Option<String>,
    rel: Option<String>,
    alt: Option<String>,
}

#[derive(Clone, Copy)]
enum Attribute {
    Href,
    Class,
    Rel,
    Alt,
}

impl Tag {
    fn begin_attribute(&mut self, name: &[u8]) {
        self.attribute = match name {
            b"href" => Some(Attribute::Href),
            b"class" => Some(Attribute::Class),
            b"rel" => Some(Attribute::Rel),
            b"alt" => Some(Attribute::Alt),
            _ => None,
        };
    }

    /// Of equal attributes the first counts, as everywhere in HTML.
    fn end_attribute(&mut self, value: &[u8]) {
        let slot = match self.attribute.take() {
            Some(Attribute::Href) => &mut self.href,
            Some(Attribute::Class) => &mut self.class,
            Some(Attribute::Rel) => &mut self.rel,
            Some(Attribute::Alt) => &mut self.alt,
            None => return,
        };
        slot.get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
    }

    fn has_class(&self, wanted: &str) -> bool {
        self.class.as_deref().is_some_and(|class| has_word(class, wanted))
    }
}

impl Writer {
    fn on(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Some(Tag { name: String::from_utf8_lossy(name).into_owned(), ..Tag::default() });
            }
            CallbackEvent::AttributeName { name } => {
                self.tag.iter_mut().for_each(|tag| tag.begin_attribute(name));
            }
            CallbackEvent::AttributeValue { value } => {
                self.tag.iter_mut().for_each(|tag| tag.end_attribute(value));
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some(tag) = self.tag.take() {
                    self.start(tag, *self_closing);
                }
            }
            CallbackEvent::EndTag { name } => {
                self.tag = None;
                self.finish(&String::from_utf8_lossy(name));
            }
            CallbackEvent::String { value } if self.unseen.is_none() => {
                self.say(&String::from_utf8_lossy(value));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag, self_closing: bool) {
        let name = tag.name.as_str();
        if self.unseen.is_some() {
            return;
        }
        if let Some((known, open)) = &mut self.quote {
            *open += usize::from(known == name && !self_closing);
        } else if tag.has_class("quote-inline") && !self_closing {
            self.quote = Some((name.to_owned(), 1));
        }
        self.after_pre = false;
        if BLOCKS.contains(&name) {
            self.end_line();
        }
        match name {
            "br" => self.breaks = (self.breaks + 1).min(MAX_BREAKS),
            "pre" => {
                self.pre += 1;
                self.after_pre = true;
            }
            "td" | "th" => self.space = true,
            // Servers draw their own emoji; what they mean is said beside.
            "img" if tag.has_class("emoji") || tag.has_class("emoticon") => {
                self.say(&tag.alt.unwrap_or_default());
            }
            "a" => {
                self.end_anchor();
                self.anchor = Some((
                    Anchor {
                        href: tag.href.unwrap_or_default().trim().to_owned(),
                        class: tag.class.unwrap_or_default(),
                        rel: tag.rel.unwrap_or_default(),
                        text: String::new(),
                        in_quote: self.quote.is_some(),
                    },
                    self.text.len(),
                ));
            }
            _ => self.unseen = UNSEEN.into_iter().find(|unseen| *unseen == name && !self_closing),
        }
    }

    fn finish(&mut self, name: &str) {
        if let Some(unseen) = self.unseen {
            if unseen == name {
                self.unseen = None;
            }
            return;
        }
        if let Some((known, open)) = &mut self.quote
            && known == name
        {
            *open -= 1;
            if *open == 0 {
                self.quote = None;
            }
        }
        self.after_pre = false;
        match name {
            "a" => self.end_anchor(),
            "pre" => self.pre = self.pre.saturating_sub(1),
            // As browsers read it.
            "br" => self.breaks = (self.breaks + 1).min(MAX_BREAKS),
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.breaks = self.breaks.max(1);
    }

    fn end_anchor(&mut self) {
        let Some((mut anchor, start)) = self.anchor.take() else { return };
        if self.anchors.len() < MAX_ANCHORS {
            self.text.get(start..).unwrap_or_default().trim().clone_into(&mut anchor.text);
            self.anchors.push(anchor);
        }
    }

    /// Appends what stands between two tags.
    fn say(&mut self, said: &str) {
        if self.pre > 0 || self.keeps_space {
            let said = if std::mem::take(&mut self.after_pre) {
                said.strip_prefix('\n').unwrap_or(said)
            } else {
                said
            };
            if !said.is_empty() {
                self.separate();
                self.text.push_str(said);
            }
            return;
        }
        let is_space = |c: char| c.is_ascii_whitespace();
        let mut rest = said;
        loop {
            let word = rest.trim_start_matches(is_space);
            self.space |= word.len() < rest.len();
            if word.is_empty() {
                return;
            }
            let end = word.find(is_space).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            self.separate();
            self.text.push_str(word);
            rest = after;
        }
    }

    /// Writes the line ends or the space that the next word waits for.
    fn separate(&mut self) {
        let (breaks, space) = (std::mem::take(&mut self.breaks), std::mem::take(&mut self.space));
        if self.text.is_empty() {
            return;
        }
        if breaks > 0 {
            let there = self.text.bytes().rev().take(breaks).take_while(|byte| *byte == b'\n').count();
            (there..breaks).for_each(|_| self.text.push('\n'));
        } else if space && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
    }

    fn end(mut self) -> Html<'static> {
        self.end_anchor();
        self.text.truncate(self.text.trim_end().len());
        let leading = self.text.len() - self.text.trim_start().len();
        self.text.drain(..leading);
        Html { text: Cow::Owned(self.text), anchors: self.anchors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(to_text(html).text, expected, "{html}");
    }

    #[test]
    fn blocks_and_breaks_end_lines() {
        check("", "");
        check("<p>one</p><p>two<br>three<br/>four</p>", "one\ntwo\nthree\nfour");
        check("<p>one<br></p><p>two</p>", "one\ntwo");
        check("one<br><br><br><br>two", "one\n\ntwo");
        check("<h1>Head</h1>text<ul><li>a</li><li>b</ul>end", "Head\ntext\na\nb\nend");
        check("<blockquote><p>said</p></blockquote><p>answered</p>", "said\nanswered");
        check("<div>\n  <p>far\n  apart </p>\n\n</div>\n", "far apart");
        check("<table><tr><td>a<td>b</tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d");
        check("one <b>bold</b>, <i>i</i>t", "one bold, it");
        check("a<p>b", "a\nb");
        check("a</br>b</p>c", "a\nb\nc");
        check("<p> a <br> b </p>", "a\nb");
    }

    #[test]
    fn preformatted_text_and_text_without_tags_keep_their_space() {
        check("<p>code:</p><pre><code>\nif a:\n    b\n</code></pre><p>end</p>", "code:\n\nif a:\n    b\nend");
        check("<pre>\na  b\n</pre>c  d", "a  b\nc d");
        check("one\ntwo  three", "one\ntwo  three");
        check("a &lt; b\nc  d", "a < b\nc  d");
        check("a < b\n<3 &amp; c", "a < b\n<3 & c");
    }

    #[test]
    fn entities_are_decoded_once() {
        check("<p>AT&amp;T &#39;s&#x27; &quot;x&quot; &lt;b&gt;</p>", "AT&T 's' \"x\" <b>");
        check("&amp;lt;", "&lt;");
        check("a&nbsp;b", "a\u{a0}b");
        check("&nosuch; & &", "&nosuch; & &");
        check("&#0;&#xD800;", "\u{fffd}\u{fffd}");
    }

    #[test]
    fn what_nobody_sees_is_dropped() {
        check("a<script>if (a<b) alert('x')</script><style>p{}</style>b<!-- c -->d", "abd");
        check("<title>t</title>a<template><p>x</p></template>b", "ab");
        check("<script>never closed", "");
        check("<img class=\"emoji\" alt=\":demo:\"> <img alt=\"a picture\">a", ":demo: a");
    }

    #[test]
    fn tags_mentions_and_links_are_told_apart() {
        let html = to_text(
            "<p>see <a href=\"https://a.example/long/path?q=1&amp;r=2\" rel=\"nofollow\"><span class=\"invisible\">https://</span>\
             <span class=\"ellipsis\">a.example/long</span><span class=\"invisible\">/path?q=1&amp;r=2</span></a> \
             <a href=\"https://b.example/tags/Vault7\" class=\"mention hashtag\" rel=\"tag\">#<span>Vault7</span></a> \
             <span class=\"h-card\"><a href=\"https://b.example/@demo_a\" class=\"u-url mention\">@<span>demo_a</span></a></span> \
             <a HREF=/tag/x REL='tag ugc'>#x</a> <a href='mailto:a@b.example'>mail</a></p>",
        );
        assert_eq!(html.text, "see https://a.example/long/path?q=1&r=2 #Vault7 @demo_a #x mail");
        let seen: Vec<_> = html
            .anchors
            .iter()
            .map(|anchor| (anchor.text.as_str(), anchor.is_tag(), anchor.is_mention(), anchor.is_link()))
            .collect();
        assert_eq!(
            seen,
            [
                ("https://a.example/long/path?q=1&r=2", false, false, true),
                ("#Vault7", true, false, false),
                ("@demo_a", false, true, false),
                ("#x", true, false, false),
                ("mail", false, false, false),
            ]
        );
        assert_eq!(html.anchors[0].href, "https://a.example/long/path?q=1&r=2");
    }

    #[test]
    fn the_address_of_a_quote_is_known() {
        let html = to_text(
            "<p class=\"quote-inline\">RE: <a href=\"https://a.example/1\">x</a></p><p><a href=\"https://a.example/2\">y</a></p>",
        );
        assert_eq!(html.text, "RE: x\ny");
        assert_eq!(html.anchors.iter().map(|anchor| anchor.in_quote).collect::<Vec<_>>(), [true, false]);
        let nested = to_text("<span class=quote-inline>a<span>b</span><a href=x>c</a></span><a href=y>d</a>");
        assert_eq!(nested.anchors.iter().map(|anchor| anchor.in_quote).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn broken_html_gives_what_can_be_read() {
        check("a<b", "a");
        check("<a href=\"x>never closed", "");
        check("<a href=x>one<a href=y>two", "onetwo");
        check("</a></pre></p>a", "a");
        assert_eq!(to_text("<a href=x>one<a href=y>two").anchors.len(), 2);
        assert_eq!(to_text("<a class=b class=c href=x>t</a>").anchors[0].class, "b");
    }

    #[test]
    fn hostile_html_takes_linear_time_and_bounded_memory() {
        for piece in [
            "<div>",
            "<a href=x>",
            "<pre>",
            "<span class=quote-inline>",
            "&amp",
            "<",
            "<p x=",
            "</p>",
            "<!--",
            "<br>",
            "\n ",
        ] {
            let html = to_text(&piece.repeat(200_000)).anchors.len();
            assert!(html <= MAX_ANCHORS, "{piece}");
        }
    }
}
