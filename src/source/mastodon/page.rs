//! What of an answer steers the walk: ids, times, and where the next page is. The posts themselves are read by the format.

use crate::post::{MAX_ID_BYTES, Timestamp};
use crate::source::{Answer, Goal};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Longest address of a next page that is followed. Mastodon's have about 150 bytes; it is kept in the cursor.
const MAX_NEXT_BYTES: usize = 2048;

/// A post as far as it steers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The host's own number for it. Opaque.
    pub(super) id: String,
    /// Its global id, as the format takes it.
    pub(super) uri: String,
    /// When it was published.
    pub(super) at: Timestamp,
}

/// One page, in the host's order: newest first, mostly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    /// Path and query of the next older page, as the host says or as the last post tells.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Element {
    Post { id: Word, created_at: Word, uri: Option<Word>, url: Option<Word> },
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(u64),
    Other(IgnoredAny),
}

impl Word {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) if text.len() <= MAX_ID_BYTES => Some(text).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(_) | Self::Other(_) => None,
        }
    }
}

impl Element {
    fn item(self) -> Option<Item> {
        let Self::Post { id, created_at, uri, url } = self else { return None };
        let at = Timestamp::parse_rfc3339(&created_at.text()?).ok()?;
        let uri = uri.and_then(Word::text).or_else(|| url.and_then(Word::text)).unwrap_or_default();
        Some(Item { id: id.text()?, uri, at })
    }
}

impl Item {
    /// The post that a message or an answer is, if it is one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Element>(bytes).ok().and_then(Element::item)
    }
}

impl Page {
    /// Reads the page of `tag`. An error says why it is none: then nothing of it may be used.
    pub(super) fn read(answer: &Answer<'_>, goal: &Goal, tag: &str) -> Result<Self, Unfit> {
        if !answer.is_json() {
            return Err(Unfit::Unreadable("it is not JSON".to_owned()));
        }
        let elements: Vec<Element> =
            serde_json::from_slice(answer.body).map_err(|error| Unfit::Unreadable(error.to_string()))?;
        let is_empty = elements.is_empty();
        let items: Vec<Item> = elements.into_iter().filter_map(Element::item).collect();
        if items.is_empty() && !is_empty {
            return Err(Unfit::Unreadable("nothing in it has an id and a time".to_owned()));
        }
        let mut page = Self { items, next: None };
        page.next = match answer.headers.get("link").and_then(next_link) {
            Some(link) => Some(on_host(link, goal)?),
            None => page.oldest().map(|item| format!("{}&max_id={}", path(tag), escape(&item.id))),
        };
        Ok(page)
    }

    /// The post that forward looks go on above. Any of the page would do without loss: it is the newest, so that least is asked for twice.
    pub(super) fn newest(&self) -> Option<&Item> {
        self.items.iter().rev().max_by_key(|item| item.at)
    }

    /// The post below which the next page begins, where the host does not say.
    pub(super) fn oldest(&self) -> Option<&Item> {
        self.items.iter().rev().min_by_key(|item| item.at)
    }

    /// The same for the same posts in any order.
    pub(super) fn fingerprint(&self) -> u64 {
        let ids = self.items.iter().map(|item| xxhash_rust::xxh3::xxh3_64(item.id.as_bytes()));
        ids.fold(0, |all, id| all ^ id)
    }
}

/// Why a page is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It may have been damaged on its way: asking again can help.
    Unreadable(String),
    /// It names another host as the place of the next page.
    Elsewhere,
}

/// Path and query of the newest page of a tag.
pub(super) fn path(tag: &str) -> String {
    // 40 is the most that Mastodon gives.
    format!("/api/v1/timelines/tag/{}?limit=40", escape(tag))
}

/// Percent-encoded, for paths and queries alike.
pub(super) fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The address with `rel="next"` in a `Link` header (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        let parameters = after.split('<').next().unwrap_or_default().to_ascii_lowercase();
        if parameters.contains("rel=\"next\"") || parameters.contains("rel=next") {
            return Some(address);
        }
        rest = after;
    }
    None
}

/// Path and query of an address on the goal's host. The scheme is always ours: a server behind a proxy may believe that it speaks `http`.
fn on_host(address: &str, goal: &Goal) -> Result<String, Unfit> {
    let own = url::Url::parse(&goal.url("/")).map_err(|_| Unfit::Elsewhere)?;
    let next = own.join(address).map_err(|_| Unfit::Elsewhere)?;
    if next.host() != own.host() || next.port() != own.port() || address.len() > MAX_NEXT_BYTES {
        return Err(Unfit::Elsewhere);
    }
    let query = next.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{}{query}", next.path()))
}

/// Whether what a cursor says can be the path of a page.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() <= 3 * MAX_NEXT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(host: &str) -> Goal {
        Goal { host: host.to_owned(), ..Goal::default() }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let check =
            |header: &str, expected: Option<&str>| assert_eq!(next_link(header), expected, "{header}");
        check(
            "<https://a.example/x?max_id=1>; rel=\"next\", <https://a.example/x?min_id=2>; rel=\"prev\"",
            Some("https://a.example/x?max_id=1"),
        );
        check("<https://a.example/x?a=1,2>; rel=\"prev\", </y>; rel=next", Some("/y"));
        check("<https://a.example/x>; rel=\"prev\"", None);
        check("<https://a.example/x", None);
        check("", None);
    }

    #[test]
    fn the_next_page_is_on_the_same_host() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(on_host(address, &goal("one.example")).ok().as_deref(), expected, "{address}");
        };
        check("https://one.example/api/x?max_id=1&any[]=y", Some("/api/x?max_id=1&any[]=y"));
        check("http://one.example/api/x?max_id=1", Some("/api/x?max_id=1"));
        check("https://ONE.example/api/x", Some("/api/x"));
        check("/api/x", Some("/api/x"));
        for other in [
            "https://two.example/x",
            "https://one.example:444/x",
            "//two.example/x",
            "https://one.example@two.example/x",
            "file:///etc/passwd",
        ] {
            check(other, None);
        }
        check(&format!("/{}", "x".repeat(MAX_NEXT_BYTES)), None);
        assert!(
            on_host("http://localhost:3000/x", &Goal { insecure: true, ..goal("localhost:3000") }).is_ok()
        );
    }

    #[test]
    fn odd_elements_do_not_spoil_a_page() {
        let body = br#"[null, 1, {"id": 7, "created_at": "2017-03-07T13:00:00.000Z", "url": "u"}, {"id": "x", "created_at": null}, {"id": {}, "created_at": "2017-03-07T13:00:00Z"}]"#;
        let headers = crate::source::Headers::new([("content-type", "application/json; charset=utf-8")]);
        let answer = Answer { status: 200, headers: &headers, url: "", body };
        let page = Page::read(&answer, &goal("one.example"), "größe").unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!((page.items[0].id.as_str(), page.items[0].uri.as_str()), ("7", "u"));
        assert_eq!(page.next.as_deref(), Some("/api/v1/timelines/tag/gr%C3%B6%C3%9Fe?limit=40&max_id=7"));
    }
}
