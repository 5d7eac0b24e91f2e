//! Files as the kubelet lays them out: the real ones in a folder with the time in its name, a link `..data` to it, and for
//! each first part of a path a link through that.
//!
//! Source: `pkg/volume/util/atomic_writer.go`.

use std::{collections::BTreeSet, io};

use jiff::Timestamp;

use crate::pod::FilesVolume;

/// A tar that is being written. A vector can always be written to; what it says all the same is kept to the end.
pub struct Archive {
    tar: tar::Builder<Vec<u8>>,
    fault: io::Result<()>,
    time: u64,
}

impl Archive {
    /// An empty one, whose files have this time.
    pub fn new(now: Timestamp) -> Self {
        let time = u64::try_from(now.as_second()).unwrap_or_default();
        Self { tar: tar::Builder::new(Vec::new()), fault: Ok(()), time }
    }

    /// A folder of root's; one that is there gets this mode and group.
    pub fn folder(&mut self, path: &str, mode: u32, group: u32) {
        let mut header = self.header(tar::EntryType::Directory, mode, group, 0);
        self.add(|tar| tar.append_data(&mut header, format!("{path}/"), io::empty()));
    }

    /// A file of root's.
    pub fn file(&mut self, path: &str, mode: u32, group: u32, content: &[u8]) {
        let mut header = self.header(tar::EntryType::Regular, mode, group, content.len());
        self.add(|tar| tar.append_data(&mut header, path, content));
    }

    /// A symbolic link.
    pub fn link(&mut self, path: &str, target: &str) {
        let mut header = self.header(tar::EntryType::Symlink, 0o777, 0, 0);
        self.add(|tar| tar.append_link(&mut header, path, target));
    }

    /// The tar.
    ///
    /// # Errors
    /// A name that cannot be written.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.fault?;
        self.tar.into_inner()
    }

    fn header(&self, kind: tar::EntryType, mode: u32, group: u32, size: usize) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(group.into());
        header.set_mtime(self.time);
        header.set_size(u64::try_from(size).unwrap_or_default());
        header
    }

    fn add(&mut self, add: impl FnOnce(&mut tar::Builder<Vec<u8>>) -> io::Result<()>) {
        if self.fault.is_ok() {
            self.fault = add(&mut self.tar);
        }
    }
}

/// The name of the folder for the real files.
pub fn stamp(now: Timestamp) -> String {
    now.strftime("..%Y_%m_%d_%H_%M_%S.%9f").to_string()
}

/// Adds the real files of a volume that is mounted at `root`, and if it is `fresh` the links. Else the links are for the
/// program to change, since nobody may see half of them.
pub fn add(archive: &mut Archive, root: &str, files: &FilesVolume, stamp: &str, fresh: bool) {
    let group = files.group;
    archive.folder(root, files.folder_mode, group);
    archive.folder(&format!("{root}/{stamp}"), files.folder_mode, group);
    let mut folders = BTreeSet::new();
    let mut firsts = BTreeSet::new();
    for file in &files.files {
        let parts: Vec<&str> = file.path.split('/').collect();
        firsts.extend(parts.first().copied());
        for depth in 1..parts.len() {
            let folder = parts.get(..depth).unwrap_or_default().join("/");
            if folders.insert(folder.clone()) {
                archive.folder(&format!("{root}/{stamp}/{folder}"), files.folder_mode, group);
            }
        }
        archive.file(&format!("{root}/{stamp}/{}", file.path), file.mode, group, &file.content);
    }
    if fresh {
        archive.link(&format!("{root}/..data"), stamp);
        for first in firsts {
            archive.link(&format!("{root}/{first}"), &format!("..data/{first}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::{FileEntry, Masked};

    fn entries(fresh: bool) -> Vec<String> {
        let entry = |path: &str, mode| FileEntry { path: path.to_owned(), mode, content: Masked(b"x".to_vec()) };
        let files = FilesVolume {
            files: vec![entry("conf/a/site.conf", 0o644), entry("key", 0o400)],
            group: 7,
            folder_mode: 0o2755,
            digest: String::new(),
        };
        let now: Timestamp = "2026-11-25T13:00:00.5Z".parse().unwrap();
        let mut archive = Archive::new(now);
        add(&mut archive, "v/0", &files, &stamp(now), fresh);
        let tar = archive.finish().unwrap();
        let mut tar = tar::Archive::new(tar.as_slice());
        let shown = tar.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            let target = entry.link_name().unwrap().map(|target| format!(" -> {}", target.display()));
            let path = entry.path().unwrap().display().to_string();
            format!("{:o} {} {path}{}", header.mode().unwrap(), header.gid().unwrap(), target.unwrap_or_default())
        });
        shown.collect()
    }

    #[test]
    fn files_lie_as_the_kubelet_lays_them() {
        let files = [
            "2755 7 v/0/",
            "2755 7 v/0/..2026_11_25_13_00_00.500000000/",
            "2755 7 v/0/..2026_11_25_13_00_00.500000000/conf/",
            "2755 7 v/0/..2026_11_25_13_00_00.500000000/conf/a/",
            "644 7 v/0/..2026_11_25_13_00_00.500000000/conf/a/site.conf",
            "400 7 v/0/..2026_11_25_13_00_00.500000000/key",
        ];
        let links = [
            "777 0 v/0/..data -> ..2026_11_25_13_00_00.500000000",
            "777 0 v/0/conf -> ..data/conf",
            "777 0 v/0/key -> ..data/key",
        ];
        assert_eq!(entries(true), files.into_iter().chain(links).collect::<Vec<_>>());
        assert_eq!(entries(false), files);
    }
}
