//! What a translation starts from.

use std::collections::BTreeMap;

use serde_json::Value;

/// One pod to be translated.
#[derive(Clone, Copy)]
pub struct PodInput<'a> {
    /// The `PodTemplateSpec` (`metadata` and `spec`); of a Pod, the Pod itself.
    pub template: &'a Value,
    /// The field that holds the template, such as `spec.template`; empty for a Pod. Faults name fields below it.
    pub field: &'a str,
    /// The pod's name, such as `web-6f9c4b7d5-x2k8p` or `gitserver-0`.
    pub name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its UID, which the downward API tells.
    pub uid: &'a str,
    /// The workload that it belongs to; `None` for a Pod of the revision.
    pub owner: Option<&'a Owner>,
    /// The environment's key, as its label has it.
    pub environment: &'a str,
    /// The environment's network on the engine.
    pub network: &'a str,
    /// The place in a StatefulSet, or the completion index of an indexed Job.
    pub ordinal: Option<u32>,
    /// `serviceName` of a StatefulSet: the Service that gives its pods their names.
    pub governing_service: Option<&'a str>,
    /// `volumeClaimTemplates` of a StatefulSet.
    pub claim_templates: &'a [Value],
    /// The objects that the pod may refer to.
    pub sources: &'a dyn Sources,
    /// The machine.
    pub engine: &'a EngineFacts,
}

/// The workload that a pod belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its kind, such as `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// What the engine says of its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    /// The machine's name (`spec.nodeName`).
    pub name: String,
    /// Its processors, which limits of a container without any are.
    pub cpus: u32,
    /// Its memory in bytes.
    pub memory: u64,
}

/// The objects of the revision, or the recorded ones, by kind and name.
pub trait Sources {
    /// The object of a core kind (`ConfigMap`, `Secret`, `PersistentVolumeClaim`, `Service`, `ServiceAccount`) of this name.
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Value>;

    /// All Services of a namespace, sorted by name.
    fn services(&self, namespace: &str) -> Vec<&Value>;

    /// All PersistentVolumes, sorted by name.
    fn persistent_volumes(&self) -> Vec<&Value>;
}

/// Sources in memory.
#[derive(Default, Clone)]
pub struct Objects {
    /// By kind, namespace and name.
    by_name: BTreeMap<(String, String, String), Value>,
}

impl Objects {
    /// Adds an object; one of the same kind, namespace and name gives way. `namespace` is that of objects that name
    /// none.
    pub fn insert(&mut self, object: Value, namespace: &str) {
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let own = text("/metadata/namespace");
        let namespace = if own.is_empty() { namespace.to_owned() } else { own };
        self.by_name.insert((text("/kind"), namespace, text("/metadata/name")), object);
    }
}

impl Sources for Objects {
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.by_name.get(&(kind.to_owned(), namespace.to_owned(), name.to_owned()))
    }

    fn services(&self, namespace: &str) -> Vec<&Value> {
        let of_namespace = |key: &(String, String, String)| key.0 == "Service" && key.1 == namespace;
        self.by_name.iter().filter(|(key, _)| of_namespace(key)).map(|(_, object)| object).collect()
    }

    fn persistent_volumes(&self) -> Vec<&Value> {
        self.by_name.iter().filter(|(key, _)| key.0 == "PersistentVolume").map(|(_, object)| object).collect()
    }
}
