//! What a container may do.

use super::node::{Faults, Node};

/// `securityContext` of a container, with what it does not say from that of the pod.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Security {
    /// Who it runs as; the image says it if neither number is given.
    pub user: User,
    /// Whether it must not run as root: checked with the image at its creation.
    pub non_root: bool,
    /// More groups: `supplementalGroups` and `fsGroup`.
    pub groups: Vec<u32>,
    /// Whether it may do all that the machine's root may.
    pub privileged: bool,
    /// Whether a program in it may gain more rights than it was started with.
    pub escalation: bool,
    /// Whether its own files cannot be written.
    pub read_only_root: bool,
    /// Rights beyond the engine's usual ones, such as `NET_ADMIN`.
    pub add: Vec<String>,
    /// Usual rights that it does not get; `ALL` is all.
    pub drop: Vec<String>,
    /// Whether `/proc` is shown as a whole (`procMount: Unmasked`).
    pub unmasked_proc: bool,
    /// Whether system calls are not filtered; the engine's usual filter else.
    pub seccomp_unconfined: bool,
    /// The AppArmor profile, `unconfined` for none; the engine's usual one if `None`.
    pub apparmor: Option<String>,
    /// The SELinux label; the engine's usual one where it says nothing.
    pub selinux: SeLinux,
}

/// `runAsUser` and `runAsGroup`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct User {
    /// The user's number.
    pub user: Option<u32>,
    /// The group's number.
    pub group: Option<u32>,
}

/// `seLinuxOptions`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeLinux {
    /// In the engine's notation, such as `level:s0:c123,c456`.
    pub options: Vec<String>,
}

/// Reads `securityContext` of a container over that of its pod.
///
/// Source: `DetermineEffectiveSecurityContext` in `pkg/securitycontext/util.go`.
pub(super) fn read(pod: &Node<'_>, container: &Node<'_>, faults: &mut Faults) -> Security {
    let own = |name: &str| container.given(name);
    let either = |name: &str| container.given(name).or_else(|| pod.given(name));
    let number = |node: Option<Node<'_>>, faults: &mut Faults| {
        node.and_then(|node| faults.number_in::<u32>(&node, 0..=i64::from(i32::MAX)))
    };
    let user = User { user: number(either("runAsUser"), faults), group: number(either("runAsGroup"), faults) };
    let non_root = either("runAsNonRoot").is_some_and(|node| node.is_true());
    if non_root && user.user == Some(0) {
        let node = either("runAsUser").unwrap_or_else(|| container.get("runAsUser"));
        faults.add(&node, "is root, which `runAsNonRoot` forbids");
    }
    let mut groups: Vec<u32> =
        pod.get("supplementalGroups").items().filter_map(|group| number(Some(group), faults)).collect();
    groups.extend(number(pod.given("fsGroup"), faults));
    groups.sort_unstable();
    groups.dedup();
    let privileged = own("privileged").is_some_and(|node| node.is_true());
    let escalation = own("allowPrivilegeEscalation").and_then(|node| node.flag()).unwrap_or(true);
    if privileged && !escalation {
        faults.add(&container.get("allowPrivilegeEscalation"), "cannot be false for a privileged container");
    }
    let names = |list: &str| -> Vec<String> {
        container.get("capabilities").get(list).texts().into_iter().map(str::to_owned).collect()
    };
    let proc_mount = faults.one_of(&container.get("procMount"), &[("Default", false), ("Unmasked", true)]);
    Security {
        user,
        non_root,
        groups,
        privileged,
        escalation,
        read_only_root: own("readOnlyRootFilesystem").is_some_and(|node| node.is_true()),
        add: names("add"),
        drop: names("drop"),
        unmasked_proc: proc_mount.unwrap_or(false),
        seccomp_unconfined: either("seccompProfile").is_some_and(|profile| is_unconfined(&profile, faults)),
        apparmor: either("appArmorProfile").and_then(|profile| apparmor(&profile, faults)),
        selinux: SeLinux { options: either("seLinuxOptions").map(|options| selinux(&options)).unwrap_or_default() },
    }
}

fn is_unconfined(profile: &Node<'_>, faults: &mut Faults) -> bool {
    let kind = profile.get("type");
    if kind.text() == Some("Localhost") {
        faults.add(&kind, "names a file of a node; on one host only `RuntimeDefault` and `Unconfined` can be had");
        return false;
    }
    faults.one_of(&kind, &[("RuntimeDefault", false), ("Unconfined", true)]).unwrap_or(false)
}

fn apparmor(profile: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let kind = profile.get("type");
    match kind.text() {
        Some("Localhost") => {
            let name = profile.get("localhostProfile");
            if name.text().is_none() {
                faults.add(&name, "must name a profile that is loaded on the machine");
            }
            name.text().map(str::to_owned)
        }
        _ => faults
            .one_of(&kind, &[("RuntimeDefault", None), ("Unconfined", Some("unconfined"))])
            .flatten()
            .map(str::to_owned),
    }
}

fn selinux(options: &Node<'_>) -> Vec<String> {
    let option = |name| options.get(name).text().map(|value| format!("{name}:{value}"));
    ["user", "role", "type", "level"].into_iter().filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn security(pod: &Value, container: &Value) -> (Security, Vec<String>) {
        let mut faults = Faults::default();
        let security = read(&Node::new(pod, "p"), &Node::new(container, "c"), &mut faults);
        (security, faults.lines())
    }

    #[test]
    fn the_container_has_the_last_word() {
        let pod = json!({"runAsUser": 1, "runAsGroup": 2, "runAsNonRoot": true, "fsGroup": 7, "supplementalGroups": [9, 7],
            "seccompProfile": {"type": "Unconfined"}, "seLinuxOptions": {"type": "t", "level": "s0"}});
        let container = json!({"runAsUser": 5, "seccompProfile": {"type": "RuntimeDefault"}, "privileged": false,
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}, "appArmorProfile": {"type": "Unconfined"}});
        let (security, faults) = security(&pod, &container);
        assert_eq!(faults, Vec::<String>::new());
        let expected = Security {
            user: User { user: Some(5), group: Some(2) },
            non_root: true,
            groups: vec![7, 9],
            privileged: false,
            escalation: false,
            read_only_root: true,
            add: vec!["NET_ADMIN".to_owned()],
            drop: vec!["ALL".to_owned()],
            unmasked_proc: false,
            seccomp_unconfined: false,
            apparmor: Some("unconfined".to_owned()),
            selinux: SeLinux { options: vec!["type:t".to_owned(), "level:s0".to_owned()] },
        };
        assert_eq!(security, expected);
    }

    #[test]
    fn contradictions_and_files_of_nodes_are_refused() {
        let none = json!({});
        for (pod, container, expected) in [
            (
                json!({"runAsNonRoot": true}),
                json!({"runAsUser": 0}),
                "c.runAsUser: is root, which `runAsNonRoot` forbids",
            ),
            (
                none.clone(),
                json!({"privileged": true, "allowPrivilegeEscalation": false}),
                "c.allowPrivilegeEscalation: cannot be false for a privileged container",
            ),
            (
                json!({"seccompProfile": {"type": "Localhost", "localhostProfile": "a.json"}}),
                none.clone(),
                "p.seccompProfile.type: names a file of a node; on one host only `RuntimeDefault` and `Unconfined` can be had",
            ),
            (none, json!({"runAsUser": -1}), "c.runAsUser: must be from 0 to 2147483647, but it is -1"),
        ] {
            assert_eq!(security(&pod, &container).1, [expected]);
        }
    }
}
