//! What the fixtures cannot show: refused files, and what a person may ask for.

use crate::archive::detect::detect;
use crate::archive::{Frame, Place, ReadOptions, Reject, Sink};
use crate::post::{Deletion, Draft};

#[derive(Default)]
struct Found {
    posts: Vec<(String, String)>,
    deleted: Vec<String>,
    rejects: Vec<String>,
    unselected: Vec<&'static str>,
}

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push((post.id.to_string(), post.text.to_string()));
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.deleted.push(deletion.post.id);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.reason);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.unselected.push(reason);
    }
}

/// Reads one record, whose format is found out.
fn read(record: &str, options: &ReadOptions) -> Found {
    let (_, plan) = detect(record.as_bytes(), None, options).unwrap();
    let mut found = Found::default();
    let frame = Frame { bytes: record.as_bytes(), offset: 0, place: Place::Line(1) };
    plan.parser.parse(&frame, &mut found);
    found
}

#[test]
fn files_without_posts_are_refused_by_name() {
    #[track_caller]
    fn check(file: &str, expected: &str) {
        let refusal =
            detect(file.as_bytes(), None, &ReadOptions::default()).err().map(|refusal| refusal.to_string());
        assert_eq!(refusal.as_deref(), Some(expected), "{file}");
    }
    let streams = r#""@context":"https://www.w3.org/ns/activitystreams""#;
    for (file, kind) in [
        (
            r#"[{"id":"1","username":"demo_a","acct":"demo_a","created_at":"2017-03-07","note":"n","followers_count":1}]"#,
            "user profiles",
        ),
        (
            r#"{"id":"1","username":"demo_a","acct":"demo_a","display_name":"A","created_at":"2017-03-07","note":"n"}"#,
            "user profiles",
        ),
        (
            r#"[{"id":"1","type":"mention","created_at":"2017-03-07","account":{"acct":"demo_a"},"status":{"content":"c"}}]"#,
            "notifications",
        ),
        (r#"{"accounts":[],"statuses":[],"notification_groups":[]}"#, "notifications"),
        (
            r#"[{"id":"1","following":true,"showing_reblogs":true,"followed_by":false}]"#,
            "relations between accounts",
        ),
        (r#"{"error":"This method requires an authenticated user"}"#, "error messages of an API"),
        (r#"{"domain":"one.example","title":"t","version":"4.2","usage":{}}"#, "the description of a server"),
        (
            r#"[{"id":"1","createdAt":"2023-03-07","type":"reaction","user":{},"note":{"text":"t"}}]"#,
            "notifications",
        ),
        (
            r#"[{"id":"1","createdAt":"2023-03-07","note":{"text":"t","visibility":"public"}}]"#,
            "favourites or clips, the posts of others",
        ),
        (
            &format!(
                "{{{streams},\"type\":\"Person\",\"id\":\"https://one.example/users/demo_a\",\"inbox\":\"i\",\"outbox\":\"outbox.json\"}}"
            ),
            "user profiles",
        ),
        (
            &format!(
                "{{{streams},\"id\":\"likes.json\",\"type\":\"OrderedCollection\",\"orderedItems\":[\"https://one.example/1\",\"https://one.example/2\"]}}"
            ),
            "only addresses of posts or accounts",
        ),
        (
            &format!(
                "{{{streams},\"type\":\"OrderedCollection\",\"totalItems\":3,\"first\":\"https://one.example/outbox?page=1\"}}"
            ),
            "the address of a collection",
        ),
    ] {
        check(file, &format!("it holds {kind}, not posts"));
    }
}

#[test]
fn what_is_not_public_and_what_is_referred_to_is_read_if_asked_for() {
    let account =
        r#""account":{"id":"1","username":"demo_a","acct":"demo_a","url":"https://one.example/@demo_a"}"#;
    let status = |id: &str, visibility: &str, more: &str| {
        format!(
            "{{\"id\":\"{id}\",\"uri\":\"https://one.example/users/demo_a/statuses/{id}\",\"created_at\":\"2017-03-07T13:00:00Z\",\"visibility\":\"{visibility}\",\"content\":\"<p>text {id}</p>\",{account}{more}}}"
        )
    };
    let private = ReadOptions { include_private: true, ..ReadOptions::default() };
    let referenced = ReadOptions { with_referenced: true, ..ReadOptions::default() };
    let direct = status("1", "direct", "");
    assert_eq!(read(&direct, &ReadOptions::default()).unselected, ["not public"]);
    assert_eq!(read(&direct, &private).posts.len(), 1);
    let boost = status("3", "public", &format!(",\"reblog\":{}", status("2", "public", "")));
    assert_eq!(read(&boost, &ReadOptions::default()).posts[0].1, "text 2");
    let both = read(&boost, &referenced);
    assert_eq!(
        both.posts.iter().map(|post| post.0.rsplit('/').next().unwrap()).collect::<Vec<_>>(),
        ["3", "2"]
    );
    let hidden = status("5", "public", &format!(",\"reblog\":{}", status("4", "private", "")));
    assert_eq!(read(&hidden, &referenced).unselected, ["not public", "not public"]);
    let quote = status(
        "7",
        "public",
        &format!(",\"quote\":{{\"state\":\"accepted\",\"quoted_status\":{}}}", status("6", "public", "")),
    );
    assert_eq!(read(&quote, &referenced).posts.len(), 2);
    let chain = status("9", "public", ",\"in_reply_to_id\":\"8\",\"in_reply_to_account_id\":\"1\"");
    assert!(read(&chain, &ReadOptions::default()).rejects.is_empty());
}

#[test]
fn addressing_decides_who_may_read() {
    #[track_caller]
    fn check(addressing: &str, public: bool) {
        let note = format!(
            "{{\"@context\":\"https://www.w3.org/ns/activitystreams\",\"type\":\"Note\",\"id\":\"https://one.example/1\",\"content\":\"c\",\"published\":\"2017-03-07T13:00:00Z\"{addressing}}}"
        );
        assert_eq!(read(&note, &ReadOptions::default()).posts.len() == 1, public, "{addressing}");
    }
    check("", true);
    check(r#","to":"as:Public""#, true);
    check(r#","to":["Public"]"#, true);
    check(
        r#","to":["https://one.example/followers"],"cc":["https://www.w3.org/ns/activitystreams#Public"]"#,
        true,
    );
    check(r#","to":[{"type":"Collection","id":"https://www.w3.org/ns/activitystreams#Public"}]"#, true);
    check(r#","to":["https://one.example/followers"]"#, false);
    check(r#","to":[],"cc":[]"#, false);
    check(r#","to":["https://www.w3.org/ns/activitystreams#Public"],"directMessage":true"#, false);
}

#[test]
fn deep_and_wide_records_end() {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(60), close.repeat(60));
    let announce =
        nested("{\"type\":\"Announce\",\"actor\":\"a\",\"object\":", "}").replacen(":}", ":{}}", 1);
    assert_eq!(read(&announce, &ReadOptions::default()).rejects, ["activities in activities"]);
    let account = r#""account":{"acct":"demo_a"},"created_at":"2017-03-07","content":"c","uri":"u""#;
    let page = format!("[{{{account}}},{}]", nested("[", "]"));
    assert_eq!(read(&page, &ReadOptions::default()).rejects, ["lists in lists"]);
}
