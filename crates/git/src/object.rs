//! Reading one object, and believing it only if its bytes have the hash that names it.

use gix::{ObjectId, objs::Kind};

use crate::{
    error::{Error, Result},
    repository::{Repository, tell},
    revision::{Commit, Revision},
};

/// A thread's access to the objects of a repository.
pub(crate) struct Objects<'a> {
    pub repository: &'a Repository,
    pub handle: gix::Repository,
}

impl<'a> Objects<'a> {
    pub fn of(repository: &'a Repository) -> Self {
        Self { repository, handle: repository.handle() }
    }

    /// The bytes of an object of one kind; `path` is for messages.
    pub fn read(&self, id: &gix::oid, kind: Kind, path: &str) -> Result<Vec<u8>> {
        let damaged = |message: String| Error::DamagedObject {
            id: id.to_hex().to_string(),
            path: path.to_owned(),
            place: self.repository.place().to_owned(),
            message,
        };
        let found = self.handle.try_find_object(id).map_err(|error| damaged(tell(&error)))?;
        let Some(mut object) = found else {
            return Err(self.missing(id, kind, path));
        };
        if object.kind != kind {
            return Err(damaged(format!("it is a {}, not a {kind}", object.kind)));
        }
        let data = std::mem::take(&mut object.data);
        let hash =
            gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, &data).map_err(|error| damaged(tell(&error)))?;
        // A replacement that the user has configured has another hash by design.
        if hash != id && !self.is_replaced(id) {
            return Err(damaged(format!("its content has the hash {}", hash.to_hex())));
        }
        Ok(data)
    }

    /// A commit by its id.
    pub fn commit(&self, id: &gix::oid) -> Result<Commit> {
        let data = self.read(id, Kind::Commit, "")?;
        Commit::decode(id, &data).map_err(|message| Error::DamagedObject {
            id: id.to_hex().to_string(),
            path: String::new(),
            place: self.repository.place().to_owned(),
            message,
        })
    }

    /// The root folder of a revision.
    pub fn root_tree(&self, revision: &Revision) -> Result<ObjectId> {
        let id = revision.id()?;
        let data = self.read(&id, Kind::Commit, "")?;
        let commit =
            gix::objs::CommitRef::from_bytes(&data, gix::hash::Kind::Sha1).map_err(self.repository.unusable())?;
        Ok(commit.tree())
    }

    fn is_replaced(&self, id: &gix::oid) -> bool {
        matches!(self.handle.try_find_reference(&format!("refs/replace/{}", id.to_hex())), Ok(Some(_)))
    }

    fn missing(&self, id: &gix::oid, kind: Kind, path: &str) -> Error {
        let config = self.handle.config_snapshot();
        let is_promisor = |remote: &str| config.boolean(format!("remote.{remote}.promisor").as_str()).unwrap_or(false);
        Error::MissingObject {
            kind: match kind {
                Kind::Commit => "commit",
                Kind::Tree => "folder",
                Kind::Blob => "file",
                Kind::Tag => "tag",
            },
            id: id.to_hex().to_string(),
            path: path.to_owned(),
            place: self.repository.place().to_owned(),
            partial: self.handle.remote_names().iter().any(|remote| is_promisor(&remote.to_string())),
            shallow: self.handle.is_shallow().unwrap_or(false),
        }
    }
}
