//! One captured object as a post, by the shape of its platform.

use super::shapes::Shape;
use crate::archive::json::{Raw, Word, count};
use crate::archive::times::{Read, TimeReader};
use crate::post::{Author, Draft, Metrics, Provenance, Repost, TimePrecision, TimeTrust, Timestamp};
use crate::text::html::to_text;
use std::borrow::Cow;

/// 2003, when the first of the platforms opened whose ids carry a time: what says less is no time.
const EARLIEST_MS: i64 = 1_041_379_200_000;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Plain,
    Html,
}

/// The value at the end of a path; a number in it is a place in a list.
pub(super) fn value<'r>(data: &'r Raw<'_>, path: &str) -> Option<&'r Raw<'r>> {
    path.split('.').try_fold(data, |value, key| match value {
        Raw::List(values) => values.get(key.parse::<usize>().ok()?),
        _ => value.get(key),
    })
}

/// The first path that ends at a word that says something.
fn word<'r>(data: &'r Raw<'_>, paths: &[&str]) -> Option<Cow<'r, str>> {
    // A page that was captured before its script ran says that it does not know.
    let says = |path: &&str| {
        value(data, path).and_then(Raw::text).filter(|text| !text.trim().is_empty() && text != "$undefined")
    };
    paths.iter().find_map(says)
}

fn number(data: &Raw<'_>, paths: &[&str]) -> Option<u64> {
    count(word(data, paths).map(Word).as_ref())
}

fn object<'r>(data: &'r Raw<'_>, paths: &[&str]) -> Option<&'r Raw<'r>> {
    paths.iter().find_map(|path| value(data, path).filter(|found| matches!(found, Raw::Map(_))))
}

fn list<'r>(data: &'r Raw<'_>, places: &[(&str, &str)]) -> Vec<Cow<'r, str>> {
    let members = |(path, key): &(&str, &str)| -> Vec<Cow<'r, str>> {
        let Some(Raw::List(values)) = value(data, path) else { return Vec::new() };
        values.iter().filter_map(|member| member.get(key).unwrap_or(member).text()).collect()
    };
    places.iter().flat_map(members).collect()
}

impl Shape {
    /// Whether not everybody can see the post.
    pub(super) fn is_closed(&self, data: &Raw<'_>) -> bool {
        let closed = |path: &&str| value(data, path) == Some(&Raw::Bool(true));
        let visibility = data.get("visibility").and_then(Raw::text);
        self.closed.iter().any(closed) || matches!(visibility.as_deref(), Some("private" | "direct"))
    }

    /// What else stands among the posts, and why it is none.
    pub(super) fn is_other(&self, data: &Raw<'_>) -> Option<&'static str> {
        let says = |key: &str, word: &str| matches!(data.get(key), Some(Raw::Text(text)) if text == word);
        let advertised = says("product_type", "ad") || data.get("is_ad") == Some(&Raw::Bool(true));
        if advertised && matches!(self.platform, "instagram" | "imgur") {
            return Some("an advertisement");
        }
        let listed = says("type", "group") || says("type", "user");
        (self.platform == "gab" && listed).then_some("an account or a group")
    }

    /// The objects that the post passes on or quotes.
    pub(super) fn referenced<'r>(&self, data: &'r Raw<'r>) -> impl Iterator<Item = &'r Raw<'r>> {
        [object(data, self.original), object(data, self.quoted)].into_iter().flatten()
    }

    fn id<'r>(&self, data: &'r Raw<'r>) -> Option<Cow<'r, str>> {
        let id = word(data, self.id)?;
        if self.platform != "linkedin" {
            return Some(id);
        }
        // `urn:li:fsd_update:(urn:li:activity:7041,MAIN_FEED,…)`
        let digits = |text: &str, sign: &str| {
            let (_, rest) = text.split_once(sign)?;
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest.get(..end).filter(|digits| !digits.is_empty()).map(str::to_owned)
        };
        ["activity:", "ugcPost:", "share:"].iter().find_map(|sign| digits(&id, sign)).map(Cow::Owned)
    }

    /// As the object says; else as the id says, where it carries a time.
    fn time(&self, data: &Raw<'_>, id: &str) -> Result<(Read, TimeTrust), String> {
        if let Some(text) = word(data, self.time) {
            let read = TimeReader::utc().read(&text).map_err(|error| error.to_string())?;
            return Ok((read, TimeTrust::Claimed));
        }
        let (at, precision) = time_of(self.platform, id).ok_or("no time")?;
        Ok(((at, precision), TimeTrust::Id))
    }

    fn text<'r>(&self, data: &'r Raw<'r>) -> (Cow<'r, str>, Vec<Cow<'r, str>>) {
        let mut links = list(data, self.links);
        let mut plain = |text: Cow<'r, str>| match self.markup {
            Markup::Plain => text,
            Markup::Html => {
                let html = to_text(&text);
                links.extend(
                    html.anchors
                        .iter()
                        .filter(|anchor| anchor.is_link())
                        .map(|anchor| Cow::Owned(anchor.href.clone())),
                );
                html.text.into_owned().into()
            }
        };
        let title = word(data, self.title).map(&mut plain);
        let text = word(data, self.text).map(&mut plain);
        let whole = match (title, text) {
            (Some(title), Some(text)) => format!("{title}\n\n{text}").into(),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => Cow::Borrowed(""),
        };
        (whole, links)
    }

    fn author<'r>(&self, data: &'r Raw<'r>) -> Author<Cow<'r, str>> {
        let handle = word(data, self.handle).map(|handle| match handle.split_once("linkedin.com/") {
            // `https://www.linkedin.com/in/demo?…`
            Some((_, path)) => {
                path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned().into()
            }
            None => handle,
        });
        Author { id: word(data, self.author), handle, name: word(data, self.name) }
    }

    /// The post that an object is, or why it is none. `id` is that of the envelope, for objects that have none.
    pub(super) fn post_of<'r>(
        &self,
        data: &'r Raw<'r>,
        id: Option<&'r str>,
        offset: u64,
    ) -> Result<Draft<'r>, String> {
        let id = self.id(data).or(id.map(Cow::Borrowed)).unwrap_or_default();
        let ((posted_at, time_precision), time_trust) = self.time(data, &id)?;
        let original = object(data, self.original);
        let source = original.unwrap_or(data);
        let (text, links) = self.text(source);
        let author = self.author(data);
        let address = || {
            let handle = author.handle.as_deref().unwrap_or_default();
            let known = !self.address.is_empty()
                && !id.is_empty()
                && (!handle.is_empty() || !self.address.contains("{handle}"));
            known.then(|| Cow::Owned(self.address.replace("{handle}", handle).replace("{id}", &id)))
        };
        let edited = word(data, self.edited).and_then(|text| TimeReader::utc().read(&text).ok());
        Ok(Draft {
            platform: self.platform.into(),
            url: word(data, self.url).or_else(address),
            author,
            posted_at,
            time_precision,
            time_trust,
            edited_at: edited.map(|(at, _)| at).filter(|at| *at > posted_at),
            text,
            tags: list(source, self.tags),
            links,
            mentions: list(source, self.mentions),
            lang: word(data, self.lang).filter(|lang| !matches!(lang.as_ref(), "und" | "un")),
            reply_to: self.reply_to.iter().find_map(|path| word(data, &[path]).filter(|id| id != "0")),
            repost: if original.is_some() { Repost::Yes } else { Repost::No },
            repost_of: original.and_then(|original| self.id(original)),
            quote_of: object(source, self.quoted).and_then(|quoted| self.id(quoted)),
            metrics: Metrics {
                likes: number(data, self.likes),
                reposts: number(data, self.reposts),
                replies: number(data, self.replies),
                quotes: number(data, self.quotes),
                views: number(data, self.views),
            },
            id,
            provenance: Provenance { offset, ..Provenance::default() },
            ..Draft::default()
        })
    }
}

/// The time that an id of some platforms begins with.
pub(super) fn time_of(platform: &str, id: &str) -> Option<Read> {
    let digits = || id.parse::<u64>().ok();
    let seconds = |seconds: u64| i64::try_from(seconds).ok()?.checked_mul(1000);
    let (ms, precision) = match platform {
        "linkedin" => (i64::try_from(digits()? >> 22).ok()?, TimePrecision::Millisecond),
        "tiktok" | "douyin" => (seconds(digits()? >> 32)?, TimePrecision::Second),
        "xiaohongshu" if id.len() == 24 => {
            (seconds(u64::from_str_radix(id.get(..8)?, 16).ok()?)?, TimePrecision::Second)
        }
        _ => return None,
    };
    Timestamp::from_millis(ms).ok().filter(|_| ms > EARLIEST_MS).map(|at| (at, precision))
}
