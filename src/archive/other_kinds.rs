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
    } else {
        None
    }
}

/// Whether columns with these names (compared without case and signs) are those of accounts; `text` is what would be read as a post's text.
/// A profile has a description, and so may a post: it tells only where there is no other text.
pub(super) fn are_profiles(names: &[&str], text: Option<&str>) -> bool {
    const OF_ACCOUNTS: [&str; 13] = [
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
