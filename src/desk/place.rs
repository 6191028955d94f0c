//! Where the socket is, and a path to it that fits into an address: those hold about a hundred bytes, and projects lie deeper than that.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

/// Name of the socket in `data/`.
const NAME: &str = "socket";
/// Longest path that fits everywhere: macOS takes 103 bytes, Linux 107.
const LONGEST: usize = 100;

/// The socket of a data folder.
pub(super) fn socket(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// A path to the socket that can be bound and connected to, as long as this lives.
pub(super) struct Short {
    path: PathBuf,
    /// A folder of our own with a link to `data/` in it.
    folder: Option<PathBuf>,
}

impl Short {
    pub(super) fn of(data: &Path) -> io::Result<Self> {
        let path = socket(data);
        if path.as_os_str().as_bytes().len() <= LONGEST {
            return Ok(Self { path, folder: None });
        }
        let data = fs::canonicalize(data)?;
        let name = format!("tagline-{}-{:08x}", std::process::id(), fastrand::u32(..));
        let folder = std::env::temp_dir().join(name);
        // Nobody else may enter it, and it must not be there: nobody can have put another link into it.
        DirBuilder::new().mode(0o700).create(&folder)?;
        let link = folder.join("data");
        let short = Self { path: socket(&link), folder: Some(folder) };
        symlink(data, link)?;
        Ok(short)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Short {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What stays behind is an empty folder or a link in the folder for such things.
            let _ = fs::remove_file(folder.join("data"));
            let _ = fs::remove_dir(folder);
        }
    }
}
