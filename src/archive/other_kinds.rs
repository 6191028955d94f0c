//! Files that come from the same tools as posts do, look much like them, and hold none: refused by name.

use super::json::Raw;

/// What the first records are, if we know it.
pub(super) fn other_kind(records: &[Raw<'_>]) -> Option<&'static str> {
    let first = records.iter().find(|record| matches!(record, Raw::Map(_)))?;
    let inner = match first.get("data") {
        Some(Raw::List(list)) => list.first(),
        other => other,
    };
    let has = |key: &str| first.get(key).or_else(|| inner?.get(key)).is_some();
    let named = has("screen_name") || has("username") || has("handle");
    if has("followers_count")
        || named && has("followers")
        || has("description") && has("username") && has("public_metrics")
    {
        Some("user profiles")
    } else if has("tweet_count") {
        Some("counts of posts")
    } else if has("action") && has("reason") {
        Some("compliance notices")
    } else if has("member_count") && has("owner_id") {
        Some("lists of accounts")
    } else if has("display_name") && has("subscribers") || has("subreddit_type") && has("public_description")
    {
        Some("subreddits")
    } else if has("link_karma") || has("comment_karma") {
        Some("user profiles of Reddit")
    } else if has("karma") && has("created") {
        Some("user profiles of Hacker News")
    } else if first.get("error").is_some_and(|error| error.get("message").is_some()) {
        Some("error messages of an API")
    } else {
        of_bluesky(first)
            .or_else(|| of_x(first, &has))
            .or_else(|| is_empty_page(first).then_some("an empty page"))
    }
}

/// Whether the list that a page would have its records in is empty.
fn is_empty_page(page: &Raw<'_>) -> bool {
    const LISTS: [&str; 11] = [
        "posts",
        "feed",
        "records",
        "data",
        "items",
        "results",
        "messages",
        "comments",
        "notes",
        "bookmarks",
        "hits",
    ];
    LISTS.iter().any(|key| matches!(page.get(key), Some(Raw::List(list)) if list.is_empty()))
}

/// What comes from Bluesky's API besides posts, alone or as a page.
fn of_bluesky(first: &Raw<'_>) -> Option<&'static str> {
    let has = |key: &str| first.get(key).is_some();
    let lists = |key: &str, inner: &str| match first.get(key) {
        Some(Raw::List(list)) => list.iter().any(|item| item.get(inner).is_some()),
        _ => false,
    };
    if has("followersCount")
        || has("did") && has("handle") && !has("uri")
        || lists("profiles", "did")
        || lists("actors", "did")
    {
        Some("user profiles")
    } else if lists("followers", "did") || lists("follows", "did") {
        Some("follows")
    } else if has("actor") && has("indexedAt") || lists("likes", "actor") {
        Some("likes")
    } else if lists("repostedBy", "did") {
        Some("accounts that passed on a post")
    } else if has("did") && has("creator") || lists("feeds", "creator") {
        Some("feed generators")
    } else if has("purpose") && has("creator") || lists("lists", "purpose") {
        Some("lists of accounts")
    } else if lists("notifications", "reason") {
        Some("notifications")
    } else if has("error") && (has("message") || matches!(first, Raw::Map(members) if members.len() <= 3)) {
        Some("error messages of an API")
    } else {
        None
    }
}

/// Whether columns with these names (compared without case and signs) are those of accounts; `text` is what would be read as a post's text.
/// A profile has a description, and so may a post: it tells only where there is no other text.
pub(super) fn are_profiles(names: &[&str], text: Option<&str>) -> bool {
    const OF_ACCOUNTS: [&str; 14] = [
        "did",
        "followers",
        "followerscount",
        "followercount",
        "publicmetricsfollowerscount",
        "follows",
        "followscount",
        "following",
        "followingcount",
        "friends",
        "friendscount",
        "starterpacks",
        "protected",
        "banner",
    ];
    let has = |wanted: &[&str]| wanted.iter().any(|name| names.contains(name));
    text.is_none_or(|text| ["description", "desc", "bio"].contains(&text))
        && has(&["handle", "screenname", "username", "acct"])
        && has(&OF_ACCOUNTS)
}

/// The same for a table, of whose columns only the names are asked.
pub(super) fn other_table<'c>(columns: impl Iterator<Item = &'c str>) -> Option<&'static str> {
    other_kind(&[Raw::Map(columns.map(|name| (name.into(), Raw::Null)).collect())])
}

/// Other answers of X's interfaces, by keys that stand together in no other.
const OF_X: &[(&[&str], &str)] = &[
    (&["followersCount", "username"], "user profiles"),
    (&["id", "name", "username"], "user profiles"),
    (&["rate_limit_context", "resources"], "limits of requests"),
    (&["timePeriod", "count"], "counts of posts"),
    (&["trends", "as_of"], "trends"),
    (&["trend_name"], "trends"),
    (&["woeid"], "places with trends"),
    (&["ids", "next_cursor"], "ids of accounts"),
    (&["id", "upload_url", "download_url"], "compliance jobs"),
    (&["redacted_at"], "compliance notices"),
    (&["dm_conversation_id"], "direct messages"),
    (&["member_count", "subscriber_count"], "lists of accounts"),
];

fn of_x(first: &Raw<'_>, has: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let known = OF_X.iter().find(|(keys, _)| keys.iter().all(|key| has(key)));
    let datum = first.get("data").unwrap_or(first);
    let datum = if let Raw::List(list) = datum { list.first()? } else { datum };
    let state = datum.get("state").and_then(Raw::text).unwrap_or_default();
    let is_space = datum.get("id").is_some() && ["live", "scheduled", "ended", "canceled"].contains(&&*state);
    known.map(|(_, kind)| *kind).or_else(|| is_space.then_some("spaces"))
}
