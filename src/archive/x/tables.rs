//! Tables of X's posts whose columns we know: twarc-csv, TAGS, rtweet, minet and gazouilloire, DMI-TCAT, the old account archive, the two troll sets (of `FiveThirtyEight`
//! and of X itself). Told by their headers.

use super::common::{Entities, PLATFORM, decode, id_in, unwrap_repost};
use crate::archive::options::NOT_PUBLIC;
use crate::archive::record::{Cells, Fate, Field, KnownTable, Table};
use crate::archive::{ArchiveFormat, Confidence, Head, Plan, ReadOptions, Refusal};
use crate::post::{Draft, Repost};
use std::borrow::Cow;

/// Tables of known tools.
pub(in crate::archive) struct XCsv;

impl ArchiveFormat for XCsv {
    fn name(&self) -> &'static str {
        "x-csv"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) tables of twarc-csv, TAGS, rtweet, minet, gazouilloire, TCAT, and of the sets that X and FiveThirtyEight published"
    }
    fn known_by(&self) -> &'static str {
        "columns that stand together only in the tables of one known tool"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if head.table().and_then(tool_of).is_some() { Confidence::Certain } else { Confidence::No }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let table = Table::find(head, options)?;
        let tool = tool_of(&table).ok_or(Refusal::Unreadable(
            "it has the columns of none of the tools that are known; `--format csv` guesses columns",
        ))?;
        let private = options.include_private;
        let known = KnownTable { platform: PLATFORM, fields: tool.fields };
        let mut plan = table.known(&known, options, move |post, row| {
            if !private && row.get(PROTECTED).or_else(|| row.get("protected")).is_some_and(is_true) {
                return Fate::Unselected(NOT_PUBLIC);
            }
            tidy(tool, post, row);
            (tool.fix)(post, row);
            Fate::Post
        })?;
        plan.notes.insert(0, format!("columns as {} writes them", tool.name));
        plan.notes.extend(damage(&table, tool));
        Ok(plan)
    }
}

/// The column of twarc-csv that says whether few may read an account; others call it `protected`.
const PROTECTED: &str = "author.protected";

/// What one tool writes.
struct Tool {
    name: &'static str,
    /// Columns that together no other tool has.
    signs: &'static [&'static str],
    fields: &'static [(Field, &'static [&'static str])],
    /// What is particular to its rows.
    fix: for<'v> fn(&mut Draft<'v>, &Cells<'v>),
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "twarc-csv",
        signs: &["id", "text", "author_id", "created_at", "public_metrics.retweet_count"],
        fields: &[
            (Field::Time, &["created_at"]),
            (Field::Text, &["text"]),
            (Field::Id, &["id"]),
            (Field::Author, &["author_id", "author.id"]),
            (Field::Handle, &["author.username"]),
            (Field::Name, &["author.name"]),
            (Field::Tags, &["entities.hashtags"]),
            (Field::Links, &["entities.urls"]),
            (Field::Mentions, &["entities.mentions"]),
            (Field::Lang, &["lang"]),
            (Field::RepostOf, &["referenced_tweets.retweeted.id"]),
            (Field::QuoteOf, &["referenced_tweets.quoted.id"]),
            (Field::ReplyTo, &["referenced_tweets.replied_to.id"]),
            (Field::Likes, &["public_metrics.like_count"]),
            (Field::Reposts, &["public_metrics.retweet_count"]),
            (Field::Replies, &["public_metrics.reply_count"]),
            (Field::Quotes, &["public_metrics.quote_count"]),
            (Field::Views, &["public_metrics.impression_count"]),
            (Field::Collected, &["__twarc.retrieved_at"]),
        ],
        fix: |_, _| {},
    },
    Tool {
        name: "TAGS",
        signs: &["id_str", "from_user", "text", "created_at"],
        fields: &[
            (Field::Time, &["created_at"]),
            (Field::Text, &["text"]),
            (Field::Id, &["id_str"]),
            (Field::Author, &["from_user_id_str"]),
            (Field::Handle, &["from_user"]),
            (Field::Url, &["status_url"]),
            (Field::ReplyTo, &["in_reply_to_status_id_str"]),
            (Field::Lang, &["lang"]),
        ],
        fix: fix_tags,
    },
    Tool {
        name: "rtweet",
        signs: &["status_id", "screen_name", "text", "created_at", "is_retweet"],
        fields: &[
            (Field::Time, &["created_at"]),
            (Field::Text, &["text"]),
            (Field::Id, &["status_id"]),
            (Field::Url, &["status_url"]),
            (Field::Author, &["user_id"]),
            (Field::Handle, &["screen_name"]),
            (Field::Name, &["name"]),
            (Field::Tags, &["hashtags"]),
            (Field::Links, &["urls_expanded_url", "urls_url"]),
            (Field::Mentions, &["mentions_screen_name"]),
            (Field::Lang, &["lang"]),
            (Field::Repost, &["is_retweet"]),
            (Field::RepostOf, &["retweet_status_id"]),
            (Field::QuoteOf, &["quoted_status_id"]),
            (Field::ReplyTo, &["reply_to_status_id"]),
            (Field::Likes, &["favorite_count"]),
            (Field::Reposts, &["retweet_count"]),
            (Field::Replies, &["reply_count"]),
            (Field::Quotes, &["quote_count"]),
        ],
        fix: fix_rtweet,
    },
    Tool {
        name: "minet or gazouilloire",
        signs: &["id", "timestamp_utc", "local_time", "user_screen_name", "text"],
        fields: &[
            (Field::Time, &["timestamp_utc"]),
            (Field::Text, &["text"]),
            (Field::Id, &["id"]),
            (Field::Url, &["url"]),
            (Field::Author, &["user_id"]),
            (Field::Handle, &["user_screen_name"]),
            (Field::Name, &["user_name"]),
            (Field::Tags, &["hashtags"]),
            (Field::Links, &["links"]),
            (Field::Mentions, &["mentioned_names"]),
            (Field::Lang, &["lang"]),
            (Field::RepostOf, &["retweeted_id"]),
            (Field::QuoteOf, &["quoted_id"]),
            (Field::ReplyTo, &["to_tweetid"]),
            (Field::Likes, &["like_count"]),
            (Field::Reposts, &["retweet_count"]),
            (Field::Replies, &["reply_count"]),
            (Field::Quotes, &["quote_count"]),
            (Field::Views, &["impression_count"]),
            (Field::Collected, &["collection_time"]),
        ],
        fix: |_, _| {},
    },
    Tool {
        name: "TCAT",
        signs: &["id", "time", "created_at", "from_user_name", "text"],
        fields: &[
            (Field::Time, &["time"]),
            (Field::Text, &["text"]),
            (Field::Id, &["id"]),
            (Field::Author, &["from_user_id"]),
            (Field::Handle, &["from_user_name"]),
            (Field::Name, &["from_user_realname"]),
            (Field::Tags, &["hashtags"]),
            (Field::Links, &["urls_expanded", "urls_followed", "urls"]),
            (Field::Mentions, &["mentions"]),
            (Field::Lang, &["lang"]),
            (Field::RepostOf, &["retweeted_id", "retweet_id"]),
            (Field::QuoteOf, &["quoted_status_id"]),
            (Field::ReplyTo, &["in_reply_to_status_id"]),
            (Field::Likes, &["favorite_count"]),
            (Field::Reposts, &["retweet_count"]),
            (Field::Replies, &["reply_count"]),
            (Field::Collected, &["collected_at_timestamp"]),
        ],
        fix: |post, _| guess_repost(post),
    },
    Tool {
        name: "the account archive of before 2018",
        signs: &["tweet_id", "timestamp", "source", "text", "expanded_urls"],
        fields: &[
            (Field::Time, &["timestamp"]),
            (Field::Text, &["text"]),
            (Field::Id, &["tweet_id"]),
            (Field::Links, &["expanded_urls"]),
            (Field::RepostOf, &["retweeted_status_id"]),
            (Field::ReplyTo, &["in_reply_to_status_id"]),
        ],
        fix: |_, _| {},
    },
    Tool {
        name: "X's own disclosures of operations",
        signs: &["tweetid", "userid", "tweet_text", "tweet_time", "is_retweet"],
        fields: &[
            (Field::Time, &["tweet_time"]),
            (Field::Text, &["tweet_text"]),
            (Field::Id, &["tweetid"]),
            (Field::Author, &["userid"]),
            (Field::Handle, &["user_screen_name"]),
            (Field::Name, &["user_display_name"]),
            (Field::Tags, &["hashtags"]),
            (Field::Links, &["urls"]),
            (Field::Lang, &["tweet_language"]),
            (Field::Repost, &["is_retweet"]),
            (Field::RepostOf, &["retweet_tweetid"]),
            (Field::QuoteOf, &["quoted_tweet_tweetid"]),
            (Field::ReplyTo, &["in_reply_to_tweetid"]),
            (Field::Likes, &["like_count"]),
            (Field::Reposts, &["retweet_count"]),
            (Field::Replies, &["reply_count"]),
            (Field::Quotes, &["quote_count"]),
        ],
        fix: |_, _| {},
    },
    Tool {
        name: "FiveThirtyEight's set",
        signs: &[
            "content",
            "publish_date",
            "harvested_date",
            "following",
            "followers",
            "updates",
            "post_type",
        ],
        fields: &[
            (Field::Time, &["publish_date"]),
            (Field::Text, &["content"]),
            (Field::Id, &["tweet_id"]),
            (Field::Url, &["article_url"]),
            (Field::Author, &["alt_external_id", "external_author_id"]),
            (Field::Handle, &["author", "author_id"]),
            (Field::Lang, &["language"]),
            (Field::Repost, &["retweet"]),
            (Field::Collected, &["harvested_date"]),
        ],
        fix: fix_troll_set,
    },
];

fn tool_of(table: &Table) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| table.has(tool.signs))
}

fn is_true(flag: &str) -> bool {
    flag.eq_ignore_ascii_case("true") || flag == "1"
}

/// What has to be said about ids that went through a spreadsheet.
fn damage(table: &Table, tool: &Tool) -> Option<String> {
    let (_, names) = tool.fields.iter().find(|(field, _)| *field == Field::Id)?;
    let columns = table.columns();
    let column = columns.iter().find(|column| names.contains(&column.name.as_str()))?;
    let broken = column.values.iter().any(|id| whole_id(id.as_str().into()).is_none());
    broken.then(|| {
        let name = &column.name;
        format!("ids in `{name}` lost digits (`9.1E+17`): such posts get theirs from their address, else from author, time and text")
    })
}

/// How ids end that were rounded to a few digits; one of a thousand million ends so by itself.
const ROUNDED: &str = "000000000";
/// So many digits survive in a number of a spreadsheet or data frame.
const SAFE_DIGITS: usize = 15;

/// An id as X gave it; `None` if what stands there is none, or a number that lost its last digits.
fn whole_id(id: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // R and spreadsheets: so that it is not read as a number.
    if let Some(bare) = id.strip_prefix(['x', '\'']).filter(|bare| is_number(bare)) {
        return Some(bare.to_owned().into());
    }
    // Python: a column with holes is one of fractions.
    if let Some(whole) = id.strip_suffix(".0").filter(|whole| is_number(whole)) {
        return (whole.len() <= SAFE_DIGITS).then(|| whole.to_owned().into());
    }
    // Rounded, and written out again.
    let rounded = is_number(&id) && id.len() > SAFE_DIGITS && id.ends_with(ROUNDED);
    let numeric = |byte: u8| byte.is_ascii_digit() || b".,+-eE".contains(&byte);
    let broken = id.starts_with(|c: char| c.is_ascii_digit()) && id.bytes().all(numeric) && !is_number(&id);
    (!broken && !rounded && !is_nothing(&id) && id != "0" && id != "-1").then_some(id)
}

/// The id in a post's own address, which no spreadsheet takes for a number and rounds.
fn id_of_address<'v>(address: &str) -> Option<Cow<'v, str>> {
    let is_post = address.contains("/status/") || address.contains("/statuses/");
    let id = id_in(address).filter(|_| is_post)?;
    whole_id(id.to_owned().into())
}

/// What R, Python and databases write where nothing is.
fn is_nothing(word: &str) -> bool {
    ["", "NA", "N/A", "nan", "NaN", "None", "null", "NULL", "<NA>", "absent"].contains(&word)
}

/// What every tool may have done to a post on its way through a table.
fn tidy<'v>(tool: &Tool, post: &mut Draft<'v>, row: &Cells<'v>) {
    post.text = match std::mem::take(&mut post.text) {
        Cow::Borrowed(text) => decode(text),
        Cow::Owned(text) => decode(&text).into_owned().into(),
    };
    post.id = whole_id(std::mem::take(&mut post.id)).unwrap_or_default();
    if post.id.is_empty() {
        post.id = post.url.as_deref().and_then(id_of_address).unwrap_or_default();
    }
    if post.repost_of.as_deref().is_some_and(is_nothing) {
        let flag = tool.fields.iter().find(|(field, _)| *field == Field::Repost).map(|(_, names)| *names);
        let flag = flag.unwrap_or_default().iter().find_map(|name| row.get(name));
        post.repost = if flag.is_some_and(is_true) { Repost::Yes } else { Repost::No };
    }
    for id in [&mut post.repost_of, &mut post.quote_of, &mut post.reply_to, &mut post.author.id] {
        *id = id.take().and_then(whole_id);
    }
    for word in [&mut post.author.handle, &mut post.author.name, &mut post.lang, &mut post.url] {
        *word = word.take().filter(|word| !is_nothing(word));
    }
    for list in [&mut post.tags, &mut post.links, &mut post.mentions] {
        list.retain(|word| !is_nothing(word));
    }
    if post.repost == Repost::Yes {
        unwrap_repost(post);
    }
}

/// Tools that have no column for it give texts as the API gave them: what begins with `RT @` passes another post on, and is cut as ever.
fn guess_repost(post: &mut Draft<'_>) {
    if post.repost == Repost::Yes {
        return;
    }
    post.repost = if post.text.starts_with("RT @") { Repost::Yes } else { Repost::No };
    post.truncated |= post.repost == Repost::Yes && post.text.ends_with('…');
}

fn fix_tags<'v>(post: &mut Draft<'v>, row: &Cells<'v>) {
    guess_repost(post);
    let entities = row.get("entities_str").and_then(|text| serde_json::from_str::<Entities<'_>>(text).ok());
    let mut found = Draft::default();
    if let Some(entities) = &entities {
        entities.add_to(&mut found);
    }
    for (list, words) in
        [(&mut post.tags, found.tags), (&mut post.links, found.links), (&mut post.mentions, found.mentions)]
    {
        list.extend(words.into_iter().map(|word| Cow::Owned(word.into_owned())));
    }
}

fn fix_rtweet<'v>(post: &mut Draft<'v>, row: &Cells<'v>) {
    let said = |name: &str| row.get(name).filter(|text| !is_nothing(text));
    if post.repost != Repost::Yes {
        return;
    }
    if let Some(text) = said("retweet_text") {
        post.text = decode(text);
        post.truncated = false;
    }
    post.mentions.extend(said("retweet_screen_name").map(Cow::Borrowed));
}

fn fix_troll_set<'v>(post: &mut Draft<'v>, row: &Cells<'v>) {
    let resolved = ["tco1_step1", "tco2_step1", "tco3_step1"].into_iter().filter_map(|name| row.get(name));
    post.links.extend(resolved.map(Cow::Borrowed));
}
