//! What an environment has put onto its target: the record that pruning starts from.
//!
//! Kept on the target itself, so that any machine can read what is live. Widened before the first write of a deploy and
//! narrowed after its prune: a deploy that is killed in between never forgets an object.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::object::{self, GroupKind, ObjectId};

/// The format that this version writes.
const FORMAT: &str = "1";

/// The objects of an environment with their UIDs, and the revision that they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The revision that was applied last and in full; `None` before the first deploy has ended, and where the
    /// manifests come from a folder that is not in Git.
    pub revision: Option<String>,
    /// When that was, RFC 3339.
    pub time: Option<String>,
    /// The repository that the revision belongs to, without credentials.
    pub repository: Option<String>,
    /// The deploy that is writing now; `None` once it has written everything. One that failed or was killed stays until
    /// the next one.
    pub deploying: Option<Deploying>,
    /// The objects. The UID is unknown between the widening before a deploy and its end.
    pub objects: BTreeMap<ObjectId, Option<String>>,
}

/// A deploy that writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deploying {
    /// Its name in the journal.
    pub id: String,
    /// Its revision; `None` where the manifests come from a folder that is not in Git.
    pub revision: Option<String>,
    /// Since when, RFC 3339.
    pub since: String,
    /// Who asked for it.
    pub by: String,
}

/// Who deployed last: what a deploy that waits needs to know of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latest {
    /// The revision that was applied last and in full.
    pub revision: Option<String>,
    /// When that was, RFC 3339.
    pub time: Option<String>,
    /// The deploy that is writing now.
    pub deploying: Option<Deploying>,
}

impl Latest {
    /// Reads it from the entries of an inventory; the objects are left aside.
    pub fn of(entries: &BTreeMap<String, String>) -> Self {
        let entry = |key: &str| entries.get(key).cloned();
        let deploying = entry("deploying.id").map(|id| Deploying {
            id,
            revision: entry("deploying.revision"),
            since: entry("deploying.since").unwrap_or_default(),
            by: entry("deploying.by").unwrap_or_default(),
        });
        Self { revision: entry("revision"), time: entry("time"), deploying }
    }
}

/// An inventory that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InventoryError {
    /// It was written by a newer version.
    #[error(
        "The inventory has format {0}, which a newer Landfall wrote. Use that version or a newer one; nothing was changed."
    )]
    Newer(String),
    /// A line of it is not what Landfall writes.
    #[error(
        "The inventory cannot be read: '{line}' is not an object of it. Somebody changed it by hand; restore it, or delete it to let the next deploy look at every kind again."
    )]
    Line {
        /// The line as it stands.
        line: String,
    },
}

impl Inventory {
    /// The kinds of its objects.
    pub fn kinds(&self) -> BTreeSet<GroupKind> {
        let mut ids: Vec<&ObjectId> = self.objects.keys().collect();
        // Most are of the kind of the one before.
        ids.dedup_by(|a, b| a.kind == b.kind && a.group == b.group);
        ids.into_iter().map(ObjectId::group_kind).collect()
    }

    /// The namespaces of its objects.
    pub fn namespaces(&self) -> BTreeSet<String> {
        object::namespaces(self.objects.keys())
    }

    /// Who deployed last.
    pub fn latest(&self) -> Latest {
        Latest { revision: self.revision.clone(), time: self.time.clone(), deploying: self.deploying.clone() }
    }

    /// This inventory with these objects added, whose UIDs are kept where they are known. What a deploy writes before
    /// its first change: whatever happens then, its objects are known.
    pub fn widened<'a>(&self, objects: impl IntoIterator<Item = &'a ObjectId>) -> Self {
        let mut wide = self.clone();
        for id in objects {
            wide.objects.entry(id.clone()).or_insert(None);
        }
        wide
    }

    /// Text entries as they are stored: one per kind with a line per object, and a few of their own.
    pub fn encode(&self) -> BTreeMap<String, String> {
        let mut entries = BTreeMap::from([("format".to_owned(), FORMAT.to_owned())]);
        let scalars = [("revision", &self.revision), ("time", &self.time), ("repository", &self.repository)];
        entries.extend(scalars.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))));
        if let Some(deploying) = &self.deploying {
            let scalars = [("id", &deploying.id), ("since", &deploying.since), ("by", &deploying.by)];
            entries.extend(scalars.map(|(key, value)| (format!("deploying.{key}"), value.clone())));
            entries.extend(deploying.revision.iter().map(|value| ("deploying.revision".to_owned(), value.clone())));
        }
        for (id, uid) in &self.objects {
            let lines = entries.entry(format!("objects.{}", id.group_kind())).or_default();
            lines.push_str(id.namespace.as_deref().unwrap_or_default());
            lines.push('/');
            lines.push_str(&id.name);
            lines.push(' ');
            lines.push_str(uid.as_deref().unwrap_or("-"));
            lines.push('\n');
        }
        entries
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// Where a newer version wrote it, or somebody damaged it.
    pub fn decode(entries: &BTreeMap<String, String>) -> Result<Self, InventoryError> {
        let format = entries.get("format").map_or("", String::as_str);
        if format != FORMAT {
            return Err(InventoryError::Newer(format.to_owned()));
        }
        let Latest { revision, time, deploying } = Latest::of(entries);
        let repository = entries.get("repository").cloned();
        let mut objects = Vec::new();
        for (key, lines) in entries {
            let Some(kind) = key.strip_prefix("objects.") else { continue };
            let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
            for line in lines.lines() {
                let object = decode_line(group, kind, line)
                    .ok_or_else(|| InventoryError::Line { line: format!("{key}: {line}") })?;
                objects.push(object);
            }
        }
        // All at once: one by one each would be compared with a dozen others.
        let objects = objects.into_iter().collect();
        Ok(Self { revision, time, repository, deploying, objects })
    }
}

fn decode_line(group: &str, kind: &str, line: &str) -> Option<(ObjectId, Option<String>)> {
    let (path, uid) = line.split_once(' ')?;
    let (namespace, name) = path.split_once('/')?;
    if name.is_empty() || uid.is_empty() {
        return None;
    }
    let id = ObjectId {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        name: name.to_owned(),
    };
    Some((id, (uid != "-").then(|| uid.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectId {
        ObjectId { group: group.into(), kind: kind.into(), namespace: namespace.map(Into::into), name: name.into() }
    }

    fn example() -> Inventory {
        Inventory {
            revision: Some("4f9d1c2".into()),
            time: Some("2026-11-01T14:32:00Z".into()),
            repository: None,
            deploying: Some(Deploying {
                id: "01JD".into(),
                revision: None,
                since: "2026-11-01T14:31:00Z".into(),
                by: "alice@laptop".into(),
            }),
            objects: BTreeMap::from([
                (id("apps", "Deployment", Some("prod"), "web"), Some("u1".into())),
                (id("", "ConfigMap", Some("prod"), "settings"), None),
                (id("rbac.authorization.k8s.io", "ClusterRole", None, "system:web"), Some("u2".into())),
            ]),
        }
    }

    #[test]
    fn reads_what_it_wrote() {
        insta::assert_debug_snapshot!(example().encode(), @r#"
        {
            "deploying.by": "alice@laptop",
            "deploying.id": "01JD",
            "deploying.since": "2026-11-01T14:31:00Z",
            "format": "1",
            "objects.ClusterRole.rbac.authorization.k8s.io": "/system:web u2\n",
            "objects.ConfigMap": "prod/settings -\n",
            "objects.Deployment.apps": "prod/web u1\n",
            "revision": "4f9d1c2",
            "time": "2026-11-01T14:32:00Z",
        }
        "#);
        assert_eq!(Inventory::decode(&example().encode()), Ok(example()));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        let mut newer = example().encode();
        newer.insert("format".into(), "2".into());
        assert_eq!(Inventory::decode(&newer), Err(InventoryError::Newer("2".into())));
        for line in ["web", "web u1", "prod/ u1", "prod/web "] {
            let damaged = BTreeMap::from([("format".into(), "1".into()), ("objects.Pod".into(), line.to_owned())]);
            assert!(Inventory::decode(&damaged).is_err(), "{line}");
        }
    }

    #[test]
    fn widening_forgets_nothing() {
        let new = id("", "Service", Some("web"), "web");
        let known = id("apps", "Deployment", Some("prod"), "web");
        let wide = example().widened([&new, &known]);
        assert_eq!(wide.objects.get(&new), Some(&None));
        assert_eq!(wide.objects.get(&known), Some(&Some("u1".into())));
        assert_eq!(wide.namespaces(), BTreeSet::from(["prod".into(), "web".into()]));
    }
}
