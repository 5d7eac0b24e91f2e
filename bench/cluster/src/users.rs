//! The users that every cluster knows, and their kubeconfig files.

use std::fs;
use std::path::{Path, PathBuf};

/// May do everything: member of `system:masters`.
pub const ADMIN: &str = "admin";

/// The users besides [`ADMIN`]. They have no permission beyond what every authenticated user has; tests bind roles to them.
pub const WEAK_USERS: [&str; 4] = ["viewer", "deployer", "editor", "nobody"];

/// As whom the programs of the cluster itself come; apart from [`ADMIN`] so that the audit log can leave them out.
pub(crate) const CONTROL_PLANE: &str = "bench:control-plane";

/// The token of a user, the same in every cluster.
pub(crate) fn token(user: &str) -> String {
    format!("bench-token-of-{user}")
}

/// The file for `--token-auth-file`.
pub(crate) fn tokens_csv() -> String {
    let mut csv = format!("{},{ADMIN},{ADMIN},\"system:masters\"\n", token(ADMIN));
    csv.push_str(&format!("{},{CONTROL_PLANE},{CONTROL_PLANE},\"system:masters\"\n", token(CONTROL_PLANE)));
    for user in WEAK_USERS {
        csv.push_str(&format!("{},{user},{user},\"bench:{user}s\"\n", token(user)));
    }
    csv
}

/// Writes a kubeconfig `name.kubeconfig` with one context of that name into the folder.
pub(crate) fn write_kubeconfig(folder: &Path, name: &str, url: &str, ca: &Path, token: &str) -> PathBuf {
    let path = folder.join(format!("{name}.kubeconfig"));
    let ca = ca.display();
    let text = format!(
        r#"apiVersion: v1
kind: Config
current-context: "{name}"
contexts:
- name: "{name}"
  context:
    cluster: bench
    user: "{name}"
clusters:
- name: bench
  cluster:
    server: "{url}"
    certificate-authority: "{ca}"
users:
- name: "{name}"
  user:
    token: "{token}"
"#
    );
    fs::write(&path, text).expect("the cluster's folder is writable");
    path
}
