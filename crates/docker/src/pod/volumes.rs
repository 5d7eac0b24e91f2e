//! The volumes of a pod, and where its containers see them.

use std::collections::BTreeSet;

use landfall_core::compare::quantity;
use serde_json::{Value, json};

use super::{
    ClaimVolume, EmptyDir, Env, HostPath, HostPathKind, Mount, Propagation, VolumeKind, VolumeSpec,
    expand::expand,
    files,
    node::{Faults, Node},
    projection,
    translate::Context,
};

/// Reads `volumes`, and the claims that a StatefulSet makes for the pod. A claim template takes the place of a volume of
/// its name, as in a cluster.
pub(super) fn read(context: &Context<'_>, faults: &mut Faults) -> Vec<VolumeSpec> {
    let mut volumes = Vec::new();
    let mut names = BTreeSet::new();
    for (index, template) in context.input.claim_templates.iter().enumerate() {
        let Some(name) = template.pointer("/metadata/name").and_then(Value::as_str) else { continue };
        names.insert(name.to_owned());
        let claim = format!("{name}-{}", context.input.name);
        let read_only = is_read_only(context, name);
        let field = format!("spec.volumeClaimTemplates[{index}]");
        let template = Some(claim_of(template, &claim, context.input.namespace));
        volumes.push(VolumeSpec {
            name: name.to_owned(),
            field,
            kind: VolumeKind::Claim(ClaimVolume { claim, template, read_only }),
        });
    }
    for volume in context.pod.get("volumes").items() {
        let name = volume.get("name").text().unwrap_or_default();
        if context.is_claim_template(name) {
            continue;
        }
        if name.is_empty() || !names.insert(name.to_owned()) {
            faults.add(&volume.get("name"), "must be a name that no other volume of the pod has");
            continue;
        }
        if let Some(kind) = kind(&volume, name, context, faults) {
            volumes.push(VolumeSpec { name: name.to_owned(), field: volume.path.clone().into_owned(), kind });
        }
    }
    volumes
}

/// The claim of a StatefulSet's pod: `getPersistentVolumeClaims` in `pkg/controller/statefulset`.
fn claim_of(template: &Value, name: &str, namespace: &str) -> Value {
    let mut claim = template.clone();
    claim["apiVersion"] = "v1".into();
    claim["kind"] = "PersistentVolumeClaim".into();
    claim["metadata"]["name"] = name.into();
    claim["metadata"]["namespace"] = namespace.into();
    claim
}

fn kind(volume: &Node<'_>, name: &str, context: &Context<'_>, faults: &mut Faults) -> Option<VolumeKind> {
    let fields = volume.value.as_object().into_iter().flatten();
    let given: Vec<&String> =
        fields.filter(|(field, value)| *field != "name" && !value.is_null()).map(|(field, _)| field).collect();
    let source = match given.as_slice() {
        // What a volume without any kind is.
        [] => return Some(VolumeKind::EmptyDir(EmptyDir { memory: false, size_limit: None })),
        [one] => volume.get(one),
        _ => {
            faults.add(volume, "must have one kind, not several");
            return None;
        }
    };
    match given.first().map_or("", |field| field.as_str()) {
        kind @ ("configMap" | "secret" | "downwardAPI" | "projected") => {
            Some(VolumeKind::Files(projection::read(&source, kind, context, faults)))
        }
        "emptyDir" => empty_dir(&source, faults).map(VolumeKind::EmptyDir),
        // A claim that lives as long as its pod is a folder that does.
        "ephemeral" => Some(VolumeKind::EmptyDir(EmptyDir { memory: false, size_limit: None })),
        "persistentVolumeClaim" => {
            let field = source.get("claimName");
            let claim = field.text().unwrap_or_default();
            let namespace = context.input.namespace;
            if context.input.sources.find("PersistentVolumeClaim", namespace, claim).is_none() {
                let message = format!("the PersistentVolumeClaim '{claim}' does not exist in namespace {namespace}");
                faults.add(&field, message);
                return None;
            }
            let read_only = source.get("readOnly").is_true() || is_read_only(context, name);
            Some(VolumeKind::Claim(ClaimVolume { claim: claim.to_owned(), template: None, read_only }))
        }
        "hostPath" => host_path(&source, faults).map(VolumeKind::HostPath),
        // Every other kind is refused by the table of what is supported.
        _ => None,
    }
}

fn empty_dir(source: &Node<'_>, faults: &mut Faults) -> Option<EmptyDir> {
    let memory = match source.get("medium").text() {
        None => false,
        Some("Memory") => true,
        Some(_) => {
            faults.add(&source.get("medium"), "must be `Memory` or not given: pages of other sizes cannot be had");
            return None;
        }
    };
    let limit = source.get("sizeLimit");
    let size = quantity::parse(limit.value).and_then(|amount| amount.in_units(0));
    if !limit.value.is_null() && size.is_none() {
        faults.add(&limit, "is no amount; write such as `64Mi`");
    }
    Some(EmptyDir { memory, size_limit: size.filter(|size| memory && *size > 0) })
}

pub(super) fn host_path(source: &Node<'_>, faults: &mut Faults) -> Option<HostPath> {
    let path = source.get("path");
    let text = path.text().unwrap_or_default();
    if !text.starts_with('/') || text.split('/').any(|part| part == "..") {
        faults.add(&path, "must be an absolute path without `..`");
        return None;
    }
    let kind = source.get("type");
    if kind.text() == Some("FileOrCreate") {
        faults.add(&kind, "cannot be had: the engine makes folders, not files; make the file, and write `File`");
        return None;
    }
    let variants = [
        ("DirectoryOrCreate", HostPathKind::OrCreate),
        ("Directory", HostPathKind::Existing),
        ("File", HostPathKind::Existing),
        ("Socket", HostPathKind::Existing),
        ("CharDevice", HostPathKind::Existing),
        ("BlockDevice", HostPathKind::Existing),
    ];
    let kind = match kind.text() {
        None => HostPathKind::OrCreate,
        Some(_) => faults.one_of(&kind, &variants)?,
    };
    Some(HostPath { path: text.to_owned(), kind })
}

/// Whether no container writes to a volume.
fn is_read_only(context: &Context<'_>, volume: &str) -> bool {
    let mounts = context.containers().flat_map(|container| container.get("volumeMounts").items().collect::<Vec<_>>());
    mounts.filter(|mount| mount.get("name").text() == Some(volume)).all(|mount| mount.get("readOnly").is_true())
}

/// Reads `volumeMounts` of a container.
pub(super) fn mounts(context: &Context<'_>, container: &Node<'_>, env: &Env, faults: &mut Faults) -> Vec<Mount> {
    let mut paths = BTreeSet::new();
    let mut mounts = Vec::new();
    for mount in container.get("volumeMounts").items() {
        let (name, path) = (mount.get("name"), mount.get("mountPath"));
        let volume = name.text().unwrap_or_default();
        let Some(source) = context.volume(volume) else {
            faults.add(&name, format!("the pod has no volume '{volume}'"));
            continue;
        };
        let Some(place) = path.text() else {
            faults.add(&path, "must be a path in the container");
            continue;
        };
        // The kubelet takes a relative path from the root, too.
        let place = if place.starts_with('/') { place.to_owned() } else { format!("/{place}") };
        if !paths.insert(place.trim_end_matches('/').to_owned()) {
            faults.add(&path, "must be a path that no other volume is mounted at");
            continue;
        }
        let propagation = propagation(&mount, container, faults);
        let part = sub_path(&mount, env, faults);
        if part.is_some() && source.pointer("/emptyDir/medium") == Some(&json!("Memory")) {
            faults.add(
                &mount.get("subPath"),
                "cannot be a part of a volume in memory: the engine makes it with the container",
            );
        }
        let is_files =
            ["configMap", "secret", "downwardAPI", "projected"].iter().any(|kind| source.get(kind).is_some());
        let claim_is_read_only = source.pointer("/persistentVolumeClaim/readOnly") == Some(&json!(true));
        mounts.push(Mount {
            volume: volume.to_owned(),
            path: place,
            sub_path: part,
            read_only: mount.get("readOnly").is_true() || is_files || claim_is_read_only,
            propagation,
        });
    }
    mounts
}

fn sub_path(mount: &Node<'_>, env: &Env, faults: &mut Faults) -> Option<String> {
    let expression = mount.get("subPathExpr");
    let Some(text) = expression.text() else {
        let node = mount.given("subPath").filter(|node| node.text().is_some())?;
        return files::path(&node, faults).filter(|path| !path.is_empty());
    };
    if mount.get("subPath").text().is_some() {
        faults.add(&expression, "must not be given beside `subPath`");
        return None;
    }
    let expanded = Value::String(expand(text, &[&env.0]));
    let node = Node { value: &expanded, path: expression.path.clone() };
    if expanded.as_str().is_some_and(|expanded| expanded.contains(['\0'])) {
        faults.add(&expression, "must not name an address: it is not known before the container is made");
        return None;
    }
    files::path(&node, faults)
}

fn propagation(mount: &Node<'_>, container: &Node<'_>, faults: &mut Faults) -> Propagation {
    let field = mount.get("mountPropagation");
    let variants = [
        ("None", Propagation::Private),
        ("HostToContainer", Propagation::HostToContainer),
        ("Bidirectional", Propagation::Bidirectional),
    ];
    let propagation = faults.one_of(&field, &variants).unwrap_or(Propagation::Private);
    let is_privileged = container.get("securityContext").get("privileged").is_true();
    if propagation == Propagation::Bidirectional && !is_privileged {
        faults.add(&field, "may only be `Bidirectional` in a privileged container");
    }
    propagation
}
