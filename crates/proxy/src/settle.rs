//! `proxy settle`: puts new files of a pod's volumes in place, as the kubelet's `AtomicWriter` does.
//!
//! Source: `pkg/volume/util/atomic_writer.go`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The link to the folder of the files in force.
const DATA: &str = "..data";

/// In each of `volumes`, makes the folder `to`, which is there with all its files, the one in force, in one step. Links for
/// files that are new are made after it, those for files that are gone are removed, and so are older folders.
///
/// # Errors
///
/// A sentence.
pub(crate) fn settle(to: &str, volumes: &[PathBuf]) -> Result<(), String> {
    for volume in volumes {
        in_volume(volume, to)
            .map_err(|error| format!("The files in {} cannot be put in place: {error}.", volume.display()))?;
    }
    Ok(())
}

fn in_volume(volume: &Path, to: &str) -> io::Result<()> {
    let names = names(&volume.join(to))?;
    let next = volume.join("..data_tmp");
    remove(&next)?;
    symlink(to, &next)?;
    fs::rename(&next, volume.join(DATA))?;
    for name in &names {
        let link = volume.join(name);
        if fs::symlink_metadata(&link).is_err() {
            symlink(Path::new(DATA).join(name), &link)?;
        }
    }
    for entry in fs::read_dir(volume)? {
        let name = entry?.file_name();
        let is_own = name == DATA || name == to || names.contains(&name);
        if !is_own {
            remove(&volume.join(&name))?;
        }
    }
    Ok(())
}

fn names(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// Removes what is there, whatever it is.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(volume: &Path) -> String {
        let mut lines: Vec<String> = fs::read_dir(volume)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let target = fs::read_link(entry.path()).map(|target| format!(" -> {}", target.display()));
                format!("{}{}", entry.file_name().display(), target.unwrap_or_default())
            })
            .collect();
        lines.sort();
        lines.join(", ")
    }

    #[test]
    fn new_files_take_the_place_of_old_ones() {
        let folder = tempfile::tempdir().unwrap();
        let volume = folder.path().to_owned();
        let put = |stamp: &str, files: &[&str]| {
            for file in files {
                let path = volume.join(stamp).join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, stamp).unwrap();
            }
            settle(stamp, std::slice::from_ref(&volume)).unwrap();
        };
        put("..1", &["a", "conf/b"]);
        assert_eq!(shown(&volume), "..1, ..data -> ..1, a -> ..data/a, conf -> ..data/conf");
        put("..2", &["a", "c"]);
        assert_eq!(shown(&volume), "..2, ..data -> ..2, a -> ..data/a, c -> ..data/c");
        assert_eq!(fs::read_to_string(volume.join("a")).unwrap(), "..2");
        // Again: whoever was killed on the way does it once more.
        settle("..2", std::slice::from_ref(&volume)).unwrap();
        assert_eq!(shown(&volume), "..2, ..data -> ..2, a -> ..data/a, c -> ..data/c");
    }

    #[test]
    fn a_volume_without_the_new_files_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "x").unwrap();
        let refusal = settle("..1", &[folder.path().to_owned()]).unwrap_err();
        assert!(refusal.contains("cannot be put in place"), "{refusal}");
        assert_eq!(shown(folder.path()), "a");
    }
}
