//! What is said about rules, and by rules of a text.

use super::*;

fn looked_at(store: &dyn Store, campaign: &Campaign) -> LintAnswer {
    let asked = Question::Lint(LintQuestion { campaign: campaign.clone() });
    let json = serde_json::to_string(&asked).unwrap();
    assert_eq!(serde_json::from_str::<Question>(&json).unwrap(), asked);
    let answered = answer(&StoreCounts(store), &asked).unwrap();
    let json = serde_json::to_string(&answered).unwrap();
    assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), answered);
    match answered {
        Answer::Lint(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(store: &[Post], any: &[&str], posts: u64, expected: &[&str]) -> LintAnswer {
    let campaign = Campaign { theories: vec![theory("t", any)], ..campaign() };
    let found = looked_at(&*store_of(store), &campaign);
    let lines: Vec<&str> = found.lints.iter().map(|lint| lint.message.as_str()).collect();
    assert_eq!((&lines[..], found.posts), (expected, posts));
    found
}

#[test]
fn all_posts_are_witnesses_but_deleted_ones() {
    let found = check(
        &small(),
        &["mole", "langley", "svalbard"],
        6,
        &[
            "theory `t`: term `svalbard` matches none of 6 posts",
            "theory `t` matches 4 of 6 posts (67 %): it tells nothing apart",
        ],
    );
    assert!(found.synthetic);
    assert_eq!(
        (found.lints[0].theory.as_str(), found.lints[0].term.as_deref(), &found.lints[1].term),
        ("t", Some("svalbard"), &None)
    );
    let found = check(
        &small()[..6],
        &["mole", "cia"],
        5,
        &[
            "theory `t`: term `mole` matches 3 of 5 posts (60 %): it tells nothing apart",
            "theory `t` matches 4 of 5 posts (80 %): it tells nothing apart",
        ],
    );
    assert!(!found.synthetic);
}

#[test]
fn without_posts_the_rules_speak_alone() {
    check(&[], &["mole", "svalbard"], 0, &[]);
    check(
        &[],
        &["mole", "Mole"],
        0,
        &["theory `t`: term `Mole` means the same as one that stands in `any` already"],
    );
    let deleted = Post { deleted: true, ..post("1", "2017-03-07T10:00:00Z", "demo_a", "nothing") };
    check(&[deleted], &["mole"], 0, &[]);
}

#[test]
fn terms_are_counted_where_they_stand() {
    let tagged = Post { tags: vec!["mole".into()], ..post("1", "2017-03-07T10:00:00Z", "demo_a", "x") };
    let linked = Post {
        links: vec!["https://example.org/mole".into()],
        ..post("2", "2017-03-07T10:00:01Z", "demo_a", "x")
    };
    let other = post("3", "2017-03-07T10:00:02Z", "demo_a", "x");
    let all = [tagged, linked, other];
    check(
        &all,
        &["#mole", "url:example.org"],
        3,
        &["theory `t` matches 2 of 3 posts (67 %): it tells nothing apart"],
    );
    check(
        &all,
        &["mole"],
        3,
        &["theory `t`: term `mole` matches none of 3 posts", "theory `t` matches none of 3 posts"],
    );
}

#[test]
fn counts_of_many_blocks_add_up() {
    let start = at("2017-03-07T10:00:00Z").as_millis();
    let time = |n: i64| Timestamp::from_millis_unchecked(start + n * 1000).to_string();
    let text = |n: i64| if n % 7 == 0 { "a mole" } else { "cia" };
    let many: Vec<Post> = (0..3000).map(|n| post(&n.to_string(), &time(n), "demo_a", text(n))).collect();
    let counted = StoreCounts(&*store_of(&many)).term_counts(&campaign().theories).unwrap();
    assert_eq!(
        (counted.counts.posts(), counted.counts.terms(0), counted.counts.terms(1)),
        (3000, &[2571, 0][..], &[429][..])
    );
}

/// Id, whether it matches, and the terms with their places.
type Tested<'a> = (&'a str, bool, &'a [(&'a str, Option<usize>, Option<usize>)]);

#[track_caller]
fn check_text(text: &str, expected: &[Tested<'_>]) {
    let mut theories = campaign().theories;
    theories
        .push(Theory { none: vec!["culinary".into()], ..theory("food", &["mole", "#mole", "url:mole.org"]) });
    let found = test(&theories, text).unwrap();
    let flat: Vec<(&str, bool, Vec<_>)> = found
        .theories
        .iter()
        .map(|tested| {
            let terms = tested.terms.iter().map(|term| (term.term.as_str(), term.start, term.end));
            (tested.id.as_str(), tested.matched, terms.collect())
        })
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(id, matched, terms)| (*id, *matched, terms.to_vec())).collect();
    assert_eq!((flat, found.text.as_str()), (expected, text));
}

#[test]
fn a_text_is_tested_on_every_theory() {
    check_text(
        "nothing",
        &[("cia", false, &[]), ("mole", false, &[]), ("seeds", false, &[]), ("food", false, &[])],
    );
    check_text("", &[("cia", false, &[]), ("mole", false, &[]), ("seeds", false, &[]), ("food", false, &[])]);
    check_text(
        "é mole, Langley",
        &[
            ("cia", true, &[("langley", Some(8), Some(15))]),
            ("mole", true, &[("mole", Some(2), Some(6))]),
            ("seeds", false, &[]),
            ("food", true, &[("mole", Some(2), Some(6))]),
        ],
    );
    check_text(
        "culinary mole",
        &[
            ("cia", false, &[]),
            ("mole", true, &[("mole", Some(9), Some(13))]),
            ("seeds", false, &[]),
            ("food", false, &[]),
        ],
    );
    check_text(
        "#Mole https://mole.org/",
        &[
            ("cia", false, &[]),
            ("mole", true, &[("mole", Some(1), Some(5))]),
            ("seeds", false, &[]),
            (
                "food",
                true,
                &[
                    ("#mole", Some(0), Some(5)),
                    ("mole", Some(1), Some(5)),
                    ("url:mole.org", Some(6), Some(23)),
                ],
            ),
        ],
    );
}

#[test]
fn rules_that_cannot_be_read_have_no_test() {
    let error = test(&[Theory { regex: vec!["(".into()], ..theory("t", &[]) }], "x").unwrap_err();
    assert!(matches!(error, AnswerError::Rules(_)), "{error}");
    assert_eq!(test(&[], "x").unwrap().theories, []);
}
