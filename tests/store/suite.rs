//! One suite over every back end of the store, against a plain model.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;
use tagline::post::{Deletion, Metrics, Post, PostId, RunKey, Timestamp, merge};
use tagline::store::{
    Batch, Columns, Durability, Groups, ImportRow, ImportState, LOCK_WAIT, NoteKey, Outcome, Part, PostKey,
    Repair, SledStore, Store, StoreError, memory_store, open_sled,
};

/// What a store should be: posts by key, merged as they come.
#[derive(Default)]
struct Model {
    posts: BTreeMap<PostKey, Post>,
    waiting: Vec<PostId>,
}

impl Model {
    fn put(&mut self, post: &Post) -> Outcome {
        let mut post = post.clone();
        post.deleted |= self.waiting.contains(&post.post_id());
        match self.posts.get_mut(&PostKey::of(&post)) {
            None => {
                self.posts.insert(PostKey::of(&post), post);
                Outcome::Added
            }
            Some(known) => {
                let merged = merge(known.clone(), post);
                let same = Post { provenance: known.provenance, ..merged.clone() } == *known;
                *known = merged;
                if same { Outcome::Duplicate } else { Outcome::Updated }
            }
        }
    }

    fn delete(&mut self, id: &PostId) -> Outcome {
        match self.posts.values_mut().find(|post| post.post_id() == *id) {
            Some(post) if post.deleted => Outcome::Duplicate,
            Some(post) => {
                post.deleted = true;
                Outcome::Updated
            }
            None if self.waiting.contains(id) => Outcome::Duplicate,
            None => {
                self.waiting.push(id.clone());
                Outcome::Updated
            }
        }
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
    post.provenance.offset = u64::from(id);
    post
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(u32, u8)>),
    Delete(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = prop::collection::vec((0u32..400, 0u8..6), 0..200).prop_map(Step::Put);
    let delete = (0u32..450).prop_map(Step::Delete);
    prop::collection::vec(prop_oneof![4 => put, 1 => delete], 1..8)
}

fn run(store: &dyn Store, steps: &[Step]) {
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Put(rows) => {
                let posts: Vec<Post> = rows.iter().map(|&(id, variant)| post(id, variant)).collect();
                let report = store.put(&batch(&posts)).unwrap();
                let mut expected = vec![Outcome::Duplicate; posts.len()];
                let mut order: Vec<usize> = (0..posts.len()).collect();
                order.sort_by_key(|&at| PostKey::of(&posts[at]));
                for at in order {
                    expected[at] = model.put(&posts[at]);
                }
                assert_eq!(report.posts, expected);
            }
            Step::Delete(id) => {
                let id = post(*id, 0).post_id();
                let deletion = Deletion { post: id.clone(), posted_at: None };
                let report = store.put(&Batch { deletions: vec![deletion], ..Batch::default() }).unwrap();
                assert_eq!(report.deletions, [model.delete(&id)]);
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
    fn memory_equals_the_model(steps in steps()) {
        run(&*memory_store().unwrap(), &steps);
    }

    #[test]
    fn sled_equals_the_model(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        run(&open_sled(folder.path(), "test", Duration::ZERO).unwrap(), &steps);
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
