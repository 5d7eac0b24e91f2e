//! A deployment repository whose revisions are generated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::{Value, json};

use super::super::random::{Random, mix};
use super::genes::Genes;
use super::kinds::{FIRST, FREE_NAMESPACES, Generated, KINDS, LIMITED_NAMESPACE, Leaves, Place};

/// Objects of the repository, by file name.
pub struct Repository {
    random: Random,
    seed: u64,
    objects: BTreeMap<String, Object>,
    /// The kinds that have not been added since all others were.
    coming: Vec<usize>,
    /// kubectl's arguments for the kinds of which the last revision lost an object.
    lost: BTreeSet<String>,
    /// The kinds that have been added, changed and removed, for the count at the end.
    pub seen: BTreeSet<String>,
}

struct Object {
    kind: &'static Generated,
    name: String,
    namespace: Option<&'static str>,
    genes: Genes,
}

/// More objects than these only cost time.
const MOST: usize = 18;

impl Repository {
    /// The first revision: what the others need.
    pub fn new(seed: u64) -> Self {
        let mut repository = Self {
            random: Random::new(seed),
            seed,
            objects: BTreeMap::new(),
            coming: Vec::new(),
            lost: BTreeSet::new(),
            seen: BTreeSet::new(),
        };
        for kind in &FIRST {
            match kind.place {
                Place::Namespace => {
                    FREE_NAMESPACES
                        .iter()
                        .for_each(|namespace| repository.insert(kind, kind.name.to_owned(), Some(namespace)));
                }
                Place::Limited => repository.insert(kind, kind.name.to_owned(), Some(LIMITED_NAMESPACE)),
                Place::Cluster => repository.insert(kind, kind.name.to_owned(), None),
            }
        }
        repository
    }

    fn insert(&mut self, kind: &'static Generated, name: String, namespace: Option<&'static str>) {
        let file = format!("{name}-{}", namespace.unwrap_or("cluster"));
        let genes = Genes::new(mix(self.seed, &file));
        self.objects.insert(file, Object { kind, name, namespace, genes });
    }

    /// Changes the repository a little.
    pub fn next_revision(&mut self) {
        self.lost.clear();
        let (added, removed) = match self.objects.len() {
            0..12 => (6, 0),
            12..MOST => (self.random.below(2), usize::from(self.random.one_in(4))),
            _ => (1, 2),
        };
        (0..removed).for_each(|_| self.remove_one());
        if self.random.one_in(6) {
            self.move_one();
        }
        let files: Vec<String> = self.objects.keys().cloned().collect();
        for _ in 0..1 + self.random.below(6) {
            let file = self.random.of(&files).clone();
            if let Some(object) = self.objects.get_mut(&file) {
                object.genes.mutate(&mut self.random);
                self.seen.insert(format!("change {}", object.kind.name));
            }
        }
        (0..added).for_each(|_| self.add_one());
    }

    fn add_one(&mut self) {
        if self.coming.is_empty() {
            self.coming = (0..KINDS.len()).collect();
        }
        let next = self.random.below(self.coming.len());
        let kind = &KINDS[self.coming.swap_remove(next)];
        let namespace = match kind.place {
            Place::Cluster => None,
            Place::Limited => Some(LIMITED_NAMESPACE),
            Place::Namespace => Some(*self.random.of(&FREE_NAMESPACES)),
        };
        // Few names: what was removed comes back.
        let name = format!("{}-{}", kind.name, 1 + self.random.below(2));
        let taken = self.objects.values().any(|object| object.name == name && object.namespace == namespace);
        if !taken {
            self.insert(kind, name, namespace);
            self.seen.insert(format!("add {}", kind.name));
        }
    }

    fn remove_one(&mut self) {
        let files: Vec<String> = self
            .objects
            .iter()
            .filter(|(_, object)| object.kind.leaves != Leaves::Never)
            .map(|(file, _)| file.clone())
            .collect();
        if let Some(object) = (!files.is_empty()).then(|| self.objects.remove(self.random.of(&files))).flatten() {
            self.seen.insert(format!("remove {}", object.kind.name));
            if object.kind.leaves == Leaves::Pruned {
                self.lost.insert(object.kind.allowlist());
            }
        }
    }

    /// Moves an object to another namespace: another object, and the old one goes.
    fn move_one(&mut self) {
        let files: Vec<String> = self
            .objects
            .iter()
            .filter(|(_, object)| object.kind.place == Place::Namespace && object.kind.leaves == Leaves::Pruned)
            .map(|(file, _)| file.clone())
            .collect();
        let namespace = *self.random.of(&FREE_NAMESPACES);
        if files.is_empty() {
            return;
        }
        let file = self.random.of(&files).clone();
        if let Some(object) = self.objects.remove(&file) {
            self.lost.insert(object.kind.allowlist());
            self.objects
                .insert(format!("{}-{namespace}", object.name), Object { namespace: Some(namespace), ..object });
        }
    }

    /// Writes all manifests into an empty folder: some in files of their own, some many to a file, some as a `List`.
    pub fn write(&mut self, folder: &Path) {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        fs::create_dir_all(folder.join("more/deep")).unwrap();
        let (mut list, mut documents) = (Vec::new(), String::new());
        for (file, object) in &mut self.objects {
            let manifest = object.manifest();
            let layout = match manifest["kind"].as_str() {
                // kubectl applies in the order of the files.
                Some("Namespace") => {
                    fs::write(folder.join(format!("00-{file}.json")), text(&manifest)).unwrap();
                    continue;
                }
                // Inside a `List` kubectl refuses nulls.
                _ if manifest.to_string().contains(":null") => 0,
                _ => mix(self.seed, &format!("layout {file}")) % 3,
            };
            match layout {
                0 => fs::write(folder.join(format!("{file}.json")), text(&manifest)).unwrap(),
                1 => documents.push_str(&format!("---\n# {file}\n{}", text(&manifest))),
                _ => list.push(manifest),
            }
        }
        fs::write(folder.join("more/all.yaml"), documents).unwrap();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": list});
        fs::write(folder.join("more/deep/list.yml"), text(&list)).unwrap();
    }

    /// The kinds that kubectl has to prune to come from the revision before to this one; some kind of which there always
    /// are objects, where there is none: without any it would take its own list.
    pub fn allowlist(&self) -> Vec<String> {
        let some = "--prune-allowlist=core/v1/ConfigMap".to_owned();
        self.lost.iter().cloned().chain([some]).collect()
    }

    /// The number of objects.
    pub fn len(&self) -> usize {
        self.objects.len()
    }
}

impl Object {
    fn manifest(&mut self) -> Value {
        let mut template = (self.kind.template)();
        let metadata = json!({
            "name": self.name,
            "namespace": match self.namespace {
                None => json!("~"),
                Some("default") => json!({"?": ["~", "default"]}),
                Some(namespace) => json!(namespace),
            },
            "labels": {"deploy": "shop", "team": {"?": ["~", "~", "a", "b"]}},
            "annotations": {"?": ["~", "~", null, {}, {"note": {"?": ["1", "2", ""]}, "example.org/other": {"?": ["~", "x<y"]}}]},
        });
        let own = template["metadata"].take();
        template["metadata"] = metadata;
        for (key, value) in own.as_object().into_iter().flatten() {
            template["metadata"][key] = value.clone();
        }
        self.genes.express(&template, &self.name)
    }
}

/// A document. kubectl takes an unescaped U+2028 for a line break.
fn text(document: &Value) -> String {
    format!("{document:#}\n").replace('\u{2028}', "\\u2028")
}
