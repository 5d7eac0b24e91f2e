//! Finding what a path is in a revision, through symbolic links, without ever leaving the revision.

use std::{
    collections::{HashMap, VecDeque},
    rc::Rc,
};

use gix::{ObjectId, objs::Kind, objs::tree::EntryKind};

use crate::{error::Result, object::Objects, repository::Repository, revision::Revision};

/// As many links in a row as Linux follows.
const MOST_LINKS: usize = 40;

/// The folders of one revision, each read once.
pub(crate) struct Trees<'a> {
    pub objects: Objects<'a>,
    root: ObjectId,
    read: HashMap<ObjectId, Rc<Vec<Entry>>>,
}

/// One line of a folder.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub name: Vec<u8>,
    pub kind: EntryKind,
    pub id: ObjectId,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    File(ObjectId),
    Folder(ObjectId),
    Link(ObjectId),
    Submodule,
}

/// Why a path leads nowhere.
#[derive(Debug)]
pub(crate) enum Lost {
    /// `folder` has no such entry, but `siblings`.
    Missing { folder: String, siblings: Vec<String> },
    /// A file stands where a folder would have to be.
    NotAFolder { file: String },
    /// The rest of the path lies in a submodule.
    InSubmodule { submodule: String },
    /// The path, or a link on it, leads out of the repository.
    Outside,
    /// Links lead to each other.
    Cyclic,
}

impl<'a> Trees<'a> {
    pub fn of(repository: &'a Repository, revision: &Revision) -> Result<Self> {
        let objects = Objects::of(repository);
        let root = objects.root_tree(revision)?;
        Ok(Self { objects, root, read: HashMap::new() })
    }

    /// The entries of a folder, sorted by name as a walk over a checkout meets them. Git itself sorts folders as if
    /// their names ended in a slash.
    pub fn entries(&mut self, id: ObjectId, path: &str) -> Result<Rc<Vec<Entry>>> {
        if let Some(entries) = self.read.get(&id) {
            return Ok(Rc::clone(entries));
        }
        let data = self.objects.read(&id, Kind::Tree, path)?;
        let tree =
            gix::objs::TreeRef::from_bytes(&data, gix::hash::Kind::Sha1).map_err(self.objects.repository.unusable())?;
        let entry = |entry: &gix::objs::tree::EntryRef<'_>| Entry {
            name: entry.filename.to_vec(),
            kind: entry.mode.kind(),
            id: entry.oid.to_owned(),
        };
        let mut entries: Vec<Entry> = tree.entries.iter().map(entry).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let entries = Rc::new(entries);
        self.read.insert(id, Rc::clone(&entries));
        Ok(entries)
    }

    /// What `path` is. Links on the way are followed; one at its end only if `follow_last`.
    pub fn find(&mut self, path: &[u8], follow_last: bool) -> Result<std::result::Result<Found, Lost>> {
        let mut ahead: VecDeque<Vec<u8>> = split(path).collect();
        let mut above: Vec<(Vec<u8>, ObjectId)> = Vec::new();
        let mut links = 0;
        while let Some(name) = ahead.pop_front() {
            if name == b".." {
                if above.pop().is_none() {
                    return Ok(Err(Lost::Outside));
                }
                continue;
            }
            let folder = above.last().map_or(self.root, |(_, id)| *id);
            let shown = show(&above, None);
            let entries = self.entries(folder, &shown)?;
            let Some(entry) = entries.iter().find(|entry| entry.name == name) else {
                let siblings = entries.iter().map(|entry| String::from_utf8_lossy(&entry.name).into_owned()).collect();
                return Ok(Err(Lost::Missing { folder: shown, siblings }));
            };
            let is_last = ahead.is_empty();
            match entry.kind {
                EntryKind::Tree => above.push((name, entry.id)),
                EntryKind::Link if !is_last || follow_last => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Ok(Err(Lost::Cyclic));
                    }
                    let target = self.objects.read(&entry.id, Kind::Blob, &show(&above, Some(&name)))?;
                    if target.starts_with(b"/") {
                        return Ok(Err(Lost::Outside));
                    }
                    for part in split(&target).collect::<Vec<_>>().into_iter().rev() {
                        ahead.push_front(part);
                    }
                }
                EntryKind::Link => return Ok(Ok(Found::Link(entry.id))),
                EntryKind::Commit if is_last => return Ok(Ok(Found::Submodule)),
                EntryKind::Commit => return Ok(Err(Lost::InSubmodule { submodule: show(&above, Some(&name)) })),
                EntryKind::Blob | EntryKind::BlobExecutable if is_last => return Ok(Ok(Found::File(entry.id))),
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    return Ok(Err(Lost::NotAFolder { file: show(&above, Some(&name)) }));
                }
            }
        }
        Ok(Ok(Found::Folder(above.last().map_or(self.root, |(_, id)| *id))))
    }

    /// What the link that stands at `path` says.
    pub fn text_of(&self, link: ObjectId, path: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.objects.read(&link, Kind::Blob, path)?).into_owned())
    }
}

impl Lost {
    /// The fault as a clause about `path`.
    pub fn tell(&self) -> String {
        match self {
            Self::Missing { folder, siblings } => {
                let folder = if folder.is_empty() { "its root".to_owned() } else { format!("`{folder}`") };
                format!("there is no such path; {folder} has {}", list(siblings))
            }
            Self::NotAFolder { file } => format!("`{file}` is a file, not a folder"),
            Self::InSubmodule { submodule } => {
                format!("`{submodule}` is a submodule, whose files are in another repository")
            }
            Self::Outside => "it leads out of the repository".to_owned(),
            Self::Cyclic => "its symbolic links lead in a circle".to_owned(),
        }
    }
}

/// At most eight names.
fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    match names.len().saturating_sub(shown.len()) {
        _ if names.is_empty() => "nothing".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn split(path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
}

fn show(above: &[(Vec<u8>, ObjectId)], last: Option<&[u8]>) -> String {
    let parts = above.iter().map(|(name, _)| name.as_slice()).chain(last);
    parts.map(String::from_utf8_lossy).collect::<Vec<_>>().join("/")
}
