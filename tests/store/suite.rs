//! One suite over every back end of the store, against a plain model.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::Duration;
use tagline::post::{
    AccountGone, Deletion, DeletionPolicy, Metrics, Post, PostId, Provenance, RunKey, Timestamp, blanked,
    merge,
};
use tagline::store::{
    Batch, Columns, Durability, Forget, Groups, ImportRow, ImportState, LOCK_WAIT, NoteKey, Outcome, Part,
    PostKey, Repair, SledStore, Store, StoreError, memory_store, open_sled,
};

/// What a store should be: posts by key, merged as they come.
#[derive(Default)]
struct Model {
    policy: DeletionPolicy,
    posts: BTreeMap<PostKey, Post>,
    deleted: BTreeSet<PostId>,
    accounts: BTreeMap<String, Timestamp>,
}

/// Whether an observation tells nothing new of a post.
fn is_same(known: &Post, merged: &Post) -> bool {
    let blind = |post: &Post| Post { provenance: Provenance::default(), collected_at: None, ..post.clone() };
    blind(known) == blind(merged)
}

impl Model {
    fn put(&mut self, post: &Post) -> Outcome {
        let (key, id) = (PostKey::of(post), post.post_id());
        let until = post.author.id.as_ref().and_then(|author| self.accounts.get(author));
        let twin = self.posts.remove(&key);
        let gone = post.deleted
            || self.deleted.contains(&id)
            || until.is_some_and(|until| post.posted_at <= *until)
            || twin.as_ref().is_some_and(|twin| twin.deleted);
        let merged = twin.clone().map_or_else(|| post.clone(), |twin| merge(twin, post.clone()));
        let left = if gone { self.policy.applied(merged) } else { Some(merged) };
        let outcome = match (&twin, &left) {
            (None, Some(_)) => Outcome::Added,
            (None, None) => Outcome::Dropped,
            (Some(twin), Some(left)) if is_same(twin, left) => Outcome::Duplicate,
            (Some(_), _) => Outcome::Updated,
        };
        match left {
            Some(left) => drop(self.posts.insert(key, left)),
            None => drop(self.deleted.insert(id)),
        }
        outcome
    }

    /// Applies the policy to the posts that are gone: how many there are, and how many that changed.
    fn apply(&mut self, is_gone: impl Fn(&Post) -> bool) -> (usize, usize) {
        let gone: Vec<Post> = self.posts.values().filter(|post| is_gone(post)).cloned().collect();
        let mut changed = 0;
        for post in &gone {
            self.posts.remove(&PostKey::of(post));
            let left = self.policy.applied(post.clone());
            changed += usize::from(left.as_ref() != Some(post));
            match left {
                Some(left) => drop(self.posts.insert(PostKey::of(&left), left)),
                None => drop(self.deleted.insert(post.post_id())),
            }
        }
        (gone.len(), changed)
    }

    fn delete(&mut self, id: &PostId, only_known: bool) -> Outcome {
        let (found, changed) = self.apply(|post| post.post_id() == *id);
        if found == 0 && only_known && !self.deleted.contains(id) {
            return Outcome::Absent;
        }
        let new = self.deleted.insert(id.clone());
        if changed > 0 || found == 0 && new { Outcome::Updated } else { Outcome::Duplicate }
    }

    fn end_account(&mut self, author: &str, at: Timestamp) -> u64 {
        let is_theirs = |post: &Post| post.author.id.as_deref() == Some(author);
        if !self.posts.values().any(is_theirs) {
            return 0;
        }
        let until =
            *self.accounts.entry(author.to_owned()).and_modify(|until| *until = at.max(*until)).or_insert(at);
        assert!(until >= at);
        let news =
            self.posts.values().filter(|post| is_theirs(post) && post.posted_at <= at && !post.deleted);
        let news = news.count() as u64;
        self.apply(|post| is_theirs(post) && post.posted_at <= at);
        news
    }
}

fn all(store: &dyn Store) -> Vec<Post> {
    let (from, to) = (Timestamp::from_millis_unchecked(i64::MIN), Timestamp::from_millis_unchecked(i64::MAX));
    let mut posts = Vec::new();
    store
        .scan(from..to, Groups::ALL.into(), &mut |block| {
            posts.extend(block.decode().unwrap().iter().map(|view| view.to_post()));
            ControlFlow::Continue(())
        })
        .unwrap();
    posts
}

pub(crate) fn batch(posts: &[Post]) -> Batch {
    let mut columns = Columns::new();
    for post in posts {
        columns.push(post);
    }
    Batch { posts: vec![columns], durability: Durability::Buffered, ..Batch::default() }
}

/// A post that differs in everything the columns hold. The time is a function of the id, as the identity rule demands.
pub(crate) fn post(id: u32, variant: u8) -> Post {
    let maybe = |text: &str| (variant % 3 == 1).then(|| format!("{text}{variant}"));
    let ms = i64::from(id % 5000) * 700_000 + i64::from(id % 7) * 1000;
    let mut post = Post {
        platform: if id.is_multiple_of(5) { "fediverse".into() } else { "x".into() },
        id: if id.is_multiple_of(11) { format!("https://example.org/ü/{id}") } else { format!("{id}") },
        url: maybe("https://example.org/"),
        posted_at: Timestamp::from_millis_unchecked(1_486_000_000_000 + ms),
        text: format!("text {} of #Vault7 {}", id, "é".repeat(variant as usize % 4)),
        tags: vec!["vault7".into()],
        lang: maybe("en"),
        reply_to: maybe("r"),
        quote_of: maybe("q"),
        collected_at: (variant % 4 == 2).then(|| Timestamp::from_millis_unchecked(i64::from(variant))),
        metrics: Metrics {
            likes: variant.is_multiple_of(2).then_some(variant.into()),
            views: Some(u64::MAX - 1),
            ..Metrics::default()
        },
        kept: if variant.is_multiple_of(5) { vec![("label".into(), "a".into())] } else { Vec::new() },
        synthetic: true,
        ..Post::default()
    };
    post.author.handle = (!id.is_multiple_of(13)).then(|| format!("demo_{}", id % 17));
    post.author.id = variant.is_multiple_of(2).then(|| author(id));
    post.deleted = variant == 7;
    post.provenance.offset = u64::from(id);
    post
}

/// Whose post it is; on X only, so that a platform and an id name an account.
fn author(id: u32) -> String {
    format!("{}{}", if id.is_multiple_of(5) { "f" } else { "a" }, id % 7)
}

/// Some time between the first and the last post.
fn moment(at: u8) -> Timestamp {
    Timestamp::from_millis_unchecked(1_486_000_000_000 + i64::from(at) * 1_100_000)
}

fn account_gone(id: u32, at: u8) -> AccountGone {
    AccountGone { platform: post(id, 0).platform, author: author(id), at: moment(at) }
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(u32, u8)>),
    Delete { id: u32, only_known: bool },
    EndAccount { id: u32, at: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = prop::collection::vec((0u32..400, 0u8..8), 0..200).prop_map(Step::Put);
    let delete = (0u32..450, any::<bool>()).prop_map(|(id, only_known)| Step::Delete { id, only_known });
    let end = (0u32..400, any::<u8>()).prop_map(|(id, at)| Step::EndAccount { id, at });
    prop::collection::vec(prop_oneof![4 => put, 2 => delete, 1 => end], 1..10)
}

fn policy() -> impl Strategy<Value = DeletionPolicy> {
    prop::sample::select(vec![DeletionPolicy::Blank, DeletionPolicy::Drop, DeletionPolicy::Keep])
}

fn run(store: &dyn Store, steps: &[Step], policy: DeletionPolicy) {
    let mut model = Model { policy, ..Model::default() };
    for step in steps {
        match step {
            Step::Put(rows) => {
                let posts: Vec<Post> = rows.iter().map(|&(id, variant)| post(id, variant)).collect();
                let report = store.put(&Batch { policy, ..batch(&posts) }).unwrap();
                let mut expected = vec![Outcome::Duplicate; posts.len()];
                let mut order: Vec<usize> = (0..posts.len()).collect();
                order.sort_by_key(|&at| PostKey::of(&posts[at]));
                for at in order {
                    expected[at] = model.put(&posts[at]);
                }
                assert_eq!(report.posts, expected);
            }
            &Step::Delete { id, only_known } => {
                let id = post(id, 0).post_id();
                let some = vec![Deletion { post: id.clone(), posted_at: None }];
                let (deletions, deletions_of_known) =
                    if only_known { (vec![], some) } else { (some, vec![]) };
                let batch = Batch { policy, deletions, deletions_of_known, ..Batch::default() };
                assert_eq!(store.put(&batch).unwrap().deletions, [model.delete(&id, only_known)]);
            }
            &Step::EndAccount { id, at } => {
                let accounts_gone = vec![account_gone(id, at)];
                let report = store.put(&Batch { policy, accounts_gone, ..Batch::default() }).unwrap();
                assert_eq!(report.accounts, [model.end_account(&author(id), moment(at))]);
            }
        }
        assert_eq!(all(store), model.posts.values().cloned().collect::<Vec<_>>());
    }
    let ids: Vec<PostId> = (0..20).map(|id| post(id * 23, 0).post_id()).collect();
    let expected: Vec<Option<Post>> =
        ids.iter().map(|id| model.posts.values().find(|post| post.post_id() == *id).cloned()).collect();
    assert_eq!(store.find(&ids).unwrap(), expected);
    let health = store.check(Repair::No).unwrap();
    assert_eq!((health.posts, health.damaged), (model.posts.len() as u64, Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn memory_equals_the_model(steps in steps(), policy in policy()) {
        run(&*memory_store().unwrap(), &steps, policy);
    }

    #[test]
    fn sled_equals_the_model(steps in steps(), policy in policy()) {
        let folder = tempfile::tempdir().unwrap();
        run(&open_sled(folder.path(), "test", Duration::ZERO).unwrap(), &steps, policy);
    }

    #[test]
    fn deletions_may_come_in_any_order(
        (first, second) in news().prop_flat_map(|news| (Just(news.clone()).prop_shuffle(), Just(news).prop_shuffle())),
        splits in (1usize..40, 1usize..40),
        policy in policy(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let sled = open_sled(folder.path(), "test", Duration::ZERO).unwrap();
        let memory = memory_store().unwrap();
        tell(&sled, &first, splits.0, policy);
        tell(&*memory, &second, splits.1, policy);
        prop_assert_eq!(all(&sled), all(&*memory));
        let gone: Vec<PostId> = first.iter().filter_map(News::deleted).collect();
        for post in all(&sled).iter().filter(|post| gone.contains(&post.post_id())) {
            prop_assert!(post.deleted && (policy == DeletionPolicy::Keep || post.text.is_empty()));
            prop_assert!(policy != DeletionPolicy::Drop);
        }
    }
}

/// What a store is told, in any order.
#[derive(Clone, Debug)]
enum News {
    Post(u32, u8),
    Deletion(u32),
    AccountGone(u32, u8),
}

impl News {
    fn deleted(&self) -> Option<PostId> {
        match self {
            Self::Deletion(id) | Self::Post(id, 7) => Some(post(*id, 0).post_id()),
            _ => None,
        }
    }
}

fn news() -> impl Strategy<Value = Vec<News>> {
    let post = (0u32..60, 0u8..8).prop_map(|(id, variant)| News::Post(id, variant));
    let deletion = (0u32..60).prop_map(News::Deletion);
    let gone = (0u32..60, 0u8..60).prop_map(|(id, at)| News::AccountGone(id, at));
    prop::collection::vec(prop_oneof![8 => post, 2 => deletion, 1 => gone], 1..120)
}

/// Tells all of it, some at a time. An account that is gone is honoured where it has a post here: each has one, of later.
fn tell(store: &dyn Store, news: &[News], at_once: usize, policy: DeletionPolicy) {
    let anchors: Vec<Post> = (0..35)
        .map(|id| {
            let mut anchor = Post { posted_at: moment(u8::MAX), ..post(id, 0) };
            anchor.id.push_str("-anchor");
            anchor
        })
        .collect();
    store.put(&Batch { policy, ..batch(&anchors) }).unwrap();
    for some in news.chunks(at_once) {
        let (mut posts, mut deletions, mut accounts_gone) = (Vec::new(), Vec::new(), Vec::new());
        for one in some {
            match *one {
                News::Post(id, variant) => posts.push(post(id, variant)),
                News::Deletion(id) => {
                    deletions.push(Deletion { post: post(id, 0).post_id(), posted_at: None });
                }
                News::AccountGone(id, at) => accounts_gone.push(account_gone(id, at)),
            }
        }
        store.put(&Batch { policy, deletions, accounts_gone, ..batch(&posts) }).unwrap();
    }
}

/// Every back end, empty.
fn each_store(test: impl Fn(&dyn Store)) {
    test(&*memory_store().unwrap());
    let folder = tempfile::tempdir().unwrap();
    test(&open_sled(folder.path(), "test", Duration::ZERO).unwrap());
}

#[test]
fn many_posts_in_any_order_give_the_same_store() {
    each_store(|ordered| {
        each_store(|shuffled| {
            let posts: Vec<Post> = (0..6000).map(|id| post(id, 1)).collect();
            ordered.put(&batch(&posts)).unwrap();
            let mut others = posts.clone();
            others.sort_by_key(|post| post.id.bytes().rev().collect::<Vec<_>>());
            for part in others.chunks(700) {
                shuffled.put(&batch(part)).unwrap();
            }
            assert_eq!(all(ordered).len(), 6000);
            assert_eq!(all(ordered), all(shuffled));
        });
    });
}

#[test]
fn a_scan_reads_only_its_span() {
    each_store(|store| {
        let posts: Vec<Post> = (0..5000).map(|id| post(id, 1)).collect();
        store.put(&batch(&posts)).unwrap();
        let (from, to) = (posts[1000].posted_at, posts[1010].posted_at);
        let mut seen = Vec::new();
        let mut blocks = 0;
        store
            .scan(from..to, Groups::WHO.into(), &mut |block| {
                blocks += 1;
                seen.extend(
                    block
                        .decode()
                        .unwrap()
                        .iter()
                        .map(|view| view.posted_at)
                        .filter(|at| (from..to).contains(at)),
                );
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(seen.len(), 10);
        assert!(blocks <= 2, "{blocks} blocks read");
    });
}

#[test]
fn huge_texts_make_small_blocks() {
    each_store(|store| {
        let posts: Vec<Post> = (0..10).map(|id| Post { text: "x".repeat(3 << 20), ..post(id, 0) }).collect();
        store.put(&batch(&posts)).unwrap();
        let mut largest = 0;
        store
            .scan(
                posts[0].posted_at..Timestamp::from_millis_unchecked(i64::MAX),
                Groups::NONE.into(),
                &mut |block| {
                    largest = largest.max(block.count);
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
        assert_eq!(largest, 1);
        assert_eq!(all(store), posts);
    });
}

#[test]
fn notes_are_kept_and_the_revision_changes_only_with_posts() {
    each_store(|store| {
        let key = NoteKey::Cursor("demo".into());
        let put = |value: Option<&[u8]>| {
            let notes = vec![(key.clone(), value.map(<[u8]>::to_vec))];
            store.put(&Batch { notes, ..Batch::default() }).unwrap();
        };
        let before = store.revision().unwrap();
        put(Some(b"here"));
        assert_eq!(store.note(&key).unwrap().unwrap(), b"here");
        put(None);
        assert_eq!(store.note(&key).unwrap(), None);
        assert_eq!(store.revision().unwrap(), before);
        store.put(&batch(&[post(1, 0)])).unwrap();
        let after = store.revision().unwrap();
        assert_ne!(after, before);
        store.put(&batch(&[post(1, 0)])).unwrap();
        assert_eq!(store.revision().unwrap(), after);
    });
}

#[test]
fn every_kind_of_note_has_a_place_of_its_own() {
    each_store(|store| {
        let keys = [
            NoteKey::Import(0),
            NoteKey::Import(1),
            NoteKey::Cursor("a".into()),
            NoteKey::Coverage("a".into()),
            NoteKey::left_out("a", None),
            NoteKey::left_out("a", Some("b")),
            NoteKey::Matches(PostKey::new(1, "x", "1")),
            NoteKey::Matches(PostKey::new(1, "x", "2")),
            NoteKey::Answer(0),
            NoteKey::Answer(1),
        ];
        let value = |at: usize| vec![u8::try_from(at).unwrap(); 125];
        let notes = keys.iter().enumerate().map(|(at, key)| (key.clone(), Some(value(at)))).collect();
        store.put(&Batch { notes, ..batch(&[post(1, 0), post(2, 0)]) }).unwrap();
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(store.note(key).unwrap(), Some(value(at)), "{key:?}");
        }
        assert_eq!(all(store).len(), 2);
        assert_eq!(store.note(&NoteKey::Import(2)).unwrap(), None);
    });
}

#[test]
fn posts_can_be_taken_out_again() {
    each_store(|store| {
        let posts: Vec<Post> = (0..3000).map(|id| post(id, 1)).collect();
        store.put(&batch(&posts)).unwrap();
        // The first of a block too: its key changes.
        let (gone, left): (Vec<Post>, Vec<Post>) =
            all(store).into_iter().enumerate().fold(Default::default(), |mut sides, (at, post)| {
                if at % 3 == 0 || (1024..2048).contains(&at) {
                    sides.0.push(post);
                } else {
                    sides.1.push(post);
                }
                sides
            });
        let removals = gone.iter().map(PostKey::of).collect();
        let notes = vec![
            (NoteKey::Answer(3), Some(b"names a post".to_vec())),
            (NoteKey::Cursor("c".into()), Some(vec![1])),
        ];
        store.put(&Batch { notes, ..Batch::default() }).unwrap();
        store.put(&Batch { removals, ..Batch::default() }).unwrap();
        assert_eq!(all(store), left);
        assert_eq!(
            store.note(&NoteKey::Answer(3)).unwrap(),
            None,
            "a kept answer may name what was taken out"
        );
        assert_eq!(store.note(&NoteKey::Cursor("c".into())).unwrap(), Some(vec![1]));
        let report = store.put(&batch(&posts)).unwrap();
        assert_eq!(report.posts.iter().filter(|outcome| **outcome == Outcome::Added).count(), gone.len());
        assert!(store.check(Repair::No).unwrap().damaged.is_empty());
    });
}

#[test]
fn what_is_forgotten_stays_away() {
    each_store(|store| {
        let posts: Vec<Post> = (0..300).map(|id| post(id, 0)).collect();
        let passing_on = Post { repost_of: Some(posts[1].id.clone()), ..post(2001, 0) };
        store.put(&batch(&posts)).unwrap();
        store.put(&batch(std::slice::from_ref(&passing_on))).unwrap();
        let mut late = posts[2].post_id();
        late.id.push_str("-not-here-yet");
        let deletions = vec![Deletion { post: late.clone(), posted_at: None }];
        store.put(&Batch { deletions, ..Batch::default() }).unwrap();
        assert_eq!(store.note(&NoteKey::Forgets).unwrap(), None);
        let handle = "demo_3";
        let is_theirs = |post: &Post| post.platform == "x" && post.author.handle.as_deref() == Some(handle);
        let is_gone = |post: &Post| post.post_id() == posts[1].post_id() || is_theirs(post);
        let forget = vec![
            Forget::Post(posts[1].post_id()),
            Forget::Post(late.clone()),
            Forget::Author { platform: "x".into(), name: "@Demo_3".into() },
        ];
        let gone = posts.iter().filter(|post| is_gone(post)).count();
        let removals =
            posts.iter().filter(|post| is_gone(post)).chain([&passing_on]).map(PostKey::of).collect();
        store.put(&Batch { forget, removals, ..Batch::default() }).unwrap();
        assert_eq!(store.note(&NoteKey::Forgets).unwrap(), Some(3_u64.to_be_bytes().to_vec()));
        assert_eq!(all(store).len(), posts.len() - gone);
        let again = store.put(&batch(&posts)).unwrap().posts;
        for (post, outcome) in posts.iter().zip(again) {
            assert_eq!(
                outcome,
                if is_gone(post) { Outcome::Forgotten } else { Outcome::Duplicate },
                "{post:?}"
            );
        }
        let more = [passing_on.clone(), Post { id: late.id.clone(), ..posts[2].clone() }];
        assert_eq!(store.put(&batch(&more)).unwrap().posts, [Outcome::Forgotten; 2]);
        // A deletion of it would keep its name.
        let deletions = vec![Deletion { post: late.clone(), posted_at: None }];
        assert_eq!(
            store.put(&Batch { deletions, ..Batch::default() }).unwrap().deletions,
            [Outcome::Forgotten]
        );
        assert_eq!(all(store).len(), posts.len() - gone);
    });
}

#[test]
fn deletions_of_a_stream_are_honoured_in_the_batch_of_the_post() {
    each_store(|store| {
        let one = post(1, 0);
        let deletions_of_known = [post(1, 0), post(2, 0), post(1, 0)]
            .map(|post| Deletion { posted_at: Some(post.posted_at), post: post.post_id() })
            .to_vec();
        let report = store.put(&Batch { deletions_of_known, ..batch(std::slice::from_ref(&one)) }).unwrap();
        assert_eq!(report.deletions, [Outcome::Updated, Outcome::Absent, Outcome::Duplicate]);
        assert_eq!(all(store), [blanked(one)]);
        assert_eq!(store.put(&batch(&[post(2, 0)])).unwrap().posts, [Outcome::Added]);
        assert!(
            all(store).iter().any(|post| !post.deleted),
            "a deletion of a post that was not here left a mark"
        );
    });
}

#[test]
fn a_deletion_outlives_the_reading_that_brought_the_post() {
    each_store(|store| {
        let one = post(1, 0);
        let deletions = vec![Deletion { post: one.post_id(), posted_at: None }];
        store.put(&Batch { deletions, ..batch(std::slice::from_ref(&one)) }).unwrap();
        store.put(&Batch { removals: vec![PostKey::of(&one)], ..Batch::default() }).unwrap();
        assert_eq!(all(store), []);
        store.put(&batch(std::slice::from_ref(&one))).unwrap();
        assert_eq!(all(store), [blanked(one)]);
    });
}

#[test]
fn an_account_that_came_back_is_heard_again() {
    each_store(|store| {
        let theirs = |id: &str, at: u8| {
            let mut theirs = Post { id: id.into(), posted_at: moment(at), ..post(1, 0) };
            theirs.author.id = Some("a1".into());
            theirs
        };
        let gone = || vec![AccountGone { platform: "x".into(), author: "a1".into(), at: moment(5) }];
        let unknown = store.put(&Batch { accounts_gone: gone(), ..Batch::default() }).unwrap();
        assert_eq!(unknown.accounts, [0]);
        assert_eq!(store.put(&batch(&[theirs("1", 1)])).unwrap().posts, [Outcome::Added]);
        let known =
            store.put(&Batch { accounts_gone: gone(), ..batch(&[theirs("2", 2), theirs("9", 9)]) }).unwrap();
        assert_eq!(known.accounts, [2]);
        store.put(&batch(&[theirs("3", 3), theirs("8", 8)])).unwrap();
        let deleted: Vec<bool> = all(store).iter().map(|post| post.deleted).collect();
        assert_eq!(deleted, [true, true, true, false, false]);
        assert!(all(store).iter().all(|post| post.deleted == post.author.id.is_none()));
    });
}

#[test]
fn a_second_look_is_no_update() {
    each_store(|store| {
        let seen = |at: u8, likes: u64| {
            let metrics = Metrics { likes: Some(likes), ..Metrics::default() };
            Post { collected_at: Some(moment(at)), metrics, ..post(1, 0) }
        };
        store.put(&batch(&[seen(1, 1)])).unwrap();
        assert_eq!(store.put(&batch(&[seen(2, 1)])).unwrap().posts, [Outcome::Duplicate]);
        assert_eq!(all(store), [seen(2, 1)], "the later time is kept");
        assert_eq!(store.put(&batch(&[seen(3, 2)])).unwrap().posts, [Outcome::Updated]);
    });
}

#[test]
fn a_sled_store_is_there_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let posts: Vec<Post> = (0..3000).map(|id| post(id, 1)).collect();
    {
        let store = open_sled(folder.path(), "test", Duration::ZERO).unwrap();
        store.put(&Batch { durability: Durability::Synced, ..batch(&posts) }).unwrap();
    }
    let store = open_sled(folder.path(), "test", Duration::ZERO).unwrap();
    assert_eq!(all(&store).len(), posts.len());
    let again = store.put(&batch(&posts)).unwrap();
    assert!(again.posts.iter().all(|outcome| *outcome == Outcome::Duplicate));
}

#[test]
fn a_store_of_version_1_stays_readable() {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/store/v1");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("store")).unwrap();
    for name in ["db", "conf"] {
        std::fs::copy(fixture.join("store").join(name), folder.path().join("store").join(name)).unwrap();
    }
    let store = open_sled(folder.path(), "test", Duration::ZERO).unwrap();
    let written = std::fs::read_to_string(fixture.join("posts.ndjson")).unwrap();
    let written: Vec<Post> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let read = all(&store);
    assert_eq!(read.len(), 60);
    for (read, written) in read.iter().zip(&written) {
        // The import added where the post is from; all else is as it was written.
        assert_eq!(read, &Post { provenance: read.provenance, ..written.clone() });
        assert_ne!(read.provenance.run, RunKey::default());
    }
    assert!(store.check(Repair::No).unwrap().damaged.is_empty());
    let row: ImportRow = serde_json::from_slice(&store.note(&NoteKey::Import(0)).unwrap().unwrap()).unwrap();
    assert_eq!((row.added, row.state), (60, ImportState::Done));
}

#[test]
fn a_second_process_is_told_who_has_the_store() {
    assert!(LOCK_WAIT > Duration::from_secs(1));
    let folder = tempfile::tempdir().unwrap();
    let first = open_sled(folder.path(), "import", Duration::ZERO).unwrap();
    let Err(StoreError::Locked { pid, command, since }) =
        open_sled(folder.path(), "theories", Duration::from_millis(30))
    else {
        panic!("the store was opened twice");
    };
    assert_eq!((pid, command.as_str()), (std::process::id(), "import"));
    assert!(since.ends_with('Z'), "{since}");
    drop(first);
    open_sled(folder.path(), "theories", Duration::from_secs(5)).unwrap();
}

/// Changes the database behind the store's back.
fn tamper(folder: &std::path::Path, work: impl Fn(&sled::Db)) {
    let path = folder.join("store");
    // sled's threads let go of a database a moment after it was dropped.
    let database = (0..1000).find_map(|_| {
        let opened = sled::open(&path);
        if opened.is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        opened.ok()
    });
    let database = database.unwrap();
    work(&database);
    database.flush().unwrap();
}

/// Turns a bit of the first value under a group byte.
fn flip(database: &sled::Db, prefix: u8) {
    let (key, value) = database.scan_prefix([prefix]).next().unwrap().unwrap();
    let mut value = value.to_vec();
    let middle = value.len() / 2;
    value[middle] ^= 0x40;
    database.insert(key, value).unwrap();
}

/// Three thousand posts in a store that was then tampered with.
fn damaged(work: impl Fn(&sled::Db)) -> (tempfile::TempDir, SledStore) {
    let folder = tempfile::tempdir().unwrap();
    let posts: Vec<Post> = (0..3000).map(|id| post(id, 1)).collect();
    open_sled(folder.path(), "test", Duration::ZERO).unwrap().put(&batch(&posts)).unwrap();
    tamper(folder.path(), work);
    let store = open_sled(folder.path(), "test", Duration::from_secs(5)).unwrap();
    (folder, store)
}

#[test]
fn damage_is_found_and_can_be_cut_out() {
    for group in [b'h', b'w', b't', b'r'] {
        let (_folder, store) = damaged(|database| flip(database, group));
        if group != b'h' {
            let from = Timestamp::from_millis_unchecked(0)..Timestamp::from_millis_unchecked(i64::MAX);
            let failed = store.scan(from, Groups::ALL.into(), &mut |_| ControlFlow::Continue(()));
            assert!(matches!(failed, Err(StoreError::Damaged(_))));
        }
        let before = store.revision().unwrap();
        let found = store.check(Repair::No).unwrap();
        assert_eq!((found.damaged.len(), found.dropped, found.damaged[0].part), (1, 0, Part::Posts));
        assert_eq!(store.check(Repair::No).unwrap(), found, "looking changes nothing");
        assert_eq!(store.revision().unwrap(), before);
        let mended = store.check(Repair::Rebuild).unwrap();
        assert_eq!((mended.dropped, mended.posts), (1, found.posts));
        assert_ne!(store.revision().unwrap(), before);
        let health = store.check(Repair::No).unwrap();
        assert!(health.damaged.is_empty() && (1900..3000).contains(&health.posts), "{health:?}");
        assert_eq!((all(&store).len() as u64, health.blocks), (health.posts, found.blocks));
    }
}

#[test]
fn the_span_of_a_lost_block_holds_its_posts() {
    for group in [b'h', b't'] {
        let (_folder, store) = damaged(|database| flip(database, group));
        let damage = store.check(Repair::Rebuild).unwrap().damaged.remove(0);
        let left: Vec<PostKey> = all(&store).iter().map(PostKey::of).collect();
        let lost = (0..3000).map(|id| post(id, 1)).filter(|post| !left.contains(&PostKey::of(post)));
        let lost: Vec<Timestamp> = lost.map(|post| post.posted_at).collect();
        assert_eq!(damage.posts.unwrap_or(lost.len() as u64), lost.len() as u64);
        assert!(lost.iter().all(|at| (damage.first..=damage.last).contains(at)), "{damage:?}");
    }
}

#[test]
fn a_bad_filter_costs_no_post() {
    let remove = |database: &sled::Db| {
        let (key, _) = database.scan_prefix(b"f").next().unwrap().unwrap();
        database.remove(key).unwrap();
    };
    let other = |database: &sled::Db| {
        let mut filters = database.scan_prefix(b"f").map(Result::unwrap);
        let (key, _) = filters.next().unwrap();
        let (_, of_another) = filters.next().unwrap();
        database.insert(key, of_another).unwrap();
    };
    let ways: [&dyn Fn(&sled::Db); 3] = [&|database| flip(database, b'f'), &remove, &other];
    for (way, work) in ways.into_iter().enumerate() {
        let (_folder, store) = damaged(work);
        let before = store.revision().unwrap();
        let found = store.check(Repair::No).unwrap();
        assert_eq!(
            (found.posts, found.damaged.len(), found.damaged[0].part),
            (3000, 1, Part::Filter),
            "{way}"
        );
        let mended = store.check(Repair::Rebuild).unwrap();
        assert_eq!((mended.dropped, mended.rebuilt), (0, 1), "{way}");
        assert!(store.check(Repair::No).unwrap().damaged.is_empty(), "{way}");
        let first = all(&store).remove(0);
        assert_eq!(store.find(&[first.post_id()]).unwrap(), [Some(first)], "{way}");
        assert_eq!(store.revision().unwrap(), before, "no post changed");
    }
}

#[test]
fn parts_without_a_head_are_lost_posts() {
    for at in 0..3 {
        let (_folder, store) = damaged(|database| {
            let (key, _) = database.scan_prefix(b"h").nth(at).unwrap().unwrap();
            database.remove(key).unwrap();
        });
        let found = store.check(Repair::No).unwrap();
        assert_eq!((found.damaged.len(), found.damaged[0].part), (1, Part::Posts), "block {at}");
        assert_eq!(store.check(Repair::Rebuild).unwrap().dropped, 1, "block {at}");
        assert!(store.check(Repair::No).unwrap().damaged.is_empty(), "block {at}");
    }
}

#[test]
fn a_count_of_posts_left_out_that_cannot_be_read_is_told() {
    let (_folder, store) = damaged(|database| {
        database.insert(b"lone", &[1, 2, 3][..]).unwrap();
        database.insert(b"ltwo", vec![1; 17]).unwrap();
    });
    let found = store.check(Repair::Rebuild).unwrap();
    assert_eq!((found.posts, found.damaged.len(), found.damaged[0].part), (3000, 1, Part::LeftOut));
    assert!(store.check(Repair::No).unwrap().damaged.is_empty());
    assert_eq!(store.note(&NoteKey::left_out("one", None)).unwrap(), None);
    assert!(store.note(&NoteKey::left_out("two", None)).unwrap().is_some());
}
