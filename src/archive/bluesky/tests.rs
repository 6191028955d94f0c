//! What holds of all formats of Bluesky: what is refused, and what stands around posts.

use crate::archive::tests::Found;
use crate::archive::{ReadOptions, read_bytes};

#[track_caller]
fn refused(text: impl AsRef<[u8]>, expected: &str) {
    let text = text.as_ref();
    match read_bytes(text, &ReadOptions::default(), &mut Found::default()) {
        Ok(_) => panic!("{} was read", text.escape_ascii()),
        Err(refusal) => {
            let expected = format!("cannot read `-` as posts: {expected}");
            assert_eq!(refusal.to_string(), expected, "{}", text.escape_ascii());
        }
    }
}

#[test]
fn what_comes_beside_posts_is_refused_by_name() {
    let actor = r#"{"did":"did:plc:demo","handle":"demo_anna.example","displayName":"Anna","description":"demo","createdAt":"2024-01-01T00:00:00Z","indexedAt":"2024-01-01T00:00:00Z","labels":[]}"#;
    refused(actor, "it holds user profiles, not posts");
    refused(format!("[{actor},{actor}]"), "it holds user profiles, not posts");
    refused(format!(r#"{{"profiles":[{actor}]}}"#), "it holds user profiles, not posts");
    refused(
        format!(r#"{{"subject":{actor},"followers":[{actor}],"cursor":"x"}}"#),
        "it holds follows, not posts",
    );
    refused(format!(r#"{{"subject":{actor},"follows":[{actor}]}}"#), "it holds follows, not posts");
    refused(
        format!(
            r#"{{"uri":"at://a/app.bsky.feed.post/b","likes":[{{"actor":{actor},"indexedAt":"2024-01-01T00:00:00Z"}}]}}"#
        ),
        "it holds likes, not posts",
    );
    refused(
        format!(r#"{{"uri":"at://a/app.bsky.feed.post/b","repostedBy":[{actor}]}}"#),
        "it holds accounts that passed on a post, not posts",
    );
    refused(
        format!(
            r#"{{"feeds":[{{"uri":"at://a/app.bsky.feed.generator/b","did":"did:web:demo","creator":{actor},"likeCount":1}}]}}"#
        ),
        "it holds feed generators, not posts",
    );
    refused(
        format!(
            r#"{{"lists":[{{"uri":"at://a/app.bsky.graph.list/b","name":"demo","purpose":"app.bsky.graph.defs#curatelist","creator":{actor}}}]}}"#
        ),
        "it holds lists of accounts, not posts",
    );
    refused(
        r#"{"records":[{"uri":"at://did:plc:demo/app.bsky.feed.like/3ljs2tnxt6k2b","cid":"b","value":{"$type":"app.bsky.feed.like","createdAt":"2024-01-01T00:00:00Z","subject":{"uri":"x"}}}]}"#,
        "it holds likes (`app.bsky.feed.like`), not posts",
    );
    refused(
        r#"{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}"#,
        "it holds error messages of an API, not posts",
    );
    refused(
        "did,handle,display_name,created_at\ndid:plc:demo,demo_anna,Anna,2024-01-01\n",
        "it holds user profiles, not posts",
    );
}

#[test]
fn only_the_first_version_of_car_is_read() {
    refused(b"\x0a\xa1\x67version\x02", "it is a CAR file of a version that is not read (only version 1)");
}

#[test]
fn context_becomes_posts_where_it_is_asked_for() {
    let file = include_bytes!("../../../fixtures/archives/bluesky-posts/feeds-and-threads/input.jsonl");
    let read = |with_referenced| {
        let mut found = Found::default();
        read_bytes(file, &ReadOptions { with_referenced, ..ReadOptions::default() }, &mut found).unwrap();
        found
    };
    let (without, with) = (read(false), read(true));
    // The originals of three reposts (one by nobody), what the pinned post quotes; root, parent and the parent's quote around the answer.
    assert_eq!((without.posts.len(), with.posts.len()), (12, 19));
    assert_eq!(without.reasons(), with.reasons());
}
