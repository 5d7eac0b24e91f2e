//! The files of a revision: all that were asked for, or an error.

use std::collections::HashSet;

use gix::{ObjectId, objs::Kind, objs::tree::EntryKind};
use landfall_core::diagnostic::Diagnostic;

use crate::{
    error::{Error, Result},
    lookup::{Found, Lost, Trees},
    repository::Repository,
    revision::Revision,
};

/// Folders in folders beyond which something is wrong.
const MOST_LEVELS: usize = 500;

/// What was found under some paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeRead {
    /// The files, in the order of the paths that were asked for and by name within each, every file once.
    pub files: Vec<TreeFile>,
    /// Paths of submodules, whose files live in another repository and were not read.
    pub submodules: Vec<String>,
    /// Symbolic links to folders, which were not followed, as kubectl does not.
    pub symlinks: Vec<Symlink>,
}

/// A file and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// The path from the root of the repository, or as it was given for a plain folder; with forward slashes.
    pub path: String,
    /// The content; that of its target for a symbolic link.
    pub bytes: Vec<u8>,
}

/// A symbolic link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symlink {
    /// Where it stands.
    pub path: String,
    /// Its text.
    pub target: String,
}

impl Repository {
    /// Every file under `paths` (files or folders, from the root; `.` is the root), recursively, whose path `keep`
    /// accepts. A file that `paths` names itself is read whatever `keep` says, as with `kubectl -f`.
    ///
    /// A link to a file inside the revision is read as that file; a link to a folder is reported and not followed.
    ///
    /// # Errors
    ///
    /// [`Error::Files`] with every path that is not there, every link that leads out of the revision, nowhere, or in a
    /// circle, and every name that is not UTF-8. [`Error::MissingObject`] or [`Error::DamagedObject`] where the clone
    /// lacks content. Nothing is ever returned in part.
    pub fn read_tree(&self, revision: &Revision, paths: &[String], keep: impl Fn(&str) -> bool) -> Result<TreeRead> {
        let mut reader = Reader {
            trees: Trees::of(self, revision)?,
            keep: &keep,
            found: TreeRead::default(),
            seen: HashSet::new(),
            faults: Vec::new(),
        };
        for path in paths {
            reader.read_named(path)?;
        }
        if reader.faults.is_empty() { Ok(reader.found) } else { Err(self.files_fault(revision, reader.faults)) }
    }

    /// The content of one file, or `None` if the revision has no such path. Links inside the revision are followed.
    ///
    /// # Errors
    ///
    /// The path is a folder, leads out of the revision, or its content is missing or damaged.
    pub fn read_file(&self, revision: &Revision, path: &str) -> Result<Option<Vec<u8>>> {
        let mut trees = Trees::of(self, revision)?;
        let why = match trees.find(path.as_bytes(), true)? {
            Ok(Found::File(id)) => return trees.objects.read(&id, Kind::Blob, path).map(Some),
            Err(Lost::Missing { .. } | Lost::NotAFolder { .. }) => return Ok(None),
            Ok(Found::Folder(_) | Found::Link(_)) => "it is a folder, not a file".to_owned(),
            Ok(Found::Submodule) => "it is a submodule, not a file".to_owned(),
            Err(lost) => lost.tell(),
        };
        Err(self.files_fault(revision, vec![Diagnostic::of_file(path, why)]))
    }

    fn files_fault(&self, revision: &Revision, faults: Vec<Diagnostic>) -> Error {
        Error::Files { place: format!("revision {} of {}", revision.short(), self.place()), faults }
    }
}

struct Reader<'a> {
    trees: Trees<'a>,
    keep: &'a dyn Fn(&str) -> bool,
    found: TreeRead,
    seen: HashSet<String>,
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read_named(&mut self, given: &str) -> Result<()> {
        let parts: Vec<&str> = given.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let path = parts.join("/");
        if given.starts_with('/') || parts.contains(&"..") {
            self.fault(
                given,
                "it is not a path inside the repository",
                "Give it from the repository's root, such as `base`",
            );
            return Ok(());
        }
        match self.trees.find(path.as_bytes(), false)? {
            Ok(Found::File(id)) => self.read_file(path, id)?,
            Ok(Found::Folder(id)) => self.walk(id, &path, 0)?,
            Ok(Found::Submodule) => self.note_submodule(path),
            Ok(Found::Link(id)) => match self.trees.find(path.as_bytes(), true)? {
                Ok(Found::File(target)) => self.read_file(path, target)?,
                Ok(_) => {
                    let target = self.trees.text_of(id, &path)?;
                    self.fault(
                        &path,
                        &format!("it is a symbolic link to the folder `{target}`"),
                        "Name that folder itself",
                    );
                }
                Err(lost) => self.fault_of_link(&path, id, &lost)?,
            },
            Err(lost) => self.fault(&path, &lost.tell(), "Correct the path, or choose a revision that has it"),
        }
        Ok(())
    }

    fn walk(&mut self, folder: ObjectId, path: &str, level: usize) -> Result<()> {
        if level > MOST_LEVELS {
            self.fault(path, "its folders are nested too deeply", "Move the manifests up");
            return Ok(());
        }
        let entries = self.trees.entries(folder, path)?;
        for entry in entries.iter() {
            let name = String::from_utf8_lossy(&entry.name);
            let is_utf8 = matches!(name, std::borrow::Cow::Borrowed(_));
            let entry_path = if path.is_empty() { name.into_owned() } else { format!("{path}/{name}") };
            match entry.kind {
                EntryKind::Tree => self.walk(entry.id, &entry_path, level + 1)?,
                EntryKind::Commit => self.note_submodule(entry_path),
                EntryKind::Link => self.meet_link(path, &entry.name, entry.id, entry_path, is_utf8)?,
                EntryKind::Blob | EntryKind::BlobExecutable if !(self.keep)(&entry_path) => {}
                // A folder's odd name ends up here too, with its first file that is wanted.
                _ if !is_utf8 || entry_path.contains('\u{fffd}') => self.fault_of_name(&entry_path),
                EntryKind::Blob | EntryKind::BlobExecutable => self.read_file(entry_path, entry.id)?,
            }
        }
        Ok(())
    }

    /// kubectl opens a link whose name it wants, and so reads the file behind it; it never walks into a linked folder.
    fn meet_link(&mut self, folder: &str, name: &[u8], id: ObjectId, path: String, is_utf8: bool) -> Result<()> {
        let wanted = (self.keep)(&path);
        if !is_utf8 || path.contains('\u{fffd}') {
            if wanted {
                self.fault_of_name(&path);
            }
            return Ok(());
        }
        let place = [folder.as_bytes(), b"/", name].concat();
        match self.trees.find(&place, true)? {
            Ok(Found::File(target)) if wanted => self.read_file(path, target)?,
            Ok(Found::Folder(_) | Found::Submodule) => {
                let target = self.trees.text_of(id, &path)?;
                if self.seen.insert(path.clone()) {
                    self.found.symlinks.push(Symlink { path, target });
                }
            }
            Err(lost) if wanted => self.fault_of_link(&path, id, &lost)?,
            Ok(_) | Err(_) => {}
        }
        Ok(())
    }

    fn read_file(&mut self, path: String, id: ObjectId) -> Result<()> {
        if !self.seen.contains(&path) {
            let bytes = self.trees.objects.read(&id, Kind::Blob, &path)?;
            self.seen.insert(path.clone());
            self.found.files.push(TreeFile { path, bytes });
        }
        Ok(())
    }

    fn note_submodule(&mut self, path: String) {
        if self.seen.insert(path.clone()) {
            self.found.submodules.push(path);
        }
    }

    fn fault_of_link(&mut self, path: &str, link: ObjectId, lost: &Lost) -> Result<()> {
        let target = self.trees.text_of(link, path)?;
        let why = match lost {
            Lost::Missing { .. } | Lost::NotAFolder { .. } => "which does not exist",
            Lost::InSubmodule { .. } => "which lies in a submodule",
            Lost::Outside => "outside of the repository",
            Lost::Cyclic => "and from there back to itself",
        };
        let message = format!("a symbolic link that cannot be followed: it points to `{target}`, {why}");
        self.fault(path, &message, "Put the file itself there");
        Ok(())
    }

    fn fault_of_name(&mut self, path: &str) {
        self.fault(path, "the name is not UTF-8", "Rename it with `git mv`");
    }

    fn fault(&mut self, path: &str, message: &str, hint: &str) {
        let path = if path.is_empty() { "." } else { path };
        self.faults.push(Diagnostic::of_file(path, message).hint(hint));
    }
}
