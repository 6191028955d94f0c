//! An import that keeps nothing: what would be read, as which format, and why. The store it is given takes everything and holds nothing.

use super::files::InputError;
use super::report::ImportReport;
use super::session::{Mode, import_as};
use super::{ImportError, ImportOptions, Watch};
use crate::post::{Post, PostId, Timestamp};
use crate::project::Campaign;
use crate::store::{
    Ask, Batch, Health, NoteKey, PutReport, Repair, Revision, Store, StoreError, StoredBlock,
};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

/// Reads files as [`super::import`] would, and keeps nothing. In the report, *added* are the posts that would go to the store; whether it has them
/// is not looked up. `data` is the folder that is no archive, if there is a project.
pub fn dry_run(
    campaign: &Campaign,
    options: &ImportOptions,
    data: Option<&Path>,
    watch: &mut dyn Watch,
) -> Result<ImportReport, ImportError> {
    let folder = Folder::make()?;
    let mut report = import_as(Mode::Dry { own: data }, &Nothing, campaign, options, &folder.0, watch)?;
    report.dry_run = true;
    Ok(report)
}

/// A folder for what has to be unpacked, that goes away.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, ImportError> {
        let path = std::env::temp_dir().join(format!("tagline-dry-run-{}", std::process::id()));
        let failed = |source| InputError { shown: path.display().to_string(), source };
        let mut builder = std::fs::DirBuilder::new();
        // What is unpacked there is nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let _ = std::fs::remove_dir_all(&path);
        builder.create(&path).map_err(failed)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A store without a floor.
struct Nothing;

impl Store for Nothing {
    fn put(&self, _: &Batch) -> Result<PutReport, StoreError> {
        Ok(PutReport::default())
    }
    fn scan(
        &self,
        _: Range<Timestamp>,
        _: Ask<'_>,
        _: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError> {
        Ok(vec![None; ids.len()])
    }
    fn note(&self, _: &NoteKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
    fn revision(&self) -> Result<Revision, StoreError> {
        Ok(Revision::default())
    }
    fn check(&self, _: Repair) -> Result<Health, StoreError> {
        Ok(Health::default())
    }
}
