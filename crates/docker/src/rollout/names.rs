//! Names and UIDs of new pods, as a cluster gives them.

use ulid::Ulid;

/// So many characters of the template's hash are part of a pod's name.
const HASH: usize = 10;

/// The longest name of a pod: it is its host name, too.
const LONGEST: usize = 63;

/// A name for a new pod: `web-6f9c4b7d5-x2k8p`, `gitserver-0`, `agent-x2k8p`, or that of the pod of its own.
pub fn pod(kind: &str, workload: &str, version: &str, ordinal: Option<i64>) -> String {
    let hash: String = version.chars().take(HASH).collect();
    let end = match (kind, ordinal) {
        ("Pod", _) => return workload.to_owned(),
        ("StatefulSet", Some(ordinal)) => return format!("{workload}-{ordinal}"),
        ("Job", Some(ordinal)) => format!("-{ordinal}-{}", random()),
        ("Deployment", _) => format!("-{hash}-{}", random()),
        _ => format!("-{}", random()),
    };
    let room = LONGEST.saturating_sub(end.len());
    format!("{}{end}", workload.chars().take(room).collect::<String>().trim_end_matches(['-', '.']))
}

/// A UID in the shape of a cluster's.
pub fn uid() -> String {
    let hex = format!("{:032x}", Ulid::generate().0);
    let part = |range| hex.get(range).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// Five random characters. The end of a ULID is random.
fn random() -> String {
    let text = Ulid::generate().to_string().to_lowercase();
    text.chars().rev().take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_in_a_cluster() {
        assert_eq!(pod("Pod", "tool", "abc", None), "tool");
        assert_eq!(pod("StatefulSet", "db", "abc", Some(2)), "db-2");
        assert!(pod("Deployment", "web", "0123456789abcdef", None).starts_with("web-0123456789-"));
        assert!(pod("Job", "migrate", "abc", None).starts_with("migrate-"));
        assert!(pod("Job", "migrate", "abc", Some(1)).starts_with("migrate-1-"));
        let long = pod("Deployment", &"a".repeat(80), "0123456789abcdef", None);
        assert_eq!(long.len(), LONGEST, "{long}");
        assert_ne!(pod("DaemonSet", "agent", "abc", None), pod("DaemonSet", "agent", "abc", None));
        assert_eq!(uid().len(), 36);
    }
}
