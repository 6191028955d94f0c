//! What servers of the Fediverse hand out that holds no posts: told by its fields and refused by name.

use super::common::has;
use crate::archive::json::Raw;

/// What a record of the Mastodon or Misskey API is, if it is no post and we know it.
pub(super) fn other_kind(record: &Raw<'_>) -> Option<&'static str> {
    let known = |keys: &[&str]| keys.iter().all(|key| record.get(key).is_some());
    if has(record, "content") && has(record, "uri") {
        return None;
    }
    if known(&["acct", "username"]) && !known(&["content"]) {
        Some("user profiles")
    } else if known(&["notification_groups"])
        || known(&["id", "type", "created_at", "account"]) && !known(&["visibility"])
        || known(&["id", "type", "createdAt"]) && (known(&["user"]) || known(&["note"]))
    {
        Some("notifications")
    } else if known(&["id", "createdAt", "note"]) {
        Some("favourites or clips, the posts of others")
    } else if known(&["accounts", "last_status", "unread"]) {
        Some("conversations (direct messages)")
    } else if known(&["followed_by", "following"]) || known(&["isFollowing", "isFollowed"]) {
        Some("relations between accounts")
    } else if known(&["title", "version"]) && (known(&["uri", "stats"]) || known(&["domain", "usage"])) {
        Some("the description of a server")
    } else if known(&["scheduled_at", "params"]) {
        Some("posts that are not published yet")
    } else if known(&["content", "spoiler_text", "created_at", "account"]) && !known(&["id"]) {
        Some("the versions of one post, without its id")
    } else if known(&["id", "text", "spoiler_text"]) && !known(&["account"]) {
        Some("the source of one post, without author and time")
    } else if known(&["name", "url", "history"]) {
        Some("tags and how often they are used")
    } else if known(&["votes_count", "options"]) {
        Some("polls")
    } else if known(&["id", "username", "host"]) && (known(&["avatarUrl"]) || known(&["notesCount"])) {
        Some("user profiles")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::json::from_text;

    #[test]
    fn what_holds_no_posts_has_a_name() {
        #[track_caller]
        fn check(record: &str, expected: Option<&str>) {
            assert_eq!(other_kind(&from_text(record).unwrap()), expected, "{record}");
        }
        check(
            r#"{"id":"1","username":"demo_a","acct":"demo_a","created_at":"x","note":""}"#,
            Some("user profiles"),
        );
        check(r#"{"id":"1","username":"demo_a","host":null,"avatarUrl":null}"#, Some("user profiles"));
        check(
            r#"{"id":"1","type":"mention","created_at":"x","account":{},"status":{}}"#,
            Some("notifications"),
        );
        check(r#"{"id":"1","type":"reaction","createdAt":"x","user":{},"note":{}}"#, Some("notifications"));
        check(
            r#"{"id":"1","createdAt":"x","noteId":"2","note":{}}"#,
            Some("favourites or clips, the posts of others"),
        );
        check(r#"{"id":"1","following":true,"followed_by":false}"#, Some("relations between accounts"));
        check(
            r#"{"uri":"one.example","title":"t","version":"4.2","stats":{}}"#,
            Some("the description of a server"),
        );
        check(r#"{"id":"1","acct":"demo_a","username":"demo_a","content":"c","uri":"u"}"#, None);
        check(r#"{"text":"t"}"#, None);
        check("[]", None);
    }
}
