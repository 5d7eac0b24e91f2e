//! What is done after a container's start and before its stop.

use std::time::Duration;

use super::{
    ProbeCheck,
    node::{Faults, Node},
    probe::{self, Ports},
};

/// `lifecycle` of a container.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lifecycle {
    /// Right after the start; if it fails, the container is killed.
    pub post_start: Option<Hook>,
    /// Before the signal to stop, within the grace period; a failure is only told.
    pub pre_stop: Option<Hook>,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hook {
    /// A command or request, as a probe does it.
    Check(ProbeCheck),
    /// Nothing, for this time.
    Sleep(Duration),
}

/// Reads `lifecycle` of a container.
pub(super) fn read(lifecycle: &Node<'_>, ports: &Ports, faults: &mut Faults) -> Lifecycle {
    let mut read = |name| lifecycle.given(name).and_then(|hook| hook_of(&hook, ports, faults));
    Lifecycle { post_start: read("postStart"), pre_stop: read("preStop") }
}

fn hook_of(hook: &Node<'_>, ports: &Ports, faults: &mut Faults) -> Option<Hook> {
    let Some(sleep) = hook.given("sleep") else {
        return probe::check(hook, ports, faults).map(Hook::Check);
    };
    if hook.value.as_object().is_some_and(|fields| fields.values().filter(|value| !value.is_null()).count() > 1) {
        faults.add(hook, "must have one action, not several");
        return None;
    }
    faults.number_in(&sleep.get("seconds"), 0..=i64::MAX).map(Duration::from_secs).map(Hook::Sleep)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hooks_are_read() {
        let lifecycle = json!({"postStart": {"exec": {"command": ["a"]}}, "preStop": {"sleep": {"seconds": 5}}});
        let mut faults = Faults::default();
        let read = read(&Node::new(&lifecycle, "l"), &Ports::default(), &mut faults);
        assert_eq!(read.post_start, Some(Hook::Check(ProbeCheck::Exec { command: vec!["a".to_owned()] })));
        assert_eq!(read.pre_stop, Some(Hook::Sleep(Duration::from_secs(5))));
        assert_eq!(faults.lines(), Vec::<String>::new());
    }

    #[test]
    fn a_hook_of_several_actions_is_refused() {
        for (hook, expected) in [
            (
                json!({"sleep": {"seconds": 5}, "exec": {"command": ["a"]}}),
                "l.preStop: must have one action, not several",
            ),
            (json!({"sleep": {"seconds": -1}}), "l.preStop.sleep.seconds: must be at least 0, but it is -1"),
            (json!({}), "l.preStop: must have one of `exec`, `httpGet`, `tcpSocket` and `grpc`"),
        ] {
            let lifecycle = json!({ "preStop": hook });
            let mut faults = Faults::default();
            read(&Node::new(&lifecycle, "l"), &Ports::default(), &mut faults);
            assert_eq!(faults.lines(), [expected]);
        }
    }
}
