//! Whether a pod is the one that this process runs in: a Landfall that deploys itself stops itself at the end.

use std::{fs, sync::OnceLock};

use super::pods::PodState;

/// Whether one of the pod's containers is this process's own.
pub fn is_own(pod: &PodState) -> bool {
    static OWN: OnceLock<Option<String>> = OnceLock::new();
    let own = OWN.get_or_init(|| own_container(&fs::read_to_string("/proc/self/mountinfo").ok()?));
    own.as_ref().is_some_and(|own| pod.containers.values().any(|container| container.id == *own))
}

/// The container that a process is in. The engine mounts a file of its own there as `/etc/hostname`, from a folder that is
/// named after the container: `.../containers/<id>/hostname`, with Podman `.../<id>/userdata/hostname`.
///
/// Source: proc(5), `/proc/pid/mountinfo`: the fourth field is the file in its file system, the fifth where it is mounted.
fn own_container(mounts: &str) -> Option<String> {
    let of_file = |line: &str| {
        let mut fields = line.split(' ').skip(3);
        let (root, mounted) = (fields.next()?.to_owned(), fields.next()?);
        (mounted == "/etc/hostname").then_some(root)
    };
    let root = mounts.lines().find_map(of_file)?;
    let is_id = |part: &&str| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    root.split('/').find(is_id).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_is_in_the_name_of_a_mounted_file() {
        let id = "0123456789abcdef".repeat(4);
        for (file, expected) in [
            (format!("/var/lib/docker/containers/{id}/hostname"), Some(id.clone())),
            (format!("/containers/{id}/hostname"), Some(id.clone())),
            (format!("/containers/storage/overlay-containers/{id}/userdata/hostname"), Some(id.clone())),
            ("/etc/hostname".to_owned(), None),
        ] {
            let mounts = format!(
                "22 1 254:0 / / rw - overlay overlay rw\n\
                 23 22 254:0 /somewhere/{id} /data rw - ext4 /dev/vda rw\n\
                 24 22 254:0 {file} /etc/hostname rw,relatime - ext4 /dev/vda rw\n"
            );
            assert_eq!(own_container(&mounts), expected, "{file}");
        }
        assert_eq!(own_container("22 1 254:0 / / rw - ext4 /dev/vda rw\n"), None);
    }
}
