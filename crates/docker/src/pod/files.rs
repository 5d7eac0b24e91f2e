//! The files of a ConfigMap, a Secret or the pod itself.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{
    FileEntry, FilesVolume, Masked, field_ref, key,
    node::{Faults, Node},
    resource_ref,
    translate::Context,
};

/// Files by path, with mode and content.
pub(super) type Files = BTreeMap<String, (u32, Vec<u8>)>;

/// Adds the keys of a ConfigMap or Secret. `reference` is the volume or projection; `name_field` holds the object's
/// name in it (`secretName` of a volume).
///
/// Source: `MakePayload` in `pkg/volume/configmap` and `pkg/volume/secret`.
pub(super) fn of_object(
    reference: &Node<'_>,
    (kind, name_field): (&str, &str),
    default_mode: u32,
    context: &Context<'_>,
    files: &mut Files,
    faults: &mut Faults,
) {
    let is_optional = reference.get("optional").is_true();
    let (input, name) = (context.input, reference.get(name_field));
    let object = name.text().and_then(|name| input.sources.find(kind, input.namespace, name));
    let Some(object) = object else {
        if !is_optional {
            let (name_text, namespace) = (name.text().unwrap_or_default(), input.namespace);
            faults.add(&name, format!("the {kind} '{name_text}' does not exist in namespace {namespace}"));
        }
        return;
    };
    let mut contents = key::contents(object);
    let items: Vec<Node<'_>> = reference.get("items").items().collect();
    if items.is_empty() {
        files.extend(contents.into_iter().map(|(key, content)| (key, (default_mode, content))));
        return;
    }
    for item in items {
        let key = item.get("key");
        let key_text = key.text().unwrap_or_default();
        let Some(path) = path(&item.get("path"), faults) else { continue };
        let mode = mode(&item.get("mode"), faults).unwrap_or(default_mode);
        // A key may be shown at several paths.
        match contents.get_mut(key_text) {
            Some(content) => {
                files.insert(path, (mode, content.clone()));
            }
            None if is_optional => {}
            None => {
                let name = name.text().unwrap_or_default();
                faults.add(&key, format!("the {kind} '{name}' has no key '{key_text}'"));
            }
        }
    }
}

/// Adds the files of a downward API volume or projection.
pub(super) fn of_pod(
    source: &Node<'_>,
    default_mode: u32,
    context: &Context<'_>,
    files: &mut Files,
    faults: &mut Faults,
) {
    for item in source.get("items").items() {
        let Some(path) = path(&item.get("path"), faults) else { continue };
        let mode = mode(&item.get("mode"), faults).unwrap_or(default_mode);
        let content = match (item.given("fieldRef"), item.given("resourceFieldRef")) {
            (Some(reference), None) => field_ref::file(&reference, context, faults),
            (None, Some(reference)) => resource_ref::value(&reference, None, context, faults),
            _ => {
                faults.add(&item, "must have one of `fieldRef` and `resourceFieldRef`");
                None
            }
        };
        if let Some(content) = content {
            files.insert(path, (mode, content.into_bytes()));
        }
    }
}

/// Permission bits, which YAML may write in octal.
pub(super) fn mode(node: &Node<'_>, faults: &mut Faults) -> Option<u32> {
    faults.number_in(node, 0..=0o777)
}

/// A relative path that stays inside.
pub(super) fn path(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let text = node.text().unwrap_or_default();
    let is_inside = !text.is_empty() && !text.starts_with('/') && !text.split('/').any(|part| part == "..");
    if !is_inside || text.starts_with("..") {
        faults.add(node, "must be a relative path that has no `..`");
        return None;
    }
    Some(text.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/"))
}

/// The volume of these files. With a group (`fsGroup`) it can read them (`SetVolumeOwnership` in
/// `pkg/volume/volume_linux.go`).
pub(super) fn volume(files: Files, group: Option<u32>) -> FilesVolume {
    let more = if group.is_some() { 0o440 } else { 0 };
    let entry = |(path, (mode, content))| FileEntry { path, mode: mode | more, content: Masked(content) };
    let files: Vec<FileEntry> = files.into_iter().map(entry).collect();
    let folder_mode = if group.is_some() { 0o2755 } else { 0o755 };
    let group = group.unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(format!("{group} {folder_mode:o}\n"));
    for file in &files {
        hash.update(format!("{} {:o} {}\n", file.path, file.mode, file.content.len()));
        hash.update(file.content.as_slice());
    }
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    FilesVolume { files, group, folder_mode, digest }
}
