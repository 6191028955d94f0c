//! Compaction on real folders: what it keeps, what it lets go, and what a crash at each step leaves.

use super::*;
use crate::post::MAX_TIMESTAMP;
use crate::store::{Columns, Groups, PostKey};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A word that stands in one text, and is too short to be packed.
const SECRET: &str = "xq7zfjw";

fn post(id: u32, text: &str) -> Post {
    Post {
        platform: "x".into(),
        id: id.to_string(),
        posted_at: Timestamp::from_millis_unchecked(1_486_000_000_000 + i64::from(id) * 1000),
        text: text.into(),
        synthetic: true,
        ..Post::default()
    }
}

fn batch(posts: impl Iterator<Item = Post>) -> Batch {
    let mut columns = Columns::new();
    posts.for_each(|post| columns.push(&post));
    Batch::of(columns)
}

fn open(data: &Path) -> SledStore {
    open_sled(data, "test", Duration::from_secs(5)).unwrap()
}

/// Every entry there is, with its value.
fn entries(store: &SledStore) -> Vec<Entry> {
    let mut entries = Vec::new();
    let all = |pages: &SledPages| {
        pages.range(&[], &[u8::MAX], &mut |key, value| {
            entries.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
    };
    store.engine.alone(all).unwrap();
    entries
}

fn count(store: &SledStore) -> usize {
    let mut posts = 0;
    let always = Timestamp::from_millis_unchecked(0)..MAX_TIMESTAMP;
    let mut add = |block: StoredBlock| {
        posts += block.decode().unwrap().len();
        ControlFlow::Continue(())
    };
    store.scan(always, Groups::ALL.into(), &mut add).unwrap();
    posts
}

/// A store with posts, a post that was taken out, and a note of each kind that imports write; one value lies in a file of its own.
fn filled(data: &Path) -> SledStore {
    let store = open(data);
    let secret = post(0, SECRET);
    store.put(&batch(std::iter::once(secret.clone()))).unwrap();
    let large = (0..40_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect::<String>();
    let posts = (1..4000).map(|id| post(id, if id == 2000 { &large } else { "about the vault" }));
    let notes = vec![
        (NoteKey::Import(0), Some(b"{}".to_vec())),
        (NoteKey::left_out("a", Some("b")), Some(vec![1; 40_000])),
    ];
    store.put(&Batch { notes, ..batch(posts) }).unwrap();
    store.put(&Batch { removals: vec![PostKey::of(&secret)], ..Batch::default() }).unwrap();
    store
}

/// Files below a folder that hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if memchr::memmem::find(&fs::read(&path).unwrap(), bytes).is_some() {
            found.push(path);
        }
    }
    found
}

fn names(data: &Path) -> Vec<String> {
    let names = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn compaction_keeps_every_entry_and_forgets_what_was_taken_out() {
    let data = tempfile::tempdir().unwrap();
    let store = filled(data.path());
    assert!(fs::read_dir(data.path().join("store/blobs")).unwrap().count() > 0, "no value has a file");
    assert_ne!(files_with(data.path(), SECRET.as_bytes()), Vec::<PathBuf>::new());
    let before = entries(&store);
    let compaction = store.compact().unwrap();
    assert_eq!(entries(&store), before);
    assert_eq!(compaction.after, store.bytes().unwrap());
    assert_eq!(files_with(data.path(), SECRET.as_bytes()), Vec::<PathBuf>::new());
    // The store goes on as if nothing had happened, and is the same when it is opened again.
    store.put(&batch(std::iter::once(post(5000, "later")))).unwrap();
    let before = entries(&store);
    drop(store);
    assert_eq!(names(data.path()), ["lock", "store"]);
    let store = open(data.path());
    assert_eq!((entries(&store), count(&store)), (before, 4000));
}

#[test]
fn a_store_that_was_rewritten_again_and_again_becomes_smaller() {
    let data = tempfile::tempdir().unwrap();
    let store = open(data.path());
    let text = |id: u32| {
        let number = |n: u32| id.wrapping_mul(n + 7).wrapping_mul(2_654_435_761).to_string();
        (0..20).map(number).collect::<String>()
    };
    for part in 0..30 {
        store.put(&batch((0..12_000).filter(|id| id % 30 == part).map(|id| post(id, &text(id))))).unwrap();
    }
    let Compaction { before, after } = store.compact().unwrap();
    assert!(after < before * 3 / 4, "{before} bytes became {after}");
    assert_eq!(count(&store), 12_000);
}

#[test]
fn a_compaction_that_dies_leaves_the_store_as_it_was() {
    for last in [Step::Copied, Step::Aside, Step::InPlace] {
        let data = tempfile::tempdir().unwrap();
        let store = filled(data.path());
        let before = entries(&store);
        // What unwinds runs no more of the compaction than a crash would.
        let die = |step| assert!(step != last, "a crash");
        let died = catch_unwind(AssertUnwindSafe(|| store.engine.alone(|pages| pages.compact(&die))));
        assert!(died.is_err());
        drop(store);
        let left: &[&str] = match last {
            Step::Copied => &["lock", "store", "store.new"],
            Step::Aside => &["lock", "store.new", "store.old"],
            Step::InPlace => &["lock", "store", "store.old"],
        };
        assert_eq!(names(data.path()), left);
        assert!(sled_exists(data.path()), "{last:?}");
        let store = open(data.path());
        assert_eq!(names(data.path()), ["lock", "lock.holder", "store"], "{last:?}");
        assert_eq!(entries(&store), before, "{last:?}");
        store.compact().unwrap();
        assert_eq!(entries(&store), before, "{last:?}");
    }
}

#[test]
fn half_a_copy_and_half_an_old_store_are_swept_away() {
    let data = tempfile::tempdir().unwrap();
    let before = entries(&filled(data.path()));
    for half in ["store.new", "store.old"] {
        fs::create_dir(data.path().join(half)).unwrap();
        fs::copy(data.path().join("store/conf"), data.path().join(half).join("conf")).unwrap();
    }
    let store = open(data.path());
    assert_eq!((entries(&store), names(data.path()).len()), (before, 3));
}

#[test]
fn a_copy_that_differs_is_not_taken() {
    let data = tempfile::tempdir().unwrap();
    let store = filled(data.path());
    let alike = |other: &dyn Fn(&SledPages)| {
        let folder = tempfile::tempdir().unwrap();
        let copy = SledPages::open(folder.path()).unwrap();
        let take = |pages: &SledPages| compact::walk(pages, &mut |entries| copy.apply(entries));
        let copied = store.engine.alone(take).unwrap();
        other(&copy);
        compact::walk(&copy, &mut |_| Ok(())).unwrap() == copied
    };
    let write = |copy: &SledPages, key: &[u8], value: Option<&[u8]>| {
        copy.apply(vec![(key.to_vec(), value.map(<[u8]>::to_vec))]).unwrap();
    };
    assert!(alike(&|_| {}));
    assert!(!alike(&|copy| write(copy, b"q", None)));
    assert!(!alike(&|copy| write(copy, b"q", Some(b"other"))));
    assert!(!alike(&|copy| write(copy, b"qq", Some(b""))));
}
