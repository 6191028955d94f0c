//! Feeds of the web, RSS (2.0, 1.0) and Atom, saved as files or got over the network: of each item the text, the time, the address.

mod item;
mod xml;

use super::frame::Framing;
use super::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject, Sink,
};
use item::{Channel, Item};
use quick_xml::Reader;
use quick_xml::events::Event;
use xml::attribute;

/// RSS and Atom.
pub(super) struct WebFeed;

/// Longest item read. A long article has 100 KB; what is longer was not written.
const MAX_ITEM_BYTES: usize = 4 << 20;
/// Items that are no XML, after which the rest is given up: behind each the next one is looked for.
const MAX_BROKEN: usize = 100;
/// What an item is called in RSS and in Atom.
const ITEMS: [&str; 2] = ["item", "entry"];

impl ArchiveFormat for WebFeed {
    fn name(&self) -> &'static str {
        "web-feed"
    }
    fn about(&self) -> &'static str {
        "RSS and Atom feeds: tag feeds of Mastodon, blogs, forums"
    }
    fn known_by(&self) -> &'static str {
        "XML whose outermost element is `rss`, `feed` or `rdf:RDF`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let bytes = head.bytes();
        let text = std::str::from_utf8(bytes).or_else(|error| {
            // The last letter may be cut.
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default())
        });
        if text.is_ok_and(|text| xml::root(text).is_some_and(|root| is_feed(&root))) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }
    fn open(&self, _: &Head<'_>, _: &ReadOptions) -> Result<Plan, Refusal> {
        Ok(Plan { framing: Framing::Whole, notes: Vec::new(), parser: Box::new(FeedParser) })
    }
}

/// Whether these bytes are a feed, with items or without.
pub(crate) fn is_web_feed(bytes: &[u8]) -> bool {
    xml::root(&xml::decode(bytes).0).is_some_and(|root| is_feed(&root))
}

fn is_feed(root: &str) -> bool {
    ["rss", "feed", "rdf:RDF", "RDF"].contains(&root)
}

struct FeedParser;

impl Parser for FeedParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        let (text, damage) = xml::decode(frame.bytes);
        Feed { text: &text, frame, records: 0, channel: Channel::default() }.read(out);
        if let Some(reason) = damage {
            out.reject(Reject::new(frame.place, reason, frame.bytes.get(text.len()..).unwrap_or_default()));
        }
    }
}

/// A feed that is being read.
struct Feed<'f> {
    text: &'f str,
    frame: &'f Frame<'f>,
    records: u64,
    channel: Channel,
}

impl Feed<'_> {
    /// Reads all items; behind one that is no XML the next is looked for.
    fn read(&mut self, out: &mut dyn Sink) {
        let mut from = 0;
        for _ in 0..MAX_BROKEN {
            let Some((at, reason)) = self.read_from(from, out) else { return };
            self.records += 1;
            let bytes = self.text.as_bytes().get(at..).unwrap_or_default();
            out.reject(Reject::new(Place::Record(self.records), reason, bytes));
            let Some(next) = next_item(self.text, at) else { return };
            from = next;
        }
    }

    /// Reads on from a byte; where it broke off and why, if it did.
    fn read_from(&mut self, from: usize, out: &mut dyn Sink) -> Option<(usize, String)> {
        let rest = self.text.get(from..)?;
        let mut reader = Reader::from_str(rest);
        reader.config_mut().allow_dangling_amp = true;
        // Whoever begins behind a broken item has not seen what is closed at the end.
        reader.config_mut().allow_unmatched_ends = from > 0;
        loop {
            let at = from + usize::try_from(reader.buffer_position()).unwrap_or(rest.len());
            let tag = match reader.read_event() {
                Ok(Event::Eof) => return None,
                Ok(Event::Start(tag)) => tag,
                Ok(Event::Empty(tag)) => {
                    self.channel.empty(tag.name().as_ref(), &|name| attribute(&tag, name));
                    continue;
                }
                Ok(_) => continue,
                Err(error) => return Some((at, broken(&error))),
            };
            let (full, local) = (tag.name(), tag.local_name());
            if ["rss", "feed", "RDF", "channel"].contains(&local.as_ref()) {
                self.channel.open(&|name| attribute(&tag, name));
                continue;
            }
            let inner = match reader.read_text(full) {
                Ok(inner) => inner.into_inner(),
                Err(error) => return Some((at, broken(&error))),
            };
            if ITEMS.contains(&local.as_ref()) {
                self.item(local.as_ref(), &inner, at, &|name| attribute(&tag, name), out);
            } else {
                self.channel.take(full.as_ref(), &inner, &|name| attribute(&tag, name));
            }
        }
    }

    fn item(
        &mut self,
        name: &str,
        inner: &str,
        at: usize,
        attributes: &item::Attributes<'_>,
        out: &mut dyn Sink,
    ) {
        self.records += 1;
        let reject = |reason: String| Reject::new(Place::Record(self.records), reason, inner.as_bytes());
        if inner.len() > MAX_ITEM_BYTES {
            return out.reject(reject("an item longer than 4 MiB".to_owned()));
        }
        match Item::read(name, inner, attributes).map(|item| item.into_post(&self.channel)) {
            Ok(Ok(mut post)) => {
                post.provenance.offset = self.frame.offset + at as u64;
                out.post(&mut post);
            }
            Ok(Err(reason)) => out.reject(reject(reason)),
            Err(error) => out.reject(reject(broken(&error))),
        }
    }
}

fn broken(error: &quick_xml::Error) -> String {
    let cut = matches!(error, quick_xml::Error::Syntax(_))
        || matches!(error, quick_xml::Error::IllFormed(quick_xml::errors::IllFormedError::MissingEndTag(_)));
    if cut { "the feed is cut, or not closed here".to_owned() } else { format!("not XML: {error}") }
}

/// Where the next item begins, behind a byte.
fn next_item(text: &str, at: usize) -> Option<usize> {
    let from = at + 1;
    let rest = text.as_bytes().get(from..)?;
    let begins = |place: usize| {
        let name = rest.get(place + 1..)?;
        let item = ITEMS.iter().find(|item| name.starts_with(item.as_bytes()))?;
        let after = name.get(item.len())?;
        (after.is_ascii_whitespace() || *after == b'>').then_some(from + place)
    };
    memchr::memchr_iter(b'<', rest).find_map(begins)
}

#[cfg(test)]
mod tests;
