//! Volumes of files: `configMap`, `secret`, `downwardAPI` and `projected`.

use super::{
    FilesVolume,
    files::{self, Files},
    node::{Faults, Node},
    translate::Context,
};

/// The mode of files that say nothing of it.
const MODE: u32 = 0o644;

/// Reads a volume of one of these kinds; `source` is the volume's field of that name.
pub(super) fn read(source: &Node<'_>, kind: &str, context: &Context<'_>, faults: &mut Faults) -> FilesVolume {
    let mode = files::mode(&source.get("defaultMode"), faults).unwrap_or(MODE);
    let mut files = Files::new();
    match kind {
        "configMap" => files::of_object(source, ("ConfigMap", "name"), mode, context, &mut files, faults),
        "secret" => files::of_object(source, ("Secret", "secretName"), mode, context, &mut files, faults),
        "downwardAPI" => files::of_pod(source, mode, context, &mut files, faults),
        _ => {
            for projection in source.get("sources").items() {
                project(&projection, mode, context, &mut files, faults);
            }
        }
    }
    let group = context.fs_group;
    files::volume(files, group)
}

/// One source of a projected volume; of two files of one path the later one wins, as in `collectData` of
/// `pkg/volume/projected`.
fn project(projection: &Node<'_>, mode: u32, context: &Context<'_>, files: &mut Files, faults: &mut Faults) {
    for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        if let Some(source) = projection.given(field) {
            files::of_object(&source, (kind, "name"), mode, context, files, faults);
        }
    }
    if let Some(source) = projection.given("downwardAPI") {
        files::of_pod(&source, mode, context, files, faults);
    }
}
