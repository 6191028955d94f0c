//! What people and programs read, to the letter, for a small answer made by hand.

use super::*;
use crate::answer::{
    Answer, DataAnswer, FirstPost, FoundPost, Lead, LeftOut, LintAnswer, LintLine, Peak, PostsAnswer,
    RowCount, StatusAnswer, TermSpan, TestAnswer, TestedTheory, TheoriesAnswer, TheoryCount, TheoryEvidence,
};
use crate::post::{Author, Post, TimePrecision, TimeTrust, Timestamp};
use crate::timeline::By;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn theory(id: &str, label: &str, series: [u64; 3], only: [u64; 3]) -> TheoryCount {
    let posts = series.iter().sum();
    TheoryCount {
        id: id.into(),
        label: label.into(),
        posts,
        share: crate::timeline::share(posts, 1500),
        accounts: posts / 2,
        texts: posts,
        only: only.iter().sum(),
        first: Some(FirstPost {
            at: at("2017-03-06T15:11:00Z"),
            platform: "x".into(),
            id: "1".into(),
            time_trust: TimeTrust::Claimed,
            time_precision: TimePrecision::Second,
        }),
        series: series.to_vec(),
        only_series: only.to_vec(),
        accounts_series: series.map(|posts| posts / 2).to_vec(),
        ..TheoryCount::default()
    }
}

fn row(id: &str, accounts: u64) -> RowCount {
    RowCount { id: id.into(), accounts, accounts_series: vec![accounts, 0, accounts], ..RowCount::default() }
}

fn small() -> TheoriesAnswer {
    let mut cia = theory("cia", "CIA documents", [20, 0, 1100], [10, 0, 1000]);
    cia.peak = Some(Peak { start: at("2017-03-08T00:00:00Z"), posts: 1100 });
    let mut mole = theory("mole", "A mole in the CIA", [25, 0, 200], [15, 0, 100]);
    mole.peak = Some(Peak { start: at("2017-03-08T00:00:00Z"), posts: 200 });
    let lead = |start: &str, end: &str, id: &str, posts, next| Lead {
        start: at(start),
        end: at(end),
        id: id.into(),
        posts,
        next,
    };
    TheoriesAnswer {
        schema: "tagline.theories/1".into(),
        campaign: "Vault 7".into(),
        tags: vec!["vault7".into()],
        by: By::Day,
        zone: "UTC".into(),
        since: at("2017-03-06T09:00:00Z"),
        until: at("2017-03-08T20:00:00Z"),
        posts: 1500,
        matched: 1235,
        several: 110,
        unmatched: 265,
        buckets: vec![at("2017-03-06T00:00:00Z"), at("2017-03-07T00:00:00Z"), at("2017-03-08T00:00:00Z")],
        all: vec![50, 0, 1450],
        theories: vec![cia, mole],
        unmatched_series: vec![15, 0, 250],
        several_series: vec![10, 0, 100],
        rows: vec![row("all", 700), row("several", 60), row("unmatched", 140)],
        most_posts: vec![
            lead("2017-03-06T00:00:00Z", "2017-03-07T00:00:00Z", "mole", 25, 20),
            lead("2017-03-08T00:00:00Z", "2017-03-09T00:00:00Z", "cia", 1100, 200),
        ],
        rules: "0123456789abcdef0123456789abcdef".into(),
        digest: "fedcba9876543210fedcba9876543210".into(),
        data: DataAnswer { statement: "Sample: not described".into(), ..DataAnswer::default() },
        left_out: LeftOut { matched: Some(0), ..LeftOut::default() },
        tool: "0.1.0".into(),
        ..TheoriesAnswer::default()
    }
}

#[track_caller]
fn check(found: &str, expected: &str) {
    assert_eq!(found, expected, "\n{found}");
}

#[test]
fn a_table_says_what_its_numbers_mean() {
    check(
        &theories_table(&small(), 100),
        "\
#vault7 · 1,500 posts · 6 Mar – 8 Mar 2017 (UTC) · 82 % match a theory · 7 % match several

Theory              Posts  Share  Accounts  First in     Peak            Check      Over time
                                            this data
CIA documents       1,120   75 %       560  6 Mar 15:11  1,100 on 8 Mar  Unchecked  ▁·█
A mole in the CIA     225   15 %       112  6 Mar 15:11  200 on 8 Mar    Unchecked  ▁·█
(several theories)    110    7 %        60  –            –               –          ▁·█
(unmatched)           265   18 %       140  –            –               –          ▁·█

Most posts by day: CIA documents 8 Mar (1,100, next 200); and 1 smaller stretch.
Unmatched: 265 posts that no theory's rules match; they may speak of a theory in other words, or of
  none.
A post can match several theories: shares can add to more than 100 %.
Unchecked: nobody has read a sample to see whether the rules are right. A post that matches mentions
  a theory; it may doubt it.
First in this data is the earliest post found here, not where a theory came from.
Accounts are not people: one person may run many, several may share one.
Over time: each row has its own scale; · is no post.
Sample: not described.
Rules 0123456789ab · data fedcba987654 · tagline 0.1.0
",
    );
}

#[test]
fn a_narrow_terminal_has_no_sparkline() {
    let mut answer = small();
    answer.theories[0].label = "A label that is much longer than anybody should make it".into();
    for width in [60, 80, 100, 140] {
        let table = theories_table(&answer, width);
        let widest = table.lines().map(format::width).max().unwrap();
        assert!(widest <= width.max(80), "{width}: {widest}\n{table}");
    }
    assert!(!theories_table(&answer, 80).contains("Over time"));
    assert!(theories_table(&answer, 140).contains("Over time"));
}

#[test]
fn an_empty_answer_has_a_table() {
    let table = theories_table(&TheoriesAnswer { zone: "UTC".into(), ..TheoriesAnswer::default() }, 100);
    assert!(table.starts_with("0 posts\n\nTheory"), "{table}");
}

#[test]
fn notes_say_what_was_left_out() {
    let mut answer = small();
    answer.left_out = LeftOut { posts: 1200, matched: Some(30), error: 0.008 };
    (answer.outside, answer.suspicious, answer.deleted, answer.no_author) = (7, 1, 2, 3);
    (answer.coarse_times, answer.reposts, answer.reposts_unknown) = (4, 500, 6);
    answer.theories[0].accounts_error = 0.008_125;
    answer.theories[1].peak = Some(Peak { start: at("2017-03-06T00:00:00Z"), posts: 29 });
    answer.theories[1].first.as_mut().unwrap().time_precision = TimePrecision::Minute;
    answer.most_posts = (0..8).map(|_| answer.most_posts[1].clone()).collect();
    let table = theories_table(&answer, 200);
    for expected in [
        "tags and words: about 1,200 posts; 30 of them match a theory.",
        "Outside the span, not counted: 7 posts; 1 of these has a time that cannot be right.",
        "Since deleted on the platform, not counted: 2 posts.",
        "in no number of accounts: 3 posts.",
        "only to the minute or day: 4 posts.",
        "Reposts count as posts: 500 pass on another; 6 do not say whether they do.",
        "~560",
        "standard error of 0.8 %",
        "29* on 6 Mar",
        "* Fewer than 30 posts",
        "6 Mar 15:11 (minute only)",
        "; and 2 smaller stretches.",
    ] {
        assert!(table.contains(expected), "{expected}\n{table}");
    }
}

#[test]
fn invented_data_is_marked_everywhere() {
    let answer = TheoriesAnswer { synthetic: true, ..small() };
    let table = theories_table(&answer, 100);
    assert!(
        table.starts_with("INVENTED DATA - NOT REAL POSTS\n")
            && table.ends_with("\nINVENTED DATA - NOT REAL POSTS\n")
    );
    let csv = theories_csv(&answer);
    assert!(csv.starts_with("start,end,theory,posts,share,accounts,note\n"));
    assert!(csv.lines().skip(1).all(|line| line.ends_with(",INVENTED DATA - NOT REAL POSTS")));
    assert!(
        json(&Answer::Theories(Box::new(answer)))
            .unwrap()
            .ends_with("\"notice\":\"INVENTED DATA - NOT REAL POSTS\"}\n")
    );
    let mut posts = found();
    posts.synthetic = true;
    posts.posts[0].post.synthetic = true;
    assert!(posts_text(&posts).starts_with("INVENTED DATA - NOT REAL POSTS\n"));
    assert!(posts_ndjson(&posts).unwrap().lines().next().unwrap().contains("\"notice\":\"INVENTED DATA"));
}

#[test]
fn csv_has_a_row_for_everything() {
    let mut answer = small();
    answer.theories[1].id = "a \"mole\", or two".into();
    check(
        &theories_csv(&answer),
        "\
start,end,theory,posts,share,accounts
2017-03-06T00:00:00Z,2017-03-07T00:00:00Z,all,50,1.000000,700
2017-03-06T00:00:00Z,2017-03-07T00:00:00Z,cia,20,0.400000,10
2017-03-06T00:00:00Z,2017-03-07T00:00:00Z,\"a \"\"mole\"\", or two\",25,0.500000,12
2017-03-06T00:00:00Z,2017-03-07T00:00:00Z,several,10,0.200000,60
2017-03-06T00:00:00Z,2017-03-07T00:00:00Z,unmatched,15,0.300000,140
2017-03-07T00:00:00Z,2017-03-08T00:00:00Z,all,0,0.000000,0
2017-03-07T00:00:00Z,2017-03-08T00:00:00Z,cia,0,0.000000,0
2017-03-07T00:00:00Z,2017-03-08T00:00:00Z,\"a \"\"mole\"\", or two\",0,0.000000,0
2017-03-07T00:00:00Z,2017-03-08T00:00:00Z,several,0,0.000000,0
2017-03-07T00:00:00Z,2017-03-08T00:00:00Z,unmatched,0,0.000000,0
2017-03-08T00:00:00Z,2017-03-09T00:00:00Z,all,1450,1.000000,700
2017-03-08T00:00:00Z,2017-03-09T00:00:00Z,cia,1100,0.758621,550
2017-03-08T00:00:00Z,2017-03-09T00:00:00Z,\"a \"\"mole\"\", or two\",200,0.137931,100
2017-03-08T00:00:00Z,2017-03-09T00:00:00Z,several,100,0.068966,60
2017-03-08T00:00:00Z,2017-03-09T00:00:00Z,unmatched,250,0.172414,140
",
    );
}

#[test]
fn json_keeps_the_contract() {
    let text = json(&Answer::Theories(Box::new(small()))).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for field in [
        "schema",
        "by",
        "zone",
        "since",
        "until",
        "posts",
        "matched",
        "several",
        "unmatched",
        "buckets",
        "all",
        "theories",
        "unmatched_series",
        "several_series",
        "outside",
        "rules",
        "ranking",
        "data",
        "synthetic",
    ] {
        assert!(value.get(field).is_some(), "{field}");
    }
    for field in ["id", "label", "posts", "share", "accounts", "first", "peak", "checked", "series"] {
        assert!(value["theories"][0].get(field).is_some(), "{field}");
    }
    assert!(text.starts_with("{\"schema\":\"tagline.theories/1\","), "{text}");
    assert!(text.contains("\"share\":0.746667,\"accounts\":560,"), "{text}");
    assert!(text.contains(
        "\"first\":{\"at\":\"2017-03-06T15:11:00Z\",\"platform\":\"x\",\"id\":\"1\",\"time_trust\":\"claimed\",\"time_precision\":\"s\"}"
    ));
    assert!(text.contains("\"checked\":null") && text.contains("\"by\":\"day\"") && text.ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), Answer::Theories(Box::new(small())));
}

fn found() -> PostsAnswer {
    let term =
        |term: &str, start: Option<usize>| TermSpan { term: term.into(), start, end: start.map(|at| at + 3) };
    let evidence = TheoryEvidence {
        id: "cia".into(),
        terms: vec![term("cia", Some(0)), term("cia", Some(9)), term("#yearzero", None)],
    };
    let post = Post {
        platform: "x".into(),
        id: "1".into(),
        author: Author { handle: Some("demo_a\u{1b}[2J".into()), ..Author::default() },
        posted_at: at("2017-02-09T18:41:07Z"),
        text: "CIA\nand\u{1b}[31m CIA\u{202e}".into(),
        ..Post::default()
    };
    let coarse = |id: &str, precision| Post {
        id: id.into(),
        time_precision: precision,
        author: Author::default(),
        text: "what".into(),
        ..post.clone()
    };
    let posts = vec![
        FoundPost { theories: vec![evidence], post: post.clone() },
        FoundPost { theories: Vec::new(), post: coarse("2", TimePrecision::Minute) },
        FoundPost { theories: Vec::new(), post: coarse("3", TimePrecision::Day) },
    ];
    PostsAnswer { schema: "tagline.posts/1".into(), total: Some(15_020), posts, ..PostsAnswer::default() }
}

#[test]
fn posts_as_lines() {
    check(
        &posts_text(&found()),
        "\
3 of 15,020 posts
2017-02-09 18:41Z  @demo_a[2J  CIA and[31m CIA  [cia: \"cia\", \"#yearzero\" (not in the text)]
2017-02-09 18:41Z (minute only)  (no author)  what
2017-02-09 (day only)  (no author)  what
",
    );
    check(&posts_text(&PostsAnswer { total: Some(0), ..PostsAnswer::default() }), "no posts\n");
    check(&posts_text(&PostsAnswer::default()), "no more posts\n");
    let page = PostsAnswer { total: None, ..found() };
    check(posts_text(&page).lines().next().unwrap(), "3 posts");
}

#[test]
fn posts_as_ndjson() {
    let lines = posts_ndjson(&found()).unwrap();
    assert_eq!(lines.lines().count(), 3);
    let first: FoundPost = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first, found().posts[0]);
    assert!(
        lines.contains("\"theories\":[{\"id\":\"cia\",\"terms\":[{\"term\":\"cia\",\"start\":0,\"end\":3}")
    );
}

#[test]
fn status_of_an_empty_store() {
    check(
        &status_text(&StatusAnswer::default()),
        "0 posts, in 0 blocks\nnothing was imported or collected yet\n",
    );
}

fn lints(messages: &[&str]) -> LintAnswer {
    let line = |message: &&str| LintLine { theory: "t".into(), term: None, message: (*message).to_owned() };
    LintAnswer {
        schema: "tagline.lint/1".into(),
        posts: 28_914,
        lints: messages.iter().map(line).collect(),
        ..LintAnswer::default()
    }
}

#[test]
fn lints_as_lines() {
    check(&lint_text(&lints(&[])), "28,914 posts looked at: nothing to say\n");
    check(
        &lint_text(&lints(&["theory `t` matches none of 28914 posts", "theory `u\u{1b}[2J`\n"])),
        "theory `t` matches none of 28914 posts\ntheory `u[2J`\n28,914 posts looked at: see above\n",
    );
    let invented = LintAnswer { synthetic: true, ..lints(&[]) };
    check(
        &lint_text(&invented),
        "INVENTED DATA - NOT REAL POSTS\n28,914 posts looked at: nothing to say\nINVENTED DATA - NOT REAL POSTS\n",
    );
    check(
        &json(&Answer::Lint(invented)).unwrap(),
        "{\"schema\":\"tagline.lint/1\",\"posts\":28914,\"lints\":[],\"synthetic\":true,\"rules\":\"\",\"notice\":\"INVENTED DATA - NOT REAL POSTS\"}\n",
    );
}

fn tested() -> TestAnswer {
    let span = |term: &str, span: Option<(usize, usize)>| TermSpan {
        term: term.into(),
        start: span.map(|span| span.0),
        end: span.map(|span| span.1),
    };
    let theory = |id: &str, matched, terms| TestedTheory { id: id.into(), label: "L".into(), matched, terms };
    TestAnswer {
        schema: "tagline.test/1".into(),
        text: "a mole\u{1b}, langley".into(),
        theories: vec![
            theory("cia", true, vec![span("mole", Some((2, 6))), span("langley", Some((10, 17)))]),
            theory("clinton", false, Vec::new()),
            theory("any", true, vec![span("\\b", None)]),
        ],
    }
}

#[test]
fn a_tested_text_as_lines() {
    check(
        &test_text(&tested()),
        "\
cia      yes  \"mole\" at 2-6, \"langley\" at 10-17
clinton  no
any      yes  \"\\b\"
",
    );
    check(&test_text(&TestAnswer::default()), "");
    let text = json(&Answer::Test(tested())).unwrap();
    assert!(text.starts_with("{\"schema\":\"tagline.test/1\",\"text\":\"a mole\\u001b, langley\",\"theories\":[{\"id\":\"cia\",\"label\":\"L\",\"matched\":true,\"terms\":[{\"term\":\"mole\",\"start\":2,\"end\":6}"), "{text}");
    assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), Answer::Test(tested()));
}

#[test]
fn every_answer_is_read_back_as_its_kind() {
    for answer in [
        Answer::Theories(Box::new(small())),
        Answer::Posts(found()),
        Answer::Posts(PostsAnswer::default()),
        Answer::Status(StatusAnswer::default()),
        Answer::Lint(lints(&["x"])),
        Answer::Test(tested()),
        Answer::Test(TestAnswer::default()),
    ] {
        assert_eq!(serde_json::from_str::<Answer>(&json(&answer).unwrap()).unwrap(), answer);
    }
}

#[test]
fn the_tool_claims_nothing_about_persons() {
    let table = theories_table(&small(), 100).to_lowercase();
    for word in ["bot", "troll", "fake", "coordinated", "believes", "caused", "leads"] {
        assert!(!table.split(|c: char| !c.is_alphanumeric()).any(|found| found == word), "{word}");
    }
}
