//! Posts that each two theories share, against a count by hand and a naive one.

use super::*;

#[track_caller]
fn overlap(store: &dyn Store, question: &TheoriesQuestion) -> OverlapAnswer {
    let asked = TheoriesQuestion { overlap: true, ..question.clone() };
    let found = theories(store, &asked);
    // Nothing else changes.
    assert_eq!(TheoriesAnswer { overlap: None, ..found.clone() }, theories(store, question));
    found.overlap.unwrap()
}

#[test]
fn shared_posts_counted_by_hand() {
    let found = overlap(&*store_of(&small()), &theories_question());
    assert_eq!(found.theories, ["mole", "cia", "seeds"]);
    assert_eq!(found.posts, [[3, 1, 0], [1, 2, 0], [0, 0, 0]]);
    assert_eq!(found.left_out, 0);
    let empty = overlap(&*memory_store().unwrap(), &theories_question());
    assert_eq!((empty.theories.len(), empty.posts), (3, vec![vec![0; 3]; 3]));
    let mut none = theories_question();
    none.campaign.theories.clear();
    assert_eq!(overlap(&*store_of(&small()), &none), OverlapAnswer::default());
}

#[test]
fn nobody_who_does_not_ask_gets_it() {
    let json = serde_json::to_string(&theories(&*store_of(&small()), &theories_question())).unwrap();
    assert!(!json.contains("\"overlap\""), "{json}");
    let mut question = serde_json::to_value(theories_question()).unwrap();
    question.as_object_mut().unwrap().remove("overlap");
    assert_eq!(serde_json::from_value::<TheoriesQuestion>(question).unwrap(), theories_question());
}

#[test]
fn a_table_holds_the_theories_with_most_posts() {
    let mut question = theories_question();
    question.campaign.theories = (0..30).map(|n| theory(&format!("t{n}"), &[&format!("word{n}")])).collect();
    // Every post mentions those before it: t0 is in most.
    let words = |n: usize| (0..=n).map(|at| format!("word{at}")).collect::<Vec<_>>().join(" ");
    let posts: Vec<Post> =
        (0..30).map(|n| post(&n.to_string(), "2017-03-07T10:00:00Z", "demo_a", &words(n))).collect();
    let found = overlap(&*store_of(&posts), &question);
    assert_eq!((found.theories.len(), found.left_out), (MAX_OVERLAP, 6));
    assert_eq!((found.theories[0].as_str(), found.theories[23].as_str()), ("t0", "t23"));
    assert_eq!((found.posts[0][0], found.posts[0][23], found.posts[23][0]), (30, 7, 7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn equals_a_naive_count(
        words in prop::collection::vec((prop::collection::btree_set(0usize..3, 0..4), any::<bool>()), 0..80),
    ) {
        let said = ["langley", "mole", "svalbard"];
        let posts: Vec<Post> = words.iter().enumerate().map(|(n, (words, deleted))| {
            let text: Vec<&str> = words.iter().map(|&word| said[word]).collect();
            Post { deleted: *deleted, ..post(&n.to_string(), "2017-03-07T10:00:00Z", "demo_a", &text.join(" ")) }
        }).collect();
        let found = overlap(&*store_of(&posts), &theories_question());
        let ids = ["cia", "mole", "seeds"];
        let index = |id: &String| ids.iter().position(|known| known == id).unwrap();
        for (row, one) in found.posts.iter().zip(&found.theories) {
            for (shared, other) in row.iter().zip(&found.theories) {
                let both = words.iter().filter(|(words, deleted)| {
                    !deleted && words.contains(&index(one)) && words.contains(&index(other))
                });
                prop_assert_eq!(*shared, both.count() as u64, "{} {}", one, other);
            }
        }
        let sizes: Vec<u64> = (0..3).map(|at| found.posts[at][at]).collect();
        prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
    }
}
