//! One item of a feed, and what the feed says of all of them.

use super::xml::{attribute, plain};
use crate::archive::fediverse::handle_in;
use crate::archive::times::TimeReader;
use crate::post::{Author, Draft, Repost, TimePrecision, TimeTrust, Timestamp};
use crate::text::html::{Html, to_text};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Platform of what is in a feed, unless the feed is of a server of the Fediverse.
const WEB: &str = "web";
const FEDIVERSE: &str = "fediverse";
/// Most categories read of one item; nobody writes more.
const MAX_CATEGORIES: usize = 1000;

/// Attributes of an element, by name.
pub(super) type Attributes<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What a feed says of all its items.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Whether Mastodon made it.
    is_mastodon: bool,
    lang: Option<String>,
    link: Option<String>,
}

impl Channel {
    /// Begins an element around the items.
    pub(super) fn open(&mut self, attributes: &Attributes<'_>) {
        self.lang = self.lang.take().or_else(|| attributes("xml:lang"));
    }

    /// An element without content beside the items.
    pub(super) fn empty(&mut self, name: &str, attributes: &Attributes<'_>) {
        let is_own = attributes("rel").is_none_or(|rel| rel == "alternate");
        if name == "link" && is_own {
            self.link = self.link.take().or_else(|| attributes("href"));
        }
    }

    /// An element with content beside the items.
    pub(super) fn take(&mut self, name: &str, inner: &str, attributes: &Attributes<'_>) {
        match name {
            "generator" => self.is_mastodon |= plain(inner).starts_with("Mastodon"),
            "language" | "dc:language" => self.lang = Some(plain(inner)).filter(|lang| !lang.is_empty()),
            "link" if inner.trim().is_empty() => self.empty(name, attributes),
            "link" => self.link = self.link.take().or_else(|| Some(plain(inner))),
            _ => {}
        }
    }
}

/// An item as it stands there.
#[derive(Debug, Default)]
pub(super) struct Item {
    id: Option<String>,
    link: Option<String>,
    title: Option<Said>,
    body: Option<Said>,
    summary: Option<Said>,
    published: Option<String>,
    updated: Option<String>,
    author: Option<String>,
    author_page: Option<String>,
    categories: Vec<String>,
    lang: Option<String>,
    is_atom: bool,
}

/// A text, and whether it is HTML.
#[derive(Debug)]
struct Said {
    text: String,
    is_html: bool,
}

impl Item {
    /// Reads what stands inside `<item>` or, in Atom, `<entry>`. RSS 1.0 names the item outside.
    pub(super) fn read(
        name: &str,
        inner: &str,
        attributes: &Attributes<'_>,
    ) -> Result<Self, quick_xml::Error> {
        let is_atom = name == "entry";
        let mut item =
            Self { lang: attributes("xml:lang"), id: attributes("rdf:about"), is_atom, ..Self::default() };
        let mut reader = Reader::from_str(inner);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            match reader.read_event()? {
                Event::Eof => return Ok(item),
                Event::Start(tag) => {
                    let name = tag.name();
                    let inner = reader.read_text(name)?.into_inner();
                    item.take(name.as_ref(), &inner, &|name| attribute(&tag, name));
                }
                Event::Empty(tag) => item.take(tag.name().as_ref(), "", &|name| attribute(&tag, name)),
                _ => {}
            }
        }
    }

    fn take(&mut self, name: &str, inner: &str, attributes: &Attributes<'_>) {
        let text = || Some(plain(inner)).filter(|text| !text.is_empty());
        match name {
            "guid" | "id" => self.id = text().or(self.id.take()),
            "link" => self.take_link(text(), attributes),
            "title" => self.title = self.said(inner, attributes),
            "content:encoded" | "content" => self.body = self.said(inner, attributes),
            "description" | "summary" => self.summary = self.said(inner, attributes),
            "pubDate" | "published" | "dc:date" | "issued" => {
                self.published = self.published.take().or_else(text);
            }
            "updated" | "modified" | "atom:updated" => self.updated = text(),
            "author" => self.take_author(inner),
            "dc:creator" => self.author = text(),
            "category" | "dc:subject" if self.categories.len() < MAX_CATEGORIES => {
                self.categories.extend(attributes("term").or_else(text));
            }
            _ => {}
        }
    }

    /// The address of the item: the text of RSS, the `href` of Atom, there the one for people.
    fn take_link(&mut self, text: Option<String>, attributes: &Attributes<'_>) {
        let is_own = attributes("rel").is_none_or(|rel| rel == "alternate");
        if is_own && self.link.is_none() {
            self.link = attributes("href").or(text);
        }
    }

    /// Atom has the parts of an author in elements, RSS an address of mail and a name. Addresses of mail are nobody's business.
    fn take_author(&mut self, inner: &str) {
        let mut reader = Reader::from_str(inner);
        let mut has_parts = false;
        while let Ok(event) = reader.read_event() {
            let tag = match event {
                Event::Start(tag) => tag,
                Event::Eof => break,
                _ => continue,
            };
            has_parts = true;
            let Ok(part) = reader.read_text(tag.name()) else { return };
            match tag.local_name().as_ref() {
                "name" => self.author = Some(plain(&part)).filter(|name| !name.is_empty()),
                "uri" => self.author_page = Some(plain(&part)).filter(|page| !page.is_empty()),
                _ => {}
            }
        }
        if has_parts || self.author.is_some() {
            return;
        }
        let text = plain(inner);
        let in_brackets = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        let name = in_brackets.or((!text.contains('@')).then_some(text.as_str())).map(str::trim);
        self.author = name.filter(|name| !name.is_empty()).map(str::to_owned);
    }

    /// The post that it is, or why it is none.
    pub(super) fn into_post(self, channel: &Channel) -> Result<Draft<'static>, String> {
        let claimed = self.published.as_ref().or(self.updated.as_ref()).ok_or("no time")?;
        let (at, precision) = time(claimed)?;
        let edited = self.updated.as_deref().and_then(|text| time(text).ok()).map(|(at, _)| at);
        let mut post = Draft {
            platform: if channel.is_mastodon { FEDIVERSE } else { WEB }.into(),
            posted_at: at,
            time_precision: precision,
            time_trust: TimeTrust::Claimed,
            edited_at: edited.filter(|edited| *edited > at),
            repost: Repost::No,
            lang: self.lang.clone().or_else(|| channel.lang.clone()).map(Into::into),
            ..Draft::default()
        };
        if channel.is_mastodon {
            self.name_fediverse(&mut post);
        } else {
            post.id = self.web_id(channel).unwrap_or_default().into();
            post.author = Author {
                id: self.author_page.clone().map(Into::into),
                name: self.author.clone().map(Into::into),
                handle: None,
            };
        }
        post.url = self.link.clone().or_else(|| self.id.clone().filter(|id| is_address(id))).map(Into::into);
        self.say(&mut post);
        if post.text.is_empty() && post.id.is_empty() && post.url.is_none() {
            return Err("no text".to_owned());
        }
        Ok(post)
    }

    /// An id that no other feed uses: some number their items 1, 2, 3.
    fn web_id(&self, channel: &Channel) -> Option<String> {
        let id = self
            .id
            .as_deref()
            .filter(|id| is_address(id) || id.starts_with("tag:") || id.starts_with("urn:"));
        let numbered = || Some(format!("{}#{}", channel.link.as_ref()?, self.id.as_ref()?));
        id.map(str::to_owned).or_else(|| self.link.clone()).or_else(numbered).or_else(|| self.id.clone())
    }

    /// A tag feed has the page of a post, `https://HOST/@NAME/NUMBER`; its identity is the address by which servers know it, which Mastodon
    /// makes of the same parts. (Accounts made by the newest versions have numbers there: then the post has two ids. `docs/formats.md`.)
    fn name_fediverse(&self, post: &mut Draft<'_>) {
        let page = self.link.as_deref().or(self.id.as_deref()).unwrap_or_default();
        let parts = page.split_once("/@").and_then(|(host, rest)| {
            let (name, number) = rest.split_once('/')?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            (is_number && !name.contains('@')).then(|| (format!("{host}/users/{name}"), number))
        });
        post.author.handle = handle_in(page).map(Into::into);
        match parts {
            Some((account, number)) => {
                post.id = format!("{account}/statuses/{number}").into();
                post.author.id = Some(account.into());
            }
            None => post.id = page.to_owned().into(),
        }
    }

    /// A text of the feed. RSS never says whether one is HTML, and it mostly is; Atom does.
    fn said(&self, inner: &str, attributes: &Attributes<'_>) -> Option<Said> {
        let said = match attributes("type").as_deref() {
            Some("xhtml") => Said { text: inner.trim().to_owned(), is_html: true },
            Some("text" | "text/plain") => Said { text: plain(inner), is_html: false },
            None if self.is_atom => Said { text: plain(inner), is_html: false },
            _ => Said { text: plain(inner), is_html: true },
        };
        Some(said).filter(|said| !said.text.is_empty())
    }

    fn say(&self, post: &mut Draft<'_>) {
        let body = self.body.as_ref().filter(|body| !body.text.is_empty()).or(self.summary.as_ref());
        let title = self.title.as_ref().map(Said::without_markup).unwrap_or_default();
        let mut text = String::new();
        if let Some(body) = body {
            let html = if body.is_html { to_text(&body.text) } else { Html::default() };
            post.links.extend(
                html.anchors
                    .iter()
                    .filter(|anchor| anchor.is_link())
                    .map(|anchor| anchor.href.clone().into()),
            );
            let tags = html.anchors.iter().filter(|anchor| anchor.is_tag());
            post.tags.extend(tags.map(|anchor| anchor.text.clone().into()));
            text = if body.is_html { html.text.into_owned() } else { body.text.clone() };
        }
        // Some repeat the text as its own title, cut or not.
        let repeats = text.starts_with(title.trim_end_matches(['…', '.']));
        post.text = match (title.is_empty() || repeats && !text.is_empty(), text.is_empty()) {
            (true, _) => text,
            (false, true) => title,
            (false, false) => format!("{title}\n\n{text}"),
        }
        .into();
        post.tags.extend(self.categories.iter().map(|category| category.clone().into()));
    }
}

impl Said {
    fn without_markup(&self) -> String {
        if self.is_html { to_text(&self.text).text.into_owned() } else { self.text.clone() }
    }
}

fn time(text: &str) -> Result<(Timestamp, TimePrecision), String> {
    TimeReader::utc().read(text).map_err(|error| error.to_string())
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
