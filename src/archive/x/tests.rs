//! What fixtures cannot show of X's formats: options, refusals, and one post through several exports.

use crate::archive::{OpenError, ReadOptions, Reject, Sink, read_bytes};
use crate::post::{Deletion, Draft};

#[derive(Debug, Default, PartialEq)]
struct Found(Vec<String>);

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        let of = post.repost_of.as_deref().map(|id| format!(" of {id}")).unwrap_or_default();
        self.0.push(format!("{}{of}: {}", post.id, post.text));
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.0.push(format!("deletion {}", deletion.post.id));
    }
    fn reject(&mut self, reject: Reject) {
        self.0.push(format!("reject {}", reject.reason));
    }
    fn unselected(&mut self, reason: &'static str) {
        self.0.push(format!("unselected {reason}"));
    }
}

fn read(text: &str, options: &ReadOptions) -> (&'static str, Vec<String>) {
    let mut found = Found::default();
    let format = read_bytes(text.as_bytes(), options, &mut found).unwrap();
    (format, found.0)
}

/// A repost of a post that quotes another, in each JSON format.
const NESTED: [(&str, &str); 5] = [
    (
        "x-v1",
        r#"{"created_at":"Wed Mar 08 00:37:00 +0000 2017","id_str":"3","text":"RT @demo_b: two","user":{"screen_name":"demo_c"},"retweeted_status":{"created_at":"Wed Mar 08 00:36:00 +0000 2017","id_str":"2","text":"two","quoted_status":{"created_at":"Wed Mar 08 00:35:00 +0000 2017","id_str":"1","text":"one"}},"quoted_status":{"created_at":"Wed Mar 08 00:35:00 +0000 2017","id_str":"1","text":"one"}}"#,
    ),
    (
        "x-v2",
        r#"{"id":"3","author_id":"7","conversation_id":"3","created_at":"2017-03-08T00:37:00Z","text":"RT @demo_b: two","referenced_tweets":[{"type":"retweeted","id":"2","created_at":"2017-03-08T00:36:00Z","text":"two","referenced_tweets":[{"type":"quoted","id":"1","created_at":"2017-03-08T00:35:00Z","text":"one"}]}]}"#,
    ),
    (
        "x-gnip",
        r#"{"id":"tag:search.twitter.com,2005:3","verb":"share","postedTime":"2017-03-08T00:37:00.000Z","body":"RT @demo_b: two","object":{"id":"tag:search.twitter.com,2005:2","verb":"post","postedTime":"2017-03-08T00:36:00.000Z","body":"two","twitter_quoted_status":{"id":"tag:search.twitter.com,2005:1","verb":"post","postedTime":"2017-03-08T00:35:00.000Z","body":"one"}}}"#,
    ),
    (
        "x-snscrape",
        r#"{"_type":"snscrape.modules.twitter.Tweet","url":"https://twitter.com/demo_c/status/3","date":"2017-03-08T00:37:00+00:00","rawContent":"RT @demo_b: two","id":3,"retweetedTweet":{"date":"2017-03-08T00:36:00+00:00","rawContent":"two","id":2,"quotedTweet":{"date":"2017-03-08T00:35:00+00:00","rawContent":"one","id":1}}}"#,
    ),
    (
        "x-graphql",
        r#"{"__typename":"Tweet","rest_id":"3","legacy":{"created_at":"Wed Mar 08 00:37:00 +0000 2017","full_text":"RT @demo_b: two","retweeted_status_result":{"result":{"rest_id":"2","legacy":{"created_at":"Wed Mar 08 00:36:00 +0000 2017","full_text":"two"},"quoted_status_result":{"result":{"__typename":"TweetWithVisibilityResults","tweet":{"rest_id":"1","legacy":{"created_at":"Wed Mar 08 00:35:00 +0000 2017","full_text":"one"}}}}}}}}"#,
    ),
];

#[test]
fn context_becomes_posts_only_where_asked_for() {
    let with = ReadOptions { with_referenced: true, ..ReadOptions::default() };
    for (format, text) in NESTED {
        let alone = read(text, &ReadOptions::default());
        assert_eq!(alone, (format, vec!["3 of 2: two".to_owned()]));
        assert_eq!(read(text, &with).1, ["3 of 2: two", "2: two", "1: one"], "{format}");
    }
    let page = r#"{"data":[{"id":"2","text":"two","created_at":"2017-03-08T00:36:00Z"}],"includes":{"tweets":[{"id":"1","text":"one","created_at":"2017-03-08T00:35:00Z"}]}}"#;
    assert_eq!(read(page, &ReadOptions::default()).1, ["2: two"]);
    assert_eq!(read(page, &with).1, ["2: two", "1: one"]);
}

#[test]
fn protected_accounts_are_left_out_unless_asked_for() {
    let private = ReadOptions { include_private: true, ..ReadOptions::default() };
    for text in [
        r#"{"created_at":"Wed Mar 08 00:37:00 +0000 2017","id_str":"3","text":"t","user":{"protected":true}}"#,
        r#"{"data":[{"id":"3","text":"t","created_at":"2017-03-08T00:36:00Z","author_id":"7"}],"includes":{"users":[{"id":"7","protected":true}]}}"#,
        r#"{"_type":"snscrape.modules.twitter.Tweet","date":"2017-03-08T00:37:00+00:00","content":"t","id":3,"user":{"protected":true}}"#,
        r#"{"rest_id":"3","legacy":{"created_at":"Wed Mar 08 00:37:00 +0000 2017","full_text":"t"},"core":{"user_results":{"result":{"privacy":{"protected":true}}}}}"#,
        "id,text,created_at,author_id,public_metrics.retweet_count,author.protected\n3,t,2017-03-08T00:36:00Z,7,0,True\n",
    ] {
        assert_eq!(read(text, &ReadOptions::default()).1, ["unselected not public"], "{text}");
        assert_eq!(read(text, &private).1, ["3: t"], "{text}");
    }
}

#[test]
fn members_of_the_wrong_kind_cost_nothing() {
    let text = r#"{"created_at":"Wed Mar 08 00:37:00 +0000 2017","id_str":"3","text":"t","user":"demo_a","quoted_status":[1,{"a":2}],"retweeted_status":false}"#;
    assert_eq!(read(text, &ReadOptions::default()), ("x-v1", vec!["3: t".to_owned()]));
    let text = r#"{"id":"tag:search.twitter.com,2005:3","verb":"post","postedTime":"2017-03-08T00:37:00Z","body":"t","actor":17,"object":"x","inReplyTo":null,"long_object":1.5}"#;
    assert_eq!(read(text, &ReadOptions::default()), ("x-gnip", vec!["3: t".to_owned()]));
}

#[test]
fn what_holds_no_posts_is_refused_by_name() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        match read_bytes(text.as_bytes(), &ReadOptions::default(), &mut Found::default()) {
            Err(OpenError::Refused { refusal, .. }) => {
                assert!(refusal.to_string().contains(expected), "{refusal} instead of {expected}");
            }
            other => panic!("{other:?} instead of {expected}"),
        }
    }
    check(r#"{"data":[{"id":"1","name":"A","username":"demo_a"}]}"#, "user profiles");
    check(
        r#"{"data":[{"id":"1","created_at":"2021-01-28T14:45:48.000Z","name":"A","owner_id":"7","description":"d","member_count":3}]}"#,
        "lists of accounts",
    );
    check(r#"{"rate_limit_context":{},"resources":{}}"#, "limits of requests");
    check(r#"[{"trends":[{"name":"x"}],"as_of":"2017-03-08T00:37:00Z","locations":[]}]"#, "trends");
    check(r#"{"data":[{"id":"1DXxyRYNejbKM","state":"live"}]}"#, "spaces");
    check(r#"{"ids":[1,2],"next_cursor":0}"#, "ids of accounts");
    check("{\"data\":[{\"start\":\"2021-01-01T00:00:00Z\",\"tweet_count\":3}]}\n", "counts of posts");
    check(
        r#"{"data":[{"id":"17","text":"t","event_type":"MessageCreate","dm_conversation_id":"1-2"}]}"#,
        "direct messages",
    );
    check(
        r#"{"id_str":"17","text":"t","created_at":"Wed Mar 08 00:37:00 +0000 2017","sender_id":1,"recipient_id":2}"#,
        "direct messages",
    );
    check("839050011001000011\n839050011001000012\n", "a list of ids");
    check("tweet_id\n\"839050011001000011\"\n\"839050011001000012\"\n", "a list of ids");
    check("window.YTD.direct_messages.part0 = [ ]", "`direct_messages`");
    check("Grailbird.data.tweet_index = [ ]", "`tweet_index`");
    check(
        r#"{"data":{"instructions":[{"type":"TimelineAddEntries","entries":[{"content":{"itemContent":{"itemType":"TimelineUser","user_results":{}}}}]}]}}"#,
        "user profiles",
    );
}

#[test]
fn deep_nesting_is_a_reject() {
    let deep = format!(
        "{{\"rest_id\":\"1\",\"legacy\":{{\"full_text\":\"t\",\"created_at\":\"Wed Mar 08 00:37:00 +0000 2017\"}}}}\n{}1{}\n",
        "{\"a\":".repeat(5_000),
        "}".repeat(5_000)
    );
    let (format, found) = read(&deep, &ReadOptions::default());
    assert_eq!((format, found.len()), ("x-graphql", 2));
    assert!(found[1].starts_with("reject not JSON: recursion limit"), "{}", found[1]);
}

#[test]
fn what_is_captured_is_read_as_the_answers_are() {
    let legacy = r#""legacy":{"created_at":"Sun May 01 10:00:00 +0000 2022","full_text":"t","id_str":"7","user_id_str":"70003"}"#;
    let line = |data: &str| {
        format!(
            "{{\"item_id\":\"7\",\"timestamp_collected\":1651482000000,\"source_platform\":\"twitter.com\",\"data\":{{{data}}}}}\n"
        )
    };
    let adaptive = format!(
        "\"id\":7,{legacy},\"type\":\"adaptive\",\"user\":{{\"screen_name\":\"demo_a\",\"protected\":true}}"
    );
    let promoted = format!("\"rest_id\":\"7\",\"promoted\":true,{legacy}");
    let plain = format!("\"rest_id\":\"7\",\"promoted\":false,{legacy}");
    let text = [line(&adaptive), line(&promoted), line(&plain)].concat();
    let found = read(&text, &ReadOptions::default());
    let expected = ["unselected not public", "unselected promoted", "7: t"].map(str::to_owned).to_vec();
    assert_eq!(found, ("zeeschuimer", expected));
}
