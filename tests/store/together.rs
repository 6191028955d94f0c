//! One thread puts while others read: whoever reads sees a state between two puts, and no reader keeps a put waiting for ever.

use super::suite::{batch, post};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tagline::post::{Deletion, Post, Timestamp};
use tagline::store::{
    Batch, Columns, Durability, Groups, NoteKey, Store, StoreError, memory_store, open_sled, post_digest,
};

/// Posts that the store may hold: more blocks than one wave of a put takes.
const POSTS: u32 = 20_000;
const PUTS: usize = 16;
const READERS: usize = 3;

/// How many posts there are, and the sum of their digests.
type State = (usize, u128);

fn always() -> std::ops::Range<Timestamp> {
    Timestamp::from_millis_unchecked(i64::MIN)..Timestamp::from_millis_unchecked(i64::MAX)
}

/// Everything there is, and notes of it, written as an answer writes them: while it is read.
fn read(store: &dyn Store) -> Result<State, StoreError> {
    let (mut count, mut sum, mut failed) = (0, 0_u128, Ok(()));
    store.scan(always(), Groups::ALL.and(Groups::MATCHES).into(), &mut |block| {
        let add = |posts: &Columns| {
            assert_eq!(posts.len(), block.count);
            posts.iter().fold(0, |sum: u128, post| sum.wrapping_add(post_digest(&post)))
        };
        let noted = block.matches.as_deref().is_none_or(|note| note == block.key.as_bytes());
        assert!(noted, "a note of another block");
        match block.decode() {
            Ok(posts) => {
                count += posts.len();
                sum = sum.wrapping_add(add(&posts));
                let note = (NoteKey::Matches(block.key.clone()), Some(block.key.as_bytes().to_vec()));
                let kept = Batch { notes: vec![note], durability: Durability::Buffered, ..Batch::default() };
                failed = store.put(&kept).map(drop);
            }
            Err(error) => failed = Err(error),
        }
        if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    failed.map(|()| (count, sum))
}

fn number() -> NoteKey {
    NoteKey::Cursor("number of the put".into())
}

/// What is put: posts that fall anywhere, so that blocks are rewritten and split, deletions, and the number of the put.
fn batches() -> Vec<Batch> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut made = Vec::new();
    for put in 0..PUTS {
        let posts: Vec<Post> = match put {
            0 => (0..POSTS).step_by(3).map(|id| post(id, 1)).collect(),
            _ => (0..600).map(|_| post(random.u32(..POSTS), random.u8(..6))).collect(),
        };
        let deletions =
            (0..put % 3).map(|_| Deletion { post: post(random.u32(..POSTS), 0).post_id(), posted_at: None });
        let deletions = deletions.collect();
        let notes = vec![(number(), Some(put.to_string().into_bytes()))];
        made.push(Batch { deletions, notes, durability: Durability::Synced, ..batch(&posts) });
    }
    made
}

/// How a store is looked at.
type Look<'a> = dyn Fn(&mut dyn FnMut(&dyn Store)) + Sync + 'a;

/// Puts in one thread and reads in others.
fn together(store: &dyn Store, look: &Look<'_>) {
    let batches = batches();
    let model = memory_store().unwrap();
    let states: Vec<State> = batches
        .iter()
        .map(|batch| model.put(batch).and_then(|_| read(&*model)))
        .collect::<Result<_, _>>()
        .unwrap();
    let known: BTreeMap<State, usize> = states.iter().copied().zip(0..).collect();
    store.put(&batches[0]).unwrap();
    let (done, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for reader in 0..READERS {
            let (states, known, done, reads) = (&states, &known, &done, &reads);
            scope.spawn(move || {
                let mut last = 0;
                loop {
                    let ended = done.load(Ordering::Acquire);
                    if reader == 0 {
                        // One call.
                        let state = read(store).unwrap();
                        let seen = *known.get(&state).expect("a state that never was");
                        assert!(seen >= last, "state {seen} after {last}");
                        last = seen;
                    } else {
                        // Several calls that speak of one state.
                        look(&mut |view| {
                            let put = |note: Option<Vec<u8>>| String::from_utf8(note.unwrap()).unwrap();
                            let before = put(view.note(&number()).unwrap());
                            last = before.parse().unwrap();
                            let revision = view.revision().unwrap();
                            assert_eq!(read(view).unwrap(), states[last]);
                            assert_eq!(put(view.note(&number()).unwrap()), before);
                            assert_eq!(view.revision().unwrap(), revision);
                        });
                    }
                    reads.fetch_add(1, Ordering::Relaxed);
                    if ended {
                        assert_eq!(last, PUTS - 1);
                        return;
                    }
                }
            });
        }
        let mut longest = Duration::ZERO;
        for batch in &batches[1..] {
            let begun = Instant::now();
            store.put(batch).unwrap();
            longest = longest.max(begun.elapsed());
        }
        done.store(true, Ordering::Release);
        println!("longest put: {longest:?}");
    });
    println!("{} reads beside {PUTS} puts", reads.into_inner());
}

#[test]
fn readers_of_a_sled_store_see_states_between_puts() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_sled(folder.path(), "test", Duration::ZERO).unwrap();
    together(&store, &|see| store.look(|view| see(view)));
}
