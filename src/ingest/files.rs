//! What the person named, as files: folders walked, standard input spooled, every file hashed.

use crate::archive::{Accounts, account_note};
use crate::post::RunKey;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes read at a time while hashing.
const HASH_CHUNK: usize = 2 << 20;
/// Deepest folder walked: nobody keeps archives deeper, and each level takes some of the stack.
const MAX_DEPTH: usize = 32;

/// One file to be imported.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// As the person named it.
    pub(crate) shown: String,
    /// Where the bytes are.
    pub(crate) path: PathBuf,
    /// Whether it was found in a named folder, and not named itself.
    pub(crate) found: bool,
    /// What has to be said of it.
    pub(crate) notes: Vec<String>,
}

/// Why an input could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{shown}`")]
pub struct InputError {
    /// As the person named it.
    pub shown: String,
    /// Why.
    pub source: io::Error,
}

/// Every file meant by the names: files as they are, folders walked in the order of names, `-` spooled to a file in `spool`. `own`,
/// the project's data folder, is no archive.
pub(crate) fn expand(names: &[PathBuf], spool: &Path, own: Option<&Path>) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for name in names {
        let shown = name.display().to_string();
        let failed = |source| InputError { shown: shown.clone(), source };
        if shown == "-" {
            let path = spool_input(spool).map_err(failed)?;
            inputs.push(Input { shown: shown.clone(), path, found: false, notes: Vec::new() });
        } else if fs::metadata(name).map_err(failed)?.is_dir() {
            let own = own.and_then(|data| fs::canonicalize(data).ok());
            let mut found = Vec::new();
            walk(name, 0, &mut own.into_iter().collect(), &mut found).map_err(failed)?;
            inputs.extend(without_private(found, name));
        } else {
            inputs.push(Input { shown: shown.clone(), path: name.clone(), found: false, notes: Vec::new() });
        }
    }
    Ok(inputs)
}

/// Of the archive that a platform hands to an account, unpacked, only the posts are opened, never messages or account data.
fn without_private(mut found: Vec<Input>, folder: &Path) -> Vec<Input> {
    // With the folder's own name: it may be the `data` of such an archive.
    let own = fs::canonicalize(folder).ok();
    let own = own.as_deref().and_then(Path::file_name);
    let name = |input: &Input| {
        let inside = input.path.strip_prefix(folder).unwrap_or(&input.path);
        let parts: Vec<_> = own.into_iter().chain(inside.iter()).map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    let mut accounts = Accounts::of_folder();
    for input in &found {
        accounts.learn(&name(input));
    }
    let before = found.len();
    found.retain(|input| !accounts.is_private(&name(input)));
    let passed = (before - found.len()) as u64;
    if let Some(first) = found.first_mut().filter(|_| passed > 0) {
        first.notes.push(account_note(passed));
    }
    found
}

/// Hidden files and folders are not archives: they are what systems and editors leave. A folder that was `seen` is not walked again: links
/// may lead in circles.
fn walk(folder: &Path, depth: usize, seen: &mut HashSet<PathBuf>, inputs: &mut Vec<Input>) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other("folders lie more than 32 deep"));
    }
    if !seen.insert(fs::canonicalize(folder)?) {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort_unstable();
    for path in entries {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        // A dangling link is no reason to stop a folder.
        let Ok(data) = fs::metadata(&path) else { continue };
        if data.is_dir() {
            walk(&path, depth + 1, seen, inputs)?;
        } else if data.is_file() {
            inputs.push(Input { shown: path.display().to_string(), path, found: true, notes: Vec::new() });
        }
    }
    Ok(())
}

/// Standard input goes to a file first: its hash, which every post carries, is known only at the end.
fn spool_input(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join("stdin");
    let mut file = File::create(&path)?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    Ok(path)
}

/// Files up to this size are hashed whole for their [`Fingerprint`].
const WHOLE_BYTES: u64 = 1 << 20;
/// Larger ones in so many pieces, the first and the last among them. Reading these takes a millisecond, whatever the size.
const PIECES: u64 = 64;
/// Of so many bytes each.
const PIECE_BYTES: u64 = 8192;

/// What its posts carry of a file: BLAKE3 of its size and of pieces of it, so that the first post need not wait for the last byte. Files that
/// share it are told apart by the SHA-256 that people compare, see [`sha256`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) bytes: u64,
    pub(crate) run: RunKey,
}

impl Fingerprint {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        // Asked before it is opened: a named pipe that nobody writes to would let us wait for ever.
        let data = fs::metadata(path)?;
        if !data.is_file() {
            let reason = "it is neither a file nor a folder; pipe it in and name it `-`";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let bytes = data.len();
        let mut file = File::open(path)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes.to_le_bytes());
        let mut piece = Vec::new();
        let mut take = |from: u64, length: u64| -> io::Result<()> {
            piece.clear();
            file.seek(SeekFrom::Start(from))?;
            (&file).take(length).read_to_end(&mut piece)?;
            hasher.update(&piece);
            Ok(())
        };
        if bytes <= WHOLE_BYTES {
            take(0, bytes)?;
        } else {
            let step = (bytes - PIECE_BYTES) / (PIECES - 1);
            for at in 0..PIECES - 1 {
                take(at * step, PIECE_BYTES)?;
            }
            take(bytes - PIECE_BYTES, PIECE_BYTES)?;
        }
        Ok(Self { bytes, run: short(&hasher) })
    }

    /// The one of a member of the file.
    pub(crate) fn member(run: RunKey, name: &str) -> RunKey {
        short(blake3::Hasher::new().update(&run.0).update(name.as_bytes()))
    }

    /// The one to take where another file has the first: made from the whole of this one.
    pub(crate) fn apart(sha256: &str) -> RunKey {
        short(blake3::Hasher::new().update(sha256.as_bytes()))
    }
}

fn short(hasher: &blake3::Hasher) -> RunKey {
    let mut key = [0; 16];
    hasher.finalize_xof().fill(&mut key);
    RunKey(key)
}

/// SHA-256 of a file.
pub(crate) fn sha256(path: &Path) -> io::Result<String> {
    RunningHash::default().finish(path)
}

/// SHA-256 of a file that is read for another reason: made beside, from the bytes that are at hand.
#[derive(Clone, Default)]
pub(crate) struct RunningHash(Arc<Mutex<(Sha256, u64)>>);

impl RunningHash {
    /// Takes the next bytes of the file in.
    pub(crate) fn update(&self, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.update(bytes);
        state.1 += bytes.len() as u64;
    }

    /// Takes in what was not seen before byte `until` of the file.
    pub(crate) fn catch_up(&self, path: &Path, until: u64) -> io::Result<()> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner).1;
        if seen >= until {
            return Ok(());
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(seen))?;
        let mut file = file.take(until - seen);
        let mut chunk = vec![0; HASH_CHUNK];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => self.update(chunk.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The hash of the whole file, hexadecimal. What was not seen yet is read: a compressed stream may end before its file.
    pub(crate) fn finish(self, path: &Path) -> io::Result<String> {
        self.catch_up(path, u64::MAX)?;
        let (hasher, _) = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(hex(&hasher.finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_published_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Fingerprint::of(&path).unwrap().bytes, 3);
        assert!(Fingerprint::of(folder.path()).is_err());
    }

    #[test]
    fn a_fingerprint_sees_size_beginning_end_and_what_lies_between() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        let print = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            Fingerprint::of(&path).unwrap().run
        };
        let mut bytes = vec![7_u8; 3 << 20];
        let mut seen = HashSet::from([print(&bytes)]);
        let middle = (bytes.len() as u64 - PIECE_BYTES) / (PIECES - 1) * 30;
        for at in [0, usize::try_from(middle).unwrap(), bytes.len() - 1] {
            bytes[at] += 1;
            assert!(seen.insert(print(&bytes)), "a change at {at} is not seen");
        }
        bytes.push(7);
        assert!(seen.insert(print(&bytes)), "another size is not seen");
        bytes.truncate(1000);
        assert!(seen.insert(print(&bytes)));
        bytes[500] += 1;
        assert!(seen.insert(print(&bytes)), "small files are hashed whole");
    }

    #[test]
    fn folders_are_walked_in_order_and_hidden_files_left() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", ".hidden", "sub/c.csv"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let inputs = expand(&[folder.path().to_owned()], folder.path(), None).unwrap();
        let names: Vec<_> =
            inputs.iter().map(|input| input.path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.csv", "b.csv", "c.csv"]);
        assert!(expand(&[folder.path().join("none")], folder.path(), None).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_and_our_own_data_are_walked_once_and_never() {
        let folder = tempfile::tempdir().unwrap();
        let (sub, data) = (folder.path().join("sub"), folder.path().join("data"));
        for (path, text) in [(sub.join("a.csv"), "x"), (data.join("store/db"), "y")] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for name in ["up", "again"] {
            std::os::unix::fs::symlink("..", sub.join(name)).unwrap();
        }
        let inputs = expand(&[folder.path().to_owned()], &data.join("tmp"), Some(&data)).unwrap();
        let names: Vec<_> =
            inputs.iter().map(|input| input.path.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("sub/a.csv")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_without_a_writer_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(Fingerprint::of(&path).unwrap_err().to_string()));
        let said = receiver.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        assert!(said.contains("neither a file nor a folder"), "{said}");
    }
}
