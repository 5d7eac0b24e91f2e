//! A commit and its id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The id of a commit: 40 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Revision(String);

impl Revision {
    /// A full id.
    ///
    /// # Errors
    ///
    /// The text is not 40 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Error::NotACommit {
                name: text.to_owned(),
                why: "a full commit id has 40 hexadecimal digits".to_owned(),
            })
        }
    }

    /// All 40 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, for people. Not unique in large repositories.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    pub(crate) fn of(id: &gix::oid) -> Self {
        Self(id.to_hex().to_string())
    }

    pub(crate) fn id(&self) -> Result<gix::ObjectId> {
        gix::ObjectId::from_hex(self.0.as_bytes())
            .map_err(|error| Error::NotACommit { name: self.0.clone(), why: error.to_string() })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Revision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Revision {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Revision> for String {
    fn from(revision: Revision) -> Self {
        revision.0
    }
}

/// A commit: who made which change when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its id.
    pub id: Revision,
    /// Who wrote the change, and when.
    pub author: Signature,
    /// Who made the commit, and when; after a rebase or a merge button these differ from the author.
    pub committer: Signature,
    /// The first paragraph of the message as one line.
    pub subject: String,
    /// The whole message.
    pub message: String,
    /// The commits that it builds on: none for the first, several for a merge. The first is the branch that was merged into.
    pub parents: Vec<Revision>,
}

/// A person and a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The time; zero if the commit has none that can be read.
    pub time: GitTime,
}

/// A time as Git stores it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GitTime {
    /// Seconds since 1970-01-01 UTC.
    pub seconds: i64,
    /// Seconds that the person's clock was ahead of UTC.
    pub offset: i32,
}

impl Commit {
    /// Reads a commit object. Text that is not UTF-8 has its odd bytes replaced: it is only ever shown.
    pub(crate) fn decode(id: &gix::oid, data: &[u8]) -> std::result::Result<Self, String> {
        let commit =
            gix::objs::CommitRef::from_bytes(data, gix::hash::Kind::Sha1).map_err(|error| error.to_string())?;
        let signature = |raw: std::result::Result<gix::actor::SignatureRef<'_>, gix::Error>| {
            let raw = raw.map_err(|error| error.to_string())?.trim();
            let time =
                raw.time().map(|time| GitTime { seconds: time.seconds, offset: time.offset }).unwrap_or_default();
            Ok::<_, String>(Signature { name: raw.name.to_string(), email: raw.email.to_string(), time })
        };
        Ok(Self {
            id: Revision::of(id),
            author: signature(commit.author())?,
            committer: signature(commit.committer())?,
            subject: commit.message().summary().to_string(),
            message: commit.message.to_string(),
            parents: commit.parents().map(|parent| Revision::of(&parent)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Revision;

    #[test]
    fn only_full_ids_are_revisions() {
        let id = "0123456789abcdef0123456789ABCDEF01234567";
        let revision = Revision::parse(id).unwrap();
        assert_eq!((revision.short(), revision.to_string()), ("0123456", id.to_lowercase()));
        for bad in ["", "main", "0123456", &id[1..], &format!("{id}0")] {
            assert!(Revision::parse(bad).is_err());
        }
        assert!(serde_json::from_str::<Revision>("\"main\"").is_err());
        assert_eq!(serde_json::to_string(&revision).unwrap(), format!("\"{}\"", id.to_lowercase()));
    }
}
