//! The side that has the store.

use super::place::{Short, socket};
use super::{lines, wire};
use crate::answer::{StoreCounts, answer};
use crate::store::SledStore;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Questions answered at the same time; more wait in line. Each may take a hundred megabytes, and they share the processors anyhow.
const SEATS: usize = 4;
/// Largest question. A rule file has 4 MiB at most, and grows a little when it is written as JSON.
const QUESTION_BYTES: usize = 32 << 20;
/// How long a question may take to come in: it is written in one go.
const QUESTION_WAIT: Duration = Duration::from_secs(5);
/// How long an answer may take to be fetched; it waits in memory meanwhile.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// After a connection could not be taken, for want of file handles, say.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers as long as it lives. Dropping it waits for answers that were begun, and takes the socket away: drop it before the store.
#[derive(Debug)]
pub struct Desk {
    data: PathBuf,
    closed: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Answers the questions of other processes from now on. Whoever calls this has the store's lock, so that a socket that lies there already
/// is one that a killed process left behind. An error is no reason not to go on: others are then told who has the store.
pub fn serve(store: &Arc<SledStore>, data: &Path) -> io::Result<Desk> {
    let listener = Arc::new(listen(data)?);
    let mut desk = Desk { data: data.to_owned(), closed: Arc::default(), threads: Vec::new() };
    for _ in 0..SEATS {
        let (listener, store, closed) = (listener.clone(), store.clone(), desk.closed.clone());
        let seat = move || attend_all(&listener, &store, &closed);
        desk.threads.push(thread::Builder::new().name("desk".into()).spawn(seat)?);
    }
    Ok(desk)
}

fn listen(data: &Path) -> io::Result<UnixListener> {
    let socket = socket(data);
    match fs::symlink_metadata(&socket) {
        Ok(there) if there.file_type().is_socket() => fs::remove_file(&socket)?,
        Ok(_) => return Err(io::Error::new(ErrorKind::AlreadyExists, "`data/socket` is no socket")),
        Err(_) => {}
    }
    let listener = UnixListener::bind(Short::of(data)?.path())?;
    // Nobody else can enter `data/` to begin with.
    fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn attend_all(listener: &UnixListener, store: &SledStore, closed: &AtomicBool) {
    while !closed.load(Ordering::Acquire) {
        match listener.accept() {
            Ok(_) if closed.load(Ordering::Acquire) => return,
            // Whoever went away, or never asked, misses no answer.
            Ok((stream, _)) => drop(attend(&stream, store)),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

fn attend(stream: &UnixStream, store: &SledStore) -> io::Result<()> {
    let asked = lines::read(stream, QUESTION_BYTES, QUESTION_WAIT)?;
    let answered =
        || wire::answer_line(&asked, |question| store.look(|store| answer(&StoreCounts(store), question)));
    // A defect that ends one answer must not end the others, nor what this process is there for.
    let Ok(said) = catch_unwind(AssertUnwindSafe(answered)) else { return Ok(()) };
    lines::write(stream, &said?, ANSWER_WAIT)
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
        let woken = Short::of(&self.data).and_then(|short| {
            (0..self.threads.len()).try_for_each(|_| UnixStream::connect(short.path()).map(drop))
        });
        // Where somebody took our socket away, threads wait for connections that nobody can make: they end with the process.
        if woken.is_ok() {
            for thread in self.threads.drain(..) {
                let _ = thread.join();
            }
            let _ = fs::remove_file(socket(&self.data));
        }
    }
}
