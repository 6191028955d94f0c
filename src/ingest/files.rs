//! What the person named, as files: folders walked, standard input spooled, every file hashed.

use crate::post::RunKey;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Every file meant by the names: files as they are, folders walked in the order of names, `-` spooled to a file in `spool`. The
/// project's data folder, where `spool` lies, is no archive.
pub(crate) fn expand(names: &[PathBuf], spool: &Path) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for name in names {
        let shown = name.display().to_string();
        let failed = |source| InputError { shown: shown.clone(), source };
        if shown == "-" {
            let path = spool_input(spool).map_err(failed)?;
            inputs.push(Input { shown: shown.clone(), path, found: false });
        } else if fs::metadata(name).map_err(failed)?.is_dir() {
            let own = spool.parent().and_then(|data| fs::canonicalize(data).ok());
            walk(name, 0, &mut own.into_iter().collect(), &mut inputs).map_err(failed)?;
        } else {
            inputs.push(Input { shown: shown.clone(), path: name.clone(), found: false });
        }
    }
    Ok(inputs)
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
            inputs.push(Input { shown: path.display().to_string(), path, found: true });
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

/// Size of a file and the hash that its posts carry: BLAKE3, which takes a third of the time of SHA-256 and stands in the way of the
/// first post. The SHA-256 that people compare is made beside the import, see [`sha256`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) bytes: u64,
    pub(crate) blake3: [u8; 32],
}

impl Fingerprint {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        // Asked before it is opened: a named pipe that nobody writes to would let us wait for ever.
        if !fs::metadata(path)?.is_file() {
            let reason = "it is neither a file nor a folder; pipe it in and name it `-`";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let mut hasher = blake3::Hasher::new();
        let bytes = each_chunk(path, &mut |chunk| {
            hasher.update_rayon(chunk);
            ControlFlow::Continue(())
        })?;
        Ok(Self { bytes, blake3: hasher.finalize().into() })
    }

    pub(crate) fn run(&self) -> RunKey {
        let mut key = [0; 16];
        key.copy_from_slice(&self.blake3[..16]);
        RunKey(key)
    }

    pub(crate) fn hex(&self) -> String {
        hex(&self.blake3)
    }
}

/// SHA-256 of a file, hexadecimal; empty if it was abandoned on the way.
pub(crate) fn sha256(path: &Path, abandoned: &AtomicBool) -> io::Result<String> {
    let mut hasher = Sha256::new();
    each_chunk(path, &mut |chunk| {
        hasher.update(chunk);
        if abandoned.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(if abandoned.load(Ordering::Relaxed) { String::new() } else { hex(&hasher.finalize()) })
}

/// Hands a file out piece by piece until that breaks, returns how many bytes it was.
fn each_chunk(path: &Path, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; HASH_CHUNK];
    let mut bytes = 0;
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(read) => {
                bytes += read as u64;
                if each(chunk.get(..read).unwrap_or_default()).is_break() {
                    return Ok(bytes);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
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
            sha256(&path, &AtomicBool::new(false)).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let print = Fingerprint::of(&path).unwrap();
        // As the reference implementation prints it.
        assert_eq!(print.run().to_string(), "6437b3ac38465133ffb63b75273a8db5");
        assert!(print.hex().starts_with("6437b3ac38465133ffb63b75273a8db5"));
        assert_eq!(print.bytes, 3);
        assert!(Fingerprint::of(folder.path()).is_err());
    }

    #[test]
    fn folders_are_walked_in_order_and_hidden_files_left() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", ".hidden", "sub/c.csv"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let inputs = expand(&[folder.path().to_owned()], folder.path()).unwrap();
        let names: Vec<_> =
            inputs.iter().map(|input| input.path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.csv", "b.csv", "c.csv"]);
        assert!(expand(&[folder.path().join("none")], folder.path()).is_err());
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
        let inputs = expand(&[folder.path().to_owned()], &data.join("tmp")).unwrap();
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
