//! Candidates of campaigns whose theories are known, because they were planted; and of posts that have none.

use super::{Corpus, Fineness, Proposal, propose};
use fastrand::Rng;

/// Words of each planted theory. All posts share words of the event besides.
const THEORIES: [&[&str]; 4] = [
    &["mole", "insider", "langley", "contractor", "badge", "betrayed", "hallway", "polygraph"],
    &["svalbard", "seeds", "doomsday", "arctic", "harvest", "granary", "permafrost", "crops"],
    &["tower", "basement", "gold", "collapse", "thermite", "girders", "beams", "inspectors"],
    &["exploit", "firmware", "router", "implant", "toolkit", "backdoor", "zeroday", "payload"],
];
const EVENT: &[&str] =
    &["vault", "leak", "tonight", "rumour", "archive", "password", "release", "tweet", "press", "key"];

/// Posts with the number of the theory that each was written for.
fn campaign(posts: usize, seed: u64) -> Vec<(String, Option<usize>)> {
    let mut random = Rng::with_seed(seed);
    let mut written = Vec::new();
    for _ in 0..posts {
        let theory = random.usize(0..THEORIES.len());
        let mut words: Vec<String> = Vec::new();
        for _ in 0..random.usize(3..6) {
            words.push(THEORIES[theory][random.usize(0..8)].to_owned());
        }
        for _ in 0..random.usize(1..5) {
            words.push(EVENT[random.usize(0..EVENT.len())].to_owned());
        }
        // What only this post says.
        words.push(format!("w{}", random.u32(0..1000)));
        random.shuffle(&mut words);
        written.push((words.join(" "), Some(theory)));
    }
    written
}

fn proposed(posts: &[(String, Option<usize>)], fineness: Fineness) -> Proposal {
    let mut corpus = Corpus::default();
    for (number, (text, _)) in (1..).zip(posts) {
        corpus.add(text, "x", std::iter::empty(), number);
    }
    propose(&corpus, fineness)
}

/// Of so many posts, so many lie in the candidate that most posts of their theory lie in, and in no theory's but its own.
fn right(posts: &[(String, Option<usize>)], proposal: &Proposal) -> f64 {
    let mut right = 0;
    let mut taken = Vec::new();
    for theory in 0..THEORIES.len() {
        let of: Vec<u32> = posts
            .iter()
            .zip(&proposal.of)
            .filter(|(post, _)| post.1 == Some(theory))
            .filter_map(|(_, of)| *of)
            .collect();
        let most = (0..u32::try_from(proposal.candidates.len()).unwrap())
            .filter(|candidate| !taken.contains(candidate))
            .max_by_key(|candidate| of.iter().filter(|of| *of == candidate).count());
        right += most.map_or(0, |most| of.iter().filter(|of| **of == most).count());
        taken.extend(most);
    }
    right as f64 / posts.len() as f64
}

#[test]
fn every_planted_theory_is_found_in_small_and_large_campaigns() {
    for (posts, least) in [(60, 0.9), (400, 0.97), (6_000, 0.97)] {
        let posts = campaign(posts, 7);
        let proposal = proposed(&posts, Fineness::Evidence);
        assert_eq!(proposal.candidates.len(), THEORIES.len(), "of {} posts", posts.len());
        let right = right(&posts, &proposal);
        assert!(
            right >= least,
            "{right} of {} posts: {:?}",
            posts.len(),
            proposal.candidates.iter().map(|c| (c.posts, c.voices)).collect::<Vec<_>>()
        );
        for candidate in &proposal.candidates {
            let first = &candidate.keywords[0].term;
            assert!(THEORIES.iter().any(|words| words.contains(&first.as_str())), "{first}");
            assert!(candidate.is_more_than_chance && candidate.survived * 10 >= candidate.tried * 9);
        }
    }
}

#[test]
fn noise_has_no_theories() {
    for (posts, vocabulary) in [(150, 300), (150, 2_000), (2_000, 500), (2_000, 5_000)] {
        for seed in 0..3 {
            let mut random = Rng::with_seed(seed);
            let mut text =
                || (0..8).map(|_| format!("w{}", random.usize(0..vocabulary))).collect::<Vec<_>>().join(" ");
            let noise: Vec<(String, Option<usize>)> = (0..posts).map(|_| (text(), None)).collect();
            let proposal = proposed(&noise, Fineness::Evidence);
            assert!(proposal.candidates.is_empty(), "{posts} posts of {vocabulary} words, seed {seed}");
            assert!(proposal.of.iter().all(Option::is_none));
        }
    }
}

#[test]
fn copies_make_no_theory_larger_than_its_voices() {
    let mut posts = campaign(300, 3);
    posts.extend((0..500).map(|_| ("mole in the hallway at langley with a badge".to_owned(), Some(0))));
    let proposal = proposed(&posts, Fineness::Evidence);
    assert_eq!(proposal.candidates.len(), THEORIES.len());
    assert!(proposal.candidates[0].posts >= 500 && proposal.candidates[0].voices < 120);
    assert!(right(&posts, &proposal) > 0.97);
}

#[test]
fn as_many_as_are_asked_for() {
    let posts = campaign(400, 5);
    for wanted in [2, 3, 8, 20] {
        let found = proposed(&posts, Fineness::Exactly(wanted)).candidates.len();
        assert!(found <= wanted && found * 5 >= wanted * 4, "{found} instead of {wanted}");
    }
    assert_eq!(proposed(&posts, Fineness::Coarser).candidates.len(), 2);
    let finer = proposed(&posts, Fineness::Finer).candidates.len();
    assert!((5..=8).contains(&finer), "{finer}");
}

#[test]
fn what_is_too_little_or_all_the_same_is_no_theory() {
    let same = |text: &str, count: usize| vec![(text.to_owned(), None); count];
    for posts in [
        same("", 50),
        same("the mole did it", 20_000),
        same("🔥", 300),
        campaign(5, 1),
        campaign(1, 1),
        Vec::new(),
    ] {
        let proposal = proposed(&posts, Fineness::Evidence);
        assert!(proposal.candidates.is_empty() && proposal.of.len() == posts.len());
    }
}

#[test]
fn scripts_without_spaces_have_theories_too() {
    let theories =
        [["内部告発者", "裏切り", "諜報員"], ["種子貯蔵庫", "北極", "終末"], ["ตึกถล่ม", "ทองคำ", "ห้องใต้ดิน"]];
    let mut random = Rng::with_seed(2);
    let mut posts = Vec::new();
    for number in 0..180 {
        let words = theories[number % 3];
        let pick: Vec<&str> = (0..2).map(|_| words[random.usize(0..3)]).collect();
        posts.push((format!("{}と{} 報告{}", pick[0], pick[1], random.u32(0..500)), Some(number % 3)));
    }
    let proposal = proposed(&posts, Fineness::Evidence);
    assert!(proposal.candidates.len() >= 3, "{:?}", proposal.candidates);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let posts = campaign(500, 11);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| proposed(&posts, Fineness::Evidence))
    };
    assert_eq!(with(1), with(4));
}

/// Posts of two theories, each of which is told in three ways.
fn told_in_ways(posts: usize) -> Vec<(String, Option<usize>)> {
    let mut random = Rng::with_seed(4);
    let mut written = Vec::new();
    for number in 0..posts {
        let (theory, way) = (number % 2, number / 2 % 3);
        let mut words: Vec<String> =
            (0..4).map(|_| THEORIES[theory][random.usize(0..8)].to_owned()).collect();
        words.extend((0..2).map(|_| format!("way{theory}{way}{}", random.usize(0..3))));
        random.shuffle(&mut words);
        written.push((words.join(" "), Some(theory)));
    }
    written
}

#[test]
fn parts_lie_in_their_candidates() {
    let posts = told_in_ways(200);
    let proposal = proposed(&posts, Fineness::Evidence);
    let parts: usize = proposal.candidates.iter().map(|candidate| candidate.parts.len()).sum();
    assert!(parts >= 2, "{:?}", proposal.candidates);
    for (number, candidate) in (0..).zip(&proposal.candidates) {
        for (part, of) in (0..).zip(&candidate.parts) {
            let is_in = |(of, in_part): &(&Option<u32>, &Option<u32>)| {
                **of == Some(number) && **in_part == Some(part)
            };
            let posts = proposal.of.iter().zip(&proposal.part_of).filter(is_in).count();
            assert_eq!(posts as u64, of.posts);
            assert!(of.posts <= candidate.posts && !of.keywords.is_empty() && of.parts.is_empty());
        }
    }
    assert!(proposal.of.iter().zip(&proposal.part_of).all(|(of, part)| of.is_some() || part.is_none()));
}

#[test]
fn many_voices_have_no_parts() {
    let proposal = proposed(&campaign(3_000, 7), Fineness::Evidence);
    assert!(proposal.candidates.iter().all(|candidate| candidate.parts.is_empty()));
    assert_eq!(proposal.part_of.len(), 3_000);
}

#[test]
fn many_small_theories_are_not_drowned_by_rare_words() {
    const MANY: usize = 100;
    let mut random = Rng::with_seed(9);
    let mut posts = Vec::new();
    for number in 0..1_500 {
        let theory = number % MANY;
        let mut words: Vec<String> = (0..4).map(|_| format!("t{theory}w{}", random.usize(0..12))).collect();
        words.extend((0..3).map(|_| format!("common{}", random.usize(0..80))));
        words.extend((0..4).map(|_| format!("rare{}", random.usize(0..20_000))));
        random.shuffle(&mut words);
        posts.push((words.join(" "), Some(theory)));
    }
    let proposal = proposed(&posts, Fineness::Evidence);
    assert!(proposal.rarest > 0, "{} candidates", proposal.candidates.len());
    assert!(proposal.candidates.len() >= MANY * 3 / 4, "{}", proposal.candidates.len());
    // Of few theories rare words are what people say besides.
    assert_eq!(proposed(&campaign(1_500, 7), Fineness::Evidence).rarest, 0);
}

#[test]
fn what_says_nothing_of_a_theory_is_in_none() {
    let mut posts = campaign(400, 7);
    posts.extend((0..10).map(|number| (format!("unheard{number}"), None)));
    let proposal = proposed(&posts, Fineness::Evidence);
    assert!(proposal.of.iter().skip(400).all(Option::is_none));
}
