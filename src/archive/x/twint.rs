//! X as twint wrote it: JSON lines and CSV with the same names, in their versions.

use super::common::{PLATFORM, decode, new_post};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, from_text, read_frame};
use crate::archive::record::{Cells, Fate, KnownTable, Table, count_text};
use crate::archive::times::TimeReader;
use crate::archive::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::{Author, Draft, Metrics, Repost, TimePrecision, TimeTrust, Timestamp, snowflake_time};
use std::borrow::Cow;

/// Lines and tables of twint.
pub(in crate::archive) struct XTwint;

/// Columns that together no other tool has.
const SIGNS: [&str; 4] = ["id", "conversation_id", "tweet", "username"];

impl ArchiveFormat for XTwint {
    fn name(&self) -> &'static str {
        "x-twint"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) by twint: JSON lines or CSV with `conversation_id` and `tweet`"
    }
    fn known_by(&self) -> &'static str {
        "the keys or columns of twint: `conversation_id`, `tweet` and others"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let is_text = |value: Option<&Raw<'_>>| matches!(value, Some(Raw::Text(_)));
        let ours = |record: &Raw<'_>| {
            SIGNS.iter().all(|key| record.get(key).is_some()) && is_text(record.get("tweet"))
        };
        if head.table().is_some_and(|table| table.has(&SIGNS)) {
            return Confidence::Certain;
        }
        head.has_record(ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let times = TimeReader::new(&options.times_in)
            .ok_or_else(|| Refusal::UnknownZone(options.times_in.clone()))?;
        if head.framing().is_some() {
            return head.json_plan(TwintParser { times, asked: Asked::of(options) });
        }
        let known = KnownTable { platform: PLATFORM, fields: &[] };
        let options = ReadOptions { map: Vec::new(), keep: Vec::new(), ..options.clone() };
        Table::find(head, &options)?.known(&known, &options, move |post, row| fill(post, row, &times))
    }
}

/// A row as a post.
fn fill<'v>(post: &mut Draft<'v>, row: &Cells<'v>, times: &TimeReader) -> Fate {
    let get = |name: &str| row.get(name).map(|text| Raw::Text(Cow::Borrowed(text)));
    match to_post(&get, times, post.provenance.offset) {
        Ok(read) => {
            *post = read;
            Fate::Post
        }
        Err(reason) => Fate::Reject(reason),
    }
}

struct TwintParser {
    times: TimeReader,
    asked: Asked,
}

impl Parser for TwintParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let record: Raw<'_> = from_text(text)?;
            let get = |name: &str| record.get(name).map(Raw::borrowed);
            let post = to_post(&get, &self.times, frame.offset);
            self.asked.put(post, true, frame, out);
            Ok(())
        });
    }
}

/// Looks a field up.
type Get<'g, 'v> = &'g dyn Fn(&str) -> Option<Raw<'v>>;

/// The first of some fields that says something; versions name them differently.
fn word<'v>(get: Get<'_, 'v>, names: &[&str]) -> Option<Cow<'v, str>> {
    let said = |name: &&str| get(name)?.into_text().filter(|text| !is_nothing(text));
    names.iter().find_map(said)
}

fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text == "None" || text == "nan"
}

fn to_post<'v>(get: Get<'_, 'v>, times: &TimeReader, offset: u64) -> Result<Draft<'v>, String> {
    let id = word(get, &["id", "id_str"]).ok_or("not a post: no id")?;
    let text = word(get, &["tweet", "text"]).ok_or("not a post: no text")?;
    let count = |names: &[&str]| word(get, names).and_then(|text| count_text(&text));
    let metrics = Metrics {
        likes: count(&["likes_count", "nlikes", "likes"]),
        reposts: count(&["retweets_count", "nretweets", "retweets"]),
        replies: count(&["replies_count", "nreplies", "replies"]),
        ..Metrics::default()
    };
    let author = Author {
        id: word(get, &["user_id", "user_id_str"]),
        handle: word(get, &["username"]),
        name: word(get, &["name"]),
    };
    let passed_on = passed_on(get, &id);
    // The clock of twint is that of the computer it ran on; ids since 2010 know better.
    let claimed = match &passed_on {
        Some(_) => word(get, &["retweet_date"]),
        None => word(get, &["created_at"]).or_else(|| word(get, &["datetime"])),
    };
    let (own_id, author, repost_of) = match passed_on {
        Some(passed_on) => (passed_on.id, passed_on.by, Some(id)),
        None => (id, author, None),
    };
    let time = posted_at(get, claimed.as_deref(), &own_id, times)?;
    let mut post = new_post(own_id, time, author, metrics, offset);
    post.text = match text {
        Cow::Borrowed(text) => decode(text),
        Cow::Owned(text) => decode(&text).into_owned().into(),
    };
    post.url = word(get, &["link"]).filter(|_| repost_of.is_none());
    post.lang = word(get, &["language", "lang"]).filter(|lang| lang != "und");
    let says_so = word(get, &["retweet"]).is_some_and(|said| said.eq_ignore_ascii_case("true"));
    post.repost = if says_so || repost_of.is_some() { Repost::Yes } else { Repost::No };
    post.repost_of = repost_of;
    let quoted = word(get, &["quote_url"]);
    post.quote_of = quoted.as_deref().and_then(super::common::id_in).map(|id| id.to_owned().into());
    post.tags = words(get("hashtags"), "");
    post.links = words(get("urls"), "url");
    post.mentions = words(get("mentions"), "screen_name");
    post.mentions.extend(words(get("reply_to"), "username"));
    Ok(post)
}

/// A repost: the record is its original's, with who passed it on.
struct PassedOn<'v> {
    id: Cow<'v, str>,
    by: Author<Cow<'v, str>>,
}

/// Who passed the post of this record on, if anybody did.
fn passed_on<'v>(get: Get<'_, 'v>, original: &str) -> Option<PassedOn<'v>> {
    let by = Author { id: word(get, &["user_rt_id"]), handle: word(get, &["user_rt"]), name: None };
    let account = by.id.as_deref().or(by.handle.as_deref())?;
    // Older versions give the repost's id, newer ones that of the original again.
    let own = word(get, &["retweet_id"]).filter(|id| id != original);
    let id = own.unwrap_or_else(|| format!("{original}/retweet/{account}").into());
    Some(PassedOn { id, by })
}

fn posted_at(
    get: Get<'_, '_>,
    claimed: Option<&str>,
    id: &str,
    times: &TimeReader,
) -> Result<(Timestamp, TimePrecision, TimeTrust), String> {
    if let Some(at) = snowflake_time(id) {
        return Ok((at, TimePrecision::Millisecond, TimeTrust::Id));
    }
    let by_parts = || Some(format!("{} {}", word(get, &["date"])?, word(get, &["time"])?));
    let claimed = claimed.map(str::to_owned).or_else(by_parts).ok_or("no time")?;
    let read = times.read(&claimed).or_else(|error| {
        // `2010-03-07 20:44:00 Eastern Daylight Time`: the zone is a word of the system.
        claimed.get(..19).map_or(Err(error.clone()), |local| times.read(local).map_err(|_| error))
    });
    let (at, precision) = read.map_err(|error| error.to_string())?;
    Ok((at, precision, TimeTrust::Claimed))
}

/// The words of a list, or what its objects have under a key; tables hold lists as Python prints them.
fn words<'v>(list: Option<Raw<'v>>, key: &str) -> Vec<Cow<'v, str>> {
    match list {
        Some(Raw::List(values)) => {
            let found = values.into_iter().filter_map(|value| match value.get(key) {
                Some(member) => member.text().map(|text| text.into_owned().into()),
                None => value.into_text(),
            });
            found.filter(|word| !is_nothing(word)).collect()
        }
        Some(Raw::Text(text)) => python_words(&text, key).into_iter().map(Cow::Owned).collect(),
        _ => Vec::new(),
    }
}

/// The strings of `['a', "b"]`, or of `[{'screen_name': 'a', 'id': '1'}]` those that follow the key.
fn python_words(text: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_list_of_objects = text.contains('{');
    let mut follows_key = false;
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"']) {
        let (_, quoted) = rest.split_at(at);
        let quote = if quoted.starts_with('\'') { '\'' } else { '"' };
        let inside = quoted.get(1..).unwrap_or_default();
        let Some((word, after)) = inside.split_once(quote) else { break };
        let is_key = is_list_of_objects && after.trim_start().starts_with(':');
        if is_key {
            follows_key = word == key;
        } else if !word.is_empty() && (!is_list_of_objects || follows_key) {
            found.push(word.to_owned());
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_python_printed() {
        #[track_caller]
        fn check(text: &str, key: &str, expected: &[&str]) {
            assert_eq!(python_words(text, key), expected, "{text}");
        }
        check("['vault7', \"cia\"]", "", &["vault7", "cia"]);
        check("[]", "", &[]);
        check("", "", &[]);
        check("['open", "", &[]);
        check(
            "[{'screen_name': 'demo_a', 'name': \"it's\", 'id': '1'}, {'screen_name': 'demo_b'}]",
            "screen_name",
            &["demo_a", "demo_b"],
        );
        check("['https://a.example/1,2']", "url", &["https://a.example/1,2"]);
    }
}
