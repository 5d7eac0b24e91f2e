//! Files of plain folders, read as kubectl reads `-f` and `-R`.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

use landfall_core::diagnostic::Diagnostic;

use crate::{
    error::{Error, Result},
    tree::{Symlink, TreeFile, TreeRead},
};

/// The files that `kubectl apply -f` would read: a path that is a file is read whatever its name; a folder gives the files
/// whose path `keep` accepts, with `recursive` also those of its folders. Files come in the order of `paths`, and by name
/// within each, every file once. Paths stay relative if they were given so.
///
/// A link to a file is read as that file if it stays in the folder, or in the Git work tree that the folder belongs to;
/// a link to a folder is reported and not followed. A file that `paths` names itself may lie anywhere.
///
/// # Errors
///
/// [`Error::Files`] with everything that is not there, cannot be read, or has a name that is not UTF-8. Nothing is ever
/// returned in part.
pub fn read_directory(paths: &[impl AsRef<Path>], recursive: bool, keep: impl Fn(&str) -> bool) -> Result<TreeRead> {
    let mut walk =
        Walk { recursive, keep: &keep, found: TreeRead::default(), seen: HashSet::new(), faults: Vec::new() };
    for path in paths {
        walk.read_named(path.as_ref());
    }
    if walk.faults.is_empty() {
        return Ok(walk.found);
    }
    let named: Vec<_> = paths.iter().map(|path| path.as_ref().display().to_string()).collect();
    Err(Error::Files { place: named.join(", "), faults: walk.faults })
}

struct Walk<'a> {
    recursive: bool,
    keep: &'a dyn Fn(&str) -> bool,
    found: TreeRead,
    seen: HashSet<PathBuf>,
    faults: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn read_named(&mut self, given: &Path) {
        let path = clean(given);
        // With a slash at its end, a link to a folder counts as that folder, as everywhere.
        let metadata = match fs::metadata(given).and_then(|target| Ok((target, fs::symlink_metadata(given)?))) {
            Ok(metadata) => metadata,
            Err(error) => return self.fault_of_io(&path, &error),
        };
        match metadata {
            (_, itself) if itself.is_dir() => match boundary(given) {
                Ok(boundary) => self.walk(given, &path, &boundary),
                Err(error) => self.fault_of_io(&path, &error),
            },
            (target, _) if target.is_dir() => {
                self.fault(
                    &path,
                    "it is a symbolic link to a folder",
                    "Name that folder itself, or end the path with a slash",
                );
            }
            _ => self.read_file(given, path),
        }
    }

    fn walk(&mut self, folder: &Path, shown: &Path, boundary: &Path) {
        let names = match names(folder) {
            Ok(names) => names,
            Err(error) => return self.fault_of_io(shown, &error),
        };
        for name in names {
            let (path, shown) = (folder.join(&name), shown.join(&name));
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    if self.recursive {
                        self.walk(&path, &shown, boundary);
                    }
                }
                Ok(metadata) if metadata.is_symlink() => self.meet_link(&path, shown, boundary),
                Ok(_) if !(self.keep)(&shown.to_string_lossy()) => {}
                Ok(metadata) if metadata.is_file() => self.read_file(&path, shown),
                Ok(_) => self.fault(&shown, "it is not a regular file", "Remove it, or name it in another way"),
                Err(error) => self.fault_of_io(&shown, &error),
            }
        }
    }

    fn meet_link(&mut self, path: &Path, shown: PathBuf, boundary: &Path) {
        let wanted = (self.keep)(&shown.to_string_lossy());
        let target = fs::read_link(path).unwrap_or_default();
        let text = target.to_string_lossy().into_owned();
        match path.canonicalize() {
            Ok(real) if real.is_dir() => {
                if self.seen.insert(shown.clone()) {
                    self.found.symlinks.push(Symlink { path: shown.to_string_lossy().into_owned(), target: text });
                }
            }
            _ if !wanted => {}
            Ok(real) if !real.starts_with(boundary) => self.fault(
                &shown,
                &format!(
                    "a symbolic link that cannot be followed: it points to `{text}`, outside of {}",
                    boundary.display()
                ),
                "Put the file itself there",
            ),
            Ok(real) if !real.is_file() => {
                self.fault(&shown, "it is not a regular file", "Remove it, or name it in another way")
            }
            Ok(real) => self.read_file(&real, shown),
            Err(error) => {
                let is_cyclic = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "which does not exist".to_owned(),
                    _ if is_cyclic => "and from there back to itself".to_owned(),
                    _ => format!("which cannot be read ({error})"),
                };
                self.fault(
                    &shown,
                    &format!("a symbolic link that cannot be followed: it points to `{text}`, {why}"),
                    "Put the file itself there",
                );
            }
        }
    }

    fn read_file(&mut self, path: &Path, shown: PathBuf) {
        let Some(text) = shown.to_str() else {
            return self.fault(&shown, "the name is not UTF-8", "Rename it");
        };
        if self.seen.contains(&shown) {
            return;
        }
        match fs::read(path) {
            Ok(bytes) => {
                self.found.files.push(TreeFile { path: text.to_owned(), bytes });
                self.seen.insert(shown);
            }
            Err(error) => self.fault_of_io(&shown, &error),
        }
    }

    fn fault_of_io(&mut self, path: &Path, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::NotFound => self.fault(path, "there is no such file or folder", "Correct the path"),
            io::ErrorKind::PermissionDenied => {
                self.fault(path, "it may not be read", "Give the user that runs Landfall the right to read it")
            }
            _ => self.fault(path, &format!("it cannot be read: {error}"), "Correct the file, or leave it out"),
        }
    }

    fn fault(&mut self, path: &Path, message: &str, hint: &str) {
        self.faults.push(Diagnostic::of_file(path.to_string_lossy(), message).hint(hint));
    }
}

/// The names in a folder, in the order in which Go's `filepath.Walk` meets them.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    Ok(names)
}

/// The folder that links must not leave: the Git work tree, so that a checkout reads like its commit, or else the folder itself.
fn boundary(folder: &Path) -> io::Result<PathBuf> {
    let folder = folder.canonicalize()?;
    Ok(folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&folder).to_owned())
}

/// `./base//x` as `base/x`.
fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}
